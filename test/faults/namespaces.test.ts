// Random histories of --namespace-selector: namespaces join and leave while lists and watches fail.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import * as faults from '../support/faults.ts';
import { RandomHistory } from './randomHistory.ts';
import { pod, Scene, scrape } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const actsPerHistory = 40;
const steadyPods = 300;
const podsEach = 30;
const names = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'];
const pausesMs = [0, 0, 20, 50, 200, 500, 1_000, 1_500, 4_000, 12_000];
/** Between two of the last objects of a slow list, some sixty. */
const dripMs = 500;
/** By the clock of the test, once all is quiet. */
const settleMsMax = 30_000;
const selectors = ['--namespace-selector=team in (a,b)', '--object-selector=pods:tier!=hidden'];

describe('With namespaces and objects that are selected by labels', () => {
  for (const seed of seeds)
    it(`what is served is what the server has of them (seed ${seed})`, async () => {
      await new History(seed).run(actsPerHistory);
    });

  it('no check takes for drift what waits for a list', async () => {
    const scene = new Scene();
    const differs = () => scene.log.lines.filter((line) => line.includes('stored objects differ'));
    try {
      scene.fill(steadyPods);
      scene.server.create(namespace('x', 'a'));
      scene.server.create(namespace('n0', undefined));
      for (let i = 0; i < podsEach; i++)
        scene.server.create(pod(`p${i}`, 'one', { namespace: 'n0' }));
      await scene.listen();
      // The next list rests for as long as this one takes: several checks come before it.
      const act = faults.dripping(scene.clock, dripMs, steadyPods - 20);
      scene.server.faults.add({ verb: 'watch', act, times: 1, resource: 'pods' });
      const args = [...selectors, '--consistency-check-interval=10s'];
      const program = await scene.startSynced(...args);
      const now = scene.server.get<ApiObject>('namespaces', undefined, 'n0') as ApiObject;
      scene.server.update({ ...now, metadata: { ...now.metadata, ...labelled('a') } });
      const shown = async () => (await scrape(program)).text.includes('namespace="n0"');
      // A check waits for the next event before it concludes.
      for (let i = 0; i < 20; i++) {
        scene.server.create(pod(`more-${i}`));
        await scene.pass(1_000);
      }
      expect(await shown(), 'it rests').to.equal(false);
      await scene.until(shown, settleMsMax);
      expect(differs()).to.deep.equal([]);
      const checked =
        'kube_state_metrics_consistency_checks_total{resource="pods",result="given-up"}';
      expect(await scene.self(program, checked), 'checks meanwhile').to.be.above(0);
    } finally {
      await scene.stop();
    }
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
    scene.server.create(namespace('x', 'a'));
    for (const name of names) this.#populate(name, this.pick(['a', 'b', 'c', undefined]));
    await scene.listen();
    this.program = await scene.startSynced(...selectors, ...this.checkFlags);
    expect(await this.scrapeWhole()).to.deep.equal(this.#expected());
  }

  /** All that was wrong ends; in time what is served must be right, and stay so. */
  async end(): Promise<void> {
    await this.settle({
      served: () => this.scrapeWhole(),
      expected: () => this.#expected(),
      withinMs: settleMsMax,
      staysMs: 12_000,
    });
    this.expectSteady();
    const { lines } = this.scene.log;
    const drift = lines.filter((line) => line.includes('stored objects differ'));
    expect(drift, `false alarms after ${this.told}`).to.deep.equal([]);
  }

  protected readonly moves: Readonly<Record<string, () => void>> = {
    join: () => this.#relabel(this.pick(names), this.pick(['a', 'b'])),
    leave: () => this.#relabel(this.pick(names), this.pick(['c', undefined])),
    flap: () => {
      const name = this.pick(names);
      this.#relabel(name, 'c');
      this.#relabel(name, 'a');
    },
    bulk: () => {
      for (const name of names) this.#relabel(name, this.pick(['a', 'b', 'c', undefined]));
    },
    renew: () => {
      const name = this.pick(names);
      for (const { metadata } of this.#podsIn(name)) {
        this.scene.server.delete('pods', name, metadata.name);
      }
      this.scene.server.delete('namespaces', undefined, name);
      this.#populate(name, this.pick(['a', 'c']));
    },
    create: () => {
      for (let i = 0; i < 5; i++) this.#create(this.pick(names));
    },
    remove: () => {
      const name = this.pick(names);
      for (const { metadata } of this.#podsIn(name).slice(0, 10)) {
        this.scene.server.delete('pods', name, metadata.name);
      }
    },
    hide: () => this.#retier('hidden'),
    show: () => this.#retier('one'),
    gone: () => this.scene.onWatches(faults.gone, { times: 1, resource: 'pods' }),
    goneNamespaces: () => this.scene.onWatches(faults.gone, { times: 1, resource: 'namespaces' }),
    cut: () => this.scene.server.cut(),
    breakLists: () => this.scene.onLists(faults.resetWithin(300), { times: 1, resource: 'pods' }),
    noStreams: () => {
      const act = faults.watchList('refused');
      this.scene.server.faults.add({ verb: 'watch', act, times: 2, resource: 'pods' });
    },
    forbidden: () => {
      this.scene.onWatches(faults.forbid, { times: 1, resource: 'namespaces' });
      this.scene.server.cut();
    },
  };

  #populate(name: string, team: string | undefined): void {
    this.scene.server.create(namespace(name, team));
    for (let i = 0; i < podsEach; i++) this.#create(name);
  }

  #create(name: string): void {
    const tier = this.random() < 0.2 ? 'hidden' : 'one';
    this.scene.server.create(pod(`p${this.#created++}`, tier, { namespace: name }));
  }

  #relabel(name: string, team: string | undefined): void {
    const { server } = this.scene;
    const now = server.get<ApiObject>('namespaces', undefined, name) as ApiObject;
    server.update({ ...now, metadata: { ...now.metadata, ...labelled(team) } });
  }

  #retier(tier: string): void {
    for (const one of this.#podsIn(this.pick(names)).slice(0, 8)) {
      this.scene.server.update({ ...one, metadata: { ...one.metadata, labels: { tier } } });
    }
  }

  protected override look(text: string): void {
    const steady = [...text.matchAll(/^kube_pod_info\{namespace="x",pod="steady-/gm)].length;
    expect(steady, `steady pods after ${this.told}`).to.be.at.least(steadyPods);
  }

  #expected(): string[] {
    const { server } = this.scene;
    const selected = new Set(
      [...server.objects('namespaces')]
        .filter(({ metadata: { labels } }) => ['a', 'b'].includes(labels?.team ?? ''))
        .map(({ metadata }) => metadata.name),
    );
    return [...server.objects('pods')]
      .filter(({ metadata }) => selected.has(metadata.namespace ?? ''))
      .filter(({ metadata: { labels } }) => labels?.tier !== 'hidden')
      .map(({ metadata }) => metadata.uid ?? '')
      .sort();
  }

  #podsIn(name: string): ApiObject[] {
    return [...this.scene.server.objects('pods')].filter(
      ({ metadata }) => metadata.namespace === name,
    );
  }
}

const labelled = (team: string | undefined): { labels: Record<string, string> } => ({
  labels: team === undefined ? {} : { team },
});

const namespace = (name: string, team: string | undefined): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...labelled(team) },
  status: { phase: 'Active' },
});
