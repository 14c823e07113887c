// Watches our own thread: how long it has run at the most without a turn of the event loop.
import type { Thread } from './clock.ts';
import type { Longest, LoopTimes } from './metrics/selfWork.ts';

/** A thread that has work is looked at as often as this, and at each turn that we are told of. */
const busyLookMs = 20;
/** A timer that wakes an idle process costs a hundred times what the look does. */
const idleLookMs = 250;
/** A thread that used less CPU time than this since the last look is idle. */
const idleCpuMsMax = 2;
/** The last minute is remembered in pieces; what is asked for may be older by one piece. */
const pieceMs = 10_000;
const piecesMax = 6;

/** Looks at the thread it is opened on until it is closed. */
export class LoopWatch {
  readonly #thread: Thread;
  readonly #runCpu = new Maximum();
  readonly #delay = new Maximum();
  #unset: () => void = () => undefined;
  #lastCpuMs: number;
  /** Whether a look at the next turn has been asked for. */
  #asked = false;
  #closed = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#lastCpuMs = thread.cpuMs();
    this.#lookAgain(busyLookMs);
  }

  /**
   * Told when work begins that may be long. Of work that nobody tells of, all that is done between
   * two looks is taken for one run.
   */
  busy(): void {
    if (this.#asked || this.#closed) return;
    this.#asked = true;
    const startMs = this.#thread.now();
    this.#thread.turn(() => {
      this.#asked = false;
      // The timer is left as it is: to set it again at each turn would cost more than the look.
      this.#look(startMs);
    });
  }

  get times(): LoopTimes {
    const nowMs = this.#thread.now();
    return { runCpu: this.#runCpu.at(nowMs), delay: this.#delay.at(nowMs) };
  }

  close(): void {
    this.#closed = true;
    this.#unset();
  }

  /** The CPU time since the look before; `wantedMs` is since when others have had to wait. */
  #look(wantedMs: number): number {
    const nowMs = this.#thread.now();
    const cpuMs = this.#thread.cpuMs();
    const usedMs = cpuMs - this.#lastCpuMs;
    this.#lastCpuMs = cpuMs;
    this.#runCpu.saw(usedMs, nowMs);
    this.#delay.saw(nowMs - wantedMs, nowMs);
    return usedMs;
  }

  #lookAgain(ms: number): void {
    const dueMs = this.#thread.now() + ms;
    this.#unset = this.#thread.after(ms, () => {
      const usedMs = this.#look(dueMs);
      this.#lookAgain(usedMs < idleCpuMsMax ? idleLookMs : busyLookMs);
    });
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
