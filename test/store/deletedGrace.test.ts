// Deleted objects that are kept: how long, how they are marked, and when they go at once.
import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../../src/metrics/object.ts';
import { created, deletionTimestamp } from '../../src/metrics/stock.ts';
import { certificatesigningrequests } from '../../src/resources/certificatesigningrequests.ts';
import { keptMax } from '../../src/store/deletedObjects.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';
import { graceMs, mark, ready, readyRow, Scene, type Thing, table } from './deletedScene.ts';
import { checkSizes, measure } from './sizes.ts';

describe('a deleted object', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
    scene.store.put(scene.next('a', 'u', 1));
  });
  afterEach(() => scene.stores.close());

  it('is kept for exactly the time, marked by when that was', async () => {
    scene.store.delete(scene.next('a', 'u'));
    expect(await scene.served()).to.deep.equal([mark('a', 'u'), ready('a', 'u', 1)]);
    await scene.pass(graceMs - 1);
    expect(await scene.served()).to.have.length(2);
    await scene.pass(1);
    expect(await scene.served()).to.deep.equal([]);
    expect(scene.clock.pending.filter((ms) => ms > 1_000)).to.deep.equal([]);
  });

  it('is served in its last state where the deletion has that', async () => {
    scene.store.delete(scene.next('a', 'u', 7));
    expect(await scene.served()).to.deep.equal([mark('a', 'u'), ready('a', 'u', 7)]);
  });

  it('keeps the time that the API server has given it', async () => {
    const terminating = scene.next('a', 'u', 1);
    const deletionTimestamp = '2024-03-01T00:00:00Z';
    scene.store.put({ ...terminating, metadata: { ...terminating.metadata, deletionTimestamp } });
    scene.store.delete(scene.next('a', 'u'));
    expect((await scene.served())[0]).to.equal(mark('a', 'u', '1.7092512e+09'));
  });

  it('goes at once when its name is created again', async () => {
    scene.store.delete(scene.next('a', 'u'));
    scene.store.put(scene.next('a', 'v', 2));
    expect(await scene.served()).to.deep.equal([ready('a', 'v', 2)]);
    await scene.pass(graceMs);
    expect(await scene.served()).to.deep.equal([ready('a', 'v', 2)]);
  });

  it('is not marked when it is there again, and an older state does not bring it', async () => {
    const older = scene.next('a', 'u', 5);
    scene.store.delete(scene.next('a', 'u'));
    scene.store.put(older);
    expect(await scene.served()).to.deep.equal([mark('a', 'u'), ready('a', 'u', 1)]);
    scene.store.put(scene.next('a', 'u', 3));
    expect(await scene.served()).to.deep.equal([ready('a', 'u', 3)]);
    await scene.pass(graceMs);
    expect(await scene.served()).to.have.length(1);
  });

  it('is none of the objects that the store is compared by', () => {
    scene.store.delete(scene.next('a', 'u'));
    expect([...scene.store.versions()]).to.deep.equal([]);
    expect(scene.store.versionOf('n/a')).to.equal(undefined);
    expect(scene.stores.byResource.get('things')?.textsOf('n/a')?.series).to.equal(2);
  });

  it('is kept where a list does not have it any more', async () => {
    await scene.relist([]);
    expect(await scene.served()).to.deep.equal([mark('a', 'u'), ready('a', 'u', 1)]);
    await scene.pass(graceMs - 1);
    await scene.relist([]);
    expect(await scene.served()).to.have.length(2);
    await scene.pass(1);
    expect(await scene.served()).to.deep.equal([]);
  });

  it('that a list has again stays, though its time is over before the commit', async () => {
    const listed = scene.next('a', 'u', 4);
    await scene.relist([]);
    const relist = scene.store.relist();
    relist.put(listed);
    await scene.pass(graceMs);
    await relist.commit();
    expect(await scene.served()).to.deep.equal([ready('a', 'u', 4)]);
  });

  it('goes at once where it has left, by an event or in a list', async () => {
    scene.store.put(scene.next('b', 'w', 1));
    scene.store.delete(scene.next('a', 'u'), undefined, true);
    expect(await scene.served()).to.deep.equal([ready('b', 'w', 1)]);
    await scene.relist([], ({ namespace, name, uid }) => `${namespace}/${name}/${uid}` === 'n/b/w');
    expect(await scene.served()).to.deep.equal([]);
  });

  it('goes at once where as many are kept as may be, which is told', async () => {
    const names = Array.from({ length: keptMax + 2 }, (_, i) => `many-${i}`);
    for (const name of names) scene.store.put(scene.next(name, name, 1));
    for (const name of names) scene.store.delete(scene.next(name, name));
    expect(scene.full).to.equal(2);
    expect(await scene.served()).to.have.length(2 * keptMax + 1);
    await scene.pass(graceMs);
    await scene.clock.pass(Math.min(...scene.clock.pending)).catch(() => undefined);
    for (let i = 0; i < 40; i++) await scene.clock.turn();
    expect(await scene.served()).to.deep.equal([ready('a', 'u', 1)]);
    scene.store.delete(scene.next('a', 'u'));
    expect(await scene.served()).to.have.length(2);
  }).timeout(30_000);

  it('finds room that others have left once a second: a look costs as much as all', async () => {
    const names = Array.from({ length: keptMax + 3 }, (_, i) => `many-${i}`);
    for (const name of names) scene.store.put(scene.next(name, name, 1));
    const [again = '', ...others] = names;
    const last = others.splice(-2);
    for (const name of [again, ...others]) scene.store.delete(scene.next(name, name));
    expect(scene.full).to.equal(1);
    scene.store.put(scene.next(again, 'other', 1));
    const [early = '', late = ''] = last;
    scene.store.delete(scene.next(early, early));
    expect(scene.full).to.equal(2);
    scene.clock.advance(1_000);
    scene.store.delete(scene.next(late, late));
    expect(scene.full).to.equal(2);
    expect(await scene.served()).to.include(mark(late, late, '1.700000001e+09'));
  }).timeout(30_000);

  it('is kept by another store as long as by the first, unless its name is in use', async () => {
    const next = new Scene();
    next.clock.advance(scene.clock.now() - next.clock.now());
    const names = Array.from({ length: 100 }, (_, i) => `o-${i}`);
    for (const name of [...names, 'used']) scene.store.put(scene.next(name, name, 1));
    scene.store.delete(scene.next('a', 'u'));
    await scene.stores.flushed();
    for (const name of [...names, 'used']) scene.store.delete(scene.next(name, name, 2));
    next.store.put(next.next('used', 'v', 3));
    for (const one of scene.store.kept()) next.store.keep(one);
    const kept = names.flatMap((name) => [mark(name, name), ready(name, name, 2)]);
    const all = [mark('a', 'u'), ready('a', 'u', 1), ready('used', 'v', 3), ...kept];
    expect(await next.served()).to.deep.equal(all.sort());
    await checkSizes(measure(next.stores), 'series');
    await next.pass(graceMs - 1);
    expect(await next.served()).to.have.length(all.length);
    await next.pass(1);
    expect(await next.served()).to.deep.equal([ready('used', 'v', 3)]);
    await next.stores.close();
  });

  it('leaves no work behind when the store is closed', async () => {
    scene.store.delete(scene.next('a', 'u'));
    await scene.stores.close();
    expect(scene.clock.pending).to.deep.equal([]);
  });
});

