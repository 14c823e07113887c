// RequestQueue starts queued requests in short slices, so that probes are answered in between.
import type { Clock } from '../lib/clock.ts';

/** So long requests are started before the event loop turns. */
const sliceMs = 5;
/** While connections arrive, the queue waits for at most so many turns in a row. */
const acceptTurnsMax = 1_000;

/**
 * Node accepts one connection per turn of the event loop, and the last of many may be a probe's. So
 * slices are short, and while connections arrive no queued request is started. The queue is bounded
 * by the limit of connections, because each has one request in it.
 */
export class RequestQueue {
  readonly #clock: Pick<Clock, 'now' | 'turn'>;
  readonly #queue: (() => void)[] = [];
  #running = false;
  #connectionAccepted = false;

  constructor(clock: Pick<Clock, 'now' | 'turn'>) {
    this.#clock = clock;
  }

  /** A connection was accepted: there may be more in the backlog. */
  connectionAccepted(): void {
    this.#connectionAccepted = true;
  }

  /** Calls `start` in its turn; it must not throw. */
  enqueue(start: () => void): void {
    this.#queue.push(start);
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let acceptTurns = 0;
    while (this.#queue.length > 0) {
      await this.#clock.turn();
      acceptTurns = this.#connectionAccepted ? acceptTurns + 1 : 0;
      this.#connectionAccepted = false;
      if (acceptTurns > 0 && acceptTurns < acceptTurnsMax) continue;
      const endMs = this.#clock.now() + sliceMs;
      do this.#queue.shift()?.();
      while (this.#queue.length > 0 && this.#clock.now() < endMs);
    }
    this.#running = false;
  }
}
