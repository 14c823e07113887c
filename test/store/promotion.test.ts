// Promoted labels in the store beside a model that renders all objects again, whatever happens.
import { expect } from 'chai';
import fc from 'fast-check';
import { parseUnmanaged } from '../../src/kube/managedFields.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Relist, Store, Stores } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { whileZlibFails } from './brokenCodec.ts';
import { openThings, seriesOf, served, slowed, thingsIn } from './opened.ts';
import { newSources, plainOf, rendererWith, type Thing, valueNumber } from './promotedThings.ts';
import { checkAllSizes, measure } from './sizes.ts';

const namesMax = 90;
const namespaces = 4;
const nodes = 5;
/** What of an object changes. */
interface Made extends Pick<Thing, 'spec' | 'status'> {
  readonly labels: Record<string, string> | undefined;
}

const event = fc.record({
  act: fc.constantFrom(
    ...(['status', 'status', 'labels', 'schedule', 'fill', 'fill', 'recreate', 'delete'] as const),
    ...(['thin', 'namespace', 'namespace', 'node', 'node', 'everything', 'relist'] as const),
    ...(['relistRaced', 'relistRaced', 'relistAborted', 'scrape', 'scrape', 'turns'] as const),
    ...(['pass', 'pass', 'fail', 'race', 'measure', 'move'] as const),
  ),
  name: fc.nat({ max: namesMax - 1 }),
  count: fc.nat({ max: 60 }),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly #clock = new TestClock();
  readonly #sources = newSources();
  readonly #renderer = rendererWith(this.#sources);
  readonly #stores: Stores;
  readonly #store: Store;
  readonly #parts: readonly (string | undefined)[];
  readonly #objects = new Map<string, { object: Thing; part: string | undefined }>();
  readonly #measured: ReturnType<typeof measure>[] = [];
  #version = 0;

  constructor(named: boolean, hotBytesMax: number) {
    this.#parts = named ? ['one', 'other'] : [undefined];
    this.#stores = openThings(this.#renderer, {
      clock: slowed(this.#clock),
      hotBytesMax,
      onError: (error) => {
        if (!String(error).includes('out of memory')) throw error;
      },
    });
    this.#store = thingsIn(this.#stores);
  }

  status(event: Event): void {
    const known = this.#objects.get(`n${event.name}`)?.object;
    const labels = known?.metadata.labels as Made['labels'];
    this.#put(event, { ...this.#made(event), spec: known?.spec ?? {}, labels });
  }

  labels(event: Event): void {
    const known = this.#objects.get(`n${event.name}`)?.object;
    this.#put(event, { ...this.#made(event), spec: known?.spec ?? {} });
  }

  schedule(event: Event): void {
    this.#put(event, this.#made(event));
  }

  /** Another part of the store has it now. */
  move(event: Event): void {
    this.#put({ ...event, count: event.count + 1 }, this.#made(event), this.#parts.at(-1));
  }

  fill({ act, name, count }: Event): void {
    for (let i = 0; i < count; i++) this.schedule({ act, name: (name + i) % namesMax, count: i });
  }

  recreate(event: Event): void {
    this.#objects.delete(`n${event.name}`);
    this.schedule(event);
  }

  delete({ name }: Pick<Event, 'name'>): void {
    const real = this.#objects.get(`n${name}`);
    if (real === undefined) return;
    this.#objects.delete(`n${name}`);
    this.#store.delete(this.#sent(real.object), real.part);
  }

  thin({ count }: Event): void {
    for (let name = 0; name < namesMax; name++) if (name % 5 < count % 5) this.delete({ name });
  }

  namespace({ name, count }: Event): void {
    const labels = {
      team: valueNumber(count),
      ...(count % 3 === 0 && { rack: valueNumber(name) }),
    };
    this.#sources.namespaces.set(`ns${name % namespaces}`, count % 7 === 0 ? undefined : labels);
  }

  node({ name, count }: Event): void {
    const labels = {
      zone: valueNumber(count),
      ...(count % 2 === 0 && { rack: valueNumber(name) }),
    };
    this.#sources.nodes.set(`node${name % nodes}`, count % 7 === 0 ? undefined : labels);
  }

  everything(event: Event): void {
    for (let i = 0; i < nodes; i++) {
      this.namespace({ ...event, name: event.name + i });
      this.node({ ...event, name: event.name + i, count: event.count + i });
    }
  }

  async relist(event: Event): Promise<void> {
    await Promise.all(this.#list(event).map((relist) => relist.commit()));
  }

  /** Labels change while the list comes, between it and its commit, and during that. */
  async relistRaced(event: Event): Promise<void> {
    if (event.name % 2 === 0) await this.#settled();
    const relists = this.#list(event, () => this.namespace(event));
    this.everything({ ...event, count: event.count + 1 });
    for (let turn = 0; turn < event.count % 8; turn++) await this.#clock.turn();
    const commits = relists.map((relist) => relist.commit());
    this.node(event);
    await this.turns(event);
    this.everything(event);
    await Promise.all(commits);
  }

  async relistAborted(event: Event): Promise<void> {
    const before = [...this.#objects];
    const relists = this.#list(event, () => this.namespace(event));
    await Promise.all(relists.map((relist) => relist.abort()));
    this.#objects.clear();
    for (const [name, one] of before) this.#objects.set(name, one);
  }

  async turns({ count }: Event): Promise<void> {
    for (let i = 0; i < count % 6; i++) await this.#clock.turn();
  }

  async pass({ count }: Event): Promise<void> {
    for (let i = 0; i < count % 20; i++) {
      this.#clock.advance(i === 0 ? 60_000 : 1_000);
      await this.#clock.turn();
    }
  }

  measure(): void {
    this.#measured.push(measure(this.#stores));
  }

  /** Labels change while flushes fail, and while what is to be spliced cannot be read. */
  async fail(event: Event): Promise<void> {
    await whileZlibFails(event.count % 2 === 0 ? 'deflate' : 'inflateInto', async () => {
      this.everything(event);
      await this.#stores.flushed().catch(() => undefined);
      await this.turns(event);
      this.measure();
    });
  }

  /** Labels and objects change while a flush is under way. */
  async race(event: Event): Promise<void> {
    this.fill(event);
    const flushed = this.#stores.flushed();
    this.everything(event);
    await this.turns(event);
    this.status(event);
    this.thin(event);
    this.measure();
    await flushed;
  }

  /** While labels change, no series is missing or served twice in any snapshot. */
  async scrape(event: Event): Promise<void> {
    await this.#compare();
    const before = await this.#plain();
    this.everything(event);
    for (let i = 0; i < 4; i++) {
      await this.turns(event);
      const flushed = this.#stores.flushed();
      expect(await this.#plain()).to.deep.equal(before);
      await flushed;
    }
    await this.#compare();
  }

  async end(): Promise<void> {
    await this.scrape({ act: 'scrape', name: 1, count: 3 });
    await checkAllSizes(this.#measured, 'objects');
    expect(this.#stores.work().pendingBytes).to.equal(0);
    await this.#stores.close();
  }

  /** Once all is followed, what is served is what a rendering of now would be. */
  async #compare(): Promise<void> {
    await this.#settled();
    const expected = [...this.#objects.values()].flatMap(({ object }) =>
      this.#renderer.render(object).flatMap((text) => text.split(/(?<=\n)/).filter(Boolean)),
    );
    const served = await seriesOf(this.#stores.snapshot(() => true));
    expect(served).to.deep.equal(expected.map((line) => line.trimEnd()).sort());
    const { series, bytes } = this.#store.size;
    expect(series).to.equal(expected.length);
    expect(bytes).to.equal(Buffer.byteLength(expected.join('')));
    this.measure();
  }

  async #plain(): Promise<string[]> {
    const series = await seriesOf(this.#stores.snapshot(() => true));
    expect(new Set(series).size).to.equal(series.length);
    return series.map(plainOf).sort();
  }

  async #settled(): Promise<void> {
    for (let i = 0; this.#stores.work().promotion.waiting > 0; i++) {
      expect(i, 'it comes to an end').to.be.below(1_000);
      this.#clock.advance(1_000);
      await this.#clock.turn();
    }
    await this.#stores.flushed();
  }

  #made({ name, count }: Event): Made {
    const nodeName = count % 5 === 4 ? undefined : `node${(name + (count % 2)) % nodes}`;
    return {
      spec: { nodeName, replicas: count % 4 },
      status: { ready: count % 3 },
      labels: {
        ...(count % 3 === 1 && { team: valueNumber(count) }),
        ...(count % 4 === 1 && { tier: valueNumber(name) }),
      },
    };
  }

  #put({ name, count }: Event, { labels, ...sections }: Made, part?: string | undefined): void {
    const key = `n${name}`;
    const known = this.#objects.get(key);
    const object = {
      ...sections,
      metadata: {
        name: key,
        namespace: `ns${name % namespaces}`,
        uid: known?.object.metadata.uid ?? `u${++this.#version}`,
        resourceVersion: String(++this.#version),
        labels,
        annotations: { note: valueNumber(name) },
      },
    } as unknown as Thing;
    const where = part ?? known?.part ?? this.#parts[count % this.#parts.length];
    this.#objects.set(key, { object, part: where });
    if (!this.#silent) this.#store.put(this.#sent(object), where);
  }

  #silent = false;

  /** Some objects have changed silently, are listed twice, or gone; in the middle, `halfway`. */
  #list(event: Event, halfway = (): void => {}): Relist[] {
    const part = this.#parts[event.count % this.#parts.length];
    const relist = this.#store.relist(part);
    this.#silent = true;
    const names = [...this.#objects].filter(([, one]) => one.part === part).map(([name]) => name);
    for (const [i, key] of names.entries()) {
      if (i === names.length >> 1) halfway();
      const one = { ...event, name: Number(key.slice(1)), count: event.count + i };
      if (i % 7 === 1) this.status(one);
      if (i % 7 === 2) this.schedule(one);
      if (i % 7 === 3) {
        this.#objects.delete(key);
        continue;
      }
      if (i % 7 === 4) relist.put(this.#sent(this.#objects.get(key)?.object as Thing));
      if (i % 14 === 4) this.labels(one);
      relist.put(this.#sent(this.#objects.get(key)?.object as Thing));
    }
    this.#silent = false;
    return [relist];
  }

  /** As it is decoded: its spec is parsed only if something reads it. */
  #sent(object: Thing): KubeObject {
    const { metadata, spec, status } = object;
    const text = JSON.stringify({ metadata, spec, status });
    return parseUnmanaged(text, { deferSpec: true }) as KubeObject;
  }
}

describe('Promoted labels beside series budgets', () => {
  it('do not bring back what was dropped, and count no series twice', async () => {
    const sources = newSources();
    const renderer = rendererWith(sources);
    const dropped: string[] = [];
    const stores = openThings(renderer, {
      seriesBudget: {
        perFamily: 6,
        perNamespace: 0,
        onDropped: (_, family) => void dropped.push(family),
        onReached: () => undefined,
        onRecovered: () => undefined,
      },
    });
    const store = thingsIn(stores);
    const put = (name: string, version: number, ready: number): void => {
      const metadata = { name, namespace: 'ns', uid: name, resourceVersion: String(version) };
      const text = JSON.stringify({ metadata, spec: { replicas: 4 }, status: { ready } });
      store.put(parseUnmanaged(text, { deferSpec: true }) as KubeObject);
    };
    const settled = async (): Promise<string[]> => {
      while (stores.work().promotion.waiting > 0) await systemClock.turn();
      return served(stores);
    };
    put('a', 1, 1);
    put('b', 2, 1);
    const before = await settled();
    expect(dropped).to.deep.equal(['kube_thing_replica']);
    sources.namespaces.set('ns', { team: 'x' });
    const after = await settled();
    expect(after.every((line) => line.includes(',team="x"'))).to.equal(true);
    expect(after.map(plainOf)).to.deep.equal(before);
    expect(store.size.series).to.equal(before.length);
    store.delete({ metadata: { name: 'a', namespace: 'ns', uid: 'a' } });
    put('b', 3, 2);
    const last = await settled();
    expect(last.filter((line) => line.startsWith('kube_thing_replica{'))).to.have.length(4);
    expect(last.every((line) => line.includes(',team="x"'))).to.equal(true);
    await checkAllSizes([measure(stores)], 'objects');
    await stores.close();
  });
});

describe('A store that is removed', () => {
  it('listens to no source any more', async () => {
    const sources = newSources();
    const stores = openSegmentStores(new Map(), {
      clock: systemClock,
      hotBytesMax: 1e8,
      compressOnThread: false,
      onError: (error) => {
        throw error;
      },
    });
    stores.add('things', rendererWith(sources), { order: 'things', names: ['things'] });
    expect(sources.namespaces.listeners).to.equal(1);
    await stores.remove('things');
    expect([sources.namespaces.listeners, sources.nodes.listeners]).to.deep.equal([0, 0]);
    await stores.close();
  });
});

for (const named of [false, true]) {
  describe(`promoted labels, ${named ? 'in a store of parts' : 'in a whole store'}`, () => {
    it('are those of now on every series, and no series is missing meanwhile', async () => {
      const events = fc.array(event, { minLength: 1, maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(events, fc.constantFrom(0, 20_000, 1e8), async (all, hotBytesMax) => {
          const run = new Run(named, hotBytesMax);
          for (const one of all) await run[one.act](one);
          await run.end();
        }),
        { numRuns: 60 },
      );
    });
  });
}
