// Scene is a store of made-up things that keeps deleted objects, on a clock of its own.
import { status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { deletionTimestamp } from '../../src/metrics/stock.ts';
import type { SeriesBudgetOptions } from '../../src/store/seriesBudget.ts';
import type { HasLeft, Store, Stores } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';
import { openThings, served, thingsIn } from './opened.ts';

export interface Thing extends KubeObject {
  readonly status?: { readonly ready?: number };
}

export const readyRow = status.gauge<Thing>('STABLE', 'Ready.', (s) => s?.ready);
export const table = thingTable<Thing>(
  {
    kube_thing_ready: readyRow,
    kube_thing_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
  {
    namespace: (o) => o.metadata.namespace,
    thing: (o) => o.metadata.name,
    uid: (o) => o.metadata.uid,
  },
);
export const graceMs = 60_000;
const wallMs = 1_700_000_000_000;

export class Scene {
  readonly clock = new TestClock({ wallMs });
  readonly stores: Stores;
  readonly store: Store;
  full = 0;
  #version = 0;

  constructor(renderer = compileAll(table), hotBytesMax = 1e8, seriesBudget?: SeriesBudgetOptions) {
    this.stores = openThings(renderer, {
      clock: this.clock,
      hotBytesMax,
      seriesBudget,
      deletedGrace: { ms: graceMs, wall: () => this.clock.wall(), onFull: () => this.full++ },
    });
    this.store = thingsIn(this.stores);
  }

  /** The next state of an object, whole or by its metadata alone. */
  next(name: string, uid: string, ready?: number): KubeObject {
    const metadata = { namespace: 'n', name, uid, resourceVersion: String(++this.#version) };
    return { metadata, ...(ready !== undefined && { status: { ready } }) } as KubeObject;
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let i = 0; i < 8; i++) await this.clock.turn();
  }

  /** What a scrape of now has, without the namespace. */
  async served(): Promise<string[]> {
    return (await served(this.stores))
      .map((line) => line.replace('kube_thing_', '').replace('namespace="n",', ''))
      .sort();
  }

  /** The whole list, in which these objects are. */
  async relist(objects: readonly KubeObject[], hasLeft?: HasLeft): Promise<void> {
    const relist = this.store.relist(undefined, hasLeft);
    for (const object of objects) relist.put(object);
    await relist.commit();
  }
}

export const ready = (name: string, uid: string, value: number): string =>
  `ready{thing="${name}",uid="${uid}"} ${value}`;
export const mark = (name: string, uid: string, seconds = '1.7e+09'): string =>
  `deletion_timestamp{thing="${name}",uid="${uid}"} ${seconds}`;
