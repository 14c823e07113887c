// findObjects looks for text in the keys of all stores, in slices between turns of the event loop.
import type { Clock } from '../lib/clock.ts';
import type { ResourceData } from './resourceData.ts';
import type { FindOptions, Found, FoundObject } from './types.ts';

/** Keys that are compared before the time is looked at: some 0.1 ms. */
const keysPerLook = 1_000;
const runMsMax = 5;

/** As `Stores.find`; objects that come or go meanwhile are found or not. */
export async function findObjects(
  resources: Iterable<ResourceData>,
  text: string,
  { limit, signal }: FindOptions,
  clock: Pick<Clock, 'now' | 'turn'>,
): Promise<Found> {
  const exact = new Map<string, FoundObject>();
  const others = new Map<string, FoundObject>();
  const behindNamespace = `/${text}`;
  let more = false;
  let startMs = clock.now();
  let keys = 0;
  for (const { name: resource, index } of resources) {
    for (const { key, series, bytes } of index.values()) {
      if (++keys % keysPerLook === 0 && clock.now() - startMs >= runMsMax) {
        await clock.turn();
        signal?.throwIfAborted();
        startMs = clock.now();
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
