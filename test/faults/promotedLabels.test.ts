// Random histories of --promote-labels: namespaces and nodes change while lists and watches fail.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import * as faults from '../support/faults.ts';
import { RandomHistory } from './randomHistory.ts';
import { pod, scrape } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6];
const actsPerHistory = 40;
const steadyPods = 200;
const podsEach = 40;
const spaces = ['n0', 'n1', 'n2', 'n3'];
const nodes = ['a', 'b', 'c'];
const values = ['one', 'two', 'three', undefined];
const pausesMs = [0, 0, 20, 50, 200, 500, 1_000, 4_000, 12_000];
/** By the clock of the test, once all is quiet. */
const settleMsMax = 30_000;
const flag = '--promote-labels=pods=[tier],namespaces=[team]->pods,nodes=[zone,team]->pods';

type Labels = Readonly<Record<string, string | undefined>>;

describe('With labels that pods inherit', () => {
  for (const seed of seeds)
    it(`each pod has those of now, and is in every scrape (seed ${seed})`, async () => {
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
    scene.fill(steadyPods);
    scene.server.create(labelled('Namespace', 'x', { team: 'steady' }));
    for (const name of nodes) {
      scene.server.create(labelled('Node', name, { zone: this.pick(values) }));
    }
    for (const name of spaces) {
      scene.server.create(labelled('Namespace', name, { team: this.pick(values) }));
      for (let i = 0; i < podsEach; i++) this.#create(name);
    }
    await scene.listen();
    this.program = await scene.startSynced(flag, ...this.checkFlags);
    expect(await this.#served(), 'no first scrape lacks labels').to.deep.equal(this.#expected());
  }

  async end(): Promise<void> {
    await this.settle({
      served: () => this.#served(),
      expected: () => this.#expected(),
      withinMs: settleMsMax,
    });
    this.expectSteady();
  }

  protected readonly moves: Readonly<Record<string, () => void>> = {
    team: () => this.#relabel('namespaces', this.pick(spaces), { team: this.pick(values) }),
    zone: () =>
      this.#relabel('nodes', this.pick(nodes), {
        zone: this.pick(values),
        team: this.pick(values),
      }),
    all: () => {
      for (const name of spaces) this.#relabel('namespaces', name, { team: this.pick(values) });
      for (const name of nodes) this.#relabel('nodes', name, { zone: this.pick(values) });
    },
    renew: () => {
      const name = this.pick(spaces);
      this.scene.server.delete('namespaces', undefined, name);
      this.scene.server.create(labelled('Namespace', name, { team: this.pick(values) }));
    },
    create: () => {
      for (let i = 0; i < 5; i++) this.#create(this.pick(spaces));
    },
    recreate: () => {
      for (const { metadata } of this.#somePods()) {
        this.scene.server.delete('pods', metadata.namespace, metadata.name);
        this.#create(metadata.namespace ?? '', metadata.name);
      }
    },
    own: () => {
      for (const one of this.#somePods()) this.#update(one, { tier: this.pick(values) });
    },
    touch: () => {
      for (const one of this.#somePods()) {
        this.scene.server.update({ ...one, status: { phase: this.pick(['Running', 'Failed']) } });
      }
    },
    gone: () => this.scene.relistNext(),
    goneSources: () => {
      for (const resource of ['namespaces', 'nodes']) {
        this.scene.onWatches(faults.gone, { times: 1, resource });
      }
      this.scene.server.cut();
    },
    cut: () => this.scene.server.cut(),
    breakLists: () => this.scene.onLists(faults.resetWithin(300), { times: 1 }),
    noStreams: () => {
      this.scene.server.faults.add({ verb: 'watch', act: faults.watchList('refused'), times: 3 });
    },
    forbidden: () => {
      this.scene.onWatches(faults.forbid, { times: 1, resource: 'namespaces' });
      this.scene.server.cut();
    },
  };

  protected override look(text: string): void {
    const steady = [...text.matchAll(/^kube_pod_info\{namespace="x",pod="steady-/gm)].length;
    expect(steady, `steady pods after ${this.told}`).to.be.at.least(steadyPods);
  }

  /** Uid and promoted labels of each pod; those of all of its series are the same. */
  async #served(): Promise<string[]> {
    await this.scrapeWhole();
    const { text } = await scrape(this.running);
    const [info = [], labels = []] = ['kube_pod_info', 'kube_pod_labels'].map((family) =>
      [
        ...text.matchAll(
          new RegExp(`^${family}\\{.*?,uid="(.*?)"((?:,(?:tier|team|zone)=".*?")*)`, 'gm'),
        ),
      ]
        .map(([, uid, promoted]) => `${uid} ${promoted}`.trim())
        .sort(),
    );
    return info.join('\n') === labels.join('\n') ? info : ['families differ'];
  }

  #expected(): string[] {
    const { server } = this.scene;
    const labelsOf = (resource: string, name: string | undefined): Labels =>
      server.get<ApiObject>(resource, undefined, name ?? '')?.metadata.labels ?? {};
    return [...server.objects('pods')]
      .map(({ metadata: { uid, labels, namespace }, ...pod }) => {
        const { nodeName } = pod.spec as { nodeName?: string };
        const [space, node] = [labelsOf('namespaces', namespace), labelsOf('nodes', nodeName)];
        const all = { tier: labels?.tier, team: space.team ?? node.team, zone: node.zone };
        const texts = Object.entries(all).flatMap(([name, value]) =>
          value === undefined ? [] : [`,${name}="${value}"`],
        );
        return `${uid} ${texts.join('')}`.trim();
      })
      .sort();
  }

  #create(namespace: string, name = `p${this.#created++}`): void {
    const tier = this.pick(['one', 'two']);
    const made = pod(name, tier, { namespace });
    const nodeName = this.pick([...nodes, 'unknown', undefined]);
    this.scene.server.create({ ...made, spec: { ...made.spec, nodeName } } as ApiObject);
  }

  #relabel(resource: string, name: string, labels: Labels): void {
    const now = this.scene.server.get<ApiObject>(resource, undefined, name) as ApiObject;
    this.#update(now, labels);
  }

  #update(object: ApiObject, labels: Labels): void {
    const metadata = { ...object.metadata, labels: defined(labels) };
    this.scene.server.update({ ...object, metadata });
  }

  #somePods(): ApiObject[] {
    const name = this.pick(spaces);
    return [...this.scene.server.objects('pods')]
      .filter(({ metadata }) => metadata.namespace === name)
      .slice(0, 12);
  }
}

const defined = (labels: Labels): Record<string, string> => JSON.parse(JSON.stringify(labels));

const labelled = (kind: 'Namespace' | 'Node', name: string, labels: Labels): ApiObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name, labels: defined(labels) },
    status: {},
  }) as ApiObject;
