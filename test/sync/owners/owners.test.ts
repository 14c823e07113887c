// Chains of owners: the workload at the top, what becomes of it, and random forests beside a model.
import { expect } from 'chai';
import { between, pick, seededRandom } from '../../../src/demo/random.ts';
import { type OwnerReference, ownerKey, placeOf } from '../../../src/lib/ownerKey.ts';
import { chainMax, kindOf, Owners } from '../../../src/sync/owners/owners.ts';
import type { Labels } from '../../../src/sync/owners/ownerTable.ts';
import { Forest, type ForestObject, object, referenceTo } from './forest.ts';

const deployment = object('Deployment.apps/web', { labels: { team: 'a', other: 'b' } });
const replicaSet = object('ReplicaSet.apps/web-1', { controller: referenceTo(deployment) });

describe('A chain of owners', () => {
  it('ends at what nothing controls', () => {
    const forest = new Forest();
    forest.put(deployment);
    forest.put(replicaSet);
    const key = forest.use(referenceTo(replicaSet));
    expect(forest.top(key)).to.equal('Deployment web {"team":"a"}');
    expect(forest.problems).to.deep.equal([]);
  });

  it('has any length, through kinds of any group and scope', () => {
    const forest = new Forest();
    const cluster = object('Fleet.example.com/all', { namespace: '' });
    const set = object('CloneSet.apps.kruise.io/c', { controller: referenceTo(cluster) });
    forest.put(set);
    const key = forest.use(referenceTo(set));
    expect(forest.top(key), 'by the reference').to.equal('Fleet all');
    const above = object('Region.example.com/eu', { namespace: '' });
    forest.put(object('Fleet.example.com/all', { namespace: '', controller: referenceTo(above) }));
    expect(forest.top(key)).to.equal('Region eu');
  });

  it('ends at a reference whose object is not there, and goes on once it is', () => {
    const forest = new Forest();
    const key = forest.use(referenceTo(replicaSet));
    expect(forest.top(key)).to.equal('ReplicaSet web-1');
    forest.put(replicaSet);
    expect(forest.top(key)).to.equal('Deployment web');
    expect([...forest.told]).to.deep.equal([key]);
    forest.told.clear();
    forest.put(deployment);
    expect(forest.top(key), 'its labels are known').to.equal('Deployment web {"team":"a"}');
    expect([...forest.told]).to.deep.equal([key]);
  });

  it('stays while an owner in it is deleted, and for new pods of it', () => {
    const forest = new Forest();
    forest.put(deployment);
    forest.put(replicaSet);
    const key = forest.use(referenceTo(replicaSet));
    forest.delete(deployment);
    forest.delete(replicaSet);
    forest.sweep();
    expect(forest.top(key)).to.equal('Deployment web {"team":"a"}');
    expect([...forest.told]).to.deep.equal([]);
  });

  it('is forgotten with the last pod', () => {
    const forest = new Forest();
    forest.put(replicaSet);
    const key = forest.use(referenceTo(replicaSet));
    expect(forest.owners.size).to.equal(2);
    forest.delete(replicaSet);
    forest.used.clear();
    forest.sweep();
    expect(forest.owners.size).to.equal(0);
    expect(forest.top(key), 'as of a process that never saw it').to.equal('ReplicaSet web-1');
  });

  it('does not take a new object of the same name for the old one', () => {
    const forest = new Forest();
    const again = object('ReplicaSet.apps/web-1', { uid: 'another', controller: undefined });
    forest.put(replicaSet);
    const key = forest.use(referenceTo(replicaSet));
    forest.delete(replicaSet);
    forest.put(again);
    expect(forest.top(key)).to.equal('Deployment web');
    expect(forest.top(forest.use(referenceTo(again)))).to.equal('ReplicaSet web-1');
  });

  it('does not take an object of another kind for one that has its uid', () => {
    const forest = new Forest();
    forest.put(replicaSet);
    const key = forest.use({ ...referenceTo(replicaSet), apiVersion: 'apps.example.com/v1' });
    expect(forest.top(key)).to.equal('ReplicaSet web-1');
  });

  it('changes as an owner is adopted, orphaned, and given to another one', () => {
    const forest = new Forest();
    const rollout = object('Rollout.argoproj.io/web');
    const tops: string[] = [];
    const key = forest.use(referenceTo(replicaSet));
    for (const controller of [
      undefined,
      referenceTo(deployment),
      undefined,
      referenceTo(rollout),
    ]) {
      forest.put(object('ReplicaSet.apps/web-1', { controller }));
      tops.push(forest.top(key));
    }
    const expected = ['ReplicaSet web-1', 'Deployment web', 'ReplicaSet web-1', 'Rollout web'];
    expect(tops).to.deep.equal(expected);
  });

  it('follows the only owner that is the controller', () => {
    const forest = new Forest();
    const one = object('ReplicaSet.apps/web-1');
    const { metadata } = one;
    const others = [{ ...referenceTo(deployment), controller: false }, referenceTo(deployment)];
    forest.put({ ...one, metadata: { ...metadata, ownerReferences: others } });
    expect(forest.top(forest.use(referenceTo(one)))).to.equal('ReplicaSet web-1');
  });

  it('ends at an owner that is in another namespace than what it owns', () => {
    const forest = new Forest();
    forest.put(object('ReplicaSet.apps/web-1', { controller: referenceTo(deployment) }));
    const key = forest.use(referenceTo(replicaSet), 'y');
    expect(forest.top(key)).to.equal('ReplicaSet web-1');
    expect(forest.top(forest.use(referenceTo(replicaSet)))).to.equal('Deployment web');
    expect(forest.problems).to.deep.equal(['namespace web-1']);
  });

  it('that circles has its first owner for the workload, and says so once', () => {
    const forest = new Forest();
    const [a, b] = [object('A.example.com/a'), object('B.example.com/b')];
    const closed = object('B.example.com/b', { controller: referenceTo(a) });
    forest.put(object('A.example.com/a', { controller: referenceTo(b) }));
    const key = forest.use(referenceTo(a));
    forest.put(b);
    expect(forest.top(key)).to.equal('B b');
    for (let i = 0; i < 2; i++) forest.put(closed);
    expect(forest.top(key)).to.equal('A a');
    expect(forest.top(forest.use(referenceTo(b)))).to.equal('B b');
    expect(forest.problems.sort()).to.deep.equal(['cycle a', 'cycle b']);
    forest.put(b);
    expect(forest.top(key), 'once the circle is open').to.equal('B b');
  });

  it('of an owner that controls itself has it for the workload', () => {
    const forest = new Forest();
    const own = object('A.example.com/a');
    forest.put(object('A.example.com/a', { controller: referenceTo(own) }));
    expect(forest.top(forest.use(referenceTo(own)))).to.equal('A a');
    expect(forest.problems).to.deep.equal(['cycle a']);
  });

  it('may be as long as the limit, and is not followed beyond it', () => {
    const forest = new Forest();
    const chain = Array.from({ length: 20_000 }, (_, i) => object(`A.example.com/a${i}`));
    for (const [i, { metadata }] of chain.entries()) {
      const above = chain[i + 1];
      const controller = above && referenceTo(above);
      forest.put(object(`A.example.com/${metadata.name}`, { controller }));
    }
    const last = chain.length - 1;
    const topOf = (i: number) => forest.top(forest.use(referenceTo(chain[i] as ForestObject)));
    expect(topOf(0)).to.equal('A a0');
    expect(topOf(last - chainMax)).to.equal(`A a${last - chainMax}`);
    expect(topOf(last - chainMax + 1)).to.equal(`A a${last}`);
  });

  it('is that of a list once the list is committed, and not of one that is aborted', async () => {
    const forest = new Forest();
    forest.put(replicaSet);
    const key = forest.use(referenceTo(replicaSet));
    const orphan = object('ReplicaSet.apps/web-1');
    const aborted = forest.listing('ReplicaSet.apps', [orphan]);
    await aborted.abort();
    expect(forest.top(key)).to.equal('Deployment web');
    const relist = forest.listing('ReplicaSet.apps', [orphan]);
    expect(forest.top(key)).to.equal('Deployment web');
    await relist.commit();
    expect(forest.top(key)).to.equal('ReplicaSet web-1');
    expect([...forest.told]).to.deep.equal([key]);
  });

  it('follows a long list in short steps, and what changes in between', async () => {
    const forest = new Forest();
    const sets = Array.from({ length: 3_000 }, (_, i) => object(`ReplicaSet.apps/s${i}`));
    for (const one of sets) forest.put(one);
    const keys = sets.map((one) => forest.use(referenceTo(one)));
    const controller = referenceTo(object('Deployment.apps/web'));
    const adopted = sets.map(({ metadata }) =>
      object(`ReplicaSet.apps/${metadata.name}`, { controller }),
    );
    const relist = forest.listing('ReplicaSet.apps', adopted);
    forest.clock.turn = async () => {
      forest.turns++;
      if (forest.turns !== 2) return;
      forest.delete(adopted.at(-1) as ForestObject);
      forest.put(object('ReplicaSet.apps/s0'));
    };
    await relist.commit();
    expect(forest.turns).to.be.at.least(10);
    const tops = keys.map((key) => forest.top(key));
    expect(tops.shift()).to.equal('ReplicaSet s0');
    // The entry of the object that is gone already was never seen by its owner.
    expect(tops.pop()).to.equal('ReplicaSet s2999');
    expect(new Set(tops)).to.deep.equal(new Set(['Deployment web']));
  });

  it('goes on once its kind can be followed, which were too many before', () => {
    const forest = new Forest();
    const top = object('Fleet.example.com/f');
    const middle = object('A.example.com/a', { controller: referenceTo(top) });
    forest.put(middle);
    let isFull = true;
    const limited = new Owners({
      tableOf: (reference) => (isFull ? undefined : forest.table(reference)),
      onProblem: () => undefined,
    });
    const told: string[] = [];
    limited.listen(({ workload }) => told.push(workload.kind));
    const key = ownerKey(referenceTo(middle), 'x');
    expect(limited.of(key).workload.kind).to.equal('A');
    isFull = false;
    for (const _ of limited.followMore());
    expect(limited.of(key).workload.kind).to.equal('Fleet');
    expect(told).to.deep.equal(['Fleet']);
  });

  it('needs the uid of an object', () => {
    const forest = new Forest();
    const { metadata, ...rest } = replicaSet;
    const { uid: _, ...others } = metadata;
    expect(() => forest.put({ ...rest, metadata: others })).to.throw(
      'expected an object with metadata.uid, got one without',
    );
  });
});

