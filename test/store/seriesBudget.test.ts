// Series budgets: what an object loses, what stays, and that a list changes nothing by itself.
import { expect } from 'chai';
import fc from 'fast-check';
import type { SeriesBudgetOptions } from '../../src/store/seriesBudget.ts';
import type { Relist, Stores } from '../../src/store/types.ts';
import { openThings, thingsIn } from './opened.ts';
import { checkSizes, measure } from './sizes.ts';
import { families, renderer, thing, type Wanted } from './things.ts';

const seriesWanted = ({ replicas, ready }: Wanted): number[] => [
  replicas,
  ready,
  Math.min(replicas, ready),
];

function open(budget: Partial<SeriesBudgetOptions>, hotBytesMax = 1e8): Stores {
  const ignore = (): void => undefined;
  const none = { perFamily: 0, perNamespace: 0, onDropped: ignore };
  const seriesBudget = { ...none, onReached: ignore, onRecovered: ignore, ...budget };
  return openThings(renderer, { hotBytesMax, seriesBudget });
}

/** The series of each family of an object, in the order of the families. */
function shown(stores: Stores, key: string): number[] {
  const texts = thingsIn(stores).textsOf(key) ?? expect.fail(`no object ${key}`);
  const counts = families.map((family) => {
    const text = texts.families.find(({ header }) => header.name === family)?.text ?? '';
    return text.split('\n').length - 1;
  });
  expect(texts.series).to.equal(counts.reduce((sum, one) => sum + one, 0));
  return counts;
}

const step = fc.record({
  act: fc.constantFrom(
    ...(['put', 'put', 'put', 'ready', 'ready', 'delete', 'fill', 'flush', 'race'] as const),
    ...(['again', 'relist', 'relist', 'aborted', 'unheard', 'thin'] as const),
  ),
  name: fc.nat({ max: 70 }),
  replicas: fc.nat({ max: 6 }),
  ready: fc.nat({ max: 6 }),
});
type Step = { name: number; replicas: number; ready: number };
const budgets = fc.record({
  perFamily: fc.constantFrom(0, 5, 20, 60),
  perNamespace: fc.constantFrom(0, 12, 40),
  hotBytesMax: fc.constantFrom(0, 1e8),
  part: fc.constantFrom(undefined, 'node a'),
});

/** The store beside what its objects want and show. */
class Run {
  readonly stores: Stores;
  readonly #budget: { readonly perFamily: number; readonly perNamespace: number };
  readonly #part: string | undefined;
  readonly #wanted = new Map<string, Wanted>();
  readonly #shows = new Map<string, number[]>();
  #version = 0;
  #dropped = 0;
  #droppedInModel = 0;

  constructor(budget: { perFamily: number; perNamespace: number }, hot: number, part?: string) {
    this.#budget = budget;
    this.#part = part;
    const onDropped: SeriesBudgetOptions['onDropped'] = (resource, family, by, series) => {
      expect(resource).to.equal('things');
      expect(families).to.include(family);
      expect(by === 'family' ? budget.perFamily : budget.perNamespace).to.be.above(0);
      this.#dropped += series;
    };
    this.stores = open({ ...budget, onDropped }, hot);
  }

  put({ name, replicas, ready }: Step): void {
    this.#put(this.#want(name, replicas, ready));
  }

  /** The spec stays as it is, and is not read. */
  ready({ name, ready }: Step): void {
    const { replicas = 1 } = this.#wanted.get(keyOf(name)) ?? {};
    this.#put(this.#want(name, replicas, ready));
  }

  fill(of: Step): void {
    for (let i = 0; i < 40; i++) this.put({ ...of, name: (of.name + i) % 70 });
  }

  /** Changes come while a flush is under way. */
  async race(of: Step): Promise<void> {
    this.fill(of);
    const flush = this.stores.flushed();
    for (let i = 0; i < 3 * of.ready; i++) await Promise.resolve();
    this.fill({ ...of, replicas: of.replicas + 2 });
    await flush;
  }