describe('a mark', () => {
  it('has labels that only the object has, too', async () => {
    const scene = new Scene(compileAll(certificatesigningrequests));
    const metadata = { name: 'a', uid: 'u', resourceVersion: '1' };
    const creationTimestamp = '2024-03-01T00:00:00Z';
    const object = { metadata: { ...metadata, creationTimestamp }, spec: { signerName: 'x/y' } };
    scene.store.put(object as unknown as KubeObject);
    scene.store.delete({ metadata });
    const line = (await scene.served()).find((one) => one.includes('deletion_timestamp'));
    const family = 'kube_certificatesigningrequest_deletion_timestamp';
    const labels = 'certificatesigningrequest="a",signer_name="x/y"';
    expect(line).to.equal(`${family}{${labels}} 1.7e+09`);
    await scene.stores.close();
  });

  it('is needed: without its family an object goes at once', async () => {
    const scene = new Scene(compileAll(thingTable<Thing>({ kube_thing_ready: readyRow })));
    scene.store.put(scene.next('a', 'u', 1));
    scene.store.delete(scene.next('a', 'u'));
    expect(await scene.served()).to.deep.equal([]);
    await scene.stores.close();
  });
});

describe('a series budget that has no room for a mark', () => {
  const open = (perNamespace: number): Scene =>
    new Scene(compileAll(table), 1e8, {
      perFamily: 0,
      perNamespace,
      onDropped: () => {},
      onReached: () => {},
      onRecovered: () => {},
    });

  it('lets the object go at once', async () => {
    const scene = open(3);
    for (const name of ['a', 'b']) scene.store.put(scene.next(name, name, 1));
    for (const name of ['a', 'b']) scene.store.delete(scene.next(name, name));
    expect(await scene.served()).to.deep.equal([mark('a', 'a'), ready('a', 'a', 1)]);
    const next = open(1);
    for (const one of scene.store.kept()) next.store.keep(one);
    expect(await next.served()).to.deep.equal([]);
    await Promise.all([scene.stores.close(), next.stores.close()]);
  });
});

