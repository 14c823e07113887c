// VersionCheck asks the server whether it knows the resourceVersion that a watch starts from.
import type { Clock } from '../lib/clock.ts';
import type { Client } from './client.ts';
import { withPace } from './listPace.ts';
import type { Collection } from './types.ts';

/** After so many watches in a row without any event, the version is checked. */
const silentWatchesMax = 2;

export interface VersionCheckOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly clock: Clock;
}

/**
 * A server whose storage was restored from a backup may not have reached the version yet. A watch
 * from such a version stays silent for ever, without an error; a list of one object that has to be
 * as new as the version fails. The check is due after silent watches, and after a broken
 * connection, for the server behind the next one may be another.
 */
export class VersionCheck {
  readonly #options: VersionCheckOptions;
  #due = false;
  /** Watches in a row that ended without an event. */
  #silentWatches = 0;

  constructor(options: VersionCheckOptions) {
    this.#options = options;
  }

  get due(): boolean {
    return this.#due;
  }

  watchWasSilent(): void {
    if (++this.#silentWatches >= silentWatchesMax) this.#due = true;
  }

  connectionBroke(): void {
    this.#due = true;
  }

  eventCame(): void {
    this.#silentWatches = 0;
  }

  /** The server has named the version itself, in a list. */
  versionIsGood(): void {
    this.#due = false;
  }

  /** Rejects with the server's error where it does not know the version. */
  async run(version: string, signal: AbortSignal): Promise<void> {
    const { client, collection, clock } = this.#options;
    const query = {
      limit: 1,
      resourceVersion: version,
      resourceVersionMatch: 'NotOlderThan',
    } as const;
    await withPace({ clock, signal }, async (pace) => {
      const read = { signal: pace.signal, onMalformed: () => undefined, pace };
      for await (const _ of await client.list(collection, query, read));
    });
    this.#due = false;
  }
}
