// The table type: one resource of the API and the families made of its objects.
import type { Family } from './family.ts';
import type { Received } from './object.ts';

/** A resource's table; `T` is the generated client's model of its objects. Named by its plural. */
export interface Resource<T> {
  /** API group, empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly scope: 'cluster' | 'namespace';
  /** Whether it is served without being named by --resources. */
  readonly default: boolean;
  /**
   * Where the objects themselves must not be seen: the fields that rows may read beside metadata,
   * each by the column of the server's own table that it is read from.
   */
  readonly columns?: Readonly<Record<string, string>>;
  /** The labels that name the object on every series, in order. */
  readonly identity: Readonly<Record<string, (object: Received<T>) => string | null | undefined>>;
  /** Families in the order of the exposition. */
  readonly families: Readonly<Record<`kube_${string}`, Family<Received<T>>>>;
}
