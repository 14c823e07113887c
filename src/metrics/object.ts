// What the API server sends, as types: the client's models as they look on the wire.
import type { V1ObjectMeta } from '@kubernetes/client-node';

/**
 * A model of the generated client as JSON carries it: times are strings, and whatever is optional
 * may also be null, for Go's encoder writes null for a nil slice or map without omitempty.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? {
          [K in keyof T as WireName<K>]: undefined extends T[K]
            ? Wire<NonNullable<T[K]>> | null
            : Wire<T[K]>;
        }
      : T;

/** The client writes `_default` and `_from` for fields that are words of the language. */
type WireName<K> = K extends `_${infer Name}` ? Name : K;

/** ObjectMeta of an object that has been accepted: it has a name, all else may be missing. */
export type ObjectMeta = Wire<V1ObjectMeta> & { name: string };

/** Any object of the API, as far as all of them agree. */
export interface KubeObject {
  metadata: ObjectMeta;
}

/** An object of the client's model `T` as the tables read it. */
export type Received<T> = Wire<T> & KubeObject;
