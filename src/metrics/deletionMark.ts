// deletionMarkOf makes the series that marks a deleted object, in the family that says when.
import type { Family, Identity } from './family.ts';
import type { Promoted } from './promotion.ts';

/** Makes the series that marks a deleted object, of which only the identity may be known. */
export interface DeletionMark {
  /** Its family. */
  readonly family: number;
  /** A family to read the identity labels from, where metadata does not have all of them. */
  readonly like: number | undefined;
  /** The text; `like` is that family's, `promoted` what is promoted to the object. */
  text(identity: Identity, like: string, seconds: number, promoted?: Promoted): string;
}

/** The text of one family, behind what is promoted, or behind `labels` in place of all others. */
export type FamilyText<O> = (
  family: number,
  object: O,
  behind: { readonly promoted?: Promoted | undefined; readonly labels?: string | undefined },
) => string;

/** Undefined where no family is on that marks deleted objects. */
export function deletionMarkOf<O>(
  rows: readonly (readonly [string, Family<O>])[],
  familyText: FamilyText<O>,
  identity: Readonly<Record<string, (object: O) => unknown>>,
): DeletionMark | undefined {
  const family = rows.findIndex(([, row]) => row.marksDeleted === true);
  if (family < 0) return undefined;
  const some = { metadata: { name: 'a', namespace: 'a', uid: 'a' } } as O;
  const isKnown = Object.values(identity).every((get) => typeof get(some) === 'string');
  const plain = rows.findIndex(([, row]) => 'collect' in row && row.labels.length === 0);
  return {
    family,
    like: isKnown || plain < 0 ? undefined : plain,
    text(identity, like, seconds, promoted) {
      const deletionTimestamp = new Date(1_000 * seconds).toISOString();
      const object = { metadata: { ...identity, deletionTimestamp } } as O;
      const labels = like.slice(like.indexOf('{') + 1, like.lastIndexOf('} '));
      return familyText(family, object, labels === '' ? { promoted } : { labels });
    },
  };
}
