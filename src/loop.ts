// Watches our own thread: how long it has run at the most without a turn of the event loop.
import type { Thread } from './clock.ts';
import type { Longest, LoopTimes } from './metrics/selfWork.ts';

/** The thread is looked at as often as this while it has work. */
const busyLookMs = 20;
/** Waking an idle process for a look costs far more than the look. */
const idleLookMs = 200;
/** So long after work was last begun the thread counts as idle. */
const busyMs = 1_000;
/** The last minute is remembered in pieces; what is asked for may be older by one piece. */
const pieceMs = 10_000;
const piecesMax = 6;

/** Looks at the thread it is opened on until it is closed. */
export class LoopWatch {
  readonly #thread: Thread;
  readonly #runCpu = new Maximum();
  readonly #delay = new Maximum();
  #unset: () => void = () => undefined;
  #dueMs = 0;
  #lastCpuMs: number;
  #busyMs: number;
  #idle = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#lastCpuMs = thread.cpuMs();
    this.#busyMs = thread.now();
    this.#setTimer(this.#busyMs);
  }

  /** Told when work begins; where that cannot be told, the longest run may come out too long. */
  busy(): void {
    const nowMs = this.#thread.now();
    this.#busyMs = nowMs;
    if (!this.#idle) return;
    this.#look(nowMs);
  }

  get times(): LoopTimes {
    const nowMs = this.#thread.now();
    return { runCpu: this.#runCpu.at(nowMs), delay: this.#delay.at(nowMs) };
  }

  close(): void {
    this.#unset();
  }

  #setTimer(nowMs: number): void {
    this.#idle = nowMs - this.#busyMs >= busyMs;
    const ms = this.#idle ? idleLookMs : busyLookMs;
    this.#dueMs = nowMs + ms;
    this.#unset = this.#thread.after(ms, () => {
      const lateMs = this.#thread.now();
      this.#delay.saw(lateMs - this.#dueMs, lateMs);
      this.#look(lateMs);
    });
  }

  #look(nowMs: number): void {
    const cpuMs = this.#thread.cpuMs();
    this.#runCpu.saw(cpuMs - this.#lastCpuMs, nowMs);
    this.#lastCpuMs = cpuMs;
    this.#unset();
    this.#setTimer(nowMs);
  }
}

/** The greatest of what was seen, lately and ever. */
class Maximum {
  #ever = 0;
  /** The greatest of each piece of time, by its number, the latest last. */
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
