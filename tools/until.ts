// `until` polls until a condition holds.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** The first value of `probe` but `undefined`; rejects on time-out or if `signal` aborts. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  withinMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    signal?.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(POLL_MS);
  }
}
