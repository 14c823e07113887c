// What the rest of the program knows of a store: objects go in, expositions come out.
import type { KubeObject } from './object.ts';

export type Format = 'text' | 'openmetrics';
export type Encoding = 'identity' | 'gzip';

/**
 * The series of one resource's objects. The key of an object is namespace/name; an object put under
 * a key that another uid holds replaces it.
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
  /** Shows what was put and drops every other object of the relist's namespace. */
  commit(): void;
  abort(): void;
}

export interface StoreSize {
  readonly objects: number;
  readonly series: number;
  /** Exposition bytes, uncompressed, headers excepted. */
  readonly bytes: number;
}

/** All stores of the process, one a resource, in the order of the exposition. */
export interface Stores {
  /** The stores' content now; later changes do not show in it. */
  snapshot(includes: (resource: string) => boolean): Snapshot;
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
