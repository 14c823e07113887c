// ResourceStore is the Store of one resource, in compressed segments.
import { isOlder } from '../lib/resourceVersion.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { ObjectRecord } from './block.ts';
import { isSameObject, isUnchanged, objectVersionOf } from './objectState.ts';
import { OpenRelists } from './openRelists.ts';
import { type RelistWork, StoreRelist } from './relist.ts';
import type { ResourceData } from './resourceData.ts';
import type { SegmentWriter } from './segmentWriter.ts';
import { knownStateOf } from './specTexts.ts';
import type { ObjectTexts, ObjectVersion, Relist, Store, StoreSize } from './types.ts';

/** What a store needs of the Flusher. */
export interface FlushWork extends RelistWork {
  readonly writer: SegmentWriter;
  /** Called after each change: it is to be served within the bound of staleness. */
  changed(): void;
}

export class ResourceStore implements Store {
  readonly #data: ResourceData;
  readonly #work: FlushWork;
  readonly #relists = new OpenRelists();
  #relistCount = 0;

  constructor(data: ResourceData, work: FlushWork) {
    this.#data = data;
    this.#work = work;
  }

  put(object: KubeObject, part?: string): void {
    this.#relists.refuseWhileCommitted(part);
    const incoming = objectVersionOf(object);
    const existing = this.#data.index.get(incoming.key);
    // Events of two collections may come in any order; those of one come in the server's.
    if (
      existing !== undefined &&
      existing.part !== part &&
      isOlder(incoming.version, existing.version)
    )
      return;
    if (existing !== undefined && isUnchanged(existing, incoming)) {
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

  delete(object: KubeObject, part?: string): void {
    this.#relists.refuseWhileCommitted(part);
    const incoming = objectVersionOf(object);
    const existing = this.#data.index.get(incoming.key);
    if (existing === undefined || existing.part !== part || !isSameObject(existing, incoming))
      return;
    this.#data.remove(existing);
    this.#work.changed();
  }

  relist(part?: string): Relist {
    const ends = this.#relists.begin(part);
    const number = ++this.#relistCount;
    return new StoreRelist(this.#data, this.#work, { part, number, ...ends });
  }

  drained(): Promise<void> {
    return this.#work.drained();
  }

  *versions(part?: string): Generator<ObjectVersion> {
    for (const object of this.#data.index.values()) {
      if (part === undefined || object.part === part) yield object;
    }
  }

  get size(): StoreSize {
    return this.#data.size;
  }

  textsOf(key: string): ObjectTexts | undefined {
    return this.#data.textsOf(key, this.#work.writer);
  }
}
