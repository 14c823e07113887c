// until waits in tests for what other processes and sockets do.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** After so many turns of the event loop it polls at an interval. */
const turns = 100;
const pollMs = 5;

/** Resolves once `holds` does; rejects if it does not within `timeoutMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (let polls = 0; !(await holds()); polls++) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${holds}`);
    await (polls < turns ? nextTurn() : delay(pollMs));
  }
}
