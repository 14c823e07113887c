// Random histories of the whole program: lists are asked for at any moment, scrapes come between.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import * as faults from '../support/faults.ts';
import { statefulSet } from '../support/program.ts';
import { pod, Scene, scrape, watches } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const actsPerHistory = 40;
const steadyPods = 1_500;
const pausesMs = [0, 0, 20, 50, 100, 200, 500, 1_500, 12_000];
const flapsMs = [0, 50, 100, 200, 350, 700];
const flapsAtEnd = 3;
/** By the clock of the test, once all is quiet. */
const settleMsMax = 60_000;
const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ksm', uid: 'u' };
const owned = { ownerReferences: [{ ...owner, controller: true }] };

describe('After whatever happened', () => {
  for (const seed of seeds)
    it(`what is served is what the server has, each object once (seed ${seed})`, async () => {
      const history = new History(seed);
      try {
        await history.begin();
        for (let i = 0; i < actsPerHistory; i++) await history.act();
        await history.end();
      } finally {
        await history.scene.stop();
      }
    });
});

class History {
  readonly scene = new Scene();
  readonly #random: () => number;
  /** A check would heal what is lost: every other history goes without, and with no such fault. */
  readonly #checked: boolean;
  #program: Running | undefined;
  #created = 0;
  /** What was done, for whoever looks for the cause of a failure. */
  readonly #acts: string[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#checked = seed % 2 === 0;
  }

  async begin(): Promise<void> {
    const { scene } = this;
    scene.fill(steadyPods);
    const set = statefulSet('ksm', 1, 1) as ApiObject;
    scene.server.create({ ...set, metadata: { ...set.metadata, namespace: 'x' } });
    scene.server.create(pod('ksm-0', 'one', owned));
    await scene.listen();
    const check = this.#checked ? ['--consistency-check-interval=10s'] : [];
    this.#program = await scene.start('--pod=ksm-0', '--pod-namespace=x', ...check);
    await scene.until(() => watches(this.#running));
  }

  async act(): Promise<void> {
    const [name, move] = this.#pick(Object.entries(this.#moves));
    this.#acts.push(name);
    move();
    await this.scene.clock.brief(this.#pick(pausesMs));
    if (this.#random() < 0.3) await this.#scrapeWhole();
  }

  /** All that was wrong ends; in time everything must be served. */
  async end(): Promise<void> {
    const { scene } = this;
    scene.server.faults.clear();
    // What an earlier list has lost, a later one finds: the last ones are to meet.
    for (let i = 0; i < flapsAtEnd; i++) {
      for (const replicas of [2, 1]) {
        this.#scale(replicas);
        await scene.clock.brief(this.#pick(flapsMs));
      }
    }
    const right = async (): Promise<boolean> => {
      const served = await this.#scrapeWhole();
      return served.join() === this.#expected().join() && watches(this.#running);
    };
    await scene.until(right, settleMsMax).catch(async () => {
      const served = new Set(await this.#scrapeWhole());
      const missing = this.#expected().filter((one) => !served.has(one));
      const told = { missing: missing.length, served: served.size, acts: this.#acts.join(' ') };
      expect(told).to.deep.equal({ ...told, missing: 0, served: this.#expected().length });
    });
    await scene.clock.step(5_000);
    expect(await right(), 'it stays right').to.equal(true);
  }

  readonly #moves: Readonly<Record<string, () => void>> = {
    grow: () => this.#scale(2),
    shrink: () => this.#scale(1),
    flap: () => {
      this.#scale(2);
      this.#scale(1);
    },
    create: () => {
      for (let i = 0; i < 20; i++) this.scene.server.create(pod(`came-${this.#created++}`));
    },
    remove: () => {
      const came = [...this.#pods()].filter(({ metadata: { name } }) => name.startsWith('came-'));
      for (const { metadata } of came.slice(0, 10)) {
        this.scene.server.delete('pods', 'x', metadata.name);
      }
    },
    recreate: () => {
      this.scene.server.delete('pods', 'x', 'is-replaced');
      this.scene.server.create(pod('is-replaced', this.#pick(['one', 'two'])));
    },
    gone: () => this.scene.onWatches(faults.gone, { times: 1, resource: 'pods' }),
    cut: () => this.scene.server.cut(),
    silentDeletions: () => {
      if (!this.#checked) return;
      this.scene.onWatches(faults.missedDeletions, { times: 1, resource: 'pods' });
    },
    breakLists: () => this.scene.onLists(faults.resetWithin(300), { times: 1, resource: 'pods' }),
    noStreams: () => {
      const act = faults.watchList('refused');
      this.scene.server.faults.add({ verb: 'watch', act, times: 2, resource: 'pods' });
    },
  };

  #scale(replicas: number): void {
    const { server } = this.scene;
    const now = server.get<ApiObject>('statefulsets', 'x', 'ksm') as ApiObject;
    const { spec, status } = statefulSet('ksm', replicas, replicas);
    server.update({ ...now, spec, status } as ApiObject);
  }

  /** Whenever it is looked, an answer is whole, and no object is there twice. */
  async #scrapeWhole(): Promise<string[]> {
    const { status, text } = await scrape(this.#running);
    expect(status).to.equal(200);
    const uids = [...text.matchAll(/^kube_pod_info\{.*?uid="(.*?)"/gm)].map(([, uid]) => uid ?? '');
    expect(new Set(uids).size, `doubled after ${this.#acts.join(' ')}`).to.equal(uids.length);
    return uids.sort();
  }

  #expected(): string[] {
    return [...this.#pods()].map(({ metadata }) => metadata.uid ?? '').sort();
  }

  #pods(): Iterable<ApiObject> {
    return this.scene.server.objects('pods');
  }

  get #running(): Running {
    if (this.#program === undefined) throw new Error('the program was not started');
    return this.#program;
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }
}
