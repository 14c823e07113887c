// openSegmentStores opens the stores of all resources, as the program runs them.
import type { ByteCount } from './block.ts';
import { Flusher } from './flush.ts';
import { Readers } from './readers.ts';
import { ResourceData } from './resourceData.ts';
import { ResourceStore } from './resourceStore.ts';
import { SegmentWriter } from './segmentWriter.ts';
import { bodyOf, type StoreSnapshot } from './snapshot.ts';
import type { OpenStores, Snapshot } from './types.ts';

/** Stores of segments: a scrape copies them, and an update makes those anew that it changes. */
export const openSegmentStores: OpenStores = (renderers, options) => {
  const pendingBytes: ByteCount = { bytes: 0 };
  const resources = new Map(
    [...renderers].map(([resource, renderer]) => [
      resource,
      new ResourceData(renderer, pendingBytes),
    ]),
  );
  const writer = new SegmentWriter();
  const readers = new Readers();
  const flusher = new Flusher({
    resources: [...resources.values()],
    pendingBytes,
    writer,
    readers,
    ...options,
  });
  const byResource = new Map(
    [...resources].map(([resource, data]) => [resource, new ResourceStore(data, flusher)]),
  );
  const snapshot = (includes: (resource: string) => boolean): Snapshot => {
    const stores: StoreSnapshot[] = [];
    for (const [resource, { snapshot: served }] of resources) {
      if (served !== undefined && includes(resource)) stores.push(served);
    }
    readers.add(stores);
    const body: Snapshot['body'] = (format, encoding) => bodyOf(stores, format, encoding, writer);
    return { state: flusher.flushes, body };
  };
  return {
    byResource,
    snapshot,
    flushed: () => flusher.flush(),
    stalenessMs: () => flusher.stalenessMs,
    work: () => flusher.work,
    close: () => flusher.close(),
  };
};
