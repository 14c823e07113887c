// The plainest store that is right: strings in a map; the model that the fast one is compared with.
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { FamilyHeader, Renderer } from '../../src/metrics/render.ts';
import { objectVersionOf } from '../../src/store/objectState.ts';
import type { TextPack } from '../../src/store/textPack.ts';
import type {
  Body,
  Format,
  FoundObject,
  ObjectTexts,
  ObjectVersion,
  Relist,
  ResourceSizes,
  Snapshot,
  Store,
  StorePlace,
  StoreSize,
  Stores,
} from '../../src/store/types.ts';

/** A chunk is sent once it has this many characters; one object's family never spans two. */
const chunkChars = 64 * 1024;
const gzipLevel = 1;
const openMetricsEnd = '# EOF\n';

/** Stores that keep text uncompressed: the plainest thing that is right. */
export function openPlainStores(renderers: ReadonlyMap<string, Renderer>): Stores {
  const byResource = new Map(
    [...renderers].map(
      ([resource, renderer]) => [resource, new PlainStore(resource, renderer)] as const,
    ),
  );
  const places = new Map<string, StorePlace>();
  let removals = 0;
  const state = (): number =>
    [...byResource.values()].reduce((sum, { changes }) => sum + changes, removals);
  const snapshot = (includes: (names: readonly string[]) => boolean): Snapshot => {
    const contents: Ordered[] = [];
    const added: Ordered[] = [];
    for (const [key, store] of [...byResource].sort(([a], [b]) => compared(a, b))) {
      const { names, order } = places.get(key) ?? { names: [key], order: key };
      if (!includes(names) || store.size.objects === 0) continue;
      (places.has(key) ? added : contents).push({ order, content: store.content() });
    }
    const families = joinedByName(added.sort((a, b) => compared(a.order, b.order)));
    const all = [...contents, ...families]
      .sort((a, b) => compared(a.order, b.order))
      .map(({ content }) => content);
    return {
      state: state(),
      texts: (family) => packsOf(all, family),
      body: (format, encoding) => bodyOf(all, format, encoding === 'gzip'),
      release: () => undefined,
    };
  };
  const storedBytes = (): number =>
    [...byResource.values()].reduce((sum, { size }) => sum + size.bytes, 0);
  return {
    byResource,
    counters: new Map(),
    snapshot,
    add(key, renderer, place) {
      const store = new PlainStore(key, renderer);
      byResource.set(key, store);
      places.set(key, place);
      return store;
    },
    remove(key) {
      removals += 1 + (byResource.get(key)?.changes ?? 0);
      byResource.delete(key);
      places.delete(key);
      return atOnce();
    },
    sizes: () => ({ state: state(), resources: [...byResource.values()].map((s) => s.sizes()) }),
    find: async (text, { limit }) => {
      const all = [...byResource.values()].flatMap((store) => store.found(text));
      const exact = all.filter(({ key }) => `/${key}`.endsWith(`/${text}`));
      const objects = [...exact, ...all.filter((one) => !exact.includes(one))];
      return { objects: objects.slice(0, limit), more: objects.length > limit };
    },
    continueCounting: () => undefined,
    flushed: atOnce,
    close: atOnce,
    stalenessMs: () => 0,
    work: () => ({ ...done, changes: state(), storedBytes: storedBytes() }),
    memory: () => ({ ...nothing, cold: storedBytes() }),
  };
}

/** The work of a store that compresses nothing. */
const done = {
  ...{ segments: 0, compressed: 0, decompressed: 0, flushes: 0, seconds: 0 },
  ...{ incomingObjects: 0, pendingBytes: 0, hotBytes: 0, hotBytesMax: 0 },
  promotion: { waiting: 0, changed: 0 },
};

const nothing = { hot: 0, pending: 0, indexInBuffers: 0, indexInHeap: 0, untouched: 0 };

/** A content, and where it stands in the exposition. */
interface Ordered {
  readonly order: string;
  readonly content: Content;
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A content for each name of a family, with the entries of all contents that have it. */
function joinedByName(contents: readonly Ordered[]): Ordered[] {
  const names = new Set(contents.flatMap((one) => one.content.families.map(({ name }) => name)));
  return [...names].map((name): Ordered => {
    const having = contents.filter(({ content }) =>
      content.families.some((one) => one.name === name),
    );
    const entries = having.flatMap(({ content: { families, entries } }) => {
      const at = families.findIndex((one) => one.name === name);
      return entries.map((entry) => ({ ...entry, texts: [entry.texts[at] ?? ''] }));
    });
    const [{ order, content }] = having as [Ordered, ...Ordered[]];
    const families = content.families.filter((one) => one.name === name);
    const bytes = entries.reduce((sum, { texts }) => sum + Buffer.byteLength(texts[0] ?? ''), 0);
    return { order, content: { resource: content.resource, families, entries, bytes } };
  });
}

/** Whatever there is to wait for is done as soon as it is asked for. */
const atOnce = (): Promise<void> => Promise.resolve();

class PlainStore implements Store {
  readonly #resource: string;
  readonly #renderer: Renderer;
  readonly drained = atOnce;
  changes = 0;
  #entries = new Entries();
  readonly #relists = new Set<{ readonly part: string | undefined }>();

