// What is asked about objects and families: texts, sizes, keys that are found, packs for workers.
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import { PublicCodec } from '../../src/store/codec.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import { openUnpacker, type TextPack } from '../../src/store/textPack.ts';
import type { Store, Stores } from '../../src/store/types.ts';
import { familyHeader } from '../support/familyHeader.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { whileZlibFails } from './brokenCodec.ts';
import { openPlainStores } from './plain.ts';

/** A family that shows the version, one with as many series as `parts` says, and an empty one. */
const rendererOf = (...names: string[]): Renderer =>
  textRenderer(names, ({ metadata: { name, resourceVersion, annotations } }) =>
    names.map((family, i) => {
      if (i === 0) return `${family}{name="${name}"} ${resourceVersion}\n`;
      const count = i === 1 ? Number(annotations?.parts ?? 1) : 0;
      const one = (_: unknown, part: number): string =>
        `${family}{name="${name}",note="größe",part="${part}"} 1\n`;
      return Array.from({ length: count }, one).join('');
    }),
  );

let version = 0;
const object = (key: string, parts = 2): KubeObject => {
  const [name, namespace] = key.split('/').reverse();
  const annotations = { parts: String(parts) };
  const metadata = { namespace, name, uid: key, resourceVersion: `${++version}`, annotations };
  return { metadata } as KubeObject;
};

const renderers = new Map([
  ['pods', rendererOf('kube_pod_info', 'kube_pod_part', 'kube_pod_none')],
]);
const open = (hotBytesMax: number): Stores =>
  openSegmentStores(renderers, {
    clock: systemClock,
    hotBytesMax,
    compressOnThread: false,
    onError: (error) => void Promise.reject(error),
  });

/** As a worker gets it: what it takes is gone here. */
const posted = (pack: TextPack): TextPack => structuredClone(pack, { transfer: [pack.bytes] });

const kinds: Readonly<Record<string, () => Stores>> = {
  'plain stores': () => openPlainStores(renderers),
  'stores whose text is hot': () => open(1e8),
  'stores whose text is cold': () => open(0),
};
for (const [kind, openStores] of Object.entries(kinds)) {
  describe(kind, () => {
    let stores: Stores;
    let pods: Store;
    beforeEach(() => {
      stores = openStores();
      pods = stores.byResource.get('pods') as Store;
    });
    afterEach(() => stores.close());

    const textOf = (key: string): string[] | undefined =>
      pods.textsOf(key)?.families.map(({ text }) => text);
    const textsOf = (name: string, at: number, parts: number): string[] => [
      `kube_pod_info{name="${name}"} ${at}\n`,
      Array.from(
        { length: parts },
        (_, part) => `kube_pod_part{name="${name}",note="größe",part="${part}"} 1\n`,
      ).join(''),
    ];

    it('have the texts of one object, with their headers and sizes', async () => {
      for (let i = 0; i < 70; i++) pods.put(object(`a/n${i}`, 1 + (i % 3)));
      const first = version - 69;
      await stores.flushed();
      for (let i = 0; i < 70; i++) {
        expect(textOf(`a/n${i}`)).to.deep.equal(textsOf(`n${i}`, first + i, 1 + (i % 3)));
      }
      const { families, ...found } = pods.textsOf('a/n1') ?? expect.fail();
      const bytes = Buffer.byteLength(families.map(({ text }) => text).join(''));
      expect(found).to.deep.equal({ resource: 'pods', key: 'a/n1', series: 3, bytes });
      expect(families.map(({ header }) => header)).to.deep.equal(
        ['kube_pod_info', 'kube_pod_part'].map(familyHeader),
      );
      expect(pods.textsOf('a/n70')).to.equal(undefined);
    });

    it('have the newest text of an object, also while it is written or could not be', async () => {
      pods.put(object('a/other'));
      pods.put(object('a/one'));
      const check = (parts = 2): void => {
        expect(textOf('a/one')).to.deep.equal(textsOf('one', version, parts));
      };
      check();
      let flushing = true;
      void stores.flushed().then(() => (flushing = false));
      // At each step of the flush; it goes on in another turn where the machine was slow.
      for (let step = 1; flushing; step++) {
        check();
        await (step % 100 === 0 ? turn() : Promise.resolve());
      }
      pods.put(object('a/one', 3));
      check(3);
      await whileZlibFails('deflate', async () => stores.flushed().catch(() => undefined));
      check(3);
      pods.put(object('a/one', 1));
      check(1);
      await stores.flushed();
      check(1);
      pods.delete(object('a/one'));
      expect(pods.textsOf('a/one')).to.equal(undefined);
    });

    it('give all text to a worker, one family or all, in packs of a bounded size', async () => {
      for (let i = 0; i < 600; i++) pods.put(object(`a/n${i}`, 100));
      await stores.flushed();
      pods.put(object('b/pending'));
      const snapshot = stores.snapshot(() => true);
      for (const codec of [undefined, new PublicCodec()]) {
        const unpack = openUnpacker(codec);
        const texts = new Map<string, string>();
        for (const pack of snapshot.texts()) {
          const { family, resource, series, textBytes } = pack;
          expect(resource).to.equal('pods');
          const text = unpack(posted(pack)).toString();
          expect([pack.bytes.byteLength, Buffer.byteLength(text)]).to.deep.equal([0, textBytes]);
          expect(text.split('\n').length - 1).to.equal(series);
          expect(text.endsWith('\n')).to.equal(true);
          if (kind !== 'plain stores') expect(textBytes).to.be.below(1_100_000);
          texts.set(family, (texts.get(family) ?? '') + text);
        }
        if (kind === 'plain stores') continue;
        const { families } = stores.sizes().resources[0] ?? expect.fail();
        const series = [...texts].map(([name, text]) => [name, text.split('\n').length - 1]);
        expect(series).to.deep.equal(
          families.flatMap((one) => (one.series > 0 ? [[one.header.name, one.series]] : [])),
        );
      }
      const only = [...snapshot.texts('kube_pod_info')];
      expect(new Set(only.map(({ family }) => family))).to.deep.equal(new Set(['kube_pod_info']));
      expect([...snapshot.texts('kube_pod_none'), ...snapshot.texts('other')]).to.deep.equal([]);
    });

    it('find keys that contain a text, those of the very name first', async () => {
      const keys = ['shop/web-2', 'shop/web-1', 'web/db', 'shop/web', 'node-web', 'web'];
      for (const key of keys) pods.put(object(key));
      const find = async (text: string, limit: number) => {
        const { objects, more } = await stores.find(text, { limit });
        return [objects.map(({ key }) => key), more];
      };
      expect(await find('web', 10)).to.deep.equal([
        ['shop/web', 'web', 'shop/web-2', 'shop/web-1', 'web/db', 'node-web'],
        false,
      ]);
      expect(await find('web', 3)).to.deep.equal([['shop/web', 'web', 'shop/web-2'], true]);
      expect(await find('web', 1)).to.deep.equal([['shop/web'], true]);
      expect(await find('p/web-', 2)).to.deep.equal([['shop/web-2', 'shop/web-1'], false]);
      expect(await find('Web', 10)).to.deep.equal([[], false]);
      const { objects } = await stores.find('shop/web-2', { limit: 1 });
      const { series, bytes } = pods.textsOf('shop/web-2') ?? expect.fail();
      expect(objects).to.deep.equal([{ resource: 'pods', key: 'shop/web-2', series, bytes }]);
    });
  });
}

