// ListPace ends a list that the server sends too slowly, or for too long.
import type { Clock } from '../lib/clock.ts';

/** A list with fewer bytes than this in a window is ended. */
const windowMs = 60_000;
const windowBytesMin = windowMs * ((64 * 1024) / 1_000);
/** Time for a whole list; it is doubled after each list that took longer, up to an hour. */
const lengthMsFirst = 10 * 60_000;
const lengthMsMax = 60 * 60_000;
/** How often to look again while the reader, not the server, delays the list. */
const lookMs = 1_000;

/** The stream ended before the list was complete. */
export class UnfinishedError extends Error {
  override readonly name: string = 'UnfinishedError';
}

/** The list would have taken too long. */
export class SlowListError extends UnfinishedError {
  override readonly name = 'SlowListError';
}

/** How long each list of one collection may take. */
export class ListLength {
  #ms = lengthMsFirst;

  get ms(): number {
    return this.#ms;
  }

  /** The next list gets more time: it would be too slow again. */
  exceeded(): void {
    this.#ms = Math.min(2 * this.#ms, lengthMsMax);
  }
}

/** What the reader of a body reports of it. */
export interface Pace {
  /** From now on the reader waits for the server, until the next `got`. */
  waits(): void;
  got(bytes: number): void;
}

/**
 * The pace of one list, of all its pages together. Only time counts in which the reader waits for
 * the server: a list that is read slowly would be no faster the next time. `withPace` closes it.
 */
export class ListPace implements Pace {
  readonly #clock: Clock;
  readonly #length: ListLength;
  readonly #controller = new AbortController();
  readonly #closing = new AbortController();
  /** Aborts when the list is ended, or when the signal that it was made with aborts. */
  readonly signal: AbortSignal;
  readonly #guarded: Promise<void>;
  /** The time of all waits for the server that have ended. */
  #waitedMs = 0;
  #waitsSinceMs: number | undefined;
  #windowEndMs = windowMs;
  #windowBytes = 0;
  #error: SlowListError | undefined;

  constructor(clock: Clock, signal: AbortSignal, length: ListLength = new ListLength()) {
    this.#clock = clock;
    this.#length = length;
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
    this.#guarded = this.#guard(AbortSignal.any([signal, this.#closing.signal]));
  }

  waits(): void {
    this.#waitsSinceMs ??= this.#clock.now();
  }

  got(bytes: number): void {
    this.#waitedMs = this.servedMs;
    this.#waitsSinceMs = undefined;
    // Bytes after the end of a window count for the next one.
    this.#nextWindow();
    this.#windowBytes += bytes;
  }

  /** Why the list was ended, if it was; else the error of the reader. */
  errorOf(error: unknown): unknown {
    return this.#error ?? error;
  }

  /** The list is complete, or has failed: the pace counts no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#guarded;
  }

  /** The time in which the reader has waited for the server so far. */
  get servedMs(): number {
    const sinceMs = this.#waitsSinceMs;
    return this.#waitedMs + (sinceMs === undefined ? 0 : this.#clock.now() - sinceMs);
  }

  #nextWindow(): void {
    if (this.servedMs < this.#windowEndMs || this.#windowBytes < windowBytesMin) return;
    this.#windowEndMs = this.servedMs + windowMs;
    this.#windowBytes = 0;
  }

  async #guard(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#nextWindow();
      const leftMs = Math.min(this.#windowEndMs, this.#length.ms) - this.servedMs;
      if (leftMs <= 0) {
        this.#endList();
        return;
      }
      const readerDelays = this.#waitsSinceMs === undefined;
      await this.#clock.sleep(readerDelays ? Math.max(leftMs, lookMs) : leftMs, signal);
    }
  }

  #endList(): void {
    if (this.servedMs >= this.#length.ms) {
      const minutes = this.#length.ms / 60_000;
      this.#length.exceeded();
      this.#error = new SlowListError(`expected a whole list within ${minutes} min, got a part`);
    } else {
      this.#error = new SlowListError('expected at least 64 KB/s of a list for a minute, got less');
    }
    this.#controller.abort(this.#error);
  }
}

/** The list that is read: by which clock, until when, and how long such lists may take. */
export interface PaceOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly length?: ListLength;
}

/** Reads a list; rejects with a SlowListError as soon as the server is too slow. */
export async function withPace<T>(
  { clock, signal, length }: PaceOptions,
  read: (pace: ListPace) => Promise<T>,
): Promise<T> {
  const pace = new ListPace(clock, signal, length);
  try {
    return await read(pace);
  } catch (error) {
    throw pace.errorOf(error);
  } finally {
    await pace.close();
  }
}