/** Chains as random as references can be, and whether each is what a simple reading makes of it. */
class Wood {
  readonly forest = new Forest();
  readonly #random: () => number;
  readonly #acts: string[] = [];
  #tops = new Map<string, string>();
  #uids = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** Owners come, move and are let go while sweeps go on; none is deleted. */
  async runSwept(acts: number): Promise<void> {
    const { put, putAgain, usePod, dropPod } = this.#moves;
    const { forest } = this;
    for (let i = 0; i < acts; i++) {
      await this.#pick([put, putAgain, usePod, usePod, dropPod])?.();
      forest.sweepOn(between(this.#random, 0, 8));
      // Whatever is asked for is in use again.
      if (i % 20 > 0) continue;
      const { size } = forest.owners;
      for (const key of forest.used) expect(forest.top(key)).to.equal(forest.expected(key));
      expect(forest.owners.size, 'none in use was forgotten').to.equal(size);
    }
    forest.sweep();
    for (const key of forest.used) expect(forest.top(key)).to.equal(forest.expected(key));
    const fresh = new Forest();
    for (const one of forest.objects.values()) fresh.put(one);
    for (const key of forest.used) {
      const { reference, namespace } = placeOf(key);
      fresh.use(reference, namespace);
    }
    expect(forest.owners.size).to.equal(fresh.owners.size);
    forest.used.clear();
    forest.sweep();
    expect(forest.owners.size).to.equal(0);
  }

  async run(acts: number): Promise<void> {
    for (let i = 0; i < acts; i++) await this.#act();
  }

  readonly #kinds = ['ReplicaSet.apps', 'Deployment.apps', 'A.example.com', 'Fleet.example.com'];

  /** Names are few, so that they come again, with the old uid or another one. */
  #fresh(): ForestObject {
    const kind = this.#pick(this.#kinds);
    const namespace = kind.startsWith('Fleet') ? '' : this.#pick(['x', 'x', 'x', 'y']);
    const old = this.#random() < 0.5 ? this.#one() : undefined;
    const name = `n${between(this.#random, 0, 9)}`;
    const uid = `u${this.#uids++}`;
    const labels: Labels = this.#random() < 0.5 ? { team: this.#pick(['a', 'b']) } : {};
    const controller = this.#random() < 0.7 ? this.#reference() : undefined;
    const its = old?.metadata;
    const place = { namespace: its ? (its.namespace ?? '') : namespace, uid: its?.uid ?? uid };
    const what = old
      ? `${old.kind}.${old.apiVersion.replace('/v1', '')}/${its?.name}`
      : `${kind}/${name}`;
    return object(what, { ...place, labels, controller });
  }

  /** Mostly to what is there; it may be what is below, or in another namespace. */
  #reference(): OwnerReference {
    const one = this.#random() < 0.85 ? this.#one() : undefined;
    return referenceTo(one ?? object(`${this.#pick(this.#kinds)}/nowhere${this.#uids++}`));
  }

