// hotTextLimitOf is the default of --hot-text-limit: what the container's memory leaves for it.

const MIB = 2 ** 20;
/** With this, all that changes in a cluster of 20,000 pods within minutes stays hot. */
const bytesMax = 100e6;
/** The share of memory, and how much less: in a small container the rest needs nearly all of it. */
const share = 1 / 4;
const reserveBytes = 24 * MIB;

/** In bytes, for a process that may use `memoryBytes`: 8 MiB of 128, 40 of 256, 100 MB from 480. */
export const hotTextLimitOf = (memoryBytes: number): number =>
  Math.min(bytesMax, Math.max(0, memoryBytes * share - reserveBytes));