  delete({ name }: Step): void {
    const wanted = this.#wanted.get(keyOf(name));
    if (wanted === undefined) return;
    thingsIn(this.stores).delete(thing(wanted), this.#part);
    this.#wanted.delete(wanted.key);
    this.#shows.delete(wanted.key);
  }

  thin(of: Step): void {
    for (let i = 0; i < 70; i++) if (i % 5 < of.replicas % 5) this.delete({ ...of, name: i });
  }

  async flush(): Promise<void> {
    await this.stores.flushed();
  }

  /** A list of a cluster that has not changed. */
  async again(): Promise<void> {
    await this.#list([]).commit();
  }

  async aborted({ name, replicas, ready }: Step): Promise<void> {
    const before = new Map(this.#wanted);
    await this.#list([this.#want(name, replicas, ready)]).abort();
    this.#wanted.clear();
    for (const [key, wanted] of before) this.#wanted.set(key, wanted);
    this.#droppedInModel = this.#dropped;
  }

  /** A list that has what no event told: some is gone, some has changed, some is new. */
  async relist({ name, replicas, ready }: Step): Promise<void> {
    const changed: Wanted[] = [];
    for (let i = 0; i < 30; i++) {
      const at = (name + i) % 70;
      if (i % 3 === 0) this.#wanted.delete(keyOf(at));
      else changed.push(this.#want(at, (replicas + i) % 7, ready));
    }
    const before = new Map(this.#shows);
    await this.#list(changed).commit();
    for (const wanted of this.#wanted.values()) {
      const has = shown(this.stores, wanted.key);
      const had = before.get(wanted.key) ?? [0, 0, 0];
      for (const [i, wants] of seriesWanted(wanted).entries()) {
        if (!changed.includes(wanted)) expect(has[i]).to.equal(had[i]);
        else if (wants <= (had[i] as number)) expect(has[i], 'what is there stays').to.equal(wants);
        else expect(has[i], 'all or nothing').to.be.oneOf([0, wants]);
      }
    }
    for (const key of [...this.#shows.keys()]) if (!this.#wanted.has(key)) this.#shows.delete(key);
    for (const key of this.#wanted.keys()) this.#shows.set(key, shown(this.stores, key));
    this.#droppedInModel = this.#dropped;
  }

  /** An object that the list has, and that changes while it is streamed. */
  async unheard(of: Step): Promise<void> {
    const wanted = this.#want(of.name, of.replicas, of.ready);
    await this.#list([wanted, this.#want(of.name, of.ready, of.replicas)]).commit();
    for (const key of this.#wanted.keys()) this.#shows.set(key, shown(this.stores, key));
    this.#droppedInModel = this.#dropped;
  }

  async check(): Promise<void> {
    const { perFamily, perNamespace } = this.#budget;
    for (const [key, shows] of this.#shows) {
      expect(shown(this.stores, key), key).to.deep.equal(shows);
    }
    expect([...thingsIn(this.stores).versions()]).to.have.length(this.#wanted.size);
    expect(this.#dropped).to.equal(this.#droppedInModel);
    for (let i = 0; perFamily > 0 && i < families.length; i++) {
      expect(this.#inFamily(i), families[i]).to.be.at.most(perFamily);
    }
    for (let i = 0; perNamespace > 0 && i < namespaces; i++) {
      expect(this.#inNamespace(`ns${i}`), `ns${i}`).to.be.at.most(perNamespace);
    }
    await checkSizes(measure(this.stores), 'series');
  }

  async end(): Promise<void> {
    await this.stores.flushed();
    const { families: served, series } = this.stores.sizes().resources[0] ?? expect.fail();
    expect(served.map((one) => one.series)).to.deep.equal([0, 1, 2].map((i) => this.#inFamily(i)));
    expect(thingsIn(this.stores).size.series).to.equal(series);
    await checkSizes(measure(this.stores), 'series');
    await this.stores.close();
  }

  #want(name: number, replicas: number, ready: number): Wanted {
    const wanted = { key: keyOf(name), replicas, ready, version: ++this.#version };
    this.#wanted.set(wanted.key, wanted);
    return wanted;
  }

  #put(wanted: Wanted): void {
    const had = this.#shows.get(wanted.key) ?? [0, 0, 0];
    const has = [...had];
    this.#shows.set(wanted.key, has);
    const namespace = wanted.key.split('/')[0] as string;
    const { perFamily, perNamespace } = this.#budget;
    // What shrinks makes room for what grows.
    for (const [i, wants] of seriesWanted(wanted).entries()) {
      has[i] = Math.min(wants, had[i] as number);
    }
    for (const [i, wants] of seriesWanted(wanted).entries()) {
      const more = wants - (had[i] as number);
      const fits =
        more <= 0 ||
        ((perFamily === 0 || this.#inFamily(i) + more <= perFamily) &&
          (perNamespace === 0 || this.#inNamespace(namespace) + more <= perNamespace));
      has[i] = fits ? wants : 0;
      if (!fits) this.#droppedInModel += wants;
    }
    thingsIn(this.stores).put(thing(wanted), this.#part);
  }

  #list(changed: readonly Wanted[]): Relist {
    const relist = thingsIn(this.stores).relist(this.#part);
    for (const wanted of [...this.#wanted.values()].filter((one) => !changed.includes(one))) {
      relist.put(thing(wanted));
    }
    for (const wanted of changed) relist.put(thing(wanted));
    return relist;
  }

  #inFamily(family: number): number {
    return [...this.#shows.values()].reduce((sum, shows) => sum + (shows[family] as number), 0);
  }

  #inNamespace(namespace: string): number {
    return [...this.#shows]
      .filter(([key]) => key.startsWith(`${namespace}/`))
      .reduce((sum, [, shows]) => sum + shows.reduce((all, one) => all + one, 0), 0);
  }
}

const namespaces = 3;
const keyOf = (name: number): string => `ns${name % namespaces}/n${name}`;

describe('A series budget', () => {
  it('takes a family whole from what would exceed it, and nothing from what is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        budgets,
        async (steps, { hotBytesMax, part, ...budget }) => {
          const run = new Run(budget, hotBytesMax, part);
          for (const { act, ...rest } of steps) {
            await run[act](rest);
            await run.check();
          }
          await run.end();
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('Objects beyond a series budget', () => {
  let stores: Stores;
  afterEach(() => stores.close());
  let version = 0;
  const put = (key: string, replicas: number, ready: number): void =>
    thingsIn(stores).put(thing({ key, replicas, ready, version: ++version }));
  const remove = (key: string): void =>
    thingsIn(stores).delete(thing({ key, replicas: 0, ready: 0, version: 0 }));

  it('get a family of the spec back at their next change, even one of the status', () => {
    stores = open({ perFamily: 10 });
    put('a/one', 8, 0);
    put('a/two', 4, 1);
    expect(shown(stores, 'a/two')).to.deep.equal([0, 1, 1]);
    put('a/two', 4, 2);
    expect(shown(stores, 'a/two')).to.deep.equal([0, 2, 2]);
    remove('a/one');
    expect(shown(stores, 'a/two')).to.deep.equal([0, 2, 2]);
    put('a/two', 4, 3);
    expect(shown(stores, 'a/two')).to.deep.equal([4, 3, 3]);
  });

  it('lose the family if they grow, and the others keep it', () => {
    stores = open({ perFamily: 10 });
    put('a/one', 6, 0);
    put('a/two', 4, 0);
    put('a/one', 7, 0);
    expect(['a/one', 'a/two'].map((key) => shown(stores, key)[0])).to.deep.equal([0, 4]);
  });

  it('are counted in their namespace over all families, without a namespace in none', () => {
    stores = open({ perNamespace: 10 });
    put('a/one', 6, 5);
    expect(shown(stores, 'a/one')).to.deep.equal([6, 0, 0]);
    put('b/one', 5, 5);
    expect(shown(stores, 'b/one')).to.deep.equal([5, 5, 0]);
    thingsIn(stores).put({ ...thing({ key: 'c/n', replicas: 30, ready: 30, version: 1 }) });
    expect(shown(stores, 'c/n')).to.deep.equal([0, 0, 0]);
    const clusterScoped = thing({ key: 'x/node', replicas: 30, ready: 30, version: 1 });
    clusterScoped.metadata.namespace = null as unknown as string;
    thingsIn(stores).put(clusterScoped);
    expect(shown(stores, 'node')).to.deep.equal([30, 30, 30]);
  });

  it('are reported once, and again after the family has recovered', () => {
    const said: string[] = [];
    stores = open({
      perFamily: 100,
      onReached: ({ budget, name }) => said.push(`reached: ${budget} ${name}`),
      onRecovered: ({ budget, name }) => said.push(`recovered: ${budget} ${name}`),
    });
    for (let i = 0; i < 30; i++) put(`a/n${i}`, 5, 0);
    const reached = 'reached: family kube_thing_replica';
    expect(said).to.deep.equal([reached]);
    remove('a/n0');
    expect(said, 'nine tenths are room enough').to.deep.equal([reached]);
    remove('a/n1');
    const recovered = 'recovered: family kube_thing_replica';
    expect(said).to.deep.equal([reached, recovered]);
    for (let i = 30; i < 40; i++) put(`a/n${i}`, 5, 0);
    expect(said).to.deep.equal([reached, recovered, reached]);
  });

  it('have not recovered because few of them are in a list that is not committed', async () => {
    const said: string[] = [];
    stores = open({ perFamily: 100, onRecovered: ({ name }) => said.push(name) });
    for (let i = 0; i < 30; i++) put(`a/n${i}`, 5, 0);
    const relist = thingsIn(stores).relist();
    const listed = (replicas: number) =>
      thing({ key: 'a/new', replicas, ready: 0, version: ++version });
    relist.put(listed(5));
    relist.put(listed(4));
    relist.delete(listed(4));
    await relist.abort();
    expect(said).to.deep.equal([]);
  });

  it('keep a family that grows into the room that another one of theirs leaves', () => {
    stores = open({ perNamespace: 10 });
    put('a/one', 4, 6);
    expect(shown(stores, 'a/one')).to.deep.equal([4, 6, 0]);
    put('a/one', 6, 4);
    expect(shown(stores, 'a/one')).to.deep.equal([6, 4, 0]);
  });

  it('take no memory in a first list', async () => {
    stores = open({ perFamily: 1_000 });
    const relist = thingsIn(stores).relist();
    for (let i = 0; i < 2_000; i++) {
      relist.put(thing({ key: `a/n${i}`, replicas: 100, ready: 0, version: ++version }));
    }
    expect(stores.work().pendingBytes).to.be.below(100_000);
    await relist.commit();
    expect(thingsIn(stores).size).to.deep.include({ objects: 2_000, series: 1_000 });
  });

  it('make room in other stores when their own is removed', async () => {
    stores = open({ perFamily: 10 });
    const added = stores.add('others', renderer, { order: 'z', names: ['others'] });
    added.put(thing({ key: 'a/x', replicas: 7, ready: 0, version: 1 }));
    put('a/one', 4, 0);
    expect(shown(stores, 'a/one')).to.deep.equal([0, 0, 0]);
    await stores.remove('others');
    put('a/one', 4, 0);
    expect(shown(stores, 'a/one')).to.deep.equal([4, 0, 0]);
  });
});
