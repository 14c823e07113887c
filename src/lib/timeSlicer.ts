// TimeSlicer divides one thread between long tasks, so that the event loop turns in between.
import type { Clock } from './clock.ts';

/** All tasks together run for about so long before the event loop turns. */
const runMsMax = 10;

/**
 * One for everything that decodes and renders: all readable sockets are served within the same turn
 * of the event loop, so a limit for each task would be no limit at all.
 */
export class TimeSlicer {
  readonly #clock: Pick<Clock, 'now' | 'turn'>;
  /** Waiting tasks, the longest wait first. */
  readonly #waiting: (() => void)[] = [];
  /** When the first task since the last turn began; undefined before one does. */
  #startMs: number | undefined;

  constructor(clock: Pick<Clock, 'now' | 'turn'>) {
    this.#clock = clock;
  }

  /**
   * Called before each piece of work: undefined where it may be done at once, else a promise that
   * resolves when it may. One waiting task continues at each turn. A run overshoots by its last
   * piece, so pieces must be short.
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
    void this.#clock.turn().then(() => {
      this.#startMs = undefined;
      const resume = this.#waiting.shift();
      if (resume === undefined) return;
      this.#begin();
      resume();
    });
  }
}
