// Long lists, whose blocks a thread compresses several at a time while objects come and go.
import { expect } from 'chai';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { Relist, Store, Stores } from '../../src/store/types.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { openPlainStores } from './plain.ts';

/** Twenty of the blocks that a list gives to the thread, beyond those before it is started. */
const objects = 1_700;
const steps = 6_000;

const renderer = textRenderer(['kube_thing_info', 'kube_thing_note'], ({ metadata }) => {
  const { name, annotations } = metadata;
  const { note, many } = annotations ?? {};
  const notes = Array.from({ length: Number(many) }, (_, i) => `kube_thing_note{i="${i}"} 1\n`);
  return [`kube_thing_info{name="${name}",note="${note}"} 1\n`, notes.join('')];
});

async function textOf(stores: Stores): Promise<string> {
  await stores.flushed();
  const chunks: Uint8Array[] = [];
  const body = stores.snapshot(() => true).body('text', 'identity');
  for await (const chunk of body.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks).toString().split('\n').sort().join('\n');
}

describe('long lists', () => {
  for (let seed = 1; seed <= 6; seed++) {
    it(`are served as a plain store serves them, whatever comes in between: ${seed}`, async () => {
      const random = seededRandom(seed);
      const renderers = new Map([['things', renderer]]);
      const errors: unknown[] = [];
      const ours = openSegmentStores(renderers, {
        clock: systemClock,
        hotBytesMax: 1e6,
        compressOnThread: true,
        onError: (error) => errors.push(error),
      });
      const both = [ours, openPlainStores(renderers)];
      const stores = both.map(({ byResource }) => byResource.get('things') as Store);
      let version = 0;
      const object = (): KubeObject => {
        const name = `thing-${Math.floor(random() * objects)}`;
        const annotations = { note: `${version++}`, many: `${Math.floor(random() * 40)}` };
        return { metadata: { name, uid: name, resourceVersion: `${version}`, annotations } };
      };
      let lists: Relist[] = stores.map((store) => store.relist());
      for (let step = 0; step < steps; step++) {
        const one = object();
        const act = random();
        if (act < 0.9) for (const list of lists) list.put(one);
        else if (act < 0.94) for (const list of lists) list.delete(one);
        else if (act < 0.97) for (const store of stores) store.put(one);
        else if (act < 0.98) for (const store of stores) store.delete(one);
        else if (act < 0.985) await systemClock.turn();
        else if (act < 0.99) for (const list of lists) await list.drained();
        else if (act < 0.9905) {
          for (const list of lists) await list.abort();
          lists = stores.map((store) => store.relist());
        } else if (act < 0.991) {
          for (const list of lists) await list.commit();
          lists = stores.map((store) => store.relist());
        }
      }
      for (const list of lists) await list.commit();
      const [text, expected] = await Promise.all(both.map(textOf));
      expect(text).to.equal(expected);
      expect(errors).to.deep.equal([]);
      const { work, memory } = { work: ours.work(), memory: ours.memory() };
      expect(work.pendingBytes).to.equal(0);
      expect(memory.pending).to.equal(0);
      for (const one of both) await one.close();
    });
  }
});
