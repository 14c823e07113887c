// How much text is changed at once where promoted labels change.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { TestClock } from '../support/clock.ts';
import { openThings, served, thingsIn } from './opened.ts';
import { newSources, rendererWith } from './promotedThings.ts';

describe('Promoted labels of large objects', () => {
  it('are changed in steps of half a megabyte', async () => {
    const sources = newSources();
    const clock = new TestClock();
    const stores = openThings(rendererWith(sources), { clock });
    const store = thingsIn(stores);
    for (let i = 0; i < 20; i++) {
      const annotations = { note: 'x'.repeat(20_000) };
      const metadata = { name: `n${i}`, namespace: 'ns', uid: `u${i}`, annotations };
      store.put({ metadata, spec: { replicas: 1 }, status: { ready: 1 } } as unknown as KubeObject);
    }
    const each = store.size.bytes / 20;
    expect(each).to.be.above(100_000);
    sources.namespaces.set('ns', { team: 'x' });
    const changedAtOnce: number[] = [];
    let before = 0;
    for (let i = 0; i < 1_000 && stores.work().promotion.waiting > 0; i++) {
      await clock.turn();
      const { changed } = stores.work().promotion;
      changedAtOnce.push(changed - before);
      before = changed;
      clock.advance(100);
    }
    expect(before).to.equal(20);
    expect(Math.max(...changedAtOnce)).to.equal(Math.ceil((512 * 1024) / each));
    const lines = await served(stores);
    expect(lines.every((line) => line.includes(',team="x"'))).to.equal(true);
    await stores.close();
  });
});
