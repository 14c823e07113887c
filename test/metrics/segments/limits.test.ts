// What is odd, huge, slow or broken: the store of segments keeps its promises and its bounds.
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { systemClock } from '../../../src/clock.ts';
import type { KubeObject } from '../../../src/metrics/object.ts';
import type { Renderer } from '../../../src/metrics/render.ts';
import { Codec } from '../../../src/metrics/segments/codec.ts';
import { openSegmentStores } from '../../../src/metrics/segments/open.ts';
import { type Store, type Stores, sinkOf } from '../../../src/metrics/store.ts';
import { until } from '../../until.ts';

/** Two families: the annotation `text` as it is, and a line that never changes. */
const renderer: Renderer = {
  families: ['text', 'info'].map((name) => ({
    name,
    header: { text: `# TYPE ${name} gauge\n`, openmetrics: `# TYPE ${name} info\n` },
  })),
  render: ({ metadata: { name, annotations } }) => [
    annotations?.text ?? '',
    `info{name="${name}"} 1\n`,
  ],
};

let versions = 0;
const object = (name: string, text: string, uid = name): KubeObject => ({
  metadata: { name, namespace: 'a', uid, resourceVersion: `${++versions}`, annotations: { text } },
});

/** Time passes when it is told to; who sleeps wakes then. */
class HandClock {
  ms = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  now = (): number => this.ms;

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((wake) => {
      this.#sleepers.push({ at: this.ms + ms, wake });
      signal?.addEventListener('abort', () => wake());
    });

  turn = systemClock.turn;

  pass(ms: number): void {
    this.ms += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.ms);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.ms);
    for (const { wake } of due) wake();
  }
}

