// Waiting in tests for what other processes and sockets do in their own time.
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 5;

/** Resolves once `holds` does; rejects if it does not within `timeoutMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 8_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`waited ${timeoutMs} ms in vain: ${holds}`);
    await delay(pollMs);
  }
}
