// CountedStore is the Store of a resource of which nothing is served but what its objects count.
import type { Clock } from '../lib/clock.ts';
import { LruCache } from '../lib/lru.ts';
import { namespaceOf } from '../lib/objectKey.ts';
import { isOlder } from '../lib/resourceVersion.ts';
import type { Count, CountedRenderer } from '../metrics/counts.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Counter, Counters } from './counters.ts';
import { isSameObject, isUnchanged, objectVersionOf } from './objectState.ts';
import { OpenRelists } from './openRelists.ts';
import type { RelistWork } from './relist.ts';
import { type RelistEnds, RelistPhases } from './relistPhases.ts';
import type { ObjectTexts, ObjectVersion, Relist, Store, StoreSize } from './types.ts';

/** So many namespaces are known to have been left out once. */
const namespacesMax = 10_000;

/** A watch may be so far behind another one. */
const behindMsMax = 60_000;

/** So many of the objects that went last are known. */
const goneMax = 1_000;

/** An object, and how far it has counted. */
interface CountedObject extends ObjectVersion {
  /** That of the newest state that was seen, here or in the store before. */
  version: string;
  part: string | undefined;
  readonly counted: readonly Counted[];
}

interface Counted {
  readonly counter: Counter;
  value: number;
  /** What it had counted already when it became known. */
  readonly from: number;
}

/** An object as it came: its state, and what it says it has counted. */
interface ReceivedObject {
  readonly incoming: ObjectVersion;
  readonly counts: readonly Count[];
  readonly createdAt: string | null | undefined;
}

/** Those of a list, by key. */
type ListedObjects = ReadonlyMap<string, ReceivedObject>;

export interface CountedStoreOptions {
  readonly renderer: CountedRenderer;
  readonly counters: Counters;
  readonly work: Pick<RelistWork, 'commit' | 'drained'>;
  readonly clock: Pick<Clock, 'wall'>;
}

/**
 * Counts how far each object gets, by its uid: what it says again is counted once, also in a state
 * that is older than one that was seen, or that comes after it went, as a server that is behind
 * sends them. An object that was made again counts anew. What the first list of a part has was
 * there before, and counts from then on. What comes later and is not known is new, unless it was
 * created before objects were followed that had been left out.
 */
export class CountedStore implements Store {
  readonly #renderer: CountedRenderer;
  readonly #counters: Counters;
  readonly #work: Pick<RelistWork, 'commit' | 'drained'>;
  readonly #relists = new OpenRelists();
  readonly #objects = new Map<string, CountedObject>();
  /** Objects that went, as they were: one that comes again was never gone on the server. */
  #gone = new LruCache<CountedObject>(goneMax);
  /** Parts that were listed. */
  readonly #listed = new Set<string | undefined>();
  /** When more objects began to be followed, of all or by namespace; milliseconds since 1970. */
  #grewMs = Number.NEGATIVE_INFINITY;
  readonly #namespaceGrewMs = new LruCache<number>(namespacesMax);
  /** The store before, as long as it may have seen what has not come here. */
  #before: { readonly store: CountedStore; readonly untilMs: number } | undefined;
  readonly #clock: Pick<Clock, 'wall'>;

  constructor({ renderer, counters, work, clock }: CountedStoreOptions) {
    this.#renderer = renderer;
    this.#counters = counters;
    this.#work = work;
    this.#clock = clock;
  }

  put(object: KubeObject, part?: string): void {
    this.#relists.refuseWhileCommitted(part);
    this.#count(receivedOf(object, this.#renderer), part, false);
  }

  delete(object: KubeObject, part?: string): void {
    this.#relists.refuseWhileCommitted(part);
    const incoming = objectVersionOf(object);
    const existing = this.#objects.get(incoming.key);
    if (existing === undefined || existing.part !== part) return;
    if (isSameObject(existing, incoming)) this.#remove(existing);
  }

