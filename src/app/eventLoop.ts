// EventLoopMonitor measures the longest turn of the event loop: others wait for as long.
import type { Thread } from '../lib/clock.ts';

/** Interval of the timer whose lateness shows a thread that is kept from running. */
const timerMs = 1_000;
/** The last minute is kept in pieces; a maximum may be older by one piece. */
const pieceMs = 10_000;
const piecesMax = 6;

/** The longest of something, in seconds. */
export interface Longest {
  /** In the last minute, or in up to ten seconds more. */
  readonly minute: number;
  readonly start: number;
}

/** How long a turn of the event loop was at most. */
export interface LoopTimes {
  /** By the CPU time that the thread used in it. */
  readonly runCpu: Longest;
  /** By the clock, or how late a timer was, if that is more: the thread may not have run. */
  readonly delay: Longest;
}

/** Looks at the end of each turn until it is closed. A look takes 1.0 to 1.3 µs of CPU. */
export class EventLoopMonitor {
  readonly #thread: Thread;
  readonly #runCpu = new Maximum();
  readonly #delay = new Maximum();
  #unset: () => void = () => undefined;
  /** At the end of the last turn. */
  #lastMs: number;
  #lastCpuMs: number;
  #lastIdleMs: number;
  #closed = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#lastMs = thread.now();
    this.#lastCpuMs = thread.cpuMs();
    this.#lastIdleMs = thread.idleMs();
    thread.afterTurn(() => this.#look());
    this.#setTimer();
  }

  /** Of all turns that have ended. */
  get times(): LoopTimes {
    const nowMs = this.#thread.now();
    return { runCpu: this.#runCpu.at(nowMs), delay: this.#delay.at(nowMs) };
  }

  close(): void {
    this.#closed = true;
    this.#unset();
  }

  #look(): void {
    if (this.#closed) return;
    const nowMs = this.#thread.now();
    const cpuMs = this.#thread.cpuMs();
    const idleMs = this.#thread.idleMs();
    this.#runCpu.saw(cpuMs - this.#lastCpuMs, nowMs);
    this.#delay.saw(nowMs - this.#lastMs - (idleMs - this.#lastIdleMs), nowMs);
    this.#lastMs = nowMs;
    this.#lastCpuMs = cpuMs;
    this.#lastIdleMs = idleMs;
    this.#thread.afterTurn(() => this.#look());
  }

  #setTimer(): void {
    const dueMs = this.#thread.now() + timerMs;
    this.#unset = this.#thread.after(timerMs, () => {
      const nowMs = this.#thread.now();
      this.#delay.saw(nowMs - dueMs, nowMs);
      this.#setTimer();
    });
  }
}

/** The maximum of the last minute, and since the start. */
class Maximum {
  #ever = 0;
  /** The maximum of each piece of time, by its number, the latest last. */
  readonly #pieces: { readonly piece: number; ms: number }[] = [];

  saw(ms: number, nowMs: number): void {
    if (ms > this.#ever) this.#ever = ms;
    const piece = Math.floor(nowMs / pieceMs);
    const last = this.#pieces.at(-1);
    if (last?.piece === piece) {
      if (ms > last.ms) last.ms = ms;
      return;
    }
    this.#pieces.push({ piece, ms: Math.max(ms, 0) });
    if (this.#pieces.length > piecesMax + 1) this.#pieces.shift();
  }

  at(nowMs: number): Longest {
    const oldest = Math.floor(nowMs / pieceMs) - piecesMax;
    const recent = this.#pieces.filter(({ piece }) => piece >= oldest).map(({ ms }) => ms);
    return { minute: Math.max(0, ...recent) / 1000, start: this.#ever / 1000 };
  }
}
