// What the same bytes cost to copy and to compress here and now, as a measure for other figures.
import { gzipSync } from 'node:zlib';
import { median } from './stats.ts';

const copies = 5;

/** Milliseconds, each for the whole text. */
export interface Yardstick {
  readonly copyMs: number;
  readonly gzip1Ms: number;
  readonly gzip6Ms: number;
}

/** Copies the text and compresses it, with zlib's fastest level and with its default one. */
export function yardstickOf(text: Buffer): Yardstick {
  // The first write to fresh memory is the kernel's time, not the copy's.
  const target = Buffer.alloc(text.length, 1);
  const copyMs = median(Array.from({ length: copies }, () => timed(() => text.copy(target))));
  return {
    copyMs,
    gzip1Ms: timed(() => gzipSync(text, { level: 1 })),
    gzip6Ms: timed(() => gzipSync(text, { level: 6 })),
  };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
