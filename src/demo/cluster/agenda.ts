// Agenda is a scheduler of actions in simulated time, which may run faster than real time.
import type { Clock } from '../../lib/clock.ts';
import { lowerBound } from '../apiserver/stateList.ts';

/** More than 100,000 pods need; beyond it something schedules without end. */
const entriesMax = 1_000_000;

interface Entry {
  readonly atMs: number;
  readonly action: () => void;
}

/** Runs actions one at a time; an action may schedule others. */
export class Agenda {
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #startMs: number;
  readonly #startWallMs: number;
  /** In descending order of time, so that the next one is at the end. */
  readonly #entries: Entry[] = [];
  readonly #onError: (error: unknown) => void;
  #wake = new AbortController();

  /**
   * `speed` is the number of simulated seconds per real second, more than 0. An action that throws
   * is reported to `onError`, and the next one runs.
   */
  constructor(clock: Clock, speed: number, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#speed = speed;
    this.#onError = onError;
    this.#startMs = clock.now();
    this.#startWallMs = clock.wall();
  }

  /** Simulated milliseconds since 1970. */
  get nowMs(): number {
    return this.#startWallMs + (this.#clock.now() - this.#startMs) * this.#speed;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Schedules an action; the returned function cancels it. */
  after(ms: number, action: () => void): () => void {
    if (this.#entries.length === entriesMax) {
      throw new RangeError(`expected at most ${entriesMax} actions on the agenda`);
    }
    const entry = { atMs: this.nowMs + ms, action };
    const at = lowerBound(this.#entries, ({ atMs }) => atMs <= entry.atMs);
    this.#entries.splice(at, 0, entry);
    // `run` may be waiting for a later one.
    if (at === this.#entries.length - 1) this.#wake.abort();
    return () => this.#remove(entry);
  }

  /** Runs actions at their time, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const next = this.#entries.at(-1);
      const waitMs = next === undefined ? Number.POSITIVE_INFINITY : next.atMs - this.nowMs;
      if (next !== undefined && waitMs <= 0) {
        this.#entries.pop();
        this.#do(next);
        await this.#clock.turn();
      } else {
        const sleepMs = Math.min(waitMs / this.#speed, sleepMsMax);
        await this.#clock.sleep(sleepMs, AbortSignal.any([signal, this.#wake.signal]));
      }
    }
  }

  #do({ action }: Entry): void {
    try {
      action();
    } catch (error) {
      this.#onError(error);
    }
  }

  #remove(entry: Entry): void {
    const from = lowerBound(this.#entries, ({ atMs }) => atMs <= entry.atMs);
    const at = this.#entries.indexOf(entry, from);
    if (at >= 0) this.#entries.splice(at, 1);
  }
}

/** The longest delay of a timer. */
const sleepMsMax = 2 ** 31 - 1;
