// acceptOf is the Accept header of a list or watch: how much of each object is asked for.
import type { Answer } from './answer.ts';
import type { Collection, Columns } from './types.ts';

const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';
const meta = 'g=meta.k8s.io;v=v1';

/** Whether the answer is in protobuf, by its Content-Type. */
export const isProtobuf = (headers: Answer['headers']): boolean =>
  String(headers['content-type'] ?? '').startsWith(protobuf);

/**
 * Where the server cannot send metadata alone, whole objects are accepted too: they have the same
 * metadata. Where a table is asked for they are not, as the rest of the object must not be read.
 * Protobuf is asked for in the first place if `asProtobuf`; JSON does as well.
 */
export function acceptOf(
  { representation = 'object' }: Collection,
  verb: 'list' | 'watch',
  asProtobuf = false,
): string {
  if (representation === 'object') return asProtobuf ? `${protobuf},${json}` : json;
  if (representation !== 'metadata') return `${json};as=Table;${meta}`;
  const as = verb === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  const inJson = `${json};as=${as};${meta},${json}`;
  return asProtobuf ? `${protobuf};as=${as};${meta},${inJson}` : inJson;
}

/** The columns to read, where the collection is read as a table; undefined elsewhere. */
export function tableOf({ representation }: Collection): Columns | undefined {
  return typeof representation === 'object' ? representation.columns : undefined;
}
