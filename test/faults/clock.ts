// A clock for the whole program: time moves by small steps, between which all work can be done.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

const startMs = 1_000_000;
const startWallMs = Date.UTC(2026, 0, 15, 12, 0, 30);
/** A request and its answer take about so many turns of the event loop. */
const turnsBetween = 6;
/** An event loop that works for less of its time than this has nothing left to do. */
const idleShare = 0.4;
/** A loop that is never idle does not hold time up for ever. */
const looksMax = 500;

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Stands still until `pass` or `jump` moves it. */
export class SteppedClock implements Clock {
  #nowMs = startMs;
  #wallAheadMs = startWallMs - startMs;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#nowMs + this.#wallAheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { dueMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  turn(): Promise<void> {
    return nextTurn();
  }

  /** One step of time; what it wakes does its work before the next one, however slow we are. */
  async step(ms: number): Promise<void> {
    this.jump(ms);
    for (let turn = 0; turn < turnsBetween; turn++) await nextTurn();
    for (let look = 0; look < looksMax; look++) {
      const before = performance.eventLoopUtilization();
      // What is done by threads and sockets takes time, not turns.
      await delay(1);
      if (performance.eventLoopUtilization(before).utilization < idleShare) return;
    }
  }

  /** Time that passed while nobody worked, as in a machine that slept. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const { dueMs, wake } of [...this.#sleepers]) if (dueMs <= this.#nowMs) wake();
  }

  /** Someone sets the machine's time of day. */
  setWall(aheadMs: number): void {
    this.#wallAheadMs += aheadMs;
  }
}
