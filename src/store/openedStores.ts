// OpenedStores opens the store of each resource, and the counters of those that have counted rows.
import type { Clock } from '../lib/clock.ts';
import type { CountedFamily } from '../metrics/counts.ts';
import type { Renderer } from '../metrics/render.ts';
import type { ByteCount } from './block.ts';
import { CountedStore } from './countedStore.ts';
import { Counters, rendererOfCounters } from './counters.ts';
import { ResourceData } from './resourceData.ts';
import { type FlushWork, ResourceStore } from './resourceStore.ts';
import type { SeriesBudget } from './seriesBudget.ts';
import type { TextPages } from './slotTexts.ts';
import type { OpenStoresOptions, ResourceSizes, Store, StoreSize, Stores } from './types.ts';

interface OpenedStoresOptions extends Pick<OpenStoresOptions, 'onCountersFull'> {
  /** Where all data is added. */
  readonly resources: Set<ResourceData>;
  readonly pendingBytes: ByteCount;
  readonly pages: TextPages;
  readonly budget: SeriesBudget | undefined;
  readonly work: FlushWork;
  /** Called where promoted labels of stored objects have changed. */
  wake(): void;
  readonly clock: Pick<Clock, 'now' | 'wall'>;
}

export class OpenedStores {
  readonly #options: OpenedStoresOptions;
  readonly byResource = new Map<string, Store>();
  readonly counters = new Map<string, Counters>();
  readonly #counted: CountedStore[] = [];

  constructor(options: OpenedStoresOptions) {
    this.#options = options;
  }

  /** As `Stores.continueCounting`. */
  continueCounting(from: Pick<Stores, 'byResource' | 'counters'>, sameObjects: boolean): void {
    for (const [resource, counters] of this.counters) {
      const [store, other] = [this.byResource.get(resource), from.byResource.get(resource)];
      const before = from.counters.get(resource);
      if (store instanceof CountedStore && other instanceof CountedStore) {
        store.continue(other, sameObjects);
      } else if (before !== undefined) {
        counters.continue(before, sameObjects);
      }
    }
  }

  /** Objects of which nothing is kept but what they have counted. */
  get countedObjects(): number {
    return this.#counted.reduce((sum, { size }) => sum + size.objects, 0);
  }

  /** The data of a store; `counters` are served beside it. */
  open(key: string, renderer: Renderer, counters?: Counters): ResourceData {
    const data = this.#openData(key, renderer);
    this.byResource.set(key, new ResourceStore(data, this.#options.work, counters));
    return data;
  }

  /**
   * What is served of a resource: the data of its store, of its counters, or of both. Where all of
   * its rows are counted, its store keeps no text of objects.
   */
  openAll(key: string, renderer: Renderer): ResourceData[] {
    const { counted, families } = renderer;
    if (counted === undefined) return [this.open(key, renderer)];
    const { data, counters } = this.#openCounters(key, counted.families);
    this.counters.set(key, counters);
    if (families.length > 0) return [this.open(key, renderer, counters), data];
    const { work, clock } = this.#options;
    const store = new CountedStore({ renderer: counted, counters, work, clock });
    this.#counted.push(store);
    this.byResource.set(key, store);
    return [data];
  }

  #openCounters(key: string, families: readonly CountedFamily[]) {
    const { work, clock, onCountersFull } = this.#options;
    const data = this.#openData(key, rendererOfCounters(families));
    const counters = new Counters({
      families,
      store: new ResourceStore(data, work),
      flushes: () => data.flushes,
      clock,
      onFull: (family) => onCountersFull?.(key, family),
    });
    return { data, counters };
  }

  #openData(key: string, renderer: Renderer): ResourceData {
    const { pendingBytes, pages, budget, resources, wake } = this.#options;
    const data = new ResourceData(key, renderer, pendingBytes, pages, budget, wake);
    resources.add(data);
    return data;
  }
}

/** The sizes of what is served of one resource; counters are none of its objects beside others. */
export function sizesOf([first, counters]: readonly ResourceData[]): ResourceSizes {
  if (first === undefined) throw new Error('expected data of a resource, got none');
  const own = first.servedSizes;
  if (counters === undefined) return own;
  const other = counters.servedSizes;
  const namespaces = new Map<string, StoreSize>(own.namespaces);
  for (const [name, { series, bytes }] of other.namespaces) {
    const known = namespaces.get(name) ?? { objects: 0, series: 0, bytes: 0 };
    const { objects } = known;
    namespaces.set(name, { objects, series: known.series + series, bytes: known.bytes + bytes });
  }
  return {
    ...own,
    series: own.series + other.series,
    bytes: own.bytes + other.bytes,
    families: [...own.families, ...other.families],
    namespaces,
  };
}
