// A clock for tests of the demo: time passes only when the test says so.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/clock.ts';

const startWallMs = Date.UTC(2026, 0, 15, 12, 0, 30);

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until `advance` moves it. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #turning = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return startWallMs + this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve();
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  async turn(): Promise<void> {
    this.#turning += 1;
    await nextTurn();
    this.#turning -= 1;
  }

  /** Lets time pass, waking each sleeper at its time and letting it work before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.#rest();
    for (;;) {
      const due = [...this.#sleepers].filter(({ atMs }) => atMs <= endMs);
      const [next] = due.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await this.#rest();
    }
    this.#nowMs = endMs;
    await this.#rest();
  }

  /** Waits until nobody is between two turns any more. */
  async #rest(): Promise<void> {
    do await nextTurn();
    while (this.#turning > 0);
  }
}
