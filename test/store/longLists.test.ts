// Long lists, whose blocks a thread compresses several at a time while objects come and go.
import { expect } from 'chai';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { blockBytesMax } from '../../src/store/block.ts';
import { slotsMax } from '../../src/store/segment.ts';
import type { Relist } from '../../src/store/types.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { openThings, served, thingsIn } from './opened.ts';
import { openPlainStores } from './plain.ts';

/** In more blocks than are compressed before the thread is started. */
const objects = 53 * slotsMax;
const steps = 6_000;
/** Of objects with this text few fill a block, by their bytes. */
const largePerBlock = 4;
const large = 'x'.repeat(blockBytesMax / largePerBlock);

const renderer = textRenderer(['kube_thing_info', 'kube_thing_note'], ({ metadata }) => {
  const { name, annotations } = metadata;
  const { note, many } = annotations ?? {};
  const notes = Array.from({ length: Number(many) }, (_, i) => `kube_thing_note{i="${i}"} 1\n`);
  return [`kube_thing_info{name="${name}",note="${note}"} 1\n`, notes.join('')];
});

describe('long lists', () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`are served as a plain store serves them, whatever comes in between: ${seed}`, async () => {
      const random = seededRandom(seed);
      const errors: unknown[] = [];
      const onError = (error: unknown): void => void errors.push(error);
      const ours = openThings(renderer, { hotBytesMax: 1e6, compressOnThread: true, onError });
      const both = [ours, openThings(renderer, {}, openPlainStores)];
      const stores = both.map(thingsIn);
      let version = 0;
      const objectOf = (kind: string): KubeObject => {
        const name = `${kind}-${Math.floor(random() * objects)}`;
        const annotations = { note: `${version++}`, many: `${Math.floor(random() * 40)}` };
        return { metadata: { name, uid: name, resourceVersion: `${version}`, annotations } };
      };
      let lists: Relist[] = stores.map((store) => store.relist());
      const end = async (how: 'commit' | 'abort'): Promise<void> => {
        for (const list of lists) await list[how]();
        lists = stores.map((store) => store.relist());
      };
      for (let step = 0; step < steps; step++) {
        const act = random();
        // A watch and a list never follow the same objects at once.
        const one = objectOf(act < 0.94 ? 'listed' : 'watched');
        if (act < 0.9) for (const list of lists) list.put(one);
        else if (act < 0.94) for (const list of lists) list.delete(one);
        else if (act < 0.97) for (const store of stores) store.put(one);
        else if (act < 0.98) for (const store of stores) store.delete(one);
        else if (act < 0.985) await systemClock.turn();
        else if (act < 0.99) for (const list of lists) await list.drained();
        else if (act < 0.9905) await end('abort');
        else if (act < 0.991) await end('commit');
      }
      for (const list of lists) await list.commit();
      const [lines, expected] = await Promise.all(both.map(served));
      expect(lines).to.deep.equal(expected);
      expect(errors).to.deep.equal([]);
      expect(ours.work().pendingBytes).to.equal(0);
      expect(ours.memory().pending).to.equal(0);
      for (const one of both) await one.close();
    });
  }

  it('compress a block again that is filled again while the thread has it', async () => {
    const stores = openThings(renderer, { compressOnThread: true });
    const things = thingsIn(stores);
    const list = things.relist();
    const put = (name: string): void =>
      list.put({ metadata: { name, uid: name, annotations: { note: large, many: '0' } } });
    const names: string[] = [];
    // The first are compressed before the thread is started.
    for (let block = 0; block < 40; block++) {
      for (let i = 0; i < largePerBlock; i++) {
        names.push(`thing-${block}-${i}`);
        put(names.at(-1) as string);
      }
      // The thread has the block, and has not answered yet.
      await systemClock.turn();
      const gone = names.pop() as string;
      list.delete({ metadata: { name: gone, uid: gone } });
      names.push(`again-${block}`);
      put(`again-${block}`);
    }
    await list.commit();
    const shown = (await served(stores)).map((line) => /name="([^"]*)"/.exec(line)?.[1]);
    expect(shown).to.have.members(names);
    await stores.close();
  });
});
