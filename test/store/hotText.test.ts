// Hot text: what changes is kept plain within a budget, and compressed once it is quiet.
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { PersistentCodec } from '../../src/store/codec.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Store, Stores } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { until } from '../support/until.ts';

/** Two families: one shows the version, the other never changes. */
const renderer = textRenderer(['phase', 'info'], ({ metadata: { name, resourceVersion } }) => [
  `phase{name="${name}"} ${resourceVersion}\n`,
  `info{name="${name}",uid="uid-of-${name}"} 1\n`,
]);

const object = (name: string, resourceVersion: number): KubeObject => ({
  metadata: { name, uid: name, resourceVersion: String(resourceVersion) },
});

describe('hot text', () => {
  let clock: TestClock;
  let stores: Stores;
  let store: Store;
  let errors: unknown[];
  const open = (hotBytesMax: number): void => {
    clock = new TestClock();
    errors = [];
    const onError = (error: unknown): void => void errors.push(error);
    const renderers = new Map([['pods', renderer]]);
    stores = openSegmentStores(renderers, { clock, hotBytesMax, compressOnThread: false, onError });
    store = stores.byResource.get('pods') as Store;
  };
  afterEach(() => stores.close());

  /** The text, which must be the same in all forms. */
  const served = async (): Promise<string> => {
    const texts: string[] = [];
    for (const encoding of ['identity', 'gzip'] as const) {
      const body = stores.snapshot(() => true).body('text', encoding);
      const bytes = Buffer.concat([...(body.chunks() as Iterable<Uint8Array>)]);
      expect(bytes.length).to.equal(body.bytes);
      texts.push((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString());
    }
    expect(texts[0]).to.equal(texts[1]);
    return texts[0] as string;
  };

  /** Puts objects of these numbers; 32 numbers share a block. */
  const put = async (from: number, to: number, version: number): Promise<void> => {
    for (let i = from; i < to; i++) store.put(object(`n${i}`, version));
    await stores.flushed();
  };

  const list = async (objects: number): Promise<void> => {
    const relist = store.relist();
    for (let i = 0; i < objects; i++) relist.put(object(`n${i}`, 1));
    await relist.commit();
  };

  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1_000);
      for (let turn = 0; turn < 3; turn++) await systemClock.turn();
    }
  };

  it('is what changed, until it is quiet for half a minute', async () => {
    open(1e8);
    await put(0, 100, 1);
    const text = await served();
    expect(stores.work().hotBytes).to.equal(store.size.bytes);
    expect(stores.work().compressed).to.equal(4);
    await pass(28);
    expect(stores.work().hotBytes).to.equal(store.size.bytes);
    await pass(12);
    expect(stores.work()).to.deep.include({ hotBytes: 0, compressed: 4 + 8, decompressed: 0 });
    expect(stores.work().storedBytes).to.be.lessThan(store.size.bytes / 4);
    expect(await served()).to.equal(text);
    await put(0, 1, 2);
    expect(stores.work().decompressed).to.equal(1);
    expect(await served()).to.equal(text.replace('phase{name="n0"} 1', 'phase{name="n0"} 2'));
  });

  it('is one family of a block where another is quiet', async () => {
    open(1e8);
    await put(0, 32, 1);
    for (let i = 0; i < 9; i++) {
      await pass(5);
      await put(0, 1, 2 + i);
    }
    const phases = (await served()).match(/^phase.*\n/gm)?.join('') ?? '';
    expect(stores.work().hotBytes).to.equal(phases.length);
    expect(stores.work().decompressed).to.equal(0);
  });

  it('is none of a list, but for a block that is not full', async () => {
    open(1e8);
    await list(100);
    expect(stores.work().hotBytes).to.be.lessThan(store.size.bytes / 20);
    expect(await served()).to.include('name="n99"');
  });

  it('stays within its budget: the block that changed longest ago is compressed', async () => {
    open(1e8);
    await put(0, 32, 1);
    const { hotBytes } = stores.work();
    await stores.close();
    open(2.5 * hotBytes);
    await list(128);
    for (const block of [0, 1, 0, 2]) {
      await put(32 * block, 32 * block + 32, 2);
      await put(32 * block, 32 * block + 32, 3 + block);
      expect(stores.work().hotBytes).to.be.at.most(2.5 * hotBytes);
    }
    await put(0, 128, 9);
    expect(stores.work().hotBytes).to.be.at.most(2.5 * hotBytes);
    expect((await served()).match(/^phase.* 9$/gm)).to.have.length(128);
  });

  it('is compressed coldest first', async () => {
    open(1e8);
    await list(96);
    await put(0, 1, 2);
    const { hotBytes } = stores.work();
    await stores.close();
    open(2.5 * hotBytes);
    await list(96);
    await put(0, 1, 2);
    await put(32, 33, 2);
    await put(0, 1, 3);
    expect(stores.work().decompressed).to.equal(2);
    // There is room for two: this compresses the second block, not the first.
    await put(64, 65, 2);
    expect(stores.work().decompressed).to.equal(3);
    await put(0, 1, 4);
    expect(stores.work().decompressed).to.equal(3);
    await put(32, 33, 3);
    expect(stores.work().decompressed).to.equal(4);
    const lines = (await served()).match(/^phase{name="n(0|32|64)"}.*/gm);
    expect(lines?.map((line) => line.split(' ')[1])).to.deep.equal(['4', '3', '2']);
  });

  it('is none with a budget of 0', async () => {
    open(0);
    for (let version = 1; version < 9; version++) {
      await put(0, 40, version);
      expect(stores.work().hotBytes).to.equal(0);
    }
    expect((await served()).match(/^phase.* 8$/gm)).to.have.length(40);
  });

  it('forgets blocks whose objects are gone', async () => {
    open(1e8);
    await put(0, 100, 1);
    for (let i = 0; i < 100; i++) store.delete(object(`n${i}`, 1));
    await stores.flushed();
    expect(stores.work()).to.deep.include({ hotBytes: 0, storedBytes: 0 });
    expect(clock.pending.length).to.be.lessThan(3);
  });

  describe('where zlib fails', () => {
    const codec = PersistentCodec.prototype;
    const { deflate, inflateInto } = codec;
    const fail = (): never => {
      throw new Error('out of memory');
    };
    afterEach(() => void Object.assign(codec, { deflate, inflateInto }));

    for (const call of ['deflate', 'inflateInto'] as const) {
      it(`loses no change, reports it, and tries again: ${call}`, async () => {
        open(call === 'deflate' ? 0 : 1e8);
        await list(64);
        Object.assign(codec, { [call]: fail });
        store.put(object('n1', 2));
        store.put(object('n2', 2));
        clock.advance(1_000);
        await until(() => errors.length === 1);
        store.put(object('n2', 3));
        Object.assign(codec, { deflate, inflateInto });
        expect((await served()).match(/^phase.* 1$/gm)).to.have.length(64);
        expect(stores.stalenessMs()).to.be.greaterThan(0);
        clock.advance(1_000);
        await until(() => stores.stalenessMs() === 0);
        expect(await served())
          .to.include('phase{name="n1"} 2\n')
          .and.include('phase{name="n2"} 3\n');
        expect(stores.work().pendingBytes).to.equal(0);
      });
    }

    it('stays hot, and is compressed later', async () => {
      open(1e8);
      await put(0, 32, 1);
      const text = await served();
      Object.assign(codec, { deflate: fail });
      await pass(40);
      expect(errors).to.have.length.above(0);
      expect(stores.work().hotBytes).to.equal(store.size.bytes);
      Object.assign(codec, { deflate });
      await pass(10);
      expect(stores.work().hotBytes).to.equal(0);
      expect(await served()).to.equal(text);
    });
  });
});