  #one = (): ForestObject | undefined => pick(this.#random, [...this.forest.objects.values()]);
  #pick = <T>(all: readonly T[]): T => pick(this.#random, all) as T;

  readonly #moves: Readonly<Record<string, () => void | Promise<void>>> = {
    put: () => this.forest.put(this.#fresh()),
    putAgain: () => {
      const one = this.#one();
      if (one !== undefined) this.forest.put(one);
    },
    delete: () => {
      const one = this.#one();
      if (one !== undefined) this.forest.delete(one);
    },
    usePod: () => {
      this.forest.use(this.#reference(), this.#pick(['x', 'x', 'y']));
    },
    dropPod: () => {
      const key = pick(this.#random, [...this.forest.used]);
      if (key !== undefined) this.forest.used.delete(key);
    },
    abortedList: async () => {
      const kind = this.#pick(this.#kinds);
      if (!this.forest.tables.has(kind)) return;
      await this.forest
        .listing(
          kind,
          [this.#fresh()].filter((one) => kindOf(one) === kind),
        )
        .abort();
    },
    relist: async () => {
      const kind = this.#pick(this.#kinds);
      if (!this.forest.tables.has(kind)) return;
      const fresh = [this.#fresh(), this.#fresh()].filter((one) => kindOf(one) === kind);
      const all = [...this.forest.objects.values()].filter((one) => kindOf(one) === kind);
      const kept = all.filter((one) => this.#random() < 0.8 && !uids(fresh).has(one.metadata.uid));
      await this.forest.relist(kind, [...kept, ...fresh]);
    },
  };

  async #act(): Promise<void> {
    const { forest } = this;
    forest.told.clear();
    const [name, move] = this.#pick(Object.entries(this.#moves));
    this.#acts.push(name);
    await move();
    const told = new Set(forest.told);
    forest.sweep();
    const after = `after ${this.#acts.join(' ')}`;
    const tops = new Map([...forest.used].map((key) => [key, forest.expected(key)]));
    for (const [key, top] of tops) {
      expect(forest.top(key), after).to.equal(top);
      const before = this.#tops.get(key);
      if (before === undefined) continue;
      expect(told.has(key), `told of ${key} ${after}`).to.equal(before !== top);
    }
    this.#tops = tops;
  }
}

const uids = (objects: readonly ForestObject[]) => new Set(objects.map((one) => one.metadata.uid));

describe('Random forests of owners', () => {
  for (let seed = 1; seed <= 40; seed++) {
    it(`stay whole while others are swept: ${seed}`, () => new Wood(seed).runSwept(400));
  }

  for (let seed = 1; seed <= 60; seed++) {
    it(`have the workloads of a simple reading: ${seed}`, () => new Wood(seed).run(300));
  }
});
