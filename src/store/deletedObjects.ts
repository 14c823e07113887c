// DeletedObjects keeps deleted objects for --deleted-grace, and then removes them.
import type { Clock } from '../lib/clock.ts';
import { inSteps } from '../lib/inSteps.ts';
import type { StoredObject } from './block.ts';
import type { ResourceData } from './resourceData.ts';
import type { SegmentWriter } from './segmentWriter.ts';
import type { DeletedGrace, KeptObject } from './types.ts';

/** Deleted objects that are kept, in all stores together; beyond it they go at once. */
export const keptMax = 10_000;
/** The longest sleep: what other stores have kept may be due before all others. */
const sleepMsMax = 1_000;
/** Where too many are kept, it is looked so often which of them came back. */
const lookMs = 1_000;
/** Objects that are removed in one turn of the event loop. */
const removedPerTurn = 1_000;

export interface DeletedObjectsOptions extends DeletedGrace {
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'turn'>;
  readonly writer: SegmentWriter;
  /** Called after objects were removed. */
  changed(): void;
}

/** When an object was found to be deleted: by the clock, and in seconds since 1970. */
export interface Deletion {
  readonly sinceMs: number;
  readonly seconds: number;
  readonly writer: SegmentWriter;
}

interface Kept {
  readonly data: ResourceData;
  readonly object: StoredObject;
  readonly sinceMs: number;
}

export class DeletedObjects {
  readonly #options: DeletedObjectsOptions;
  readonly #ending = new AbortController();
  /** The oldest first; those that came back, or whose names were taken, are among them. */
  #kept: Kept[] = [];
  #lookedMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  constructor(options: DeletedObjectsOptions) {
    this.#options = options;
  }

  /** Keeps the object, marked; removes it where it has no mark, or too many are kept. */
  delete(data: ResourceData, object: StoredObject): void {
    const { clock, writer, wall } = this.#options;
    if (!this.#hasRoom()) {
      data.remove(object);
      return;
    }
    const sinceMs = clock.now();
    const deletion = { sinceMs, seconds: Math.floor(wall() / 1_000), writer };
    if (data.keepDeleted(object, deletion)) this.#add({ data, object, sinceMs });
  }

  /** The objects of one store that are kept, block by block; changes during the loop may show. */
  *of(data: ResourceData): Generator<KeptObject> {
    const kept = this.#kept.filter((one) => one.data === data && isKept(one));
    const left = new Map(kept.map(({ object, sinceMs }) => [object, sinceMs]));
    for (const { block } of left.keys()) {
      const ofBlock = block.slots.filter((one) => one !== undefined).filter((one) => left.has(one));
      for (const { object, texts } of data.textsIn(block, ofBlock, this.#options.writer)) {
        const { key, uid, version } = object;
        yield { key, uid, version, texts, sinceMs: left.get(object) as number };
        left.delete(object);
      }
    }
  }

  /** Keeps an object that other stores have kept so far, unless its name is in use. */
  adopt(data: ResourceData, kept: KeptObject): void {
    if (data.index.has(kept.key) || !this.#hasRoom()) return;
    const object = data.insertDeleted(kept);
    if (object !== undefined) this.#add({ data, object, sinceMs: kept.sinceMs });
    this.#options.changed();
  }

  #hasRoom(): boolean {
    const now = this.#options.clock.now();
    if (this.#kept.length >= keptMax && now - this.#lookedMs >= lookMs) {
      this.#lookedMs = now;
      this.#kept = this.#kept.filter(isKept);
    }
    if (this.#kept.length < keptMax) return !this.#ending.signal.aborted;
    this.#options.onFull();
    return false;
  }

  #add(kept: Kept): void {
    const before = this.#kept.findLastIndex(({ sinceMs }) => sinceMs <= kept.sinceMs);
    this.#kept.splice(before + 1, 0, kept);
    this.#running ??= this.#run();
  }

  close(): Promise<void> {
    this.#ending.abort();
    return this.#running ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    const { clock, ms } = this.#options;
    const { signal } = this.#ending;
    for (let head = this.#kept[0]; head !== undefined; head = this.#kept[0]) {
      const waitMs = head.sinceMs + ms - clock.now();
      if (waitMs > 0) await clock.sleep(Math.min(waitMs, sleepMsMax), signal);
      if (signal.aborted) return;
      await inSteps(this.#removeDue(), removedPerTurn, clock);
    }
    this.#running = undefined;
  }

  /** One step for each object whose time is over. */
  *#removeDue(): Generator<void> {
    const { clock, ms, changed } = this.#options;
    const now = clock.now();
    const after = this.#kept.findIndex(({ sinceMs }) => sinceMs + ms > now);
    const due = this.#kept.splice(0, after < 0 ? this.#kept.length : after);
    for (const kept of due) {
      if (isKept(kept)) {
        kept.data.remove(kept.object);
        changed();
      }
      yield;
    }
  }
}

/** Whether it is as it was when it was deleted. */
const isKept = ({ data, object, sinceMs }: Kept): boolean =>
  object.deletedMs === sinceMs && data.index.get(object.key) === object;
