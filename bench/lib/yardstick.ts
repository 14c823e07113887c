// Measures copying and compressing of the same bytes, to compare other figures with.
import { gzipSync } from 'node:zlib';
import { median } from './stats.ts';

const copies = 5;

/** Times for the whole text, in milliseconds. */
export interface Yardstick {
  readonly copyMs: number;
  readonly gzip1Ms: number;
  readonly gzip6Ms: number;
}

/** Copies the text, and compresses it with zlib's fastest and default levels. */
export function yardstickOf(text: Buffer): Yardstick {
  // Filled first, so that page faults are not measured.
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
