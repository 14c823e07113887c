// What every store promises: what it serves after any sequence of events, and how it reads.
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Format, Relist, Snapshot, Store, Stores } from '../../src/store/types.ts';
import { sinkOf } from '../../src/store/types.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { bytesOf } from './opened.ts';
import { openPlainStores } from './plain.ts';

type Open = (renderers: ReadonlyMap<string, Renderer>) => Stores;

const opened: Stores[] = [];
const reject = (error: unknown): void => void Promise.reject(error);
afterEach(async () => {
  for (const stores of opened.splice(0)) await stores.close();
});

const segments =
  (hotBytesMax: number): Open =>
  (renderers) => {
    const options = { clock: systemClock, hotBytesMax, compressOnThread: false, onError: reject };
    const stores = openSegmentStores(renderers, options);
    opened.push(stores);
    return stores;
  };

const kinds: Readonly<Record<string, Open>> = {
  'the plain store': openPlainStores,
  'the store of segments': segments(1e8),
  'the store of segments, all compressed': segments(0),
};

/** Two families: one series an object, and as many as the object's annotation says. */
const renderer = (plural: string): Renderer => {
  const names = [`kube_${plural}_info`, `kube_${plural}_part`];
  return textRenderer(names, ({ metadata: { name, namespace, uid, annotations } }) => {
    const labels = `namespace="${namespace ?? ''}",name="${name}",uid="${uid ?? ''}"`;
    const note = annotations?.note ?? '';
    const parts = Array.from(
      { length: Number(annotations?.parts ?? 0) },
      (_, part) => `kube_${plural}_part{${labels},part="${part}"} 1\n`,
    );
    return [`kube_${plural}_info{${labels},note="${note}"} 1\n`, parts.join('')];
  });
};

interface Spec {
  readonly namespace: string;
  readonly name: string;
  readonly part?: string | undefined;
  readonly uid: string | undefined;
  readonly note: string;
  readonly parts: number;
}

const objectOf = ({ namespace, name, uid, note, parts }: Spec): KubeObject => ({
  metadata: { namespace, name, uid: uid ?? null, annotations: { note, parts: String(parts) } },
});

const object = (namespace: string, name: string, uid?: string, parts = 0): KubeObject =>
  objectOf({ namespace, name, uid, note: '', parts });

const serveOne = (openStores: Open): { store: Store; text: () => Promise<string> } => {
  const stores = openStores(new Map([['pod', renderer('pod')]]));
  const store = stores.byResource.get('pod');
  if (store === undefined) throw new Error('no store was opened');
  return { store, text: () => textOf(stores) };
};

const textOf = async (stores: Stores, format: Format = 'text'): Promise<string> => {
  await stores.flushed();
  return read(
    stores.snapshot(() => true),
    format,
  );
};

/** Of so many objects that a list brings, each with one series and `parts` more. */
const snapshotOf = async (openStores: Open, objects: number, parts: number): Promise<Snapshot> => {
  const stores = openStores(new Map([['pods', renderer('pod')]]));
  const store = stores.byResource.get('pods');
  const relist = (store as Store).relist();
  for (let i = 0; i < objects; i++) relist.put(object('größe', `pod-${i}`, `u${i}`, parts));
  await relist.commit();
  return stores.snapshot(() => true);
};

const read = async (snapshot: Snapshot, format: Format = 'text'): Promise<string> =>
  (await bytesOf(snapshot.body(format, 'identity'))).toString();

