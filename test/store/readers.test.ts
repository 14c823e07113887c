// Readers: memory of replaced text is freed, but never under a scrape that has begun.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import { Readers } from '../../src/store/readers.ts';
import { BlockText, Segment } from '../../src/store/segment.ts';
import type { Encoding, Store, Stores } from '../../src/store/types.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { SlowReader } from './slowReader.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects what cannot be reached, and lets those know who asked for it. */
async function collectGarbage(): Promise<void> {
  collect();
  await systemClock.sleep(1);
  await systemClock.turn();
}

const segmentOf = (buffer: Buffer): Segment =>
  Segment.hot({ buffer, start: 0, end: buffer.length }, 0);

describe('replaced text', () => {
  const textOf = () => {
    const [shared, own] = [Buffer.allocUnsafeSlow(10), Buffer.allocUnsafeSlow(10)];
    const old = new BlockText([segmentOf(shared), segmentOf(own), undefined]);
    const kept = new BlockText([segmentOf(shared), undefined, undefined]);
    return { shared, own, old, kept };
  };

  it('is freed, but for what is still in use', () => {
    const { shared, own, old, kept } = textOf();
    new Readers().replaced(old, kept);
    expect([shared.length, own.length]).to.deep.equal([10, 0]);
    expect(() => old.segments[1]?.crc).to.throw();
  });

  it('is kept while a snapshot can be reached, and no longer', async () => {
    const readers = new Readers();
    const snapshots: object[] = [{}];
    readers.add(snapshots[0] as object);
    const first = textOf();
    await collectGarbage();
    readers.replaced(first.old, first.kept);
    expect(first.own.length).to.equal(10);
    snapshots.length = 0;
    await collectGarbage();
    const second = textOf();
    readers.replaced(second.old, second.kept);
    expect(second.own.length).to.equal(0);
  });

  it('is kept until each snapshot is released, and released again changes nothing', () => {
    const readers = new Readers();
    const snapshots = [{}, {}];
    const [first, second] = snapshots.map((snapshot) => readers.add(snapshot));
    first?.();
    first?.();
    const kept = textOf();
    readers.replaced(kept.old, kept.kept);
    expect(kept.own.length).to.equal(10);
    second?.();
    const freed = textOf();
    readers.replaced(freed.old, freed.kept);
    expect(freed.own.length).to.equal(0);
  });

  it('does not count a snapshot twice that is released, and collected', async () => {
    const readers = new Readers();
    const held = {};
    readers.add(held);
    readers.add({})();
    await collectGarbage();
    const { own, old, kept } = textOf();
    readers.replaced(old, kept);
    expect(own.length).to.equal(10);
    expect(held).to.deep.equal({});
  });
});

describe('a scrape that has begun', () => {
  const renderer = textRenderer(['phase', 'info'], ({ metadata: { name, resourceVersion } }) => [
    `phase{name="${name}",padding="${'x'.repeat(500)}"} ${resourceVersion}\n`,
    `info{name="${name}"} ${resourceVersion}\n`,
  ]);
  let stores: Stores;
  afterEach(() => stores.close());

  const put = async (objects: number, version: number): Promise<void> => {
    const store = stores.byResource.get('pods') as Store;
    for (let i = 0; i < objects; i++) {
      const metadata = { name: `n${i}`, uid: `u${i}`, resourceVersion: String(version) };
      store.put({ metadata } as KubeObject);
    }
    await stores.flushed();
  };
  const reader = (encoding: Encoding): SlowReader =>
    new SlowReader(
      stores.snapshot(() => true),
      encoding,
    );

  for (const hotBytesMax of [0, 100_000, 1e8]) {
    for (const encoding of ['gzip', 'identity'] as const) {
      it(`has all of its text: ${encoding}, ${hotBytesMax} bytes of hot text`, async () => {
        const onError = (error: unknown): void => void Promise.reject(error);
        const options = { clock: systemClock, hotBytesMax, compressOnThread: false, onError };
        stores = openSegmentStores(new Map([['pods', renderer]]), options);
        await put(1_000, 1);
        const slow = reader(encoding);
        // Its snapshot is referred to by the reader's generator alone, at each of its chunks.
        for (let version = 2; version < 5; version++) {
          await collectGarbage();
          slow.read(1);
          await put(1_000, version);
        }
        expect(slow.text().match(/^\w+{.* 1$/gm)).to.have.length(2_000);
        await collectGarbage();
        await put(1_000, 9);
        expect(
          reader(encoding)
            .text()
            .match(/^\w+{.* 9$/gm),
        ).to.have.length(2_000);
      });
    }
  }
});
