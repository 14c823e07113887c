// Shares our thread out between those who have much to do, so that the event loop turns in between.
import type { Clock } from './clock.ts';

/** All of them together work for about so long before the event loop gets a turn. */
const runMsMax = 10;

/**
 * One for all who decode and render: sockets that have something to say at the same time are served
 * within the same turn of the loop, so a limit for each of them would be a limit for none.
 */
export class Turns {
  readonly #clock: Pick<Clock, 'now' | 'turn'>;
  readonly #onRun: () => void;
  /** Those who wait for their turn, the longest wait first. */
  readonly #waiting: (() => void)[] = [];
  /** When the first of those who work since the last turn began; undefined while nobody has. */
  #startMs: number | undefined;

  /** `onRun` is called as each run begins. */
  constructor(clock: Pick<Clock, 'now' | 'turn'>, onRun: () => void = () => undefined) {
    this.#clock = clock;
    this.#onRun = onRun;
  }

  /**
   * Asked before each piece of work: undefined where it may be done at once, else a promise that
   * resolves when it may. One of those who wait goes on at each turn of the loop. A run lasts
   * longer than it should by the piece that was begun last, so pieces are to be short.
   */
  next(): Promise<void> | undefined {
    if (this.#startMs === undefined) {
      this.#begin();
      return undefined;
    }
    if (this.#clock.now() - this.#startMs < runMsMax) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): void {
    this.#startMs = this.#clock.now();
    this.#onRun();
    void this.#clock.turn().then(() => {
      this.#startMs = undefined;
      const resume = this.#waiting.shift();
      if (resume === undefined) return;
      this.#begin();
      resume();
    });
  }
}
