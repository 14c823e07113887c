// ResourceStore is the Store of one resource, in compressed segments.
import { isOlder } from '../lib/resourceVersion.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { ObjectRecord, StoredObject } from './block.ts';
import type { Counters } from './counters.ts';
import type { DeletedObjects } from './deletedObjects.ts';
import { identityOf, isSameObject, isUnchanged, objectVersionOf } from './objectState.ts';
import { OpenRelists } from './openRelists.ts';
import { type RelistWork, StoreRelist } from './relist.ts';
import type { ResourceData } from './resourceData.ts';
import type { SegmentWriter } from './segmentWriter.ts';
import { knownStateOf } from './specTexts.ts';
import type {
  HasLeft,
  KeptObject,
  ObjectTexts,
  ObjectVersion,
  Relist,
  Store,
  StoreSize,
} from './types.ts';

/** What a store needs of the Flusher. */
export interface FlushWork extends RelistWork {
  readonly writer: SegmentWriter;
  /** Undefined where deleted objects go at once. */
  readonly deleted: DeletedObjects | undefined;
  /** Called after each change: it is to be served within the bound of staleness. */
  changed(): void;
}

export class ResourceStore implements Store {
  readonly #data: ResourceData;
  readonly #work: FlushWork;
  /** What else is served of the resource, if anything is. */
  readonly #counters: Pick<Counters, 'scopeShrinks'> | undefined;
  readonly #relists = new OpenRelists();
  #relistCount = 0;

  constructor(data: ResourceData, work: FlushWork, counters?: Pick<Counters, 'scopeShrinks'>) {
    this.#data = data;
    this.#work = work;
    this.#counters = counters;
  }

  put(object: KubeObject, part?: string): void {
    this.#relists.refuseWhileCommitted(part);
    const incoming = objectVersionOf(object);
    const existing = this.#data.index.get(incoming.key);
    const isKept = existing?.deletedMs !== undefined;
    // Events of two collections may come in any order; those of one come in the server's.
    if (
      existing !== undefined &&
      (existing.part !== part || (isKept && isSameObject(existing, incoming))) &&
      isOlder(incoming.version, existing.version)
    )
      return;
    if (existing !== undefined && !isKept && isUnchanged(existing, incoming)) {
      existing.part = part;
      return;
    }
    const texts = this.#data.render(object, knownStateOf(existing, incoming));
    const { series, bytes, spec, promoted } = texts;
    const record: ObjectRecord = { ...incoming, part, series, bytes, spec, promoted, seen: 0 };
    if (
      existing !== undefined &&
      isSameObject(existing, incoming) &&
      existing.block.hasRoomFor(existing, texts)
    ) {
      this.#data.update(existing, existing.block.diff(existing.slot, texts), record);
    } else {
      const all = texts.partial ? this.#data.render(object) : texts;
      this.#data.insert(this.#data.allocate(record, all));
    }
    this.#work.changed();
  }

  delete(object: KubeObject, part?: string, left = false): void {
    this.#relists.refuseWhileCommitted(part);
    const incoming = objectVersionOf(object);
    const existing = this.#data.index.get(incoming.key);
    if (existing === undefined || existing.part !== part || !isSameObject(existing, incoming))
      return;
    const deleted = this.#deleted;
    if (deleted === undefined || left) this.#data.remove(existing);
    else if (existing.deletedMs === undefined) this.#keepDeleted(object, incoming, part, deleted);
    this.#work.changed();
  }

  /** Keeps what is deleted, in its last state where the deletion has that. */
  #keepDeleted(
    object: KubeObject,
    { key, version }: ObjectVersion,
    part: string | undefined,
    deleted: DeletedObjects,
  ): void {
    if ('spec' in object || 'status' in object) this.put(object, part);
    // It may have moved to another block.
    const existing = this.#data.index.get(key) as StoredObject;
    if (version !== '') existing.version = version;
    deleted.delete(this.#data, existing);
  }

  relist(part?: string, hasLeft?: HasLeft): Relist {
    const ends = this.#relists.begin(part);
    const number = ++this.#relistCount;
    const missing = (missed: StoredObject): void => {
      if (missed.deletedMs !== undefined) return;
      const deleted = this.#deleted;
      const left = deleted === undefined || hasLeft?.(identityOf(missed)) === true;
      if (left) this.#data.remove(missed);
      else deleted.delete(this.#data, missed);
    };
    return new StoreRelist(this.#data, this.#work, { part, number, missing, ...ends });
  }

  scopeShrinks(includes: (namespace: string) => boolean): void {
    this.#counters?.scopeShrinks(includes);
  }

  drained(): Promise<void> {
    return this.#work.drained();
  }

  *versions(part?: string): Generator<ObjectVersion> {
    for (const object of this.#data.index.values()) {
      if (object.deletedMs !== undefined) continue;
      if (part === undefined || object.part === part) yield object;
    }
  }

  versionOf(key: string): ObjectVersion | undefined {
    const object = this.#data.index.get(key);
    return object?.deletedMs === undefined ? object : undefined;
  }

  kept(): Iterable<KeptObject> {
    return this.#deleted?.of(this.#data) ?? [];
  }

  keep(object: KeptObject): void {
    this.#deleted?.adopt(this.#data, object);
  }

  get size(): StoreSize {
    return this.#data.size;
  }

  textsOf(key: string): ObjectTexts | undefined {
    return this.#data.textsOf(key, this.#work.writer);
  }

  /** An object that nothing would mark as deleted goes at once. */
  get #deleted(): DeletedObjects | undefined {
    return this.#data.marksDeleted ? this.#work.deleted : undefined;
  }
}
