// Random histories of containers that end, and of pods that are deleted, under faults.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import * as faults from '../support/faults.ts';
import { RandomHistory } from './randomHistory.ts';
import { pod, watches } from './scene.ts';

const seeds = [1, 2, 3, 4, 5, 6];
const actsPerHistory = 60;
const steadyPods = 200;
const names = Array.from({ length: 12 }, (_, i) => `counted-${i}`);
const pausesMs = [0, 0, 20, 100, 500, 1_500, 8_000];
const graceMs = 40_000;
/** By the clock of the test, once all is quiet. */
const settleMsMax = 60_000;
const reasons = ['OOMKilled', 'Error', 'Completed'];
const flags = [
  '--metric-allowlist=^kube_pod_(container_terminations_total|deletion_timestamp)$',
  '--metric-opt-in-list=_terminations_total$',
  `--deleted-grace=${graceMs / 1_000}s`,
];

describe('Whatever happens to containers and pods', () => {
  for (const seed of seeds)
    it(`each end is counted once, and deleted pods stay for a while (seed ${seed})`, async () => {
      await new History(seed).run(actsPerHistory);
    });
});

/** A container as its node knows it. */
interface Container {
  restarts: number;
  isRunning: boolean;
  /** The reason of each run that has ended. */
  readonly ends: string[];
}

class History extends RandomHistory {
  /** By uid, of all pods that there ever were. */
  readonly #containers = new Map<string, Container>();
  /** The pods that were there from the start: all of their ends are to be counted. */
  readonly #initial = new Set<string>();
  readonly #deletedMs = new Map<string, number>();
  /** What was last served of a pod. */
  readonly #served = new Map<string, number>();

  constructor(seed: number) {
    super(seed, pausesMs);
  }

  async begin(): Promise<void> {
    const { scene } = this;
    scene.fill(steadyPods);
    for (const name of names) this.#initial.add(this.#create(name));
    await scene.listen();
    this.program = await scene.startSynced(...flags, ...this.checkFlags);
  }

  async end(): Promise<void> {
    const { scene } = this;
    scene.server.faults.clear();
    const right = async (): Promise<boolean> => {
      const { counts, marked } = read(await this.#text());
      const live = this.#live().map(({ metadata }) => metadata.uid ?? '');
      const isCounted = live.every((uid) => {
        const ends = this.#containers.get(uid)?.ends.length ?? 0;
        const count = total(counts.get(uid));
        return this.#initial.has(uid) ? count === ends : count <= ends;
      });
      return isCounted && marked.every((uid) => !live.includes(uid)) && watches(this.running);
    };
    await scene.until(right, settleMsMax).catch(async () => {
      const { counts } = read(await this.#text());
      const live = this.#live().map(({ metadata }) => metadata.uid ?? '');
      const wrong = live
        .map((uid) => ({
          uid,
          initial: this.#initial.has(uid),
          ends: this.#containers.get(uid)?.ends,
          counts: counts.get(uid),
        }))
        .filter(({ ends, counts: got }) => total(got) !== (ends?.length ?? 0));
      expect({ wrong, told: this.told }).to.deep.equal({ wrong: [], told: this.told });
    });
    await scene.clock.step(graceMs + 2_000);
    await scene.until(async () => {
      const served = new Set(await this.scrapeWhole());
      return [...this.#deletedMs.keys()].every((uid) => !served.has(uid));
    }, settleMsMax);
  }

  protected readonly moves: Readonly<Record<string, () => void>> = {
    ends: () => this.#end(this.pick(names)),
    restarts: () => this.#restart(this.pick(names)),
    endsAndRestarts: () => {
      const name = this.pick(names);
      this.#end(name);
      this.#restart(name);
    },
    threeAtOnce: () => {
      const container = this.#containerOf(this.pick(names));
      if (container?.one.isRunning !== true) return;
      for (let i = 0; i < 3; i++) container.one.ends.push(this.pick(reasons));
      container.one.restarts += 3;
      this.#write(container.object, container.one);
    },
    remove: () => this.#remove(this.pick(names)),
    endsAndIsRemoved: () => {
      const name = this.pick(names);
      this.#end(name);
      this.#remove(name);
    },
    create: () => {
      const name = this.pick(names);
      if (this.#containerOf(name) === undefined) this.#create(name);
    },
    recreate: () => {
      const name = this.pick(names);
      this.#remove(name);
      this.#create(name);
    },
    gone: () => this.scene.onWatches(faults.gone, { times: 1, resource: 'pods' }),
    cut: () => this.scene.server.cut(),
    relist: () => this.scene.relistNext(),
    breakLists: () => this.scene.onLists(faults.resetWithin(100), { times: 1, resource: 'pods' }),
    noStreams: () => {
      const act = faults.watchList('refused');
      this.scene.server.faults.add({ verb: 'watch', act, times: 2, resource: 'pods' });
    },
  };

  /** Counts never fall, and nothing is counted that did not happen. */
  protected override look(text: string): void {
    const now = this.scene.clock.now();
    const { counts, pods } = read(text);
    for (const [uid, byReason] of counts) {
      const container = this.#containers.get(uid);
      if (container === undefined) continue;
      const count = total(byReason);
      expect(count, `of ${uid} after ${this.told}`).to.be.within(
        this.#served.get(uid) ?? 0,
        container.ends.length,
      );
      this.#served.set(uid, count);
      for (const reason of reasons) {
        const real = container.ends.filter((one) => one === reason).length;
        expect(byReason.get(reason) ?? 0, `${reason} of ${uid}`).to.be.at.most(real);
      }
    }
    const live = new Set(this.#live().map(({ metadata }) => metadata.name));
    for (const [uid, { name, sinceMs }] of this.#deletedNames()) {
      if (live.has(name) || !this.#seen.has(uid) || now >= sinceMs + graceMs) continue;
      expect(pods.has(uid), `${name} is kept after ${this.told}`).to.equal(true);
    }
    for (const uid of pods) this.#seen.add(uid);
  }

  readonly #seen = new Set<string>();
  readonly #names = new Map<string, string>();

  /** The last pod of each name that was deleted. */
  #deletedNames(): Map<string, { name: string; sinceMs: number }> {
    const last = new Map<string, [string, number]>();
    for (const [uid, sinceMs] of this.#deletedMs) {
      last.set(this.#names.get(uid) ?? '', [uid, sinceMs]);
    }
    return new Map([...last].map(([name, [uid, sinceMs]]) => [uid, { name, sinceMs }]));
  }

  async #text(): Promise<string> {
    let text = '';
    const look = this.look.bind(this);
    this.look = (read) => {
      text = read;
      look(read);
    };
    await this.scrapeWhole();
    this.look = look;
    return text;
  }

  #live(): ApiObject[] {
    return [...this.scene.server.objects('pods')].filter(({ metadata }) =>
      metadata.name.startsWith('counted-'),
    );
  }

  #create(name: string): string {
    this.scene.server.create(pod(name));
    const object = this.scene.server.get<ApiObject>('pods', 'x', name) as ApiObject;
    const uid = object.metadata.uid ?? '';
    const container = { restarts: 0, isRunning: true, ends: [] };
    this.#containers.set(uid, container);
    this.#names.set(uid, name);
    this.#write(object, container);
    return uid;
  }

  #remove(name: string): void {
    const object = this.scene.server.get<ApiObject>('pods', 'x', name);
    if (object === undefined) return;
    this.scene.server.delete('pods', 'x', name);
    this.#deletedMs.set(object.metadata.uid ?? '', this.scene.clock.now());
  }

  #end(name: string): void {
    const container = this.#containerOf(name);
    if (container?.one.isRunning !== true) return;
    container.one.isRunning = false;
    container.one.ends.push(this.pick(reasons));
    this.#write(container.object, container.one);
  }

  #restart(name: string): void {
    const container = this.#containerOf(name);
    if (container?.one.isRunning !== false) return;
    container.one.isRunning = true;
    container.one.restarts++;
    this.#write(container.object, container.one);
  }