/** One thing that happens to an object. */
const act = fc.record({
  what: fc.constantFrom(
    ...(['put', 'put', 'put', 'delete', 'delete', 'deleteWhole', 'leave', 'recreate'] as const),
    ...(['relist', 'relist', 'relistAborted', 'pass', 'pass', 'pass', 'look'] as const),
  ),
  name: fc.nat({ max: 40 }).map((number) => `o${number}`),
  count: fc.nat({ max: 9 }),
});

interface Modelled {
  readonly uid: string;
  ready: number;
  deleted?: { readonly ms: number; readonly seconds: number } | undefined;
}

/** The store beside a map of what it should have. */
class ModelledScene {
  readonly #scene: Scene;
  readonly #model = new Map<string, Modelled>();
  #uids = 0;

  constructor(hotBytesMax: number) {
    this.#scene = new Scene(compileAll(table), hotBytesMax);
  }

  put(name: string, count: number): void {
    const uid = this.#model.get(name)?.uid ?? `u${this.#uids++}`;
    this.#model.set(name, { uid, ready: count });
    this.#scene.store.put(this.#scene.next(name, uid, count));
  }

  recreate(name: string, count: number): void {
    this.#model.delete(name);
    this.put(name, count);
  }

  delete(name: string, _: number, ready?: number): void {
    const one = this.#model.get(name);
    if (one === undefined) return;
    if (ready !== undefined && one.deleted === undefined) one.ready = ready;
    this.#scene.store.delete(this.#scene.next(name, one.uid, ready));
    this.#delete(name);
  }

  deleteWhole(name: string, count: number): void {
    this.delete(name, count, count);
  }

  leave(name: string): void {
    const one = this.#model.get(name);
    if (one === undefined) return;
    this.#model.delete(name);
    this.#scene.store.delete(this.#scene.next(name, one.uid), undefined, true);
  }

  async relist(_: string, count: number): Promise<void> {
    const { relist, gone } = this.#relist(count);
    await relist.commit();
    for (const name of gone) this.#delete(name);
  }

  async relistAborted(_: string, count: number): Promise<void> {
    await this.#relist(count).relist.abort();
  }

  async pass(_: string, count: number): Promise<void> {
    await this.#scene.pass(count * 7_000 + 1);
    for (const [name, { deleted }] of this.#model) {
      if (deleted && deleted.ms + graceMs <= this.#scene.clock.now()) this.#model.delete(name);
    }
  }

  async look(): Promise<void> {
    const lines = [...this.#model].flatMap(([name, { uid, ready: value, deleted }]) => [
      ready(name, uid, value),
      ...(deleted === undefined ? [] : [`${name} ${deleted.seconds}`]),
    ]);
    const served = (await this.#scene.served()).map((line) => {
      const [, name, seconds] = /^deletion_timestamp\{thing="(.*?)".*\} (.*)$/.exec(line) ?? [];
      return name === undefined ? line : `${name} ${Number(seconds)}`;
    });
    expect(served.sort()).to.deep.equal(lines.sort());
    await checkSizes(measure(this.#scene.stores), 'series');
  }

  close(): Promise<void> {
    return this.#scene.stores.close();
  }

  /** A list in which some are missing. */
  #relist(count: number) {
    const there = [...this.#model].filter(([, { deleted }]) => deleted === undefined);
    const gone = there.filter((_, i) => i % (count + 1) === 0).map(([name]) => name);
    const relist = this.#scene.store.relist();
    for (const [name, { uid, ready: value }] of there) {
      if (!gone.includes(name)) relist.put(this.#scene.next(name, uid, value));
    }
    return { relist, gone };
  }

  #delete(name: string): void {
    const one = this.#model.get(name);
    if (one === undefined || one.deleted !== undefined) return;
    const { clock } = this.#scene;
    one.deleted = { ms: clock.now(), seconds: Math.floor(clock.wall() / 1_000) };
  }
}

describe('with objects kept', () => {
  for (const hotBytesMax of [0, 1e8])
    it(`what is served is as in the plainest model (hot text up to ${hotBytesMax})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
          const scene = new ModelledScene(hotBytesMax);
          for (const { what, name, count } of acts) await scene[what](name, count);
          await scene.look();
          await scene.close();
        }),
        { numRuns: 150 },
      );
    }).timeout(60_000);
});

describe('a family that marks', () => {
  it('is that of its table which says when an object is due to be deleted', () => {
    expect(created('ALPHA').marksDeleted).to.equal(undefined);
    expect(deletionTimestamp('ALPHA').marksDeleted).to.equal(true);
  });
});
