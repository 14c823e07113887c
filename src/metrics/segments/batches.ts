// When the work of all stores is done: one thing at a time, in batches that keep a bound of age.
import type { Clock } from '../../clock.ts';
import type { StoreWork } from '../store.ts';
import type { Block, Tally } from './block.ts';
import type { Holding } from './holding.ts';
import { Sealer } from './sealed.ts';
import type { BatchWork } from './store.ts';

/** A change is served after this time at the latest, as long as the machine can follow. */
const stalenessMsMax = 1_000;
/** Changes are gathered for this long at the least, so that some of them meet in one block. */
const gatherMsMin = 100;
/** Of the bound, what is left for the batch to take longer than the last one. */
const reserveMs = 200;
/** Whoever puts more than this waits until it is sealed: it is kept as text until then. */
const waitingBytesMax = 8 * 1024 * 1024;

/** Objects of a relist that are committed between two turns of the event loop: some 5 ms. */
const stepsPerTurn = 1_000;

export interface BatchesOptions {
  readonly holdings: readonly Holding[];
  /** What the holdings count the bytes in that wait. */
  readonly waiting: Tally;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'turn'>;
  /** Told of work that failed; it is tried again. */
  onError(error: unknown): void;
  /** Told whenever a piece of work on our own thread begins. */
  onWork(): void;
}

export class Batches implements BatchWork {
  readonly staged: Tally = { bytes: 0 };
  readonly #holdings: readonly Holding[];
  readonly #waiting: Tally;
  readonly #clock: BatchesOptions['clock'];
  readonly #onError: BatchesOptions['onError'];
  readonly #sealer: Sealer;
  readonly #onWork: () => void;
  readonly #ending = new AbortController();
  #lane: Promise<unknown> = Promise.resolve();
  #gathering = false;
  /** Batches so far. */
  count = 0;
  #workMs = 0;
  #lastMs = 0;
  /** When the oldest change came that no batch has taken, and the oldest that one works on. */
  #changedMs: number | undefined;
  #takenMs: number | undefined;

  constructor({ holdings, waiting, clock, onError, onWork }: BatchesOptions) {
    this.#sealer = new Sealer(onWork);
    this.#onWork = onWork;
    this.#holdings = holdings;
    this.#waiting = waiting;
    this.#clock = clock;
    this.#onError = onError;
  }

  changed(): void {
    this.#changedMs ??= this.#clock.now();
    if (this.#gathering || this.#ending.signal.aborted) return;
    this.#gathering = true;
    void this.#gather();
  }

  seal(block: Block): void {
    this.#inLane(async () => {
      if (!block.changed) return;
      const changes = block.take();
      try {
        block.settle(changes, await this.#sealer.seal(block.sealed, block.lengths, changes));
      } catch (error) {
        block.giveBack(changes);
        throw error;
      }
    }).catch(this.#onError);
  }

  async room(): Promise<void> {
    // Once is enough: what waits then is what no batch may take, and that has bounds of its own.
    if (this.#waiting.bytes > waitingBytesMax) await this.settled();
  }

  settled(): Promise<void> {
    return this.#inLane(() => this.#batch());
  }

  commit(changes: () => Iterable<void>): Promise<void> {
    return this.#inLane(async () => {
      this.#changedMs ??= this.#clock.now();
      let steps = 0;
      for (const _ of changes()) {
        if (++steps % stepsPerTurn > 0) continue;
        await this.#clock.turn();
        this.#onWork();
      }
      await this.#batch();
    });
  }

  /** Milliseconds since the oldest change that is not served; 0 if all are. */
  get stalenessMs(): number {
    const since = this.#takenMs ?? this.#changedMs;
    return since === undefined ? 0 : this.#clock.now() - since;
  }

  get done(): StoreWork {
    return {
      segments: this.#sealer.segments,
      batches: this.count,
      seconds: this.#workMs / 1000,
      pendingBytes: this.#waiting.bytes + this.staged.bytes,
      storedBytes: this.#holdings.reduce((sum, { sealedBytes }) => sum + sealedBytes, 0),
    };
  }

  /** Lets the work under way end, and does no more. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#lane;
    this.#sealer.close();
  }

  async #gather(): Promise<void> {
    const wait = stalenessMsMax - reserveMs - this.#lastMs;
    await this.#clock.sleep(Math.max(wait, gatherMsMin), this.#ending.signal);
    this.#gathering = false;
    if (!this.#ending.signal.aborted) await this.settled().catch(this.#onError);
  }

  async #batch(): Promise<void> {
    const started = this.#clock.now();
    this.#takenMs = this.#changedMs;
    this.#changedMs = undefined;
    try {
      const changed = this.#holdings.filter((holding) => holding.changed);
      for (const holding of changed) await holding.batch(this.#sealer);
      if (changed.length > 0) this.count++;
    } catch (error) {
      this.#changedMs = this.#takenMs;
      this.changed();
      throw error;
    } finally {
      this.#takenMs = undefined;
    }
    this.#lastMs = this.#clock.now() - started;
    this.#workMs += this.#lastMs;
  }

  /** One thing at a time, in the order it was asked for. */
  #inLane(work: () => Promise<void>): Promise<void> {
    const done = this.#lane.then(work);
    this.#lane = done.catch(() => undefined);
    return done;
  }
}
