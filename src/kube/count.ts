// countOf asks how many objects a collection has, without listing them.
import type { Client } from './client.ts';
import type { Collection } from './types.ts';

/**
 * How many objects the collection has: the metadata of the first one is listed, and the server
 * says how many remain. Undefined where it does not, as for a selection, which is not even asked
 * about; rejects with the server's error. Source: ListMeta.remainingItemCount.
 */
export async function countOf(
  client: Pick<Client, 'list'>,
  collection: Collection,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (collection.fieldSelector || collection.labelSelector) return undefined;
  let objects = 0;
  const list = await client.list(
    { ...collection, representation: 'metadata' },
    { limit: 1 },
    // An object counts, whether it can be read or not.
    { signal, onMalformed: () => objects++ },
  );
  for await (const _ of list) objects++;
  const { continue: next, remainingItemCount } = list.metadata();
  if (next === '') return objects;
  return remainingItemCount === undefined ? undefined : objects + remainingItemCount;
}
