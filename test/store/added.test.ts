// Stores that come and go at run time: one family for one name, and no other series touched.
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Relist, Snapshot, Stores } from '../../src/store/types.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { bytesOf } from './opened.ts';
import { openPlainStores } from './plain.ts';
import { checkAllSizes, measure } from './sizes.ts';

/** A renderer of these families, each with a series for each of an object's `series`. */
const rendererOf = (store: string, ...names: string[]): Renderer =>
  textRenderer(names, ({ metadata: { name, resourceVersion, annotations } }) => {
    const count = Number(annotations?.series ?? 1);
    const series = (family: string): string =>
      Array.from(
        { length: count },
        (_, i) => `${family}{of="${store}",name="${name}",i="${i}",v="${resourceVersion}"} 1\n`,
      ).join('');
    return names.map(series);
  });

const objectOf = (name: string, version: number, series = 1): KubeObject => ({
  metadata: {
    name,
    uid: name,
    resourceVersion: String(version),
    annotations: { series: String(series) },
  },
});

const reject = (error: unknown): void => void Promise.reject(error);
const core = new Map([['pods', rendererOf('pods', 'kube_pod_info', 'kube_pod_phase')]]);

const openStores = (hotBytesMax: number): Stores =>
  openSegmentStores(core, {
    clock: systemClock,
    hotBytesMax,
    compressOnThread: false,
    onError: reject,
  });

/** The text of a snapshot, which gzip has as well. */
async function textOf(snapshot: Snapshot): Promise<string> {
  const text = (await bytesOf(snapshot.body('openmetrics', 'identity'))).toString();
  const inflated = await bytesOf(snapshot.body('openmetrics', 'gzip'));
  // The plain store compresses the same text by zlib itself.
  expect(gunzipSync(inflated).toString()).to.equal(text);
  return text;
}

