// Storage keeps the objects of one kind and their latest changes, for lists and watches.
import type { Clock } from '../../lib/clock.ts';
import type { ApiObject } from '../objects.ts';
import { uuid } from '../random.ts';
import { alreadyExists, conflict, notFound } from './apiStatus.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { lowerBound, type Objects, objectsOf, overlaid, type StateList } from './stateList.ts';

/** Changes kept for watches from earlier versions; when full, the older half is dropped. */
const changesMax = 10_000;

/** An object in its encodings. */
export interface State {
  /** The JSON without apiVersion and kind, as items of a list have it. */
  readonly bytes: Buffer;
  /** The message in protobuf; absent where it is to be made of the JSON. */
  readonly protobuf?: Buffer;
}

/** An immutable state of an object. */
export interface Stored extends State {
  /** namespace/name, or the name of a cluster-scoped object. */
  readonly key: string;
}

/** A change of an object, and its resource version. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  /** The new state; of a deleted object the last one, with the version of the deletion. */
  readonly stored: Stored;
  /** The previous state; absent for a new object. */
  readonly previous?: Stored;
}

/** Called with each change, and with `undefined` when all objects were replaced. */
export type ChangeListener = (change: Change | undefined) => void;

/** The counter of resource versions, shared by all kinds of a server. */
export class Versions {
  current: number;

  constructor(first: number) {
    this.current = first;
  }

  next(): number {
    this.current += 1;
    return this.current;
  }
}

export interface StorageOptions {
  readonly versions: Versions;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Objects in the order of their keys, and their latest changes. */
export class Storage {
  readonly kind: Kind;
  readonly #versions: Versions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listeners = new Set<ChangeListener>();
  #objects: Objects = objectsOf([]);
  #changes: Change[] = [];
  /** Changes up to this version are dropped. */
  #forgotten: number;
  /** Requests for a version below this are answered with 410. */
  #oldest: number;
  /** The past state requested last, which the pages of a list share. */
  #past: { readonly version: number; readonly items: StateList } | undefined;
  #epoch = 0;

  constructor(kind: Kind, { versions, clock, random }: StorageOptions) {
    this.kind = kind;
    this.#versions = versions;
    this.#clock = clock;
    this.#random = random;
    this.#oldest = versions.current;
    this.#forgotten = versions.current;
  }

  /** The version of the latest change of any kind. */
  get version(): number {
    return this.#versions.current;
  }

  /** The oldest version that can be requested. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Counts replacements of all objects, which end every watch. */
  get epoch(): number {
    return this.#epoch;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): Stored | undefined {
    return this.#objects.get(key);
  }

  /** Parses a state, with apiVersion and kind. */
  read({ bytes }: Stored): ApiObject {
    const { kind } = this.kind;
    return { apiVersion: apiVersionOf(this.kind), kind, ...JSON.parse(bytes.toString()) };
  }

