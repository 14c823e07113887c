// How much of each object is asked for, in the words of HTTP: the Accept header of a request.
import type { Collection, Columns } from './types.ts';

const json = 'application/json';
const meta = 'g=meta.k8s.io;v=v1';

/**
 * The Accept header. Metadata falls back to whole objects, in whose metadata the same is written;
 * a table never does, for it is asked for where the rest must not be seen.
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

/** The columns to read where a collection is asked for as a table, else undefined. */
export function tableOf({ representation }: Collection): Columns | undefined {
  return typeof representation === 'object' ? representation.columns : undefined;
}
