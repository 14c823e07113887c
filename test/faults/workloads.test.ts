// Random histories of owners: they are adopted, orphaned and replaced while lists and watches fail.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import { definition } from '../support/customs.ts';
import * as faults from '../support/faults.ts';
import { RandomHistory } from './randomHistory.ts';
import { pod, scrape } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6];
const actsPerHistory = 40;
const steadyPods = 200;
const podsEach = 20;
const sets = ['r0', 'r1', 'r2', 'r3'];
const tops = ['Deployment', 'Rollout'] as const;
const names = ['a', 'b', 'c'];
const teams = ['one', 'two', undefined];
const pausesMs = [0, 0, 20, 50, 200, 500, 1_000, 4_000, 12_000];
/** By the clock of the test, once all is quiet: what is not installed is looked for at times. */
const settleMsMax = 90_000;
const family = '^kube_pod_workload$';
const flags = [
  `--metric-opt-in-list=${family}`,
  `--metric-allowlist=${family}`,
  '--promote-labels=workloads=[team,workload]->pods',
];

const owned = ['replicasets', 'deployments', 'rollouts'];

describe('With pods whose owners change', () => {
  for (const seed of seeds)
    it(`each pod has the workload of now, and one in every scrape (seed ${seed})`, async () => {
      await new History(seed).run(actsPerHistory);
    });
});

class History extends RandomHistory {
  #created = 0;

  constructor(seed: number) {
    super(seed, pausesMs);
  }

  async begin(): Promise<void> {
    const { scene } = this;
    const { server } = scene;
    scene.fill(steadyPods);
    server.create(definition('Rollout', { group: 'argoproj.io' }));
    for (const kind of tops) for (const name of names) this.#createTop(kind, name);
    for (const name of sets) this.#createSet(name);
    for (const name of sets) for (let i = 0; i < podsEach; i++) this.#createPod(name);
    const steady = server.create(ownable('Deployment', 'steady', {}));
    const set = server.create(ownable('ReplicaSet', 'steady', { controller: steady }));
    for (let i = 0; i < podsEach; i++) server.create(pod(`of-steady-${i}`, 'one', ownedBy(set)));
    await scene.listen();
    this.program = await scene.startSynced(...flags, ...this.checkFlags);
    expect(await this.#served(), 'no first scrape lacks workloads').to.deep.equal(this.#expected());
  }

  async end(): Promise<void> {
    this.scene.server.faults.clear();
    this.#replaceLost();
    await this.settle({
      served: () => this.#served(),
      expected: () => this.#expected(),
      withinMs: settleMsMax,
    });
    this.expectSteady();
  }

  /** Pods keep the workload of owners that are gone, which no reading of the server can tell. */
  #replaceLost(): void {
    const isLost = (one: ApiObject): boolean => {
      const owner = controllerIn(one);
      const found = owner && this.#get(pluralOf(owner.kind), owner.name);
      return owner !== undefined && found?.metadata.uid !== owner.uid;
    };
    for (const one of this.scene.server.objects<ApiObject>('rollouts')) {
      if (isLost(one)) this.scene.server.update(withoutOwner(one));
    }
    for (const name of sets) {
      const one = this.#get('replicasets', name);
      if (one !== undefined && isLost(one)) this.#control(name, this.#aTop());
    }
  }

