// What is odd, huge, slow or broken: the store of segments keeps its promises and its bounds.

import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import { RelistAbortedError } from '../../src/store/relistPhases.ts';
import { type Store, type Stores, sinkOf } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { until } from '../support/until.ts';
import { bytesOf } from './opened.ts';

/** Two families: the annotation `text` as it is, and a line that never changes. */
const renderer = textRenderer(['text', 'info'], ({ metadata: { name, annotations } }) => [
  annotations?.text ?? '',
  `info{name="${name}"} 1\n`,
]);

let versions = 0;
const object = (name: string, text: string, uid = name): KubeObject => ({
  metadata: { name, namespace: 'a', uid, resourceVersion: `${++versions}`, annotations: { text } },
});

for (const hotBytesMax of [0, 1e8]) {
  describe(`the store of segments with ${hotBytesMax} bytes of hot text at most`, () => {
    let clock: TestClock;
    let stores: Stores;
    let store: Store;
    let errors: unknown[];
    beforeEach(() => {
      clock = new TestClock();
      errors = [];
      const onError = (error: unknown): void => void errors.push(error);
      stores = openSegmentStores(new Map([['pods', renderer]]), {
        clock,
        hotBytesMax,
        compressOnThread: false,
        onError,
      });
      store = stores.byResource.get('pods') as Store;
    });
    afterEach(() => stores.close());

    const served = async (encoding: 'identity' | 'gzip' = 'gzip'): Promise<string> => {
      const body = stores.snapshot(() => true).body('text', encoding);
      expect(body.bytes).to.be.a('number');
      const bytes = await bytesOf(body);
      return (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    };

    it('lists the versions of all objects, or of those of one part', () => {
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

    it('serves a change within a second, and reports the staleness until then', async () => {
      store.put(object('one', 'x 1\n'));
      expect(await served()).to.equal('');
      clock.advance(300);
      expect(stores.stalenessMs()).to.equal(300);
      clock.advance(700);
      await until(() => stores.stalenessMs() === 0);
      expect(await served()).to.include('x 1\n');
      store.put(object('one', 'x 2\n'));
      store.put(object('one', 'x 3\n'));
      store.delete(object('none', ''));
      expect(await served()).to.include('x 1\n');
      clock.advance(1_000);
      await until(() => stores.stalenessMs() === 0);
      expect(await served()).to.include('x 3\n');
      expect(stores.work().flushes).to.equal(2);
    });

    it('rewrites segments whose text changes, and none for a new version alone', async () => {
      for (let i = 0; i < 200; i++) store.put(object(`n${i}`, `x{i="${i}"} 1\n`));
      await stores.flushed();
      const { segments } = stores.work();
      store.put(object('n7', 'x{i="7"} 1\n'));
      await stores.flushed();
      expect(stores.work().segments).to.equal(segments);
      store.put(object('n7', 'x{i="7"} 2\n'));
      await stores.flushed();
      expect(stores.work().segments).to.equal(segments + 1);
    });

    it('keeps unchanged segments through a relist, and compresses new objects once', async () => {
      const objects = Array.from({ length: 200 }, (_, i) => object(`n${i}`, `x{i="${i}"} 1\n`));
      for (const one of objects) store.put(one);
      await stores.flushed();
      const { segments } = stores.work();
      const relist = store.relist();
      for (const one of objects) relist.put(one);
      await relist.commit();
      expect(stores.work().segments).to.equal(segments);
      expect(store.size.objects).to.equal(200);
    });

    it('merges blocks that have become half empty, and keeps no empty one', async () => {
      for (let i = 0; i < 640; i++) store.put(object(`n${i}`, `x{i="${i}"} ${'1'.repeat(99)}\n`));
      await stores.flushed();
      const full = stores.work().storedBytes;
      for (let i = 0; i < 640; i++) if (i % 4 > 0) store.delete(object(`n${i}`, ''));
      for (let batch = 0; batch < 4; batch++) {
        // A change, for only a batch that has something to do looks for such blocks.
        store.put(object('n0', `x{i="0"} ${batch}\n`));
        await stores.flushed();
      }
      const quarter = stores.work().storedBytes;
      expect(quarter).to.be.lessThan(full / 2);
      expect((await served()).match(/^x/gm)).to.have.length(160);
      for (let i = 0; i < 640; i += 4) store.delete(object(`n${i}`, ''));
      await stores.flushed();
      expect(await served()).to.equal('');
      expect(stores.work().storedBytes).to.equal(0);
    });

    /** A list of all objects, whose commit waits for its turn behind a batch. */
    const committing = (objects: readonly KubeObject[]) => {
      void stores.flushed();
      const relist = store.relist();
      for (const one of objects) relist.put(one);
      return { relist, commit: relist.commit() };
    };
    const three = ['a', 'b', 'c'].map((name) => object(name, ''));
    const namesServed = async (): Promise<string[]> =>
      [...(await served()).matchAll(/^info\{name="(\w+)"/gm)].map(([, name]) => name ?? '').sort();

    it('refuses a relist of a part while another relist of it has not ended', async () => {
      const first = store.relist('p');
      expect(() => store.relist('p')).to.throw('got one of p; commit or abort that first');
      expect(() => store.relist()).to.throw('got one of p; commit or abort that first');
      const other = store.relist('q');
      await Promise.all([first.commit(), other.abort()]);
      const { relist, commit } = committing(three);
      expect(() => store.relist()).to.throw('got one of all of it; commit or abort that first');
      await commit;
      expect(await relist.abort()).to.equal(true);
      await store.relist().abort();
    });

    it('refuses changes of a part while its relist is committed, not of others', async () => {
      const relist = store.relist('a');
      relist.put(object('one', 'u1'));
      const commit = relist.commit();
      expect(() => store.put(object('new', 'u2'), 'a')).to.throw('wait for the commit');
      expect(() => store.delete(object('one', 'u1'), 'a')).to.throw('wait for the commit');
      expect(() => store.put(object('new', 'u2'))).to.throw('wait for the commit');
      store.put(object('other', 'u3'), 'b');
      await commit;
      store.put(object('new', 'u2'), 'a');
      expect(store.size.objects).to.equal(3);
      const withdrawn = store.relist();
      const refused = withdrawn.commit().catch(({ name }: Error) => name);
      await withdrawn.abort();
      store.delete(object('new', 'u2'), 'a');
      expect(await refused).to.equal('RelistAbortedError');
      await stores.flushed();
      expect(store.size.objects).to.equal(2);
    });

    it('cancels a commit that is queued, and keeps the objects of the next list', async () => {
      for (const one of three) store.put(one);
      const { relist, commit } = committing(three);
      const refusal = commit.catch((error: unknown) => error);
      expect(await relist.abort()).to.equal(false);
      const next = store.relist();
      for (const one of three) next.put(one);
      await next.commit();
      expect(await refusal).to.be.instanceOf(RelistAbortedError);
      expect(store.size.objects).to.equal(3);
      expect(await namesServed()).to.deep.equal(['a', 'b', 'c']);
      expect([stores.stalenessMs(), stores.work().pendingBytes]).to.deep.equal([0, 0]);
    });

    it('completes a commit that has begun before another relist starts', async () => {
      for (const one of three) store.put(one);
      await stores.flushed();
      const relist = store.relist();
      for (const one of three.slice(1)) relist.put(one);
      const commit = relist.commit();
      for (let turn = 0; turn < 3; turn++) await systemClock.turn();
      expect(await relist.abort()).to.equal(true);
      await commit;
      const next = store.relist();
      for (const one of three) next.put(one);
      await next.commit();
      expect(await namesServed()).to.deep.equal(['a', 'b', 'c']);
    });

    it('stores a label value of a megabyte, and lets it shrink again', async () => {
      for (let i = 0; i < 70; i++) store.put(object(`n${i}`, `x{i="${i}"} 1\n`));
      const long = `x{label="${'größe '.repeat(150_000)}"} 1\n`;
      store.put(object('n3', long));
      store.put(object('n4', long));
      await stores.flushed();
      for (const encoding of ['gzip', 'identity'] as const) {
        expect((await served(encoding)).split(long)).to.have.length(3);
      }
      store.put(object('n3', 'x{i="3"} 1\n'));
      await stores.flushed();
      const text = await served();
      expect(text.split(long)).to.have.length(2);
      expect(text.match(/^x\{i=/gm)).to.have.length(69);
    });

    it('serves a family of a million series', async () => {
      for (let i = 0; i < 100; i++) {
        let text = '';
        for (let n = 0; n < 10_000; n++) text += `x{i="${i}",n="${n}"} 1\n`;
        store.put(object(`n${i}`, text));
        await store.drained();
      }
      await stores.flushed();
      expect(store.size.series).to.equal(1_000_100);
      let lines = 0;
      const body = stores.snapshot(() => true).body('text', 'identity');
      for await (const chunk of body.chunks()) for (const byte of chunk) lines += +(byte === 10);
      expect(lines).to.equal(1_000_100 + 2);
    });

    it('keeps pending text within its bound and the object put last', async () => {
      const text = `${'x'.repeat(1024 * 1024)}\n`;
      for (let i = 0; i < 40; i++) {
        store.put(object(`n${i}`, text));
        await store.drained();
        expect(stores.work().pendingBytes).to.be.at.most(10 * 1024 * 1024);
      }
      const relist = store.relist();
      for (let i = 0; i < 40; i++) {
        relist.put(object(`n${i}`, text.replace('x', 'y')));
        await relist.drained();
        expect(stores.work().pendingBytes).to.be.at.most(15 * 1024 * 1024);
      }
      await relist.abort();
      await stores.flushed();
      expect(stores.work().pendingBytes).to.equal(0);
    });

    it('keeps the newest version of an object of two parts, in any order of events', async () => {
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

    it('sends no further byte to a reader that stops, and everything to a new one', async () => {
      for (let i = 0; i < 2_000; i++) store.put(object(`n${i}`, `x{i="${i}"} 1\n`.repeat(50)));
      await stores.flushed();
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
}
