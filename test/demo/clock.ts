// A clock for tests of the demo: time passes only when the test says so.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TestClock } from '../support/clock.ts';

const startWallMs = Date.UTC(2026, 0, 15, 12, 0, 30);

/** Stands still until `elapse` moves it, from one sleeper to the next. */
export class ManualClock extends TestClock {
  #turning = 0;

  constructor() {
    super({ nowMs: 0, wallMs: startWallMs });
  }

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.pending.length;
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return ms <= 0 ? Promise.resolve() : super.sleep(ms, signal);
  }

  override async turn(): Promise<void> {
    this.#turning += 1;
    await nextTurn();
    this.#turning -= 1;
  }

  /** Lets time pass, waking each sleeper at its time and letting it work before the next. */
  async elapse(ms: number): Promise<void> {
    const endMs = this.now() + ms;
    await this.#rest();
    for (;;) {
      const [nextMs = Number.POSITIVE_INFINITY] = this.pending;
      if (this.now() + nextMs > endMs) break;
      this.advance(Math.max(0, nextMs));
      await this.#rest();
    }
    this.advance(endMs - this.now());
    await this.#rest();
  }

  /** Waits until nobody is between two turns any more. */
  async #rest(): Promise<void> {
    do await nextTurn();
    while (this.#turning > 0);
  }
}