/** The exposition with the series of each family sorted, for their order is free. */
const sorted = (text: string): string =>
  text
    .split(/^(?=#)/m)
    .map((family) => {
      const [header, ...series] = family.trimEnd().split('\n');
      return [header, ...series.sort()].join('\n');
    })
    .join('\n');

for (const [kind, openStores] of Object.entries(kinds))
  describe(kind, () => {
    it('serves nothing of a resource without objects, not even its headers', async () => {
      const { store, text } = serveOne(openStores);
      expect(await text()).to.equal('');
      store.put(object('a', 'one', 'u1'));
      store.delete(object('a', 'one', 'u1'));
      expect(await text()).to.equal('');
      expect(store.size).to.deep.equal({ objects: 0, series: 0, bytes: 0 });
    });

    it('serves all families in order while it has an object', async () => {
      const { store, text } = serveOne(openStores);
      store.put(object('a', 'one', 'u1'));
      expect(await text()).to.equal(
        '# TYPE kube_pod_info gauge\n' +
          'kube_pod_info{namespace="a",name="one",uid="u1",note=""} 1\n' +
          '# TYPE kube_pod_part gauge\n',
      );
    });

    it('serves resources in the order given, and only those asked for', async () => {
      const stores = openStores(
        new Map([
          ['nodes', renderer('node')],
          ['pods', renderer('pod')],
        ]),
      );
      for (const store of stores.byResource.values()) store.put(object('', 'x', 'u'));
      const families = (text: string): string[] => text.match(/(?<=TYPE )\w+_info/g) ?? [];
      await stores.flushed();
      expect(families(await read(stores.snapshot(() => true)))).to.deep.equal([
        'kube_node_info',
        'kube_pod_info',
      ]);
      expect(families(await read(stores.snapshot(([name]) => name === 'pods')))).to.deep.equal([
        'kube_pod_info',
      ]);
    });

    it('ends OpenMetrics, and only that, with EOF, even without objects', async () => {
      const stores = openStores(new Map([['pods', renderer('pod')]]));
      expect(await textOf(stores, 'openmetrics')).to.equal('# EOF\n');
      stores.byResource.get('pods')?.put(object('', 'x', 'u'));
      const text = await textOf(stores, 'openmetrics');
      expect(text).to.match(/^# TYPE kube_pod_info info\n.*\n# EOF\n$/s);
      expect(await textOf(stores)).not.to.include('EOF');
    });

    it('keeps an object created again when the deletion of the old one comes late', async () => {
      const { store, text } = serveOne(openStores);
      store.put(object('a', 'one', 'old'));
      store.put(object('a', 'one', 'new'));
      store.delete(object('a', 'one', 'old'));
      expect(await text()).to.include('uid="new"');
      expect(store.size.objects).to.equal(1);
    });

    it('shows a relist when it commits, in one step, and drops all other objects', async () => {
      const { store, text } = serveOne(openStores);
      store.put(object('a', 'stays', 'u1'));
      store.put(object('b', 'gone', 'u2'));
      const before = await text();
      const relist = store.relist();
      relist.put(object('a', 'stays', 'u1'));
      relist.put(object('c', 'new', 'u3'));
      expect(await text()).to.equal(before);
      await relist.commit();
      expect(await text())
        .to.include('stays')
        .and.include('new')
        .and.not.include('gone');
    });

    it('relists one part, while other parts change on their own', async () => {
      const { store, text } = serveOne(openStores);
      const [a, b] = [sinkOf(store, 'node a'), sinkOf(store, 'node b')];
      a.put(object('x', 'gone', 'u1'));
      b.put(object('x', 'stays', 'u2'));
      const relist = a.relist();
      relist.put(object('x', 'listed', 'u3'));
      b.put(object('x', 'meanwhile', 'u4'));
      await relist.commit();
      expect(await text())
        .to.include('listed')
        .and.include('stays')
        .and.include('meanwhile')
        .and.not.include('gone');
    });

    it('keeps an object that has moved to another part when the first deletes it', async () => {
      const { store, text } = serveOne(openStores);
      const [unscheduled, node] = [sinkOf(store, 'none'), sinkOf(store, 'node')];
      const moved = object('x', 'moved', 'u1');
      for (const part of [unscheduled, node]) part.put(moved);
      unscheduled.delete(moved);
      expect(await text()).to.include('moved');
      node.delete(moved);
      expect(await text()).to.equal('');
    });

    it('drops a relist that is aborted, and refuses objects for one that has ended', async () => {
      const { store, text } = serveOne(openStores);
      store.put(object('a', 'one', 'u1'));
      const before = await text();
      const relist = store.relist();
      relist.put(object('a', 'two', 'u2'));
      await relist.abort();
      const refusal = await relist.commit().catch((error: Error) => error.message);
      expect(refusal).to.include('once it was committed or aborted');
      expect(() => relist.put(object('a', 'two', 'u2'))).to.throw('committed or aborted');
      expect(await text()).to.equal(before);
    });

    it('refuses an object without a name in a sentence, and does not change', async () => {
      const { store, text } = serveOne(openStores);
      const nameless = { metadata: { namespace: 'a' } } as unknown as KubeObject;
      expect(() => store.put(nameless)).to.throw(
        TypeError,
        'expected an object whose metadata has a name, got metadata {"namespace":"a"}',
      );
      expect(() => store.delete({} as KubeObject)).to.throw('got metadata none');
      expect(() => store.put({ metadata: { name: 7 } } as unknown as KubeObject)).to.throw('name');
      expect(await text()).to.equal('');
    });

    it('knows the length of a plain body, and compresses to the same text', async () => {
      const snapshot = await snapshotOf(openStores, 2_000, 3);
      const plain = await bytesOf(snapshot.body('openmetrics', 'identity'));
      expect(snapshot.body('openmetrics', 'identity').bytes).to.equal(plain.length);
      const gzip = await bytesOf(snapshot.body('openmetrics', 'gzip'));
      expect(gzip.length).to.be.lessThan(plain.length / 5);
      expect(gunzipSync(gzip).equals(plain)).to.equal(true);
    });
  });

for (const [kind, openStores] of Object.entries(kinds))
  describe(`${kind}, after any sequence of events`, () => {
    it('serves what a plain model of it does, in every snapshot', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const run = new Run(openStores);
          for (const { act, spec } of steps) await run[act](spec);
          await run.check();
        }),
        { numRuns: 200 },
      );
    });
  });

