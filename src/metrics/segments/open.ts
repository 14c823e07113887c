// The stores of compressed segments of a process, as the program opens them.
import type { OpenStores, Snapshot } from '../store.ts';
import { Batches } from './batches.ts';
import type { Tally } from './block.ts';
import { Holding } from './holding.ts';
import { bodyOf, type Served } from './served.ts';
import { SegmentStore } from './store.ts';

/**
 * Stores that keep text as deflated segments: a scrape is a copy of them, and an update makes only
 * those anew that it changes.
 */
export const openSegmentStores: OpenStores = (renderers, options) => {
  const waiting: Tally = { bytes: 0 };
  const holdings = new Map(
    [...renderers].map(([resource, renderer]) => [resource, new Holding(renderer, waiting)]),
  );
  const batches = new Batches({ holdings: [...holdings.values()], waiting, ...options });
  const byResource = new Map(
    [...holdings].map(([resource, holding]) => [resource, new SegmentStore(holding, batches)]),
  );
  const snapshot = (includes: (resource: string) => boolean): Snapshot => {
    const stores: Served[] = [];
    for (const [resource, { served }] of holdings) {
      if (served !== undefined && includes(resource)) stores.push(served);
    }
    const body: Snapshot['body'] = (format, encoding) => bodyOf(stores, format, encoding);
    return { state: batches.count, body };
  };
  return {
    byResource,
    snapshot,
    settled: () => batches.settled(),
    stalenessMs: () => batches.stalenessMs,
    work: () => batches.done,
    close: () => batches.close(),
  };
};
