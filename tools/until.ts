// Waits for what another process does, by asking again and again.
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** The first value that `probe` gives; fails where none comes in time, or `signal` aborts. */
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
