// pauseAfter lets the event loop turn in long work, once that has run for a while.
import type { Clock } from './clock.ts';

/**
 * What it returns is called between two pieces of work: a promise to wait for where the work has
 * run for `runMs` since the event loop last turned for it.
 */
export function pauseAfter(
  runMs: number,
  clock: Pick<Clock, 'now' | 'turn'>,
): () => Promise<void> | undefined {
  let startMs = clock.now();
  const turn = async (): Promise<void> => {
    await clock.turn();
    startMs = clock.now();
  };
  return () => (clock.now() - startMs < runMs ? undefined : turn());
}