describe('a search of many keys', () => {
  it('lets the event loop turn, and ends when it is aborted', async () => {
    let nowMs = 0;
    let turns = 0;
    let stopAt = 0;
    const ending = new AbortController();
    const clock = {
      // Each look at the clock finds a millisecond more.
      now: () => nowMs++,
      wall: () => nowMs,
      sleep: systemClock.sleep,
      turn: async () => {
        if (++turns === stopAt) ending.abort(new Error('the reader left'));
        await turn();
      },
    };
    const stores = openSegmentStores(new Map([['pods', rendererOf('kube_pod_info')]]), {
      clock,
      hotBytesMax: 1e8,
      compressOnThread: false,
      onError: (error) => void Promise.reject(error),
    });
    const pods = stores.byResource.get('pods') as Store;
    for (let i = 0; i < 60_000; i++) pods.put(object(`a/n${i}`));
    await stores.flushed();
    turns = 0;
    const { objects } = await stores.find('n59999', { limit: 5 });
    expect(objects).to.have.length(1);
    expect(turns).to.be.within(5, 8);
    turns = 0;
    // Twenty at once get no more of each turn than one.
    await Promise.all(Array.from({ length: 20 }, () => stores.find('n59999', { limit: 5 })));
    expect(turns).to.be.within(100, 160);
    turns = 0;
    stopAt = 3;
    const { signal } = ending;
    const left = await stores
      .find('n5', { limit: 5, signal })
      .catch(({ message }: Error) => message);
    expect(left).to.equal('the reader left');
    await stores.close();
  });
});

describe('changes of objects', () => {
  it('are counted as they come: added, changed and removed, also by a list', async () => {
    const stores = open(1e8);
    const pods = stores.byResource.get('pods') as Store;
    const [a, b, c] = ['a/a', 'a/b', 'a/c'].map((key) => object(key)) as [
      KubeObject,
      KubeObject,
      KubeObject,
    ];
    for (const one of [a, b, c, c]) pods.put(one);
    expect(stores.work().changes).to.equal(3);
    pods.put(object('a/c'));
    pods.put({ metadata: { ...object('a/c').metadata, uid: 'another' } });
    pods.delete(a);
    expect(stores.work().changes).to.equal(6);
    const relist = pods.relist();
    for (const one of [b, object('a/new'), object('a/new2')]) relist.put(one);
    await relist.commit();
    expect(stores.work().changes).to.equal(9);
    const ofPart = pods.relist('node a');
    for (const key of ['a/new', 'a/new3']) ofPart.put(object(key));
    await ofPart.commit();
    expect(stores.work().changes).to.equal(11);
    const again = pods.relist('node a');
    for (const key of ['a/new', 'a/new3']) again.put(object(key));
    await again.commit();
    expect(stores.work().changes, 'a change, not a removal and an addition').to.equal(13);
    const added = stores.add('others', rendererOf('kube_other'), { order: 'z', names: [] });
    added.put(object('a/a'));
    const { changes } = stores.work();
    await stores.remove('others');
    expect(stores.work().changes).to.equal(changes);
    await stores.close();
  });
});
