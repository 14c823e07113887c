// Watch is one open watch, which ends when the server is silent for too long.
import type { Clock } from '../lib/clock.ts';
import { unlessAborted } from '../lib/deadline.ts';
import { isUnacceptable } from './apiError.ts';
import type { Client, WatchQuery } from './client.ts';
import type { Accepts } from './itemParser.ts';
import type { Pace } from './listPace.ts';
import type { Collection, ReflectorObserver } from './types.ts';
import type { WatchEvent } from './watchFormat.ts';
import type { WatchStream } from './watchStream.ts';

/** Silence allowed before two bookmarks were seen: three times a server's usual minute. */
const silenceMsDefault = 180_000;
const silenceMsMin = 30_000;
const silenceMsMax = 600_000;
/** How often to look again while the watch waits for its reader. */
const lookMs = 1_000;
/** A watch may be silent for this many intervals between bookmarks. */
const intervalsMax = 4;
/** The weight of an interval after each later one, so that a single long one loses its effect. */
const intervalDecay = 0.8;

/** No event came for too long: the connection may be dead without an error. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** How long watches of one collection may be silent, by the intervals between bookmarks. */
export class SilenceWindow {
  #intervalMs: number | undefined;

  /** Called with the time between two bookmarks of one watch. */
  saw(intervalMs: number): void {
    this.#intervalMs = Math.max(intervalMs, (this.#intervalMs ?? 0) * intervalDecay);
  }

  get ms(): number {
    if (this.#intervalMs === undefined) return silenceMsDefault;
    return Math.min(Math.max(this.#intervalMs * intervalsMax, silenceMsMin), silenceMsMax);
  }
}

/** What to watch, and for how long without an event. */
export interface WatchOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly query: WatchQuery;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observer: ReflectorObserver;
  /** Which objects are kept; all without it. */
  readonly accepts?: Accepts | undefined;
  /** Whether each event is to be read whole, even where a later one supersedes it. */
  readonly everyEvent?: boolean | undefined;
  /** Whether it is read as its events come, and not at ticks. */
  readonly atOnce?: boolean | undefined;
  /** The pace of the list that the watch begins with. */
  readonly pace?: Pace;
  /** When to end the watch, by the clock; called each time that the clock is looked at. */
  readonly dueMs: (watch: Watch) => number;
}

/** An open watch; its opener has to close it. */
export class Watch implements AsyncIterable<WatchEvent> {
  readonly openedMs: number;
  /** When to end the watch; its reader may replace this. */
  dueMs: (watch: Watch) => number;
  readonly #clock: Clock;
  readonly #controller: AbortController;
  readonly #unlink: () => void;
  readonly #source: WatchStream;
  readonly #guarded: Promise<void>;
  #lastMs: number;
  #silent = false;
  #paused = false;

  /** Asks for the watch; rejects with the server's error. */
  static async open(options: WatchOptions): Promise<Watch> {
    const { client, collection, query, signal, observer, pace } = options;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    const unlink = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const source = await client.watch(collection, query, {
        signal: controller.signal,
        pace,
        accepts: options.accepts,
        everyEvent: options.everyEvent,
        atOnce: options.atOnce,
        onMalformed: (key, error) => observer.malformed(key, error),
      });
      observer.watch('success');
      return new Watch(options, source, controller, unlink);
    } catch (error) {
      unlink();
      // A server that does not stream lists refuses in this way; that is no failure.
      const unsupported = query.sendInitialEvents === true && isUnacceptable(error);
      if (!signal.aborted && !unsupported) observer.watch('error');
      throw error;
    }
  }

  private constructor(
    { clock, dueMs }: WatchOptions,
    source: WatchStream,
    controller: AbortController,
    unlink: () => void,
  ) {
    this.openedMs = clock.now();
    this.#lastMs = this.openedMs;
    this.dueMs = dueMs;
    this.#clock = clock;
    this.#source = source;
    this.#controller = controller;
    this.#unlink = unlink;
    this.#guarded = this.#guard();
  }

  /** When the last event came, or the watch was opened, or its last pause ended. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /**
   * The events, until the server ends the watch in order. A loop over them may be left, and another
   * one continues: only `close` ends the watch.
   */
  [Symbol.asyncIterator](): AsyncIterator<WatchEvent> {
    return { next: () => this.#next() };
  }

  /** The list that the watch began with is complete: changes are read at ticks. */
  readAtTicks(): void {
    this.#source.readAtTicks();
  }

  async #next(): Promise<IteratorResult<WatchEvent>> {
    try {
      const result = await this.#source.next();
      if (!result.done) this.#lastMs = this.#clock.now();
      return result;
    } catch (error) {
      if (!this.#silent) throw error;
      throw new SilenceError('expected an event or a bookmark by now, got silence');
    }
  }

  /**
   * Waits for work of the reader, during which the watch may be silent. Rejects as soon as the
   * watch is to end.
   */
  async pauseFor(work: Promise<void>): Promise<void> {
    this.#paused = true;
    try {
      await unlessAborted(work, this.#controller.signal);
    } finally {
      this.#paused = false;
      this.#lastMs = this.#clock.now();
    }
  }

  /** Ends the watch, if the server has not; resolves when all of it is released. */
  async close(): Promise<void> {
    this.#unlink();
    this.#controller.abort();
    await this.#guarded;
    await this.#source.return();
  }

  /** Sleeps until the watch is due, looks again, and ends it if it still is. */
  async #guard(): Promise<void> {
    const { signal } = this.#controller;
    while (!signal.aborted) {
      let leftMs = this.#paused ? lookMs : this.dueMs(this) - this.#clock.now();
      // What waits for its tick has come in time.
      if (leftMs <= 0 && this.#source.bytesWait) leftMs = lookMs;
      if (leftMs <= 0) {
        this.#silent = true;
        this.#controller.abort();
        return;
      }
      await this.#clock.sleep(leftMs, signal);
    }
  }
}