/** Families in their order, each with its series in any. */
const sorted = (text: string): string[][] =>
  text.split(/^(?=# )/m).map((family) => family.split('\n').sort());

describe('A store that is added', () => {
  let stores: Stores;
  beforeEach(() => {
    stores = openStores(1e6);
  });
  afterEach(() => stores.close());

  const families = async (includes = (_: readonly string[]): boolean => true) => {
    await stores.flushed();
    return (await textOf(stores.snapshot(includes))).match(/(?<=TYPE )\w+/g) ?? [];
  };
  const add = (key: string, order: string, ...names: string[]) =>
    stores.add(key, rendererOf(key, ...names), { order, names: [key] });

  it('is served among the others in its order, then by its key', async () => {
    stores.byResource.get('pods')?.put(objectOf('one', 1));
    for (const [key, order] of [
      ['b', 'z'],
      ['a', 'z'],
      ['c', 'a'],
    ] as const) {
      add(key, order, `kube_${key}`).put(objectOf('one', 1));
    }
    const inOrder = ['kube_c', 'kube_pod_info', 'kube_pod_phase', 'kube_a', 'kube_b'];
    expect(await families()).to.deep.equal(inOrder);
    expect(await families((names) => names.includes('a'))).to.deep.equal(['kube_a']);
    const sizes = stores.sizes().resources.map(({ resource }) => resource);
    expect(sizes).to.deep.equal(['pods', 'c', 'a', 'b']);
  });

  it('appears with the commit of its first list, all at once', async () => {
    const relist = add('a', '0', 'kube_a').relist();
    relist.put(objectOf('one', 1));
    expect(await families()).to.deep.equal([]);
    relist.put(objectOf('two', 2));
    await relist.commit();
    const text = await textOf(stores.snapshot(() => true));
    expect(text.match(/name="\w+"/g)).to.deep.equal(['name="one"', 'name="two"']);
  });

  it('is one family with those of the same name in other stores', async () => {
    add('v1', '0', 'kube_first', 'kube_both').put(objectOf('one', 1));
    add('v2', '0', 'kube_both', 'kube_last').put(objectOf('one', 1));
    await stores.flushed();
    expect(await textOf(stores.snapshot(() => true))).to.equal(
      [
        '# TYPE kube_first info',
        'kube_first{of="v1",name="one",i="0",v="1"} 1',
        '# TYPE kube_both info',
        'kube_both{of="v1",name="one",i="0",v="1"} 1',
        'kube_both{of="v2",name="one",i="0",v="1"} 1',
        '# TYPE kube_last info',
        'kube_last{of="v2",name="one",i="0",v="1"} 1',
        '# EOF\n',
      ].join('\n'),
    );
  });

  it('is gone from the next snapshot once it is removed, and may come again', async () => {
    const store = add('a', '0', 'kube_a');
    store.put(objectOf('one', 1));
    await stores.flushed();
    const before = stores.snapshot(() => true);
    const removed = stores.remove('a');
    const after = stores.snapshot(() => true);
    expect(after.state).to.be.above(before.state);
    await removed;
    expect(await textOf(after)).to.equal('# EOF\n');
    expect(await textOf(before)).to.include('name="one"');
    expect([...stores.byResource.keys()]).to.deep.equal(['pods']);
    add('a', '0', 'kube_a').put(objectOf('two', 2));
    await stores.flushed();
    expect(await textOf(stores.snapshot(() => true))).to.include('name="two"');
  });

  it('leaves nothing in memory, not even what was pending', async () => {
    add('a', '0', 'kube_a').put(objectOf('one', 1));
    await stores.flushed();
    expect(stores.work().hotBytes).to.be.above(0);
    stores.byResource.get('a')?.put(objectOf('two', 2));
    expect(stores.work().pendingBytes).to.be.above(0);
    await stores.remove('a');
    const { hotBytes, pendingBytes, storedBytes } = stores.work();
    expect({ hotBytes, pendingBytes, storedBytes }).to.deep.equal({
      hotBytes: 0,
      pendingBytes: 0,
      storedBytes: 0,
    });
  });

  it('refuses a key that is taken, and to remove what was not added', () => {
    expect(() => add('pods', '0', 'kube_x')).to.throw('no store of the key pods');
    expect(() => stores.remove('pods')).to.throw('an added store of the key pods');
  });
});

const keys = ['a.v1', 'a.v2', 'b.v1', 'c.v1'];

const event = fc.record({
  act: fc.constantFrom(
    ...(['add', 'add', 'remove', 'put', 'put', 'delete', 'fill', 'fill'] as const),
    ...(['relist', 'relistAborted', 'scrape', 'scrape', 'race'] as const),
  ),
  key: fc.nat({ max: keys.length }),
  name: fc.nat({ max: 90 }),
  count: fc.integer({ min: 1, max: 70 }),
});
type Event = { key: number; name: number; count: number };

/** Our stores beside the plain ones, with the same calls. */
class Run {
  readonly #ours: Stores;
  readonly #plain = openPlainStores(core);
  readonly #taken: { ours: Snapshot; plain: Snapshot }[] = [];
  readonly #measured: ReturnType<typeof measure>[] = [];
  #version = 0;

  constructor(hotBytesMax: number) {
    this.#ours = openStores(hotBytesMax);
  }

  get #both(): readonly Stores[] {
    return [this.#ours, this.#plain];
  }

  add({ key: index }: Event): void {
    const key = keys[index];
    if (key === undefined || this.#ours.byResource.has(key)) return;
    // Families are shared with the stores beside it, and differ in their places.
    const renderer = rendererOf(key, ...['x', 'y', 'z'].slice(index % 2), `only_${index}`);
    const place = { order: ['z', 'pods', 'a'][index % 3] as string, names: [key] };
    for (const stores of this.#both) stores.add(key, renderer, place);
  }

  async remove({ key: index }: Event): Promise<void> {
    const key = keys[index];
    if (key === undefined || !this.#ours.byResource.has(key)) return;
    await Promise.all(this.#both.map((stores) => stores.remove(key)));
  }

  put({ key, name, count }: Event): void {
    const object = objectOf(`n${name}`, ++this.#version, count % 3);
    this.#each(key, (stores, of) => stores.byResource.get(of)?.put(object));
  }

  delete({ key, name }: Event): void {
    this.#each(key, (stores, of) => stores.byResource.get(of)?.delete(objectOf(`n${name}`, 0)));
  }

  fill(event: Event): void {
    for (let i = 0; i < event.count; i++) this.put({ ...event, name: event.name + i });
  }

  async relist(event: Event): Promise<void> {
    await Promise.all(this.#list(event).map((relist) => relist.commit()));
  }

  async relistAborted(event: Event): Promise<void> {
    await Promise.all(this.#list(event).map((relist) => relist.abort()));
  }

  async scrape(): Promise<void> {
    await this.#ours.flushed();
    const [ours, plain] = this.#both.map((stores) => stores.snapshot(() => true));
    this.#measured.push(measure(this.#ours));
    this.#taken.push({ ours: ours as Snapshot, plain: plain as Snapshot });
  }

  /** A store goes while a flush is under way, and the others are scraped. */
  async race(event: Event): Promise<void> {
    this.fill({ ...event, key: keys.length });
    this.fill(event);
    const flush = this.#ours.flushed();
    await systemClock.turn();
    const removed = this.remove(event);
    this.#measured.push(measure(this.#ours));
    const text = await textOf(this.#ours.snapshot(() => true));
    const key = keys[event.key];
    if (key !== undefined) expect(text).not.to.include(`of="${key}"`);
    await Promise.all([flush, removed]);
  }

  /** Reads every snapshot only now, when all later changes have been made. */
  async end(): Promise<void> {
    await this.scrape();
    for (const { ours, plain } of this.#taken) {
      const model = (await bytesOf(plain.body('openmetrics', 'identity'))).toString();
      expect(sorted(await textOf(ours))).to.deep.equal(sorted(model));
    }
    await checkAllSizes(this.#measured, 'series');
    for (const key of this.#ours.byResource.keys())
      if (key !== 'pods') await this.#ours.remove(key);
    expect(this.#ours.work().pendingBytes).to.equal(0);
    await this.#ours.close();
  }

  #each(index: number, act: (stores: Stores, key: string) => void): void {
    for (const stores of this.#both) act(stores, keys[index] ?? 'pods');
  }

  #list({ key, name, count }: Event): Relist[] {
    const relists: Relist[] = [];
    this.#each(key, (stores, of) => relists.push(...opened(stores.byResource.get(of)?.relist())));
    for (let i = 0; i < count; i++) {
      const object = objectOf(`n${name + i}`, ++this.#version, i % 3);
      for (const relist of relists) relist.put(object);
    }
    return relists;
  }
}

const opened = (relist: Relist | undefined): Relist[] => (relist === undefined ? [] : [relist]);

describe('stores of segments that come and go', () => {
  it('serve what the plain ones do, in every snapshot', async () => {
    const events = fc.array(event, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(events, fc.constantFrom(0, 20_000, 1e8), async (all, hotBytesMax) => {
        const run = new Run(hotBytesMax);
        for (const { act, ...rest } of all) await run[act](rest);
        await run.end();
      }),
      { numRuns: 100 },
    );
  });
});
