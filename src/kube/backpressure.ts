// Backpressure asks a sink for room after every few objects, so that its pending text is bounded.
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { LogInterval } from '../lib/logThrottle.ts';
import type { Relist, Sink } from '../store/types.ts';
import type { Collection } from './types.ts';

/** After so many objects the sink is asked whether it has room for more. */
const objectsMax = 8;
/** A failure of the sink is logged again this often. */
const logMs = 60_000;

/** The store failed, not the API server. Without a code, as errors of connections have. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** Commits the list; rejects with a StoreError. */
export async function commit(relist: Pick<Relist, 'commit'>): Promise<void> {
  try {
    await relist.commit();
  } catch (cause) {
    throw new StoreError(`the list could not be stored: ${errorMessage(cause)}`, { cause });
  }
}

/** What Backpressure needs of a reflector's context. */
export interface BackpressureOptions {
  readonly collection: Pick<Collection, 'resource'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'error'>;
}

/** Counts the objects that are put into a sink or into a relist. */
export class Backpressure {
  readonly #sink: Pick<Sink, 'drained'>;
  readonly #options: BackpressureOptions;
  readonly #logged: LogInterval;
  #objects = 0;

  constructor(sink: Pick<Sink, 'drained'>, options: BackpressureOptions) {
    this.#sink = sink;
    this.#options = options;
    this.#logged = new LogInterval(options.clock, logMs);
  }

  /** Called after each object: a promise of room where it is time to wait for that. */
  count(): Promise<void> | undefined {
    this.#objects++;
    if (this.#objects % objectsMax !== 0) return undefined;
    return this.#sink.drained().catch((err: unknown) => this.#failed(err));
  }

  /** Logs it, no more: the store flushes again by itself, and the watch is not affected. */
  #failed(err: unknown): void {
    const { log, collection } = this.#options;
    const { resource } = collection;
    this.#logged.write(() => log.error({ resource, err }, 'the store could not make room'));
  }
}
