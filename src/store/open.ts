// openSegmentStores opens the stores of all resources, as the program runs them.
import { TimeSlicer } from '../lib/timeSlicer.ts';
import { AddedStores } from './addedStores.ts';
import type { ByteCount } from './block.ts';
import { findObjects } from './find.ts';
import { Flusher } from './flush.ts';
import { memoryOf } from './memory.ts';
import { OpenedStores, sizesOf } from './openedStores.ts';
import { Promoter } from './promoter.ts';
import { Readers } from './readers.ts';
import type { ResourceData } from './resourceData.ts';
import { SegmentWriter } from './segmentWriter.ts';
import { SeriesBudget } from './seriesBudget.ts';
import { TextPages } from './slotTexts.ts';
import { bodyOf, type Content } from './snapshot.ts';
import { packsOf } from './textPack.ts';
import type { Body, OpenStores, Snapshot, Store, StorePlace } from './types.ts';

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
  const wake = (): void => promoter.wake();
  const parts = { resources, pendingBytes, pages, budget, work: flusher, wake, ...options };
  const opened = new OpenedStores(parts);
  const { byResource, counters } = opened;
  const initial = [...renderers].map(
    ([resource, renderer]): InitialStore => ({
      names: [resource],
      order: resource,
      data: opened.openAll(resource, renderer),
    }),
  );
  const added = new AddedStores();
  // A store that is gone changes the text without a flush.
  const state = (): number => flusher.commits + added.removals;
  const snapshot = (includes: (names: readonly string[]) => boolean): Snapshot => {
    const content = contentOf(initial, added, includes);
    const scraped = [...counters].filter(([resource]) => includes([resource]));
    const onRead = scraped.map(([, one]) => one.onRead());
    const release = readers.add(content);
    return {
      state: state(),
      body: (format, encoding) => readTo(bodyOf(content, format, encoding, writer), onRead),
      texts: (family) => packsOf(content, family),
      release,
    };
  };
  return {
    byResource,
    counters,
    snapshot,
    add(key, renderer, place) {
      if (byResource.has(key)) throw new Error(`expected no store of the key ${key}, got one`);
      const data = opened.open(key, renderer);
      added.add({ ...place, key, data, families: renderer.families.map(({ name }) => name) });
      return byResource.get(key) as Store;
    },
    remove(key) {
      const data = added.remove(key);
      byResource.delete(key);
      resources.delete(data);
      return flusher.dispose(data);
    },
    continueCounting: (from, sameObjects) => opened.continueCounting(from, sameObjects),
    sizes: () => ({
      state: state(),
      resources: [
        ...initial.map(({ data }) => sizesOf(data)),
        ...added.all.map(({ data }) => data.servedSizes),
      ],
    }),
    find: (text, find) => findObjects(searchedIn(initial, added), text, find, searchSlicer),
    flushed: () => flusher.flush(),
    stalenessMs: () => flusher.stalenessMs,
    work: () => ({ ...flusher.work, promotion: promoter.work }),
    memory: () => memoryOf(resources, opened.countedObjects, flusher.work),
    close: () => promoter.close().then(() => flusher.close()),
  };
};

/** What is served of a resource that is there from the start. */
interface InitialStore extends StorePlace {
  readonly data: readonly ResourceData[];
}

/** Where objects are looked for: counters are found where a resource has nothing else. */
const searchedIn = (initial: readonly InitialStore[], added: AddedStores): ResourceData[] => [
  ...initial.flatMap(({ data }) => data.slice(0, 1)),
  ...added.all.map(({ data }) => data),
];

/** What a snapshot of now has, in the order of the exposition. */
function contentOf(
  initial: readonly InitialStore[],
  added: AddedStores,
  includes: (names: readonly string[]) => boolean,
): Content {
  const content: Content[number][] = [];
  const families = [...added.families(includes)].reverse();
  for (const { names, order, data } of initial) {
    while ((families.at(-1)?.order ?? order) < order) content.push(families.pop()?.family ?? []);
    if (!includes(names)) continue;
    for (const { snapshot: served } of data) if (served !== undefined) content.push(served);
  }
  for (const { family } of families.reverse()) content.push(family);
  return content;
}

/** The body, and who wants to know when a client has read all of it. */
function readTo({ bytes, chunks }: Body, onRead: readonly (() => void)[]): Body {
  if (onRead.length === 0) return { bytes, chunks };
  return {
    bytes,
    async *chunks(nextBuffer) {
      yield* chunks(nextBuffer);
      for (const read of onRead) read();
    },
  };
}