  protected readonly moves: Readonly<Record<string, () => void>> = {
    adopt: () => this.#control(this.pick(sets), this.#aTop()),
    orphan: () => this.#control(this.pick(sets), undefined),
    all: () => {
      for (const name of sets) this.#control(name, this.#aTop());
    },
    relabel: () => {
      const top = this.#aTop();
      if (top === undefined) return;
      const metadata = { ...top.metadata, labels: labelsOf(this.pick(teams)) };
      this.scene.server.update({ ...top, metadata });
    },
    replaceTop: () => {
      const [kind, name] = [this.pick(tops), this.pick(names)];
      this.scene.server.delete(pluralOf(kind), 'x', name);
      const top = this.#createTop(kind, name);
      this.#control(this.pick(sets), top);
    },
    circle: () => {
      const rollouts = names.map((name) => this.#get('rollouts', name));
      for (const [i, one] of rollouts.entries()) {
        const next = rollouts[(i + 1) % rollouts.length];
        if (one === undefined || next === undefined) continue;
        this.scene.server.update({ ...one, metadata: { ...one.metadata, ...ownedBy(next) } });
      }
    },
    uncircle: () => {
      for (const name of names) {
        const one = this.#get('rollouts', name);
        if (one !== undefined) this.scene.server.update(withoutOwner(one));
      }
    },
    replaceSet: () => {
      const name = this.pick(sets);
      this.scene.server.delete('replicasets', 'x', name);
      this.#createSet(name);
      this.#deletePods(name);
      for (let i = 0; i < podsEach; i++) this.#createPod(name);
    },
    createPods: () => {
      for (let i = 0; i < 5; i++) this.#createPod(this.pick(sets));
    },
    recreatePods: () => {
      const name = this.pick(sets);
      for (const { metadata } of this.#podsOf(name).slice(0, 5)) {
        this.scene.server.delete('pods', 'x', metadata.name);
        this.#createPod(this.pick(sets), metadata.name);
      }
    },
    touchPods: () => {
      for (const one of this.#podsOf(this.pick(sets)).slice(0, 12)) {
        this.scene.server.update({ ...one, status: { phase: this.pick(['Running', 'Failed']) } });
      }
    },
    touchSets: () => {
      for (const name of sets) {
        const one = this.#get('replicasets', name);
        const status = { replicas: this.#created++ };
        if (one !== undefined) this.scene.server.update({ ...one, status } as ApiObject);
      }
    },
    gone: () => this.scene.relistNext(),
    goneOwners: () => {
      for (const resource of owned) this.scene.onWatches(faults.gone, { times: 1, resource });
      this.scene.server.cut();
    },
    cut: () => this.scene.server.cut(),
    breakLists: () => this.scene.onLists(faults.resetWithin(300), { times: 2 }),
    noStreams: () => {
      this.scene.server.faults.add({ verb: 'watch', act: faults.watchList('refused'), times: 4 });
    },
    forbidden: () => {
      const resource = this.pick(owned);
      this.scene.onWatches(faults.forbid, { times: 1, resource });
      this.scene.server.cut();
    },
  };

  protected override look(text: string): void {
    const all = [...text.matchAll(/^kube_pod_workload\{.*?uid="(.*?)"/gm)].map(([, uid]) => uid);
    expect(new Set(all).size, `one workload each after ${this.told}`).to.equal(all.length);
    const steady = text.match(
      /^kube_pod_workload\{.*?pod="of-steady-.*,workload="steady",workload_type="deployment"/gm,
    );
    expect(steady, `workloads that nothing changes after ${this.told}`).to.have.length(podsEach);
  }

  /** Uid, workload and label of each pod, as the workload has it, and all of its series. */
  async #served(): Promise<string[]> {
    await this.scrapeWhole();
    const { text } = await scrape(this.running);
    const label =
      /^kube_pod_info\{.*?,uid="(.*?)"(?:,team="(.*?)")?(?:,workload="(.*?)")?,host_ip/gm;
    const infos = [...text.matchAll(label)].map(([, uid, team, name]) => `${uid} ${team} ${name}`);
    const labels = 'uid="(.*?)",workload="(.*?)",workload_type="(.*?)"(?:,team="(.*?)")?';
    const own = new RegExp(`^kube_pod_workload\\{.*?,${labels}\\}`, 'gm');
    const all = [...text.matchAll(own)];
    const same = all.map(([, uid, name, , team]) => `${uid} ${team} ${name}`).sort();
    if (same.join('\n') !== infos.sort().join('\n')) return ['families differ'];
    return all.map(([, uid, name, type, team]) => `${uid} ${type} ${name} ${team}`).sort();
  }

  #expected(): string[] {
    return [...this.scene.server.objects('pods')].map((one) => this.#expectedOf(one)).sort();
  }

  #expectedOf(pod: ApiObject): string {
    const { uid, name } = pod.metadata;
    const path: string[] = [];
    let at = controllerIn(pod);
    if (at === undefined) return `${uid} barepod ${name} undefined`;
    for (let next: typeof at | undefined = at; next !== undefined; ) {
      // A circle has no end: the first owner counts.
      if (path.includes(next.uid)) {
        at = controllerIn(pod) as typeof at;
        break;
      }
      path.push(next.uid);
      at = next;
      const object = this.#get(pluralOf(at.kind), at.name);
      next = object?.metadata.uid === at.uid ? controllerIn(object) : undefined;
    }
    const top = this.#get(pluralOf(at.kind), at.name);
    const team = top?.metadata.uid === at.uid ? top.metadata.labels?.team : undefined;
    return `${uid} ${at.kind.toLowerCase()} ${at.name} ${team}`;
  }

  #get(resource: string, name: string): ApiObject | undefined {
    return this.scene.server.get<ApiObject>(resource, 'x', name);
  }

  #aTop(): ApiObject | undefined {
    return this.#get(pluralOf(this.pick(tops)), this.pick(names));
  }

  #createTop(kind: string, name: string): ApiObject {
    return this.scene.server.create(ownable(kind, name, { team: this.pick(teams) }));
  }

  #createSet(name: string): void {
    this.scene.server.create(ownable('ReplicaSet', name, { controller: this.#aTop() }));
  }

  #createPod(set: string, name = `p${this.#created++}`): void {
    const owner = this.#get('replicasets', set);
    this.scene.server.create(pod(name, 'one', owner === undefined ? {} : ownedBy(owner)));
  }

  #control(set: string, controller: ApiObject | undefined): void {
    const one = this.#get('replicasets', set);
    if (one === undefined) return;
    const bare = withoutOwner(one);
    const owner = controller === undefined ? {} : ownedBy(controller);
    this.scene.server.update({ ...bare, metadata: { ...bare.metadata, ...owner } });
  }

  #podsOf(set: string): ApiObject[] {
    const isOf = (one: ApiObject): boolean => controllerIn(one)?.name === set;
    return [...this.scene.server.objects('pods')].filter(isOf);
  }

  #deletePods(set: string): void {
    for (const { metadata } of this.#podsOf(set)) {
      this.scene.server.delete('pods', 'x', metadata.name);
    }
  }
}

const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`;
const labelsOf = (team: string | undefined): Record<string, string> =>
  team === undefined ? {} : { team };

const controllerIn = ({ metadata }: ApiObject) =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

const ownedBy = ({ apiVersion = '', kind = '', metadata }: ApiObject) => ({
  ownerReferences: [
    { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true },
  ],
});

function withoutOwner(object: ApiObject): ApiObject {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

interface Ownable {
  readonly team?: string | undefined;
  readonly controller?: ApiObject | undefined;
}

const ownable = (kind: string, name: string, { team, controller }: Ownable): ApiObject => ({
  apiVersion: kind === 'Rollout' ? 'argoproj.io/v1' : 'apps/v1',
  kind,
  metadata: {
    name,
    namespace: 'x',
    labels: labelsOf(team),
    ...(controller && ownedBy(controller)),
  },
});