  /** The objects at a version, in the order of their keys; `undefined` if it is too old. */
  itemsAt(version: number): StateList | undefined {
    const later = this.changesAfter(version);
    if (version < this.#oldest || later === undefined) return undefined;
    if (later.length === 0) return this.#objects.list();
    if (this.#past?.version === version) return this.#past.items;
    // Of one object, the state before the first of the changes comes last, and stays.
    const past = later.reverse().map(({ stored, previous }) => [stored.key, previous] as const);
    const items = overlaid(this.#objects.list(), new Map(past));
    this.#past = { version, items };
    return items;
  }

  /** The changes after a version, oldest first; `undefined` if some of them were dropped. */
  changesAfter(version: number): Change[] | undefined {
    if (version < this.#forgotten) return undefined;
    return this.#changes.slice(lowerBound(this.#changes, (change) => change.version > version));
  }

  /** Adds an object with a new version; throws an ApiStatus if one of its name exists. */
  create(object: ApiObject): ApiObject {
    const key = this.keyOf(object);
    if (this.#objects.get(key) !== undefined) throw alreadyExists(this.kind, object.metadata.name);
    const version = this.#versions.next();
    const metadata = {
      ...object.metadata,
      uid: object.metadata.uid ?? uuid(this.#random),
      resourceVersion: String(version),
      creationTimestamp: object.metadata.creationTimestamp ?? timestamp(this.#clock.wall()),
      ...(this.kind.counted && { generation: object.metadata.generation ?? 1 }),
    };
    const created = { ...object, metadata };
    this.#record({ type: 'ADDED', version, stored: this.#store(key, created) });
    return created;
  }

  /**
   * Replaces an object; its resource version, if set, must be the current one. An equal object
   * stays unchanged; a terminating object without finalizers is removed.
   */
  update(object: ApiObject): ApiObject {
    const { name, resourceVersion } = object.metadata;
    const key = this.keyOf(object);
    const previous = this.#objects.get(key);
    if (previous === undefined) throw notFound(this.kind, name);
    const before = this.read(previous);
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(this.kind, name);
    }
    const changed = JSON.stringify(object.spec) !== JSON.stringify(before.spec);
    const { uid, creationTimestamp, generation, resourceVersion: last } = before.metadata;
    const metadata = {
      ...object.metadata,
      uid,
      resourceVersion: last,
      creationTimestamp,
      ...(this.kind.counted && { generation: (generation ?? 1) + (changed ? 1 : 0) }),
    };
    const updated = { ...object, metadata };
    if (previous.bytes.equals(encode(updated))) return before;
    const finalized = before.metadata.finalizers?.length && !metadata.finalizers?.length;
    if (metadata.deletionTimestamp && finalized) {
      this.#remove(key, previous, updated);
      return updated;
    }
    const version = this.#versions.next();
    metadata.resourceVersion = String(version);
    this.#record({ type: 'MODIFIED', version, stored: this.#store(key, updated), previous });
    return updated;
  }

  /** Removes an object, or marks it as terminating while it has finalizers. */
  delete(namespace: string | undefined, name: string): ApiObject {
    const key = this.key(namespace, name);
    const previous = this.#objects.get(key);
    if (previous === undefined) throw notFound(this.kind, name);
    const object = this.read(previous);
    if (object.metadata.finalizers?.length) {
      if (object.metadata.deletionTimestamp) return object;
      object.metadata.deletionTimestamp = timestamp(this.#clock.wall());
      object.metadata.deletionGracePeriodSeconds = 0;
      return this.update(object);
    }
    this.#remove(key, previous, object);
    return object;
  }

  /**
   * Replaces all objects by these, unchanged but for a missing version. Open watches end, and older
   * versions are dropped. Of objects with the same key the last one stays.
   */
  load(objects: readonly ApiObject[]): void {
    const states = new Map<string, Stored>();
    for (const object of objects) {
      const key = this.keyOf(object);
      const given = object.metadata.resourceVersion;
      const resourceVersion = given ? given : String(this.#versions.next());
      const number = Number(resourceVersion);
      if (number > this.#versions.current) this.#versions.current = number;
      const metadata = { ...object.metadata, resourceVersion };
      states.set(key, { key, bytes: encode({ ...object, metadata }) });
    }
    this.restore([...states.values()].sort(byKey));
  }

  /** Compacts the history: versions before the current one are too old from now on. */
  compact(): void {
    this.#forgotten = this.#changes.at(-1)?.version ?? this.#forgotten;
    this.#oldest = this.#versions.current;
    this.#changes = [];
    this.#past = undefined;
  }

  /**
   * Replaces all objects by these states, in the order of their keys, like a restored backup; open
   * watches end.
   */
  restore(items: StateList): void {
    this.#objects = objectsOf(items);
    this.#changes = [];
    this.#past = undefined;
    this.#forgotten = this.#versions.current;
    this.#oldest = this.#versions.current;
    this.#epoch += 1;
    for (const listener of this.#listeners) listener(undefined);
  }

  /** Calls the listener on each change, until the returned function is called. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  key(namespace: string | undefined, name: string): string {
    return this.kind.namespaced ? `${namespace ?? ''}/${name}` : name;
  }

  keyOf({ metadata }: ApiObject): string {
    return this.key(metadata.namespace ?? undefined, metadata.name);
  }

  #store(key: string, object: ApiObject): Stored {
    const stored = { key, bytes: encode(object) };
    this.#objects.put(stored);
    return stored;
  }

  #remove(key: string, previous: Stored, last: ApiObject): void {
    const version = this.#versions.next();
    last.metadata.resourceVersion = String(version);
    this.#objects.delete(key);
    const stored = { key, bytes: encode(last) };
    this.#record({ type: 'DELETED', version, stored, previous });
  }

  #record(change: Change): void {
    if (this.#changes.length === changesMax) {
      this.#changes = this.#changes.slice(changesMax / 2);
      this.#forgotten = (this.#changes[0] as Change).version - 1;
      this.#oldest = Math.max(this.#oldest, this.#forgotten);
    }
    this.#changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

const byKey = (a: Stored, b: Stored): number => (a.key < b.key ? -1 : 1);

/** A time in the format of the API, in whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function encode({ apiVersion: _, kind: __, ...rest }: ApiObject): Buffer {
  return Buffer.from(JSON.stringify(rest));
}
