// What takes memory in the stores, as they count it themselves.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Store } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { textRenderer } from '../support/textRenderer.ts';

const familyNames = ['a', 'b', 'c'];
/** Three families; the third has no text. */
const renderer = textRenderer(familyNames, ({ metadata: { name } }) => [
  `a{n="${name}"} 1\n`,
  `b{n="${name}"} 1\n`,
  '',
]);
const object = (i: number): KubeObject => ({
  metadata: { name: `o${i}`, namespace: 'x', uid: `u${i}`, resourceVersion: `${i}` },
});
/** Objects that share a block. */
const perBlock = 32;

describe('the memory of stores', () => {
  for (const hotBytesMax of [0, 1e6]) {
    it(`is text by its heat, and an index, with ${hotBytesMax} bytes of hot text`, async () => {
      const stores = openSegmentStores(new Map([['pods', renderer]]), {
        clock: new TestClock(),
        hotBytesMax,
        compressOnThread: false,
        onError: (error) => expect.fail(String(error)),
      });
      const store = stores.byResource.get('pods') as Store;
      for (let i = 0; i < 2 * perBlock; i++) store.put(object(i));
      const pending = stores.memory();
      expect(pending.pending).to.equal(store.size.bytes);
      expect([pending.cold, pending.hot]).to.deep.equal([0, 0]);
      await stores.flushed();
      const served = stores.memory();
      expect(served.pending).to.equal(0);
      expect(served.hot).to.equal(hotBytesMax === 0 ? 0 : store.size.bytes);
      if (hotBytesMax === 0) expect(served.cold).to.be.within(1, store.size.bytes / 2);
      else expect(served.cold).to.equal(0);
      // Two blocks: of each text eight bytes of hash, and two of length; none of what is empty.
      expect(served.indexInBuffers).to.equal(2 * perBlock * 2 * (8 + 2));
      expect(served.untouched).to.be.above(2 * 30_000);
      // 64 objects, and two segments in each of two blocks.
      const more = served.indexInHeap - pending.indexInHeap;
      expect(more).to.be.above(0);
      expect(served.indexInHeap - more).to.equal(pending.indexInHeap);
      expect(pending.indexInHeap / 64).to.be.within(100, 1_000);
      for (let i = 0; i < 2 * perBlock; i++) store.delete(object(i));
      await stores.flushed();
      expect(stores.memory()).to.deep.equal({
        cold: 0,
        hot: 0,
        pending: 0,
        indexInBuffers: 0,
        indexInHeap: 0,
        untouched: 0,
      });
      await stores.close();
    });
  }
});