const acts = [
  'put',
  'delete',
  'relist',
  'relistAll',
  'listed',
  'unlisted',
  'commit',
  'abort',
  'snapshot',
] as const;

const step = fc.record({
  act: fc.constantFrom(...acts),
  spec: fc.record({
    namespace: fc.constantFrom('', 'a', 'b'),
    part: fc.constantFrom(undefined, 'a', 'b'),
    name: fc.constantFrom('x', 'y', 'z'),
    uid: fc.constantFrom('u1', 'u2', undefined),
    note: fc.constantFrom('', 'plain', 'größer', '\u{1f9ed}'),
    parts: fc.nat({ max: 3 }),
  }),
});

/** The store beside a model that keeps the specs themselves and renders them when asked. */
class Run {
  readonly #stores: Stores;
  readonly #store: Store;
  readonly #taken: { snapshot: Snapshot; text: string }[] = [];
  #model = new Map<string, Spec>();
  #open: { relist: Relist; part: string | undefined; model: Map<string, Spec> } | undefined;

  constructor(openStores: Open) {
    this.#stores = openStores(new Map([['pods', renderer('pod')]]));
    this.#store = this.#stores.byResource.get('pods') as Store;
  }

  put(spec: Spec): void {
    this.#store.put(objectOf(spec), spec.part);
    this.#model.set(keyOf(spec), spec);
  }

  delete(spec: Spec): void {
    this.#store.delete(objectOf(spec), spec.part);
    if (this.#model.get(keyOf(spec))?.part === spec.part) forget(this.#model, spec);
  }

  async relist({ part }: Spec): Promise<void> {
    await this.#start(part);
  }

  async relistAll(): Promise<void> {
    await this.#start(undefined);
  }

  listed(spec: Spec): void {
    if (this.#open === undefined) return;
    const { relist, part, model } = this.#open;
    relist.put(objectOf(spec));
    model.set(keyOf(spec), { ...spec, part });
  }

  unlisted(spec: Spec): void {
    if (this.#open === undefined) return;
    const { relist, model } = this.#open;
    relist.delete(objectOf(spec));
    forget(model, spec);
  }

  async commit(): Promise<void> {
    if (this.#open === undefined) return;
    const { relist, part, model } = this.#open;
    await relist.commit();
    const others = [...this.#model].filter(([, spec]) => part !== undefined && spec.part !== part);
    this.#model = new Map([...others, ...model]);
    this.#open = undefined;
  }

  async abort(): Promise<void> {
    await this.#open?.relist.abort();
    this.#open = undefined;
  }

  async snapshot(): Promise<void> {
    await this.#stores.flushed();
    const snapshot = this.#stores.snapshot(() => true);
    const { families, render } = renderer('pod');
    const specs = [...this.#model.values()];
    const texts = specs.map((spec) => render(objectOf(spec)));
    const text = families.map(
      ({ header }, index) => header.text + texts.map((all) => all[index]).join(''),
    );
    this.#taken.push({ snapshot, text: this.#model.size === 0 ? '' : text.join('') });
    for (const part of [undefined, 'a', 'b']) {
      const model = specs.filter((spec) => part === undefined || spec.part === part);
      const held = Array.from(this.#store.versions(part), ({ key }) => key);
      expect(held.sort()).to.deep.equal(model.map(keyOf).sort());
    }
    const all = texts.flat().join('');
    expect(this.#store.size).to.deep.equal({
      objects: this.#model.size,
      series: all.split('\n').length - 1,
      bytes: Buffer.byteLength(all),
    });
  }

  /** Reads every snapshot only now, when all later changes have been made. */
  async check(): Promise<void> {
    await this.snapshot();
    for (const { snapshot, text } of this.#taken) {
      expect(sorted(await read(snapshot))).to.equal(sorted(text));
      expect(snapshot.body('text', 'identity').bytes).to.equal(Buffer.byteLength(text));
    }
  }

  async #start(part: string | undefined): Promise<void> {
    await this.abort();
    this.#open = { relist: this.#store.relist(part), part, model: new Map() };
  }
}

const keyOf = ({ namespace, name }: Spec): string =>
  namespace === '' ? name : `${namespace}/${name}`;

function forget(model: Map<string, Spec>, spec: Spec): void {
  const held = model.get(keyOf(spec));
  const other = held?.uid !== undefined && spec.uid !== undefined && held.uid !== spec.uid;
  if (!other) model.delete(keyOf(spec));
}
