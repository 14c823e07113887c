// Types of API objects as JSON carries them, derived from the generated client's models.
import type { V1ObjectMeta } from '@kubernetes/client-node';

/**
 * A model of the generated client as JSON carries it: times are strings, and optional fields may be
 * null, because Go encodes a nil slice or map without omitempty as null.
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

/** The client names fields that are reserved words `_default` and `_from`. */
type WireName<K> = K extends `_${infer Name}` ? Name : K;

/** ObjectMeta of an object from the API server: only the name is sure to be set. */
export type ObjectMeta = Wire<V1ObjectMeta> & { name: string };

/** Any API object. */
export interface KubeObject {
  metadata: ObjectMeta;
}

/** An object of the client's model `T`, as the tables read it. */
export type Received<T> = Wire<T> & KubeObject;
