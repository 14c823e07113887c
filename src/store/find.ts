// findObjects looks for text in the keys of all stores, in slices between turns of the event loop.
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import type { ResourceData } from './resourceData.ts';
import type { FindOptions, Found, FoundObject } from './types.ts';

/** Keys that are compared at once: some 0.1 ms. */
const keysPerPiece = 1_000;

/** As `Stores.find`; objects that come or go meanwhile are found or not. */
export async function findObjects(
  resources: Iterable<ResourceData>,
  text: string,
  { limit, signal }: FindOptions,
  slicer: Pick<TimeSlicer, 'next'>,
): Promise<Found> {
  const exact = new Map<string, FoundObject>();
  const others = new Map<string, FoundObject>();
  const behindNamespace = `/${text}`;
  let more = false;
  let keys = 0;
  for (const { name: resource, index } of resources) {
    for (const { key, series, bytes } of index.values()) {
      if (keys++ % keysPerPiece === 0) {
        await slicer.next();
        signal?.throwIfAborted();
      }
      if (!key.includes(text)) continue;
      const found = key === text || key.endsWith(behindNamespace) ? exact : others;
      // An object that was replaced meanwhile comes twice.
      const id = `${resource} ${key}`;
      if (found.size < limit || found.has(id)) found.set(id, { resource, key, series, bytes });
      else more = true;
    }
  }
  const all = [...exact.values(), ...others.values()];
  return { objects: all.slice(0, limit), more: more || all.length > limit };
}
