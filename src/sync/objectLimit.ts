// ObjectLimit enforces --object-limit: a Sink that drops objects beyond the limit.
import { keyOf } from '../lib/objectKey.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Relist, Sink } from '../store/types.ts';

/** Called with the number of objects that were dropped. */
export type OnDropped = (objects: number) => void;

/** An object in the store: its identity, and the part of the store it is in. */
interface CountedObject {
  readonly metadata: KubeObject['metadata'];
  readonly part: string | undefined;
}

/** An object before and after a change; undefined where it is not in the store. */
interface Change {
  readonly before: CountedObject | undefined;
  readonly after: CountedObject | undefined;
}

/** The objects of a list that is not complete yet. */
interface PendingList {
  /** Those that are in the store already, by key. */
  readonly existing: Map<string, CountedObject>;
  /** Those that are not. */
  readonly added: Map<string, CountedObject>;
  /** What the commit changed in `#counted`, so that it can be rolled back. */
  readonly changes: Map<string, Change>;
}

/**
 * The limit of one resource, over all parts of its store. Objects in the store stay, through
 * relists too. One beyond the limit is dropped and not kept: it can come only by its next event, or
 * by a relist, once others were deleted.
 */
export class ObjectLimit {
  readonly #objectsMax: number;
  readonly #onDropped: OnDropped;
  /** All objects in the store by key. */
  readonly #counted = new Map<string, CountedObject>();
  #reached = false;

  constructor(objectsMax: number, onDropped: OnDropped) {
    this.#objectsMax = objectsMax;
    this.#onDropped = onDropped;
  }

  /** Whether an object was ever dropped. */
  get reached(): boolean {
    return this.#reached;
  }

  /** `sink`, which is one part of the store, but it gets no object beyond the limit. */
  over(sink: Sink, part: string | undefined): Sink {
    return {
      ...(sink.accepts && { accepts: sink.accepts }),
      put: (object) => {
        const key = keyOf(object.metadata);
        if (!this.#counted.has(key) && this.#counted.size >= this.#objectsMax) return this.#drop(1);
        sink.put(object);
        this.#counted.set(key, countedOf(object, part));
      },
      delete: (object) => {
        sink.delete(object);
        const counted = this.#counted.get(keyOf(object.metadata));
        if (counted?.part === part) remove(this.#counted, object);
      },
      relist: () => this.#relist(sink.relist(), part),
      drained: () => sink.drained(),
    };
  }

  #relist(relist: Relist, part: string | undefined): Relist {
    const list: PendingList = { existing: new Map(), added: new Map(), changes: new Map() };
    return {
      put: (object) => {
        const key = keyOf(object.metadata);
        const { existing, added } = list;
        const target = this.#counted.has(key) && !added.has(key) ? existing : added;
        // More new ones than this could not stay even if the store were empty.
        if (target === added && !added.has(key) && added.size >= this.#objectsMax) {
          return this.#drop(1);
        }
        relist.put(object);
        target.set(key, countedOf(object, part));
      },
      delete: (object) => {
        relist.delete(object);
        remove(list.existing, object);
        remove(list.added, object);
      },
      drained: () => relist.drained(),
      commit: () => this.#commit(relist, part, list),
      abort: async () => {
        const committed = await relist.abort();
        if (!committed) this.#rollback(list.changes);
        return committed;
      },
    };
  }

  /** Only a complete list shows which objects are gone, and so how many new ones may stay. */
  async #commit(
    relist: Relist,
    part: string | undefined,
    { existing, added, changes }: PendingList,
  ): Promise<void> {
    const change = (key: string, after: CountedObject | undefined): void => {
      changes.set(key, { before: this.#counted.get(key), after });
      this.#set(key, after);
    };
    for (const [key, counted] of this.#counted) {
      if (counted.part === part && !existing.has(key)) change(key, undefined);
    }
    for (const [key, object] of existing) change(key, object);
    let dropped = 0;
    for (const [key, object] of added) {
      if (this.#counted.size < this.#objectsMax || this.#counted.has(key)) {
        change(key, object);
      } else {
        relist.delete(object);
        dropped++;
      }
    }
    if (dropped > 0) this.#drop(dropped);
    await relist.commit();
  }

  /** The store has rolled the list back: it has again what it had before. */
  #rollback(changes: ReadonlyMap<string, Change>): void {
    for (const [key, { before, after }] of changes) {
      // Otherwise another part has changed the object since, here and in the store.
      if (this.#counted.get(key) === after) this.#set(key, before);
    }
  }

  #set(key: string, counted: CountedObject | undefined): void {
    if (counted === undefined) this.#counted.delete(key);
    else this.#counted.set(key, counted);
  }

  #drop(objects: number): void {
    this.#reached = true;
    this.#onDropped(objects);
  }
}

/** Nothing but the identity: the rest of the object is not kept. */
function countedOf(
  { metadata: { namespace, name, uid } }: KubeObject,
  part: string | undefined,
): CountedObject {
  return { metadata: { name, namespace: namespace ?? null, uid: uid ?? null }, part };
}

/** As the store does: another uid under the same key is another object, and stays. */
function remove(counted: Map<string, CountedObject>, object: KubeObject): void {
  const key = keyOf(object.metadata);
  const countedUid = counted.get(key)?.metadata.uid;
  const { uid } = object.metadata;
  if (countedUid && uid && countedUid !== uid) return;
  counted.delete(key);
}
