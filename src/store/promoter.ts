// Promoter follows changes of inherited labels: it mends stored texts, a block in each turn.
import type { Clock } from '../lib/clock.ts';
import type { ResourceData } from './resourceData.ts';
import type { FlushWork } from './resourceStore.ts';
import type { PromotionWork } from './types.ts';

/** After a failure. */
const retryMs = 1_000;

export interface PromoterOptions {
  /** All that there are at any time. */
  readonly resources: ReadonlySet<ResourceData>;
  readonly flusher: Pick<FlushWork, 'writer' | 'changed' | 'drained'>;
  readonly clock: Pick<Clock, 'sleep' | 'turn'>;
  /** Told of work that failed; it is tried again. */
  onError(error: unknown): void;
}

/**
 * One block takes some milliseconds: it is decompressed, and all of its objects' texts are spliced.
 * The event loop turns after each, and pending text has the bound that it always has.
 */
export class Promoter {
  readonly #options: PromoterOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  /** Objects changed since the start. */
  #changed = 0;

  constructor(options: PromoterOptions) {
    this.#options = options;
  }

  get work(): PromotionWork {
    let waiting = 0;
    for (const { inheritors } of this.#options.resources) waiting += inheritors?.staleCount ?? 0;
    return { waiting, changed: this.#changed };
  }

  /** To be called as an object may have become stale. */
  wake(): void {
    if (!this.#closing.signal.aborted) this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, flusher, onError } = this.#options;
    const { signal } = this.#closing;
    // Changes that come together are followed together.
    await clock.turn();
    while (!signal.aborted) {
      try {
        await flusher.drained();
        if (signal.aborted || !this.#step()) break;
        await clock.turn();
      } catch (error) {
        onError(error);
        await clock.sleep(retryMs, signal);
      }
    }
    this.#running = undefined;
  }

  /** Mends one block; false where no object is stale. */
  #step(): boolean {
    const { resources, flusher } = this.#options;
    for (const data of resources) {
      if ((data.inheritors?.staleCount ?? 0) === 0) continue;
      const changed = data.promoteInBlock(flusher.writer);
      this.#changed += changed;
      if (changed > 0) flusher.changed();
      return true;
    }
    return false;
  }
}
