// deletionMarkOf makes the series that marks a deleted object, in the family that says when.
import type { Family, Identity } from './family.ts';
import type { Promoted, Promotion } from './promotion.ts';
import type { RowWriter } from './render.ts';

/** Makes the series that marks a deleted object, of which only the identity may be known. */
export interface DeletionMark {
  /** Its family. */
  readonly family: number;
  /** A family to read the identity labels from, where metadata does not have all of them. */
  readonly like: number | undefined;
  text(identity: Identity, marked: Marked): string;
}

interface Marked {
  /** The text of the family to read labels from; empty where there is none. */
  readonly like: string;
  /** What is promoted to the object. */
  readonly promoted: Promoted | undefined;
  readonly seconds: number;
}

/** Undefined where no family is on that marks deleted objects. */
export function deletionMarkOf<O>(
  rows: readonly (readonly [string, Family<O>])[],
  writers: readonly RowWriter<O>[],
  identify: (object: O) => string,
  identity: Readonly<Record<string, (object: O) => unknown>>,
  promotion: Promotion | undefined,
): DeletionMark | undefined {
  const family = rows.findIndex(([, row]) => row.marksDeleted === true);
  const writer = writers[family];
  if (writer === undefined) return undefined;
  const some = { metadata: { name: 'a', namespace: 'a', uid: 'a' } } as O;
  const isKnown = Object.values(identity).every((get) => typeof get(some) === 'string');
  const plain = rows.findIndex(([, row]) => 'collect' in row && row.labels.length === 0);
  return {
    family,
    like: isKnown || plain < 0 ? undefined : plain,
    text(identity, { like, promoted, seconds }) {
      const deletionTimestamp = new Date(1_000 * seconds).toISOString();
      const object = { metadata: { ...identity, deletionTimestamp } } as O;
      const labels = like.slice(like.indexOf('{') + 1, like.lastIndexOf('} '));
      const shared =
        promotion === undefined ? '' : (promoted?.texts[promotion.textIndexOf(family)] ?? '');
      return writer.write(object, labels === '' ? identify(object) + shared : labels);
    },
  };
}
