// One watch while it is open, guarded against silence.
import type { Clock } from '../clock.ts';
import { isUnacceptable } from './apiError.ts';
import type { Client, WatchQuery } from './client.ts';
import type { WatchEvent } from './decode.ts';
import { unlessAborted } from './room.ts';
import type { Collection, ReflectorObserver } from './types.ts';

/** A server bookmarks about once a minute; before that is seen, three times as long is allowed. */
const silenceMsDefault = 180_000;
const silenceMsMin = 30_000;
const silenceMsMax = 600_000;
/** While a watch waits for its reader, its silence is looked at again after so long. */
const heldMs = 1_000;
/** How many of the intervals seen between bookmarks a watch may be silent. */
const intervalsMax = 4;
/** What an interval seen weighs after each later one, so that one long one is forgotten. */
const intervalDecay = 0.8;

/** Nothing came for longer than it may: the connection may be dead though nobody says so. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

/** How long a watch may be silent, by the bookmarks seen; outlives the watches it judges. */
export class SilenceWindow {
  #intervalMs: number | undefined;

  /** Told of the time between two bookmarks of one watch. */
  saw(intervalMs: number): void {
    this.#intervalMs = Math.max(intervalMs, (this.#intervalMs ?? 0) * intervalDecay);
  }

  get ms(): number {
    if (this.#intervalMs === undefined) return silenceMsDefault;
    return Math.min(Math.max(this.#intervalMs * intervalsMax, silenceMsMin), silenceMsMax);
  }
}

/** What to watch, and when to give it up. */
export interface WatchOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly query: WatchQuery;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly observer: ReflectorObserver;
  /** When the watch is to be given up, by the clock; asked for again and again. */
  readonly dueMs: (watch: Watch) => number;
}

/** An open watch. Whoever opens it closes it. */
export class Watch implements AsyncIterable<WatchEvent> {
  readonly openedMs: number;
  /** When the watch is to be given up; may be replaced by whoever reads it. */
  dueMs: (watch: Watch) => number;
  readonly #clock: Clock;
  readonly #controller: AbortController;
  readonly #unlink: () => void;
  readonly #source: AsyncIterator<WatchEvent>;
  readonly #guarded: Promise<void>;
  #lastMs: number;
  #silent = false;
  #held = false;

  /** Asks for the watch; rejects with what the server has against it. */
  static async open(options: WatchOptions): Promise<Watch> {
    const { client, collection, query, signal, observer } = options;
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    const unlink = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const source = await client.watch(collection, query, {
        signal: controller.signal,
        onMalformed: (key, error) => observer.malformed(key, error),
      });
      observer.watch('success');
      return new Watch(options, source, controller, unlink);
    } catch (error) {
      unlink();
      // A server that does not stream lists says so in this way; that is no failure.
      const unsupported = query.sendInitialEvents === true && isUnacceptable(error);
      if (!signal.aborted && !unsupported) observer.watch('error');
      throw error;
    }
  }

  private constructor(
    { clock, dueMs }: WatchOptions,
    source: AsyncIterator<WatchEvent>,
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

  /** When the last event came, or the watch was opened or last held up. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /**
   * The events, until the server ends the watch in order. A loop over them may be left and another
   * one go on: only `close` ends the watch.
   */
  [Symbol.asyncIterator](): AsyncIterator<WatchEvent> {
    return { next: () => this.#next() };
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
   * Waits for something that holds up whoever reads the watch, and takes no silence meanwhile for
   * the server's. Rejects as soon as the watch is to end.
   */
  async holdUp(work: Promise<void>): Promise<void> {
    this.#held = true;
    try {
      await unlessAborted(work, this.#controller.signal);
    } finally {
      this.#held = false;
      this.#lastMs = this.#clock.now();
    }
  }

  /** Ends the watch, whether or not the server has; resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#unlink();
    this.#controller.abort();
    await this.#guarded;
    await this.#source.return?.();
  }

  /** Sleeps until the watch is due as things stand, looks again, and ends it when it is. */
  async #guard(): Promise<void> {
    const { signal } = this.#controller;
    while (!signal.aborted) {
      const leftMs = this.#held ? heldMs : this.dueMs(this) - this.#clock.now();
      if (leftMs <= 0) {
        this.#silent = true;
        this.#controller.abort();
        return;
      }
      await this.#clock.sleep(leftMs, signal);
    }
  }
}