  constructor(resource: string, renderer: Renderer) {
    this.#resource = resource;
    this.#renderer = renderer;
  }

  put(object: KubeObject, part?: string): void {
    const { key, ...place } = objectVersionOf(object);
    this.changes++;
    this.#entries.put(key, entryOf(part, place, this.#renderer.render(object)));
  }

  delete(object: KubeObject, part?: string): void {
    const { key, uid } = objectVersionOf(object);
    this.changes++;
    this.#entries.delete(key, part, uid);
  }

  relist(part?: string): Relist {
    this.#refuseWhileRelisted(part);
    const staged = new PlainStore(this.#resource, this.#renderer);
    const relist = { part };
    this.#relists.add(relist);
    let open = true;
    let committed = false;
    const whileOpen = (act: () => void): void => {
      if (!open) throw new Error('a relist takes nothing more once it was committed or aborted');
      act();
    };
    return {
      put: (object) => whileOpen(() => staged.put(object, part)),
      delete: (object) => whileOpen(() => staged.delete(object, part)),
      drained: atOnce,
      commit: async () =>
        whileOpen(() => {
          open = false;
          committed = true;
          this.#relists.delete(relist);
          this.changes++;
          if (part === undefined) this.#entries = staged.#entries;
          else this.#entries.replace(part, staged.#entries);
        }),
      abort: () => {
        open = false;
        this.#relists.delete(relist);
        return Promise.resolve(committed);
      },
    };
  }

  versions(part?: string): Iterable<ObjectVersion> {
    return this.#entries.versions(part);
  }

  kept(): [] {
    return [];
  }

  keep(): void {}

  versionOf(key: string): ObjectVersion | undefined {
    return [...this.#entries.versions(undefined)].find((one) => one.key === key);
  }

  textsOf(key: string): ObjectTexts | undefined {
    const [found] = this.found(key).filter((one) => one.key === key);
    if (found === undefined) return undefined;
    const texts = this.#entries.get(key)?.texts ?? [];
    const families = this.#renderer.families
      .map((header, i) => ({ header, text: texts[i] ?? '' }))
      .filter(({ text }) => text !== '');
    return { ...found, families };
  }

  found(text: string): FoundObject[] {
    return [...this.#entries.versions(undefined)]
      .filter(({ key }) => key.includes(text))
      .map(({ key }) => {
        const { series = 0, bytes = 0 } = this.#entries.get(key) ?? {};
        return { resource: this.#resource, key, series, bytes };
      });
  }

  sizes(): ResourceSizes {
    const namespaces = new Map<string, StoreSize>();
    for (const { key, series, bytes } of this.found('')) {
      const namespace = key.includes('/') ? (key.split('/')[0] ?? '') : '';
      const size = namespaces.get(namespace) ?? { objects: 0, series: 0, bytes: 0 };
      namespaces.set(namespace, {
        objects: size.objects + 1,
        series: size.series + series,
        bytes: size.bytes + bytes,
      });
    }
    const families = this.#renderer.families.map((header, i) => {
      const text = this.#entries.frozen().reduce((all, { texts }) => all + (texts[i] ?? ''), '');
      const series = text.split('\n').length - 1;
      return { header, series, bytes: Buffer.byteLength(text) };
    });
    return { resource: this.#resource, ...this.size, families, namespaces };
  }

  get size(): StoreSize {
    const { objects, series, bytes } = this.#entries;
    return { objects, series, bytes };
  }

  #refuseWhileRelisted(part: string | undefined): void {
    const apart = ({ part: other }: { part: string | undefined }): boolean =>
      other !== undefined && part !== undefined && other !== part;
    if (![...this.#relists].every(apart)) throw new Error('a relist of this is under way');
  }

  content(): Content {
    const { families } = this.#renderer;
    return {
      resource: this.#resource,
      families,
      entries: this.#entries.frozen(),
      bytes: this.#entries.bytes,
    };
  }
}

/** One object's text by family, immutable; an update is another entry. */
interface Entry {
  /** What it came by. */
  readonly part: string | undefined;
  readonly uid: string | undefined;
  readonly version: string;
  readonly texts: readonly string[];
  readonly series: number;
  readonly bytes: number;
}

/** Entries by key, and their size in all, kept as they come and go. */
class Entries {
  readonly #byKey = new Map<string, Entry>();
  #frozen: readonly Entry[] | undefined;
  series = 0;
  bytes = 0;

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  get objects(): number {
    return this.#byKey.size;
  }

  put(key: string, entry: Entry): void {
    this.#forget(this.#byKey.get(key));
    this.#byKey.set(key, entry);
    this.series += entry.series;
    this.bytes += entry.bytes;
  }

  delete(key: string, part: string | undefined, uid: string | undefined): void {
    const entry = this.#byKey.get(key);
    if (entry?.part !== part) return;
    if (uid !== undefined && entry?.uid !== undefined && entry.uid !== uid) return;
    this.#forget(entry);
    this.#byKey.delete(key);
  }

  replace(part: string, entries: Entries): void {
    for (const [key, entry] of this.#byKey) {
      if (entry.part === part && !entries.#byKey.has(key)) this.delete(key, part, undefined);
    }
    for (const [key, entry] of entries.#byKey) this.put(key, entry);
  }

  *versions(part: string | undefined): Generator<ObjectVersion> {
    for (const [key, { uid, version, part: held }] of this.#byKey) {
      if (part === undefined || held === part) yield { key, uid, version };
    }
  }

  /** The entries now: made once for all snapshots between two changes. */
  frozen(): readonly Entry[] {
    this.#frozen ??= Object.freeze([...this.#byKey.values()]);
    return this.#frozen;
  }

  #forget(entry: Entry | undefined): void {
    this.#frozen = undefined;
    this.series -= entry?.series ?? 0;
    this.bytes -= entry?.bytes ?? 0;
  }
}

function entryOf(
  part: string | undefined,
  place: Pick<Entry, 'uid' | 'version'>,
  texts: readonly string[],
): Entry {
  let series = 0;
  let bytes = 0;
  for (const text of texts) {
    if (text === '') continue;
    bytes += Buffer.byteLength(text);
    // Label values are escaped, so that a newline ends a series and stands nowhere else.
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) series++;
  }
  return { part, ...place, texts, series, bytes };
}

/** One store's part of a snapshot; it holds an object at least, or it would have no headers. */
interface Content {
  readonly resource: string;
  readonly families: readonly FamilyHeader[];
  readonly entries: readonly Entry[];
  readonly bytes: number;
}

/** One pack for each family that has series. */
function* packsOf(contents: readonly Content[], only?: string): Generator<TextPack> {
  for (const { resource, families, entries } of contents) {
    for (const [i, { name }] of families.entries()) {
      const text = Buffer.from(entries.map(({ texts }) => texts[i] ?? '').join(''));
      if ((only ?? name) !== name || text.length === 0) continue;
      const bytes = new Uint8Array(text).buffer;
      const series = text.toString().split('\n').length - 1;
      const pieces = Uint32Array.of(text.length, text.length, 0);
      yield { family: name, resource, series, textBytes: text.length, bytes, pieces };
    }
  }
}

function bodyOf(contents: readonly Content[], format: Format, gzip: boolean): Body {
  if (gzip) return { bytes: undefined, chunks: () => gzipped(chunksOf(contents, format)) };
  let bytes = format === 'openmetrics' ? openMetricsEnd.length : 0;
  for (const content of contents) {
    bytes += content.bytes;
    for (const { header } of content.families) bytes += Buffer.byteLength(header[format]);
  }
  return { bytes, chunks: () => chunksOf(contents, format) };
}

function* chunksOf(contents: readonly Content[], format: Format): Generator<Uint8Array> {
  let text = '';
  for (const { families, entries } of contents) {
    for (const [index, { header }] of families.entries()) {
      text += header[format];
      for (const entry of entries) {
        text += entry.texts[index];
        if (text.length >= chunkChars) {
          yield Buffer.from(text);
          text = '';
        }
      }
    }
  }
  if (format === 'openmetrics') text += openMetricsEnd;
  if (text !== '') yield Buffer.from(text);
}

async function* gzipped(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: gzipLevel, chunkSize: chunkChars });
  // The reader below gets whatever error ends the pipeline; a reader that stops destroys it all.
  pipeline(Readable.from(chunks), gzip, () => {});
  yield* gzip;
}