  relist(part?: string): Relist {
    return new CountedRelist(this.#renderer, {
      ...this.#relists.begin(part),
      commit: (changes) => this.#work.commit(changes),
      drained: () => this.#work.drained(),
      apply: (listed) => this.#apply(listed, part),
    });
  }

  scopeGrows(namespace?: string): void {
    // The API server tells times of creation in whole seconds.
    const nowMs = Math.floor(this.#clock.wall() / 1_000) * 1_000;
    if (namespace === undefined) this.#grewMs = nowMs;
    else this.#namespaceGrewMs.set(namespace, nowMs);
    // What had left comes back, and counts from then on.
    this.#gone = new LruCache(goneMax);
  }

  scopeShrinks(includes: (namespace: string) => boolean): void {
    this.#counters.scopeShrinks(includes);
  }

  /**
   * Goes on from what another store has counted, in whose place this one is served from now on. Of
   * the two one may have seen more of an object: each occurrence counts once all the same.
   */
  continue(other: CountedStore, sameObjects: boolean): void {
    const continued = this.#counters.continue(other.#counters, sameObjects);
    other.#before = undefined;
    this.#before = { store: other, untilMs: this.#clock.wall() + behindMsMax };
    for (const object of this.#objects.values()) {
      const theirs = other.#known(object);
      if (theirs !== undefined && isOlder(object.version, theirs.version)) {
        object.version = theirs.version;
      }
      for (const one of object.counted) {
        const counted = theirs?.counted.find(({ counter }) => isSameSeries(counter, one.counter));
        const value = counted?.value ?? one.from;
        if (one.value > value && continued.has(one.counter)) {
          this.#counters.add(one.counter, one.value - value);
        }
        one.value = Math.max(one.value, value);
      }
    }
  }

  drained(): Promise<void> {
    return this.#work.drained();
  }

  *versions(part?: string): Generator<ObjectVersion> {
    for (const object of this.#objects.values()) {
      if (part === undefined || object.part === part) yield object;
    }
  }

  get size(): StoreSize {
    return { ...this.#counters.size, objects: this.#objects.size };
  }

  /** Nothing is kept of an object but what it has counted. */
  versionOf(): undefined {
    return undefined;
  }

  kept(): [] {
    return [];
  }

  keep(): void {}

  textsOf(key: string): ObjectTexts | undefined {
    return this.#counters.textsOf(key);
  }

  *#apply(listed: ListedObjects, part: string | undefined): Generator<void> {
    const isFirst = !this.#listed.has(part);
    this.#listed.add(part);
    for (const existing of this.#objects.values()) {
      const isListed = listed.has(existing.key);
      if (!isListed && (part === undefined || existing.part === part)) this.#remove(existing);
      yield;
    }
    for (const object of listed.values()) {
      this.#count(object, part, isFirst);
      yield;
    }
  }

  /** With `isFirst`, what the store does not have counts from now on. */
  #count(received: ReceivedObject, part: string | undefined, isFirst: boolean): void {
    const { incoming, counts } = received;
    const existing = this.#objects.get(incoming.key);
    if (existing !== undefined) {
      if (existing.part !== part && isOlder(incoming.version, existing.version)) return;
      if (isUnchanged(existing, incoming)) {
        existing.part = part;
        return;
      }
    }
    const known = this.#known(incoming) ?? this.#there(incoming);
    const isLate = known !== undefined && isOlder(incoming.version, known.version);
    const isNew = !isFirst && this.#isNew(received);
    const counted = counts.map((count): Counted => {
      const counter = this.#counters.hold(count);
      const start = isNew ? 0 : count.value;
      const { value: before, from } = known
        ? countedBefore(known, counter, counts.length)
        : { value: start, from: start };
      if (count.value > before) this.#counters.add(counter, count.value - before);
      // What an older state lacks comes again.
      return { counter, value: isLate ? Math.max(count.value, before) : count.value, from };
    });
    const version = isLate ? known.version : incoming.version;
    const { key, uid } = incoming;
    this.#objects.set(key, { key, uid, version, part, counted });
    for (const { counter } of existing?.counted ?? []) this.#counters.release(counter);
  }

  #isNew({ incoming, createdAt }: ReceivedObject): boolean {
    const ofNamespace = this.#namespaceGrewMs.get(namespaceOf(incoming.key));
    const grewMs = Math.max(this.#grewMs, ofNamespace ?? Number.NEGATIVE_INFINITY);
    return !(Date.parse(createdAt ?? '') < grewMs);
  }

  /** The object as it is here, or was when it went. */
  #known(object: ObjectVersion): CountedObject | undefined {
    const existing = this.#objects.get(object.key);
    if (existing !== undefined && isSameObject(existing, object)) return existing;
    const gone = this.#gone.get(object.key);
    return gone !== undefined && isSameObject(gone, object) ? gone : undefined;
  }

  /** The object as the store before has it, as long as that is of use. */
  #there(object: ObjectVersion): CountedObject | undefined {
    const before = this.#before;
    if (before === undefined) return undefined;
    if (this.#clock.wall() <= before.untilMs) return before.store.#known(object);
    this.#before = undefined;
    return undefined;
  }

  #remove(object: CountedObject): void {
    this.#objects.delete(object.key);
    this.#gone.set(object.key, object);
    for (const { counter } of object.counted) this.#counters.release(counter);
  }
}

