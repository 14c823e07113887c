// What the rest of the program knows of a store: objects go in, expositions come out.
import type { KubeObject } from './object.ts';
import type { Renderer } from './render.ts';

export type Format = 'text' | 'openmetrics';
export type Encoding = 'identity' | 'gzip';

/**
 * Opens one store a resource; the renderers come by plural, in the order of the exposition. Which
 * kind of store the program runs on is decided by the one call of a function of this type.
 */
export type OpenStores = (renderers: ReadonlyMap<string, Renderer>) => Stores;

/** All stores of the process. */
export interface Stores {
  /** The store of each resource by its plural, in the order of the exposition. */
  readonly byResource: ReadonlyMap<string, Store>;
  /** The stores' content now; later changes do not show in it. */
  snapshot(includes: (resource: string) => boolean): Snapshot;
}

/**
 * The series of one resource's objects. The key of an object is namespace/name; an object put under
 * a key that another uid holds replaces it. An object without a name is refused by a throw.
 */
export interface Store {
  /** Adds or replaces one object; it is rendered now and not kept. */
  put(object: KubeObject): void;
  /** Removes the object, unless the key is held by another uid by now. */
  delete(object: KubeObject): void;
  /** Starts a relist of one namespace, or of all; the old content is served until it commits. */
  relist(namespace?: string): Relist;
  readonly size: StoreSize;
}

/** A full list on its way in: all of it becomes visible in one step, or none. */
export interface Relist {
  put(object: KubeObject): void;
  /** Takes back an object of this list, unless its key is held by another uid by now. */
  delete(object: KubeObject): void;
  /**
   * Shows what was put and drops every other object of the relist's namespace, those included that
   * the store was given meanwhile; objects of other namespaces stay as they are.
   */
  commit(): void;
  /** Forgets what was put; after a commit it does nothing. */
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
  body(format: Format, encoding: Encoding): Body;
}

export interface Body {
  /** Length in bytes where it is known before the first byte is made. */
  readonly bytes: number | undefined;
  /** The bytes, in chunks made only as they are asked for. */
  chunks(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What keeps one namespace of a store, or all of it, equal to the server. */
export interface StoreSink {
  put(object: KubeObject): void;
  delete(object: KubeObject): void;
  relist(): Relist;
}

/** The store as a reflector of `namespace` drives it; `undefined` stands for all namespaces. */
export function sinkOf(store: Store, namespace: string | undefined): StoreSink {
  return {
    put: (object) => store.put(object),
    delete: (object) => store.delete(object),
    relist: () => store.relist(namespace),
  };
}
