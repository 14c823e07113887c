// The table type: one resource of the API and the families made of its objects.
import type { Columns } from '../kube/types.ts';
import type { Family } from './family.ts';
import type { Received } from './object.ts';

/**
 * The table of a resource; `T` is the generated client's model of its objects. Families that a
 * custom-resource configuration declares may have any name.
 */
export interface Resource<T, Name extends string = `kube_${string}`> {
  /** API group, empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Versions to ask for where the server does not have that one, the newest first. */
  readonly olderVersions?: readonly string[];
  readonly kind: string;
  readonly scope: 'cluster' | 'namespace';
  /** Whether it is served without being named by --resources. */
  readonly default: boolean;
  /**
   * Where the objects themselves must not be seen: the fields that rows may read beside metadata,
   * each by the column of the server's own table that it is read from.
   */
  readonly columns?: Columns;
  /**
   * Names of 64-bit fields that a row shows as a label, or all fields. They are decoded as bigint
   * where a number would lose digits.
   */
  readonly exactIntegers?: readonly string[] | 'all';
  /**
   * Whether the rows need every state that an object has had, and its last one when it is deleted.
   * Elsewhere events that a later one supersedes soon are left out, and deletions have no object.
   */
  readonly everyEvent?: boolean;
  /** The labels that identify the object on every series, in order. */
  readonly identity: Readonly<Record<string, (object: Received<T>) => string | null | undefined>>;
  /** Families in the order of the exposition. */
  readonly families: Readonly<Record<Name, Family<Received<T>>>>;
}
