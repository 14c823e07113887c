// Events in a store that counts them, and what scrapes of it show.
import { expect } from 'chai';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import { events } from '../../src/resources/events.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Snapshot, Store, Stores } from '../../src/store/types.ts';
import type { TestClock } from '../support/clock.ts';

export const renderer = compile(
  events,
  { enabled: () => true, labels: everyKey, annotations: everyKey },
  (family, _, error) => expect.fail(`${family}: ${error}`),
);

/** An Event, as far as it matters what it counts. */
export interface Occurred {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly version?: number;
  readonly count?: number;
  readonly reason?: string;
  readonly createdAt?: string;
}

export function event({
  name = 'e',
  namespace = 'shop',
  uid = `uid of ${name}`,
  version = 0,
  count = 1,
  reason = 'BackOff',
  createdAt = '2026-01-01T00:00:00Z',
}: Occurred): KubeObject {
  const resourceVersion = version === 0 ? '' : String(version);
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp: createdAt };
  return {
    metadata,
    regarding: { kind: 'Pod' },
    reason,
    type: 'Warning',
    deprecatedCount: count,
  } as KubeObject;
}

/** By namespace and reason, as `shop BackOff`. */
export type Totals = Readonly<Record<string, number>>;

export class CountedEvents {
  readonly stores: Stores;
  readonly store: Store;
  /** Families that had no room for another counter, once for each thing that wanted one. */
  readonly full: string[] = [];

  constructor(clock: TestClock, hotBytesMax = 1e6) {
    this.stores = openSegmentStores(new Map([['events', renderer]]), {
      clock,
      hotBytesMax,
      compressOnThread: false,
      onCountersFull: (_, family) => this.full.push(family),
      onError: (error) => void Promise.reject(error),
    });
    this.store = this.stores.byResource.get('events') as Store;
  }

  put(occurred: Occurred, part?: string): void {
    this.store.put(event(occurred), part);
  }

  async list(all: readonly Occurred[], part?: string): Promise<void> {
    const relist = this.store.relist(part);
    for (const one of all) relist.put(event(one));
    await relist.commit();
  }

  /** The exposition that a scrape of now reads to its end. */
  async scrape(snapshot?: Snapshot): Promise<string> {
    await this.stores.flushed();
    return readAll(snapshot ?? this.stores.snapshot(() => true));
  }

  /** What it shows of each series once an earlier scrape has seen them all. */
  async totals(): Promise<Totals> {
    await this.scrape();
    return totalsIn(await this.scrape());
  }
}

export async function readAll(snapshot: Snapshot): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of snapshot.body('text', 'identity').chunks()) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString();
}

export const totalsIn = (text: string): Totals =>
  Object.fromEntries(
    [...text.matchAll(/^kube_events_total\{namespace="(.*?)".*?reason="(.*?)".*?\} (\S+)$/gm)].map(
      ([, namespace, reason, value]) => [`${namespace} ${reason}`, Number(value)],
    ),
  );
