// TestClock is the clock of unit tests: time passes only when a test says so.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/lib/clock.ts';

const passMsMax = 5_000;

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

export class TestClock implements Clock {
  #nowMs: number;
  #wallAheadMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor({ nowMs = 1_000_000, wallMs }: { nowMs?: number; wallMs?: number } = {}) {
    this.#nowMs = nowMs;
    this.#wallAheadMs = (wallMs ?? nowMs) - nowMs;
  }

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
      signal?.addEventListener('abort', wake);
    });
  }

  turn(): Promise<void> {
    return nextTurn();
  }

  /** The sleeps in progress, in milliseconds still to go. */
  get pending(): number[] {
    return [...this.#sleepers].map(({ dueMs }) => dueMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Moves time, and wakes all that is due. */
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const { dueMs, wake } of [...this.#sleepers]) if (dueMs <= this.#nowMs) wake();
  }

  /** Waits for a sleep of exactly this length, and moves time to its end. */
  async pass(ms: number): Promise<void> {
    const endMs = performance.now() + passMsMax;
    while (!this.pending.includes(ms)) {
      if (performance.now() > endMs) {
        const others = this.pending.join(', ') || 'none';
        throw new Error(`never saw a wait of ${ms} ms among ${others}`);
      }
      await delay(1);
    }
    this.advance(ms);
  }

  /** Somebody sets the machine's time of day. */
  setWall(aheadMs: number): void {
    this.#wallAheadMs += aheadMs;
  }
}
