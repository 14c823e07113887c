// openSegmentStores opens the stores of all resources, as the program runs them.
import { TimeSlicer } from '../lib/timeSlicer.ts';
import type { Renderer } from '../metrics/render.ts';
import { AddedStores } from './addedStores.ts';
import type { ByteCount } from './block.ts';
import { findObjects } from './find.ts';
import { Flusher } from './flush.ts';
import { memoryOf } from './memory.ts';
import { Promoter } from './promoter.ts';
import { Readers } from './readers.ts';
import { ResourceData } from './resourceData.ts';
import { ResourceStore } from './resourceStore.ts';
import { SegmentWriter } from './segmentWriter.ts';
import { SeriesBudget } from './seriesBudget.ts';
import { TextPages } from './slotTexts.ts';
import { bodyOf, type Content } from './snapshot.ts';
import { packsOf } from './textPack.ts';
import type { OpenStores, Snapshot, Store } from './types.ts';

/** Stores of segments: a scrape copies them, and an update makes those anew that it changes. */
export const openSegmentStores: OpenStores = (renderers, options) => {
  const pendingBytes: ByteCount = { bytes: 0 };
  const pages = new TextPages();
  const writer = new SegmentWriter();
  const readers = new Readers();
  const budget = options.seriesBudget && new SeriesBudget(options.seriesBudget);
  const resources = new Set<ResourceData>();
  /** One for all searches: many at once may not keep the event loop, either. */
  const searchSlicer = new TimeSlicer(options.clock);
  const flusher = new Flusher({ resources, pendingBytes, writer, readers, ...options });
  const promoter = new Promoter({ resources, flusher, ...options });
  const byResource = new Map<string, Store>();
  const open = (key: string, renderer: Renderer): ResourceData => {
    const data = new ResourceData(key, renderer, pendingBytes, pages, budget, () =>
      promoter.wake(),
    );
    resources.add(data);
    byResource.set(key, new ResourceStore(data, flusher));
    return data;
  };
  const initial = [...renderers].map(([resource, renderer]) => ({
    names: [resource],
    order: resource,
    data: open(resource, renderer),
  }));
  const added = new AddedStores();
  // A store that is gone changes the text without a flush.
  const state = (): number => flusher.commits + added.removals;
  const snapshot = (includes: (names: readonly string[]) => boolean): Snapshot => {
    const content: Content[number][] = [];
    const families = [...added.families(includes)].reverse();
    for (const { names, order, data } of initial) {
      while ((families.at(-1)?.order ?? order) < order) content.push(families.pop()?.family ?? []);
      const { snapshot: served } = data;
      if (served !== undefined && includes(names)) content.push(served);
    }
    for (const { family } of families.reverse()) content.push(family);
    readers.add(content);
    return {
      state: state(),
      body: (format, encoding) => bodyOf(content, format, encoding, writer),
      texts: (family) => packsOf(content, family),
    };
  };
  return {
    byResource,
    snapshot,
    add(key, renderer, place) {
      if (byResource.has(key)) throw new Error(`expected no store of the key ${key}, got one`);
      const data = open(key, renderer);
      added.add({ ...place, key, data, families: renderer.families.map(({ name }) => name) });
      return byResource.get(key) as Store;
    },
    remove(key) {
      const data = added.remove(key);
      byResource.delete(key);
      resources.delete(data);
      return flusher.dispose(data);
    },
    sizes: () => ({
      state: state(),
      resources: [...initial, ...added.all].map(({ data }) => data.servedSizes),
    }),
    find: (text, find) => findObjects([...resources], text, find, searchSlicer),
    flushed: () => flusher.flush(),
    stalenessMs: () => flusher.stalenessMs,
    work: () => ({ ...flusher.work, promotion: promoter.work }),
    memory: () => memoryOf(resources, flusher.work),
    close: () => promoter.close().then(() => flusher.close()),
  };
};
