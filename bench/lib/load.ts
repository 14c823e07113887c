// What goes on in a cluster while it is measured: writes to the API at a steady pace.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiObject, Pod } from '../../src/demo/objects.ts';
import { markReady } from '../../src/demo/pods.ts';
import { nameSuffix, pick, seededRandom } from '../../src/demo/random.ts';
import { timestamp } from '../../src/demo/storage.ts';
import { Api, type Place } from './api.ts';
import type { Cluster } from './cluster.ts';
import { microTime } from './contents.ts';
import { newMetadata } from './fill.ts';

/** Every node's Lease is renewed once in this time. */
const renewalMs = 10_000;
/** Short-lived pods that are there at the same time, in one lane. */
const youngMax = 50;
/** Writes are under way beside each other, so that a slow answer does not lower the pace. */
const lanes = 6;
const seed = 7;

/** One step each time it is asked for the next; true where that leaves no pod half made. */
type Steps = AsyncGenerator<boolean, never>;

interface Field {
  readonly api: Api;
  readonly random: () => number;
  /** Pods that nobody else writes to. */
  readonly pods: Place[];
}

/** The kinds of change, each described by what its steps are. */
export const mixes = {
  /** A step writes the status of a random pod, which becomes unready or ready again. */
  'status flips': flips,
  /** A step creates a pod, says in its status that it runs, or deletes the oldest such pod. */
  'short-lived pods': shortLived,
  /** A step deletes a random pod, creates one like it, or says in its status that it runs. */
  'pods replaced': replaced,
} as const;

export type Mix = keyof typeof mixes;

async function* flips({ api, random, pods }: Field): Steps {
  for (;;) {
    const place = some(random, pods);
    const pod = await api.get<Pod>(place);
    const ready = pod.status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    flip(pod, !ready);
    await api.replaceStatus(place, pod);
    yield true;
  }
}

/** The kubelet's word on a pod whose first container stops answering, or answers again. */
export function flip(pod: Pod, ready: boolean): void {
  const [container] = pod.status.containerStatuses ?? [];
  if (container !== undefined) {
    container.ready = ready;
    if (!ready) container.restartCount += 1;
  }
  markReady(pod, ready, timestamp(Date.now()));
}

async function* shortLived({ api, random, pods }: Field): Steps {
  const young: Place[] = [];
  for (;;) {
    const oldest = young.length < youngMax ? undefined : young.shift();
    if (oldest !== undefined) {
      await api.delete(oldest);
      yield true;
    }
    const pod = likeThat(await api.get<Pod>(some(random, pods)), random);
    young.push(placeOf(pod));
    yield* born(api, pod);
  }
}

async function* replaced({ api, random, pods }: Field): Steps {
  for (;;) {
    const place = some(random, pods);
    const pod = likeThat(await api.get<Pod>(place), random);
    pods.splice(pods.indexOf(place), 1);
    await api.delete(place);
    yield false;
    yield* born(api, pod);
    pods.push(placeOf(pod));
  }
}

/** Two steps: a server takes a new pod without its status. */
async function* born(api: Api, pod: Pod): AsyncGenerator<boolean, void> {
  const { status, ...rest } = pod;
  await api.create(placeOf(pod), rest as ApiObject);
  yield false;
  await api.replaceStatus(placeOf(pod), { ...rest, status } as Pod);
  yield true;
}

/** A new pod of the same workload, under a name of its own. */
export function likeThat(pod: Pod, random: () => number): Pod {
  const stem = pod.metadata.generateName ?? `${pod.metadata.name}-`;
  const metadata = { ...newMetadata(pod), name: `${stem}${nameSuffix(random, 8)}` };
  const startTime = timestamp(Date.now());
  return { ...pod, metadata, status: { ...pod.status, startTime } };
}

export const placeOf = ({ metadata: { namespace, name } }: Pod): Place => ({
  resource: 'pods',
  namespace,
  name,
});

function some(random: () => number, pods: readonly Place[]): Place {
  const place = pick(random, pods);
  if (place === undefined) throw new Error('expected a pod to write to, got none');
  return place;
}

export interface Pace {
  readonly stepsPerSecond: number;
  readonly seconds: number;
}

/** The load on one cluster; mixes may follow each other, or share the steps. */
export class Load {
  readonly #api: Api;
  readonly #fields: readonly Field[];
  /** For each lane the mixes that have begun, and know which young pods they have made. */
  readonly #begun: readonly Map<Mix, Steps>[];
  readonly #leases: readonly Place[];

  private constructor(api: Api, pods: readonly Place[], leases: readonly Place[]) {
    this.#api = api;
    this.#leases = leases;
    this.#fields = Array.from({ length: lanes }, (_, lane) => ({
      api,
      random: seededRandom(seed + lane),
      pods: pods.filter((_, i) => i % lanes === lane),
    }));
    this.#begun = this.#fields.map(() => new Map());
  }

  /** Finds out which pods and Leases there are. */
  static async open(cluster: Cluster): Promise<Load> {
    const api = new Api(cluster);
    const pods = await api.list('pods');
    const leases = await api.list('leases');
    const ofNodes = leases.filter(({ namespace }) => namespace === 'kube-node-lease');
    return new Load(api, pods, ofNodes);
  }

  /** Writes at a pace, Leases beside; without a kind Leases alone. Resolves to the steps made. */
  async run(kinds: readonly Mix[], { stepsPerSecond, seconds }: Pace): Promise<number> {
    const over = performance.now() + seconds * 1_000;
    const pause = (lanes * 1_000) / stepsPerSecond;
    const fields = kinds.length > 0 ? this.#fields : [];
    const counts = fields.map(async (_, lane) => {
      const steps = this.#steps(kinds[lane % kinds.length] as Mix, lane);
      let whole = true;
      const step = async (): Promise<void> => {
        whole = (await steps.next()).value;
      };
      const firstMs = (pause * lane) / lanes;
      const made = await paced(step, { firstMs, everyMs: pause, over });
      while (!whole) await step();
      return made;
    });
    const [made] = await Promise.all([Promise.all(counts), this.#renew(over)]);
    return made.reduce((sum, count) => sum + count, 0);
  }

  #steps(mix: Mix, lane: number): Steps {
    const begun = this.#begun[lane] as Map<Mix, Steps>;
    const steps = begun.get(mix) ?? mixes[mix](this.#fields[lane] as Field);
    begun.set(mix, steps);
    return steps;
  }

  async #renew(over: number): Promise<void> {
    const leases = this.#leases;
    if (leases.length === 0) return;
    let turn = 0;
    const renew = (): Promise<unknown> => {
      const lease = leases[turn++ % leases.length] as Place;
      return this.#api.patch(lease, { spec: { renewTime: microTime() } });
    };
    await paced(renew, { firstMs: 0, everyMs: renewalMs / leases.length, over });
  }

  close(): Promise<void> {
    return this.#api.close();
  }
}

export interface Rhythm {
  readonly firstMs: number;
  readonly everyMs: number;
  /** The moment, in performance.now()'s time, from which on nothing is begun. */
  readonly over: number;
}

/** Does it again and again; what came late is made up for. Resolves to how often it was done. */
export async function paced(act: () => Promise<unknown>, { firstMs, everyMs, over }: Rhythm) {
  const start = performance.now() + firstMs;
  let done = 0;
  for (;;) {
    const due = start + done * everyMs;
    if (Math.max(due, performance.now()) >= over) return done;
    if (due > performance.now()) await sleep(due - performance.now());
    await act();
    done += 1;
  }
}
