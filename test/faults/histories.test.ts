// Random histories of the whole program: lists are asked for at any moment, scrapes come between.
import type { ApiObject } from '../../src/demo/objects.ts';
import * as faults from '../support/faults.ts';
import { statefulSet } from '../support/program.ts';
import { RandomHistory } from './randomHistory.ts';
import { pod, watches } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const serverSideSeeds = [1, 2, 3, 4];
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
      await new History(seed).run(actsPerHistory);
    });
  for (const seed of serverSideSeeds)
    it(`so it is where the server selects a shard, or says so (seed ${seed})`, async () => {
      await new ServerSideHistory(seed).run(actsPerHistory);
    });
});

class History extends RandomHistory {
  #created = 0;
  protected readonly flags: readonly string[] = [];

  constructor(seed: number) {
    super(seed, pausesMs);
  }

  async begin(): Promise<void> {
    const { scene } = this;
    scene.fill(steadyPods);
    const set = statefulSet('ksm', 1, 1) as ApiObject;
    scene.server.create({ ...set, metadata: { ...set.metadata, namespace: 'x' } });
    scene.server.create(pod('ksm-0', 'one', owned));
    await scene.listen();
    const place = ['--pod=ksm-0', '--pod-namespace=x', ...this.flags];
    this.program = await scene.start(...place, ...this.checkFlags);
    await scene.until(() => watches(this.running));
  }

  /** All that was wrong ends; in time everything must be served. */
  async end(): Promise<void> {
    const { scene } = this;
    scene.server.faults.clear();
    // What an earlier list has lost, a later one finds: the last ones are to meet.
    for (let i = 0; i < flapsAtEnd; i++) {
      for (const replicas of [2, 1]) {
        this.#scale(replicas);
        await scene.clock.brief(this.pick(flapsMs));
      }
    }
    await this.settle({
      served: () => this.scrapeWhole(),
      expected: () => this.#expected(),
      withinMs: settleMsMax,
    });
  }

  protected readonly moves: Readonly<Record<string, () => void>> = {
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
      this.scene.server.create(pod('is-replaced', this.pick(['one', 'two'])));
    },
    gone: () => this.scene.onWatches(faults.gone, { times: 1, resource: 'pods' }),
    cut: () => this.scene.server.cut(),
    silentDeletions: () => {
      if (!this.checked) return;
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

  #expected(): string[] {
    return [...this.#pods()].map(({ metadata }) => metadata.uid ?? '').sort();
  }

  #pods(): Iterable<ApiObject> {
    return this.scene.server.objects('pods');
  }
}

/** The server changes its mind about shard selectors, and at last knows them. */
class ServerSideHistory extends History {
  protected override readonly flags = ['--server-side-sharding=auto'];
  #forget = (): void => undefined;

  constructor(seed: number) {
    super(seed);
    Object.assign(this.moves, {
      know: () => this.#serverIs('on'),
      forget: () => this.#serverIs('off'),
      refuse: () => this.#serverIs('refused'),
      lie: () => this.#serverIs('unfiltered'),
      misquote: () => this.#serverIs('misquoted'),
    });
  }

  override async begin(): Promise<void> {
    this.#serverIs('on');
    await super.begin();
  }

  #serverIs(mode: Parameters<typeof faults.shards>[0]): void {
    this.#forget();
    this.#forget = this.scene.server.faults.add({ act: faults.shards(mode) });
  }
}
