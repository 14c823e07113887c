// deletionMarkOf makes the series that marks a deleted object, in the family that says when.
import type { Family, Identity } from './family.ts';
import type { Promoted, Promotion } from './promotion.ts';
import type { RowWriter } from './rowWriters.ts';
import { bytes, type Range } from './seriesLines.ts';
import { sharedLabels } from './sharedLabels.ts';

/** Makes the series that marks a deleted object, of which only the identity may be known. */
export interface DeletionMark {
  /** Its family. */
  readonly family: number;
  /** A family to read the identity labels from, where metadata does not have all of them. */
  readonly like: number | undefined;
  /** The text; `like` is that family's, `promoted` what is promoted to the object. */
  text(identity: Identity, like: string, seconds: number, promoted?: Promoted): string;
}

/** What makes the labels of the objects. */
interface LabelMakers<O> {
  /** Writes the identity labels. */
  identify(object: O): void;
  readonly identity: Readonly<Record<string, (object: O) => unknown>>;
  readonly promotion: Promotion | undefined;
}

/** Undefined where no family is on that marks deleted objects. */
export function deletionMarkOf<O>(
  rows: readonly (readonly [string, Family<O>])[],
  writers: readonly RowWriter<O>[],
  { identify, identity, promotion }: LabelMakers<O>,
): DeletionMark | undefined {
  const family = rows.findIndex(([, row]) => row.marksDeleted === true);
  const writer = writers[family];
  if (writer === undefined) return undefined;
  const some = { metadata: { name: 'a', namespace: 'a', uid: 'a' } } as O;
  const isKnown = Object.values(identity).every((get) => typeof get(some) === 'string');
  const plain = rows.findIndex(([, row]) => 'collect' in row && row.labels.length === 0);
  const shared = sharedLabels(rows.length, promotion);
  return {
    family,
    like: isKnown || plain < 0 ? undefined : plain,
    text(identity, like, seconds, promoted) {
      const deletionTimestamp = new Date(1_000 * seconds).toISOString();
      const object = { metadata: { ...identity, deletionTimestamp } } as O;
      const labels = like.slice(like.indexOf('{') + 1, like.lastIndexOf('} '));
      bytes.clear();
      if (labels === '') identify(object);
      else bytes.addText(labels);
      shared.write(labels === '' ? promoted : undefined);
      const start = bytes.end;
      writer.write(object, shared.of[family] as Range);
      return bytes.text(start, bytes.end);
    },
  };
}