/** Whether both are one series; they may be counters of two stores. */
const isSameSeries = (a: Counter, b: Counter): boolean =>
  a.family === b.family && a.labels === b.labels;

const receivedOf = (object: KubeObject, renderer: CountedRenderer): ReceivedObject => ({
  incoming: objectVersionOf(object),
  counts: renderer.collect(object),
  createdAt: object.metadata.creationTimestamp,
});

/**
 * How far the object had got in the series; 0 if it did not count there. If it counts in one
 * series only, it goes on in another one where its labels have changed.
 */
function countedBefore(
  { counted }: CountedObject,
  counter: Counter,
  series: number,
): Pick<Counted, 'value' | 'from'> {
  const before = counted.find((one) => isSameSeries(one.counter, counter));
  const only = counted.length === 1 && series === 1 ? counted[0] : undefined;
  return before ?? only ?? { value: 0, from: 0 };
}

interface CountedRelistOptions extends RelistEnds, Pick<RelistWork, 'commit' | 'drained'> {
  apply(listed: ListedObjects): Iterable<void>;
}

class CountedRelist implements Relist {
  readonly #renderer: CountedRenderer;
  readonly #options: CountedRelistOptions;
  readonly #phases: RelistPhases;
  readonly #listed = new Map<string, ReceivedObject>();
  /** The labels of all objects so far: most have the same as others. */
  readonly #labels = new Map<string, string>();

  constructor(renderer: CountedRenderer, options: CountedRelistOptions) {
    this.#renderer = renderer;
    this.#options = options;
    this.#phases = new RelistPhases({
      onCommit: () => options.onCommit(),
      onEnd: () => options.onEnd(),
      commit: (changes) => options.commit(changes),
      apply: () => options.apply(this.#listed),
      discard: () => this.#listed.clear(),
    });
  }

  put(object: KubeObject): void {
    this.#phases.refuseIfClosed();
    const received = receivedOf(object, this.#renderer);
    const counts = received.counts.map((count) => this.#sharing(count));
    this.#listed.set(received.incoming.key, { ...received, counts });
  }

  delete(object: KubeObject): void {
    this.#phases.refuseIfClosed();
    const incoming = objectVersionOf(object);
    const listed = this.#listed.get(incoming.key);
    if (listed !== undefined && isSameObject(listed.incoming, incoming)) {
      this.#listed.delete(incoming.key);
    }
  }

  drained(): Promise<void> {
    return this.#options.drained();
  }

  commit(): Promise<void> {
    return this.#phases.commit();
  }

  abort(): Promise<boolean> {
    return this.#phases.abort();
  }

  #sharing(count: Count): Count {
    const known = this.#labels.get(count.labels);
    if (known !== undefined) return { ...count, labels: known };
    this.#labels.set(count.labels, count.labels);
    return count;
  }
}
