// Waiting times between attempts: exponential with jitter, and short again after a good while.
import type { Clock } from '../clock.ts';

const firstMs = 1_000;
/** Short enough that ten seconds after an outage all is right again. */
const waitMsMax = 8_000;
/** Without a failure for this long, the next one counts as the first. */
const resetMs = 120_000;

/** Hands out the waits of one failing thing; one instance for each. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #attempts = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How long to wait after the failure that just happened. */
  nextMs(): number {
    const now = this.#clock.now();
    if (now - this.#lastMs > resetMs) this.#attempts = 0;
    this.#lastMs = now;
    const wait = Math.min(firstMs * 2 ** this.#attempts, waitMsMax);
    if (wait < waitMsMax) this.#attempts++;
    // Half of the wait is random, so that reflectors that failed together do not return together.
    return wait / 2 + (wait / 2) * this.#random();
  }
}
