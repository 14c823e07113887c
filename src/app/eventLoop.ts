// EventLoopMonitor measures how long the thread ran at most without a turn of the event loop.
import type { Clock, Thread, TurnMeter } from '../lib/clock.ts';

/** Interval of checks while the thread has work; each turn of the watched clock is one too. */
const busyLookMs = 20;
/** Interval while it is idle: a timer that wakes an idle process costs 100 times the check. */
const idleLookMs = 1_000;
/** A thread that used less CPU time than this since the last check is idle. */
const idleCpuMsMax = 2;
/** The last minute is kept in pieces; a maximum may be older by one piece. */
const pieceMs = 10_000;
const piecesMax = 6;

/** The longest of something, in seconds. */
export interface Longest {
  /** In the last minute, or in up to ten seconds more. */
  readonly minute: number;
  readonly start: number;
}

/** How long the thread was longest without a turn of the event loop. */
export interface LoopTimes {
  /**
   * By the CPU time it used. Never too low, but too high where several turns came between two looks
   * and Node does not tell how long one of them was, or other processes made it longer.
   */
  readonly runCpu: Longest;
  /** By the clock: the longest turn, or how late a look came because the thread did not run. */
  readonly delay: Longest;
}

/** Checks the thread until it is closed. */
export class EventLoopMonitor {
  readonly #thread: Thread;
  readonly #turns: TurnMeter;
  readonly #runCpu = new Maximum();
  readonly #delay = new Maximum();
  #unset: () => void = () => undefined;
  #lastCpuMs: number;
  /** What the thread had used at the last look, since the one before it. */
  #lastUsedMs = 0;
  /** The longest turn that the last look was told. */
  #lastTurnMs = 0;
  /** Whether a check at the next turn is scheduled. */
  #asked = false;
  #closed = false;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#turns = thread.measureTurns();
    this.#lastCpuMs = thread.cpuMs();
    this.#lookAgain(busyLookMs);
  }

  /**
   * The clock, with a look before and after each turn that is asked for: long work asks for turns.
   * Of work that asks for none, all that is done between two looks is taken for one run.
   */
  watched(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      wall: () => clock.wall(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      turn: async () => {
        this.#lookNextTurn();
        await clock.turn();
        this.#lookNextTurn();
      },
    };
  }

  #lookNextTurn(): void {
    if (this.#asked || this.#closed) return;
    this.#asked = true;
    const startMs = this.#thread.now();
    this.#thread.turn(() => {
      this.#asked = false;
      // The timer stays as it is: to set it again at each turn would cost more than the check.
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
    this.#turns.close();
  }

  /** The CPU time since the last check; other work has waited since `wantedMs`. */
  #look(wantedMs: number): number {
    const nowMs = this.#thread.now();
    const cpuMs = this.#thread.cpuMs();
    const usedMs = cpuMs - this.#lastCpuMs;
    this.#lastCpuMs = cpuMs;
    const turnMs = this.#turns.longestMs();
    this.#delay.saw(Math.max(nowMs - wantedMs, turnMs ?? 0), nowMs);
    if (turnMs === undefined) {
      this.#runCpu.saw(usedMs, nowMs);
    } else {
      // The turn that was under way at the last look has ended: it is one of the two, too.
      const turnMsMax = Math.max(this.#lastTurnMs, turnMs);
      this.#runCpu.saw(Math.min(this.#lastUsedMs, turnMsMax), nowMs);
      this.#lastUsedMs = usedMs;
      this.#lastTurnMs = turnMs;
    }
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