describe('the store of segments', () => {
  let clock: HandClock;
  let stores: Stores;
  let store: Store;
  let errors: unknown[];
  beforeEach(() => {
    clock = new HandClock();
    errors = [];
    const onError = (error: unknown): void => void errors.push(error);
    const onWork = (): void => undefined;
    stores = openSegmentStores(new Map([['pods', renderer]]), { clock, onError, onWork });
    store = stores.byResource.get('pods') as Store;
  });
  afterEach(() => stores.close());

  const served = async (encoding: 'identity' | 'gzip' = 'gzip'): Promise<string> => {
    const body = stores.snapshot(() => true).body('text', encoding);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body.chunks()) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    expect(bytes.length).to.equal(body.bytes);
    return (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  };

  it('tells which states it holds, of all or of one part', () => {
    const [old, other, now] = [object('x', ''), object('y', ''), object('x', '')];
    store.put(old, 'p');
    store.put(other);
    store.put(now, 'p');
    const held = (part?: string): string[] =>
      [...store.versions(part)].map(({ key, uid, version }) => `${key} ${uid} ${version}`).sort();
    const versionOf = ({ metadata }: KubeObject) => metadata.resourceVersion;
    const x = `a/x x ${versionOf(now)}`;
    expect(held()).to.deep.equal([x, `a/y y ${versionOf(other)}`]);
    expect(held('p')).to.deep.equal([x]);
  });

  it('serves a change within a second, and says how old what is served is', async () => {
    store.put(object('one', 'x 1\n'));
    expect(await served()).to.equal('');
    clock.pass(300);
    expect(stores.stalenessMs()).to.equal(300);
    clock.pass(700);
    await until(() => stores.stalenessMs() === 0);
    expect(await served()).to.include('x 1\n');
    store.put(object('one', 'x 2\n'));
    store.put(object('one', 'x 3\n'));
    store.delete(object('none', ''));
    expect(await served()).to.include('x 1\n');
    clock.pass(1_000);
    await until(() => stores.stalenessMs() === 0);
    expect(await served()).to.include('x 3\n');
    expect(stores.work().batches).to.equal(2);
  });

  it('makes anew only what changes, and nothing for a new version alone', async () => {
    for (let i = 0; i < 200; i++) store.put(object(`n${i}`, `x{i="${i}"} 1\n`));
    await stores.settled();
    const { segments } = stores.work();
    store.put(object('n7', 'x{i="7"} 1\n'));
    await stores.settled();
    expect(stores.work().segments).to.equal(segments);
    store.put(object('n7', 'x{i="7"} 2\n'));
    await stores.settled();
    expect(stores.work().segments).to.equal(segments + 1);
  });

  it('leaves in a relist what stands, and seals what a new list brings once', async () => {
    const objects = Array.from({ length: 200 }, (_, i) => object(`n${i}`, `x{i="${i}"} 1\n`));
    for (const one of objects) store.put(one);
    await stores.settled();
    const { segments } = stores.work();
    const relist = store.relist();
    for (const one of objects) relist.put(one);
    await relist.commit();
    expect(stores.work().segments).to.equal(segments);
    expect(store.size.objects).to.equal(200);
  });

  it('rewrites blocks that have become half empty, and keeps no empty one', async () => {
    for (let i = 0; i < 640; i++) store.put(object(`n${i}`, `x{i="${i}"} ${'1'.repeat(99)}\n`));
    await stores.settled();
    const full = stores.work().storedBytes;
    for (let i = 0; i < 640; i++) if (i % 4 > 0) store.delete(object(`n${i}`, ''));
    for (let batch = 0; batch < 4; batch++) {
      // A change, for only a batch that has something to do looks for such blocks.
      store.put(object('n0', `x{i="0"} ${batch}\n`));
      await stores.settled();
    }
    const quarter = stores.work().storedBytes;
    expect(quarter).to.be.lessThan(full / 2);
    expect((await served()).match(/^x/gm)).to.have.length(160);
    for (let i = 0; i < 640; i += 4) store.delete(object(`n${i}`, ''));
    await stores.settled();
    expect(await served()).to.equal('');
    expect(stores.work().storedBytes).to.equal(0);
  });

  it('takes a label value of a megabyte, and lets it shrink again', async () => {
    for (let i = 0; i < 70; i++) store.put(object(`n${i}`, `x{i="${i}"} 1\n`));
    const long = `x{label="${'größe '.repeat(150_000)}"} 1\n`;
    store.put(object('n3', long));
    store.put(object('n4', long));
    await stores.settled();
    for (const encoding of ['gzip', 'identity'] as const) {
      expect((await served(encoding)).split(long)).to.have.length(3);
    }
    store.put(object('n3', 'x{i="3"} 1\n'));
    await stores.settled();
    const text = await served();
    expect(text.split(long)).to.have.length(2);
    expect(text.match(/^x\{i=/gm)).to.have.length(69);
  });

  it('serves a family of a million series', async function () {
    this.timeout(60_000);
    for (let i = 0; i < 100; i++) {
      let text = '';
      for (let n = 0; n < 10_000; n++) text += `x{i="${i}",n="${n}"} 1\n`;
      store.put(object(`n${i}`, text));
      await store.room();
    }
    await stores.settled();
    expect(store.size.series).to.equal(1_000_100);
    let lines = 0;
    const body = stores.snapshot(() => true).body('text', 'identity');
    for await (const chunk of body.chunks()) for (const byte of chunk) lines += +(byte === 10);
    expect(lines).to.equal(1_000_100 + 2);
  });

  it('lets no more text wait than its bound and what is put next', async () => {
    const text = `${'x'.repeat(1024 * 1024)}\n`;
    for (let i = 0; i < 40; i++) {
      store.put(object(`n${i}`, text));
      await store.room();
      expect(stores.work().pendingBytes).to.be.at.most(10 * 1024 * 1024);
    }
    const relist = store.relist();
    for (let i = 0; i < 40; i++) {
      relist.put(object(`n${i}`, text.replace('x', 'y')));
      await relist.room();
      expect(stores.work().pendingBytes).to.be.at.most(15 * 1024 * 1024);
    }
    relist.abort();
    await stores.settled();
    expect(stores.work().pendingBytes).to.equal(0);
  });

  it('loses nothing when zlib fails, says so, and tries again', async () => {
    store.put(object('one', 'x 1\n'));
    await stores.settled();
    const { deflate } = Codec.prototype;
    Codec.prototype.deflate = () => Promise.reject(new Error('out of memory'));
    try {
      store.put(object('one', 'x 2\n'));
      store.put(object('two', 'x 4\n'));
      clock.pass(1_000);
      await until(() => errors.length === 1);
      store.put(object('two', 'x 5\n'));
      expect(await served()).to.include('x 1\n');
      expect(stores.stalenessMs()).to.be.greaterThan(0);
    } finally {
      Codec.prototype.deflate = deflate;
    }
    clock.pass(1_000);
    await until(() => stores.stalenessMs() === 0);
    expect(await served())
      .to.include('x 2\n')
      .and.include('x 5\n')
      .and.not.include('x 4\n');
    expect(stores.work().pendingBytes).to.equal(0);
  });

  it('keeps of two parts what the server wrote last, in whatever order they tell', async () => {
    const [a, b] = [sinkOf(store, 'node a'), sinkOf(store, 'node b')];
    const [older, newer] = [object('pod', 'x 1\n', 'u1'), object('pod', 'x 2\n', 'u2')];
    b.put(newer);
    a.put(older);
    a.delete(older);
    const relist = a.relist();
    relist.put(older);
    await relist.commit();
    expect(await served())
      .to.include('x 2\n')
      .and.not.include('x 1\n');
    expect(store.size.objects).to.equal(1);
  });

  it('gives a reader that stops no further byte, and a new one all', async () => {
    for (let i = 0; i < 2_000; i++) store.put(object(`n${i}`, `x{i="${i}"} 1\n`.repeat(50)));
    await stores.settled();
    const all = await served('identity');
    const chunks = stores
      .snapshot(() => true)
      .body('text', 'identity')
      .chunks();
    for await (const chunk of chunks) {
      expect(chunk.length).to.be.lessThan(all.length);
      break;
    }
    expect(await served('identity')).to.equal(all);
  });
});