  #containerOf(name: string): { object: ApiObject; one: Container } | undefined {
    const object = this.scene.server.get<ApiObject>('pods', 'x', name);
    const one = this.#containers.get(object?.metadata.uid ?? '');
    return object && one && { object, one };
  }

  /** What the node reports. */
  #write(object: ApiObject, { restarts, isRunning, ends }: Container): void {
    const end = (i: number) =>
      ends[i] && { terminated: { reason: ends[i], containerID: `c://run-${i}`, exitCode: 1 } };
    const last = ends.length - 1;
    const status = isRunning
      ? { state: { running: {} }, lastState: end(last), containerID: `c://run-${last + 1}` }
      : { state: end(last), lastState: end(last - 1), containerID: `c://run-${last}` };
    const containerStatuses = [{ name: 'c', restartCount: restarts, ...status }];
    this.scene.server.update({
      ...object,
      status: { phase: 'Running', containerStatuses },
    } as never);
  }
}

const total = (byReason: ReadonlyMap<string, number> | undefined): number =>
  [...(byReason?.values() ?? [])].reduce((sum, one) => sum + one, 0);

/** Of a scrape: the counts by uid and reason, the pods, and those that are marked as deleted. */
function read(text: string) {
  const counts = new Map<string, Map<string, number>>();
  const line = /^kube_pod_container_terminations_total\{.*uid="(.*?)".*reason="(.*?)"\} (\d+)$/gm;
  for (const [, uid = '', reason = '', value] of text.matchAll(line)) {
    const byReason = counts.get(uid) ?? new Map<string, number>();
    counts.set(uid, byReason.set(reason, Number(value)));
  }
  const uidsOf = (family: string): string[] =>
    [...text.matchAll(new RegExp(`^${family}\\{.*?uid="(.*?)"`, 'gm'))].map(([, uid = '']) => uid);
  return {
    counts,
    pods: new Set(uidsOf('kube_pod_info')),
    marked: uidsOf('kube_pod_deletion_timestamp'),
  };
}
