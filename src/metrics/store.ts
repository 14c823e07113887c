// What the rest of the program knows of a store: objects go in, expositions come out.
import type { Clock } from '../clock.ts';
import type { KubeObject } from './object.ts';
import type { Renderer } from './render.ts';

export type Format = 'text' | 'openmetrics';
export type Encoding = 'identity' | 'gzip';

/**
 * Opens one store a resource; the renderers come by plural, in the order of the exposition. Which
 * kind of store the program runs on is decided by the one call of a function of this type.
 */
export type OpenStores = (
  renderers: ReadonlyMap<string, Renderer>,
  options: OpenStoresOptions,
) => Stores;

export interface OpenStoresOptions {
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'turn'>;
  /** Told of work that failed; it is tried again. */
  onError(error: unknown): void;
  /** Told whenever a piece of work on our own thread begins. */
  onWork(): void;
}

/** All stores of the process. */
export interface Stores {
  /** The store of each resource by its plural, in the order of the exposition. */
  readonly byResource: ReadonlyMap<string, Store>;
  /** The stores' content now; later changes do not show in it. */
  snapshot(includes: (resource: string) => boolean): Snapshot;
  /** Resolves once all that was put, deleted and committed before is served. */
  settled(): Promise<void>;
  /** Age of the oldest change that is not served yet, in milliseconds; 0 where all is served. */
  stalenessMs(): number;
  /** What was done so far, and what is held now. */
  work(): StoreWork;
  /** Ends the work; resolves when nothing of it is left. What was not served never will be. */
  close(): Promise<void>;
}

/** What stores have done since they were opened, and what they hold. */
export interface StoreWork {
  /** Segments that were made anew: each is the text of one family for some objects. */
  readonly segments: number;
  readonly batches: number;
  /** From the start to the end of each batch, summed. */
  readonly seconds: number;
  /** Text that was put and is not served yet. */
  readonly pendingBytes: number;
  /** What is served, as it is held: compressed where it is compressed. */
  readonly storedBytes: number;
}

/**
 * The series of one resource's objects. They may come in parts, each of them kept equal to one
 * collection: a namespace, or the pods of a node; whoever keeps all of it names no part. The key of
 * an object is namespace/name; an object put under a key that another uid or part holds replaces
 * it. An object without a name is refused by a throw.
 */
export interface Store {
  /**
   * Adds or replaces one object, of that part from now on; it is rendered now and not kept. It is
   * served within a bounded time, or once `settled` says so.
   */
  put(object: KubeObject, part?: string): void;
  /** Removes the object, unless the key is held by another uid or another part by now. */
  delete(object: KubeObject, part?: string): void;
  /**
   * Starts a relist of one part, or of all; the old content is served until it commits. Until then
   * nothing else is put into that part.
   */
  relist(part?: string): Relist;
  /** Resolves once there is room for more: what was put and is not served yet has a bound. */
  room(): Promise<void>;
  /** What is held of one part, or of all, in no order; what changes meanwhile may show or not. */
  versions(part?: string): Iterable<HeldVersion>;
  readonly size: StoreSize;
}

/** Which state of an object is held. */
export interface HeldVersion {
  /** namespace/name; begins with the slash where there is no namespace. */
  readonly key: string;
  readonly uid: string | undefined;
  /** metadata.resourceVersion, empty where there is none. */
  readonly version: string;
}

/** A full list on its way in: all of it becomes visible in one step, or none. */
export interface Relist {
  put(object: KubeObject): void;
  /** Takes back an object of this list, unless its key is held by another uid by now. */
  delete(object: KubeObject): void;
  /** As the store's. */
  room(): Promise<void>;
  /**
   * Shows what was put and drops every other object of the relist's part; objects of other parts
   * stay as they are. Resolves once all that is served.
   */
  commit(): Promise<void>;
  /**
   * Forgets what was put. After a commit it does nothing, and while one is under way it may come
   * too late: then the list is served nevertheless. It never throws.
   */
  abort(): void;
}

export interface StoreSize {
  readonly objects: number;
  readonly series: number;
  /** Exposition bytes, uncompressed, headers excepted. */
  readonly bytes: number;
}

/** An immutable content of several stores; reads as one exposition. */
export interface Snapshot {
  /** Grows with what is served: snapshots of one number hold the same. */
  readonly state: number;
  body(format: Format, encoding: Encoding): Body;
}

export interface Body {
  /** Length in bytes where it is known before the first byte is made. */
  readonly bytes: number | undefined;
  /** The bytes, in chunks made only as they are asked for. */
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What keeps one part of a store, or all of it, equal to the server. */
export interface StoreSink {
  put(object: KubeObject): void;
  delete(object: KubeObject): void;
  relist(): Relist;
  room(): Promise<void>;
}

/** The store as the reflector of one part drives it; `undefined` stands for all of it. */
export function sinkOf(store: Store, part: string | undefined): StoreSink {
  return {
    put: (object) => store.put(object, part),
    delete: (object) => store.delete(object, part),
    relist: () => store.relist(part),
    room: () => store.room(),
  };
}
