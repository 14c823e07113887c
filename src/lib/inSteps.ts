// inSteps does long work in pieces, so that the event loop turns in between.
import type { Clock } from './clock.ts';

/** Takes the steps of `work`; after so many of them the event loop turns. */
export async function inSteps(
  work: Iterable<unknown>,
  stepsPerTurn: number,
  clock: Pick<Clock, 'turn'>,
): Promise<void> {
  let steps = 0;
  for (const _ of work) if (++steps % stepsPerTurn === 0) await clock.turn();
}
