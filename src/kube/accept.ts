// acceptOf is the Accept header of a list or watch: how much of each object is asked for.
import type { Collection, Columns } from './types.ts';

const json = 'application/json';
const meta = 'g=meta.k8s.io;v=v1';

/**
 * Where the server cannot send metadata alone, whole objects are accepted too: they have the same
 * metadata. Where a table is asked for they are not, as the rest of the object must not be read.
 */
export function acceptOf(
  { representation = 'object' }: Collection,
  verb: 'list' | 'watch',
): string {
  if (representation === 'object') return json;
  if (representation !== 'metadata') return `${json};as=Table;${meta}`;
  const as = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  return `${json};as=${as};${meta},${json}`;
}

/** The columns to read, where the collection is read as a table; undefined elsewhere. */
export function tableOf({ representation }: Collection): Columns | undefined {
  return typeof representation === 'object' ? representation.columns : undefined;
}
