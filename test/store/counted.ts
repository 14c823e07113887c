// Events in a store that counts them, and what scrapes of it show.
import type { KubeObject } from '../../src/metrics/object.ts';
import { events } from '../../src/resources/events.ts';
import type { Snapshot, Store, Stores } from '../../src/store/types.ts';
import type { TestClock } from '../support/clock.ts';
import { compileAll } from '../support/thingTable.ts';
import { openThings, textOf, thingsIn } from './opened.ts';

const renderer = compileAll(events);

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
    this.stores = openThings(renderer, {
      clock,
      hotBytesMax,
      onCountersFull: (_, family) => this.full.push(family),
    });
    this.store = thingsIn(this.stores);
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
    return textOf(snapshot ?? this.stores.snapshot(() => true));
  }

  /** What it shows of each series once an earlier scrape has seen them all. */
  async totals(): Promise<Totals> {
    await this.scrape();
    return totalsIn(await this.scrape());
  }
}

export const totalsIn = (text: string): Totals =>
  Object.fromEntries(
    [...text.matchAll(/^kube_events_total\{namespace="(.*?)".*?reason="(.*?)".*?\} (\S+)$/gm)].map(
      ([, namespace, reason, value]) => [`${namespace} ${reason}`, Number(value)],
    ),
  );
