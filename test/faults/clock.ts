// A clock for the whole program: time moves by small steps, between which all work can be done.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { TestClock } from '../support/clock.ts';

const startWallMs = Date.UTC(2026, 0, 15, 12, 0, 30);
/** A request and its answer take about so many turns of the event loop. */
const turnsBetween = 6;
/** An event loop that works for less of its time than this has nothing left to do. */
const idleShare = 0.4;
/** A loop that is never idle does not hold time up for ever. */
const looksMax = 500;

/** Stands still until `step`, `brief` or `advance` moves it. */
export class SteppedClock extends TestClock {
  constructor() {
    super({ wallMs: startWallMs });
  }

  /** One step of time; what it wakes does its work before the next one, however slow we are. */
  async step(ms: number): Promise<void> {
    this.advance(ms);
    for (let turn = 0; turn < turnsBetween; turn++) await nextTurn();
    for (let look = 0; look < looksMax; look++) {
      const before = performance.eventLoopUtilization();
      // What is done by threads and sockets takes time, not turns.
      await delay(1);
      if (performance.eventLoopUtilization(before).utilization < idleShare) return;
    }
  }

  /** A time in which the work that it wakes goes on, and need not be done. */
  async brief(ms: number): Promise<void> {
    this.advance(ms);
    for (let turn = 0; turn < turnsBetween + ms; turn++) await nextTurn();
  }
}
