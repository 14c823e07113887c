// Load writes to the API of a cluster at a steady rate.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { timestamp } from '../../src/demo/apiserver/storage.ts';
import { markReady } from '../../src/demo/cluster/pods.ts';
import type { ApiObject, Pod } from '../../src/demo/objects.ts';
import { nameSuffix, pick, seededRandom } from '../../src/demo/random.ts';
import { Api, type Place } from './api.ts';
import type { Cluster } from './cluster.ts';
import { microTime } from './contents.ts';
import { newMetadata } from './fill.ts';

/** Every node Lease is renewed once in this time. */
const renewalMs = 10_000;
/** Of a larger cluster, the first ones are written to: so many are more than a load reaches. */
const podsMax = 20_000;
/** Short-lived pods that exist at the same time, per lane. */
const youngMax = 50;
/** Concurrent writers, so that a slow response does not lower the rate. */
const lanes = 6;
const seed = 7;
/** Letters of a suffix that are the same in a run, and those that count; eight make a name. */
const runLetters = 4;
const countLetters = 4;

/** One step per `next()`; yields true if no pod is half created. */
type Steps = AsyncGenerator<boolean, never>;

interface Field {
  readonly api: Api;
  readonly random: () => number;
  /** The end of the name of a new pod; each call returns another one. */
  readonly suffix: () => string;
  /** Pods that no other lane writes to. */
  readonly pods: Place[];
  /** Told of each write that the server has answered. */
  readonly wrote: (write: Write) => void;
}

/** A write that a scrape will show. */
export interface Write {
  readonly place: Place;
  /** When it was sent, in time of performance.now(). */
  readonly sentMs: number;
  readonly shows: 'ready' | 'unready' | 'present' | 'absent';
}

/** The kinds of change. */
export const mixes = {
  /** A step makes a random pod unready or ready, by its status. */
  'status flips': flips,
  /** A step creates a pod, sets its status to running, or deletes the oldest one. */
  'short-lived pods': shortLived,
  /** A step deletes a random pod, creates a replacement, or sets its status to running. */
  'pods replaced': replaced,
} as const;

export type Mix = keyof typeof mixes;

async function* flips({ api, random, pods, wrote }: Field): Steps {
  for (;;) {
    const place = some(random, pods);
    wrote({ place, ...(await flipAt(api, place)) });
    yield true;
  }
}

/** The status of a pod whose first container becomes unready or ready. */
function flip(pod: Pod, ready: boolean): void {
  const [container] = pod.status.containerStatuses ?? [];
  if (container !== undefined) {
    container.ready = ready;
    if (!ready) container.restartCount += 1;
  }
  markReady(pod, ready, timestamp(Date.now()));
}

/** Makes a pod unready, or ready again; or another object with its status. */
export async function flipAt(api: Api, place: Place): Promise<Omit<Write, 'place'>> {
  const object = await api.get<Pod>(place);
  const ready = object.status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  flip(object, !ready);
  const sentMs = performance.now();
  await api.replaceStatus(place, object);
  return { sentMs, shows: ready ? 'unready' : 'ready' };
}

/** One of the places, by chance. */
export const someOf = (places: readonly Place[]): Place =>
  places[Math.floor(Math.random() * places.length)] as Place;

async function* shortLived(field: Field): Steps {
  const { api, random, suffix, pods } = field;
  const young: Place[] = [];
  for (;;) {
    const oldest = young.length < youngMax ? undefined : young.shift();
    if (oldest !== undefined) {
      await remove(field, oldest);
      yield true;
    }
    const pod = likeThat(await api.get<Pod>(some(random, pods)), suffix());
    young.push(placeOf(pod));
    yield* born(field, pod);
  }
}

async function* replaced(field: Field): Steps {
  const { api, random, suffix, pods } = field;
  for (;;) {
    const place = some(random, pods);
    const pod = likeThat(await api.get<Pod>(place), suffix());
    pods.splice(pods.indexOf(place), 1);
    await remove(field, place);
    yield false;
    yield* born(field, pod);
    pods.push(placeOf(pod));
  }
}

async function remove({ api, wrote }: Field, place: Place): Promise<void> {
  const sentMs = performance.now();
  await api.delete(place);
  wrote({ place, sentMs, shows: 'absent' });
}

/** Two steps, because a server ignores the status of a new pod. */
async function* born({ api, wrote }: Field, pod: Pod): AsyncGenerator<boolean, void> {
  const { status, ...rest } = pod;
  const sentMs = performance.now();
  await api.create(placeOf(pod), rest as ApiObject);
  wrote({ place: placeOf(pod), sentMs, shows: 'present' });
  yield false;
  await api.replaceStatus(placeOf(pod), { ...rest, status } as Pod);
  yield true;
}

/** A new pod of the same workload, with another name, which ends with the suffix. */
export function likeThat(pod: Pod, suffix: string): Pod {
  const stem = pod.metadata.generateName ?? `${pod.metadata.name}-`;
  const metadata = { ...newMetadata(pod), name: `${stem}${suffix}` };
  const startTime = timestamp(Date.now());
  return { ...pod, metadata, status: { ...pod.status, startTime } };
}

/**
 * Returns another suffix at each call, and no run repeats one of a run before it: what an earlier
 * run has made may still be there.
 */
export function suffixes(run = nameSuffix(() => randomInt(2 ** 32) / 2 ** 32, runLetters)) {
  let made = 0;
  return () => `${run}${(made++).toString(36).padStart(countLetters, '0')}`;
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

interface Open {
  readonly pods: readonly Place[];
  readonly leases: readonly Place[];
  readonly wrote: (write: Write) => void;
}

/** The load on a cluster; mixes can run one after the other, or share the steps. */
export class Load {
  readonly #api: Api;
  readonly #fields: readonly Field[];
  /** The running mixes of each lane, which know their short-lived pods. */
  readonly #begun: readonly Map<Mix, Steps>[];
  readonly #leases: readonly Place[];

  private constructor(api: Api, { pods, leases, wrote }: Open) {
    this.#api = api;
    this.#leases = leases;
    const suffix = suffixes();
    this.#fields = Array.from({ length: lanes }, (_, lane) => ({
      api,
      random: seededRandom(seed + lane),
      suffix,
      pods: pods.filter((_, i) => i % lanes === lane),
      wrote,
    }));
    this.#begun = this.#fields.map(() => new Map());
  }

  /**
   * Lists pods and Leases. Pods in namespaces with a quota are left alone: no controller runs that
   * would give back what a deleted pod has used, so that the quota would soon refuse new ones.
   */
  static async open(
    cluster: Cluster,
    wrote: (write: Write) => void = () => undefined,
  ): Promise<Load> {
    const api = new Api(cluster);
    const quotas = await api.list('resourcequotas');
    const limited = new Set(quotas.map(({ namespace }) => namespace));
    const pods = (await api.list('pods', podsMax)).filter(
      ({ namespace }) => !limited.has(namespace),
    );
    const leases = await api.list('leases');
    const ofNodes = leases.filter(({ namespace }) => namespace === 'kube-node-lease');
    return new Load(api, { pods, leases: ofNodes, wrote });
  }

  /** Writes steps and renews Leases; without kinds only Leases. Resolves to the number of steps. */
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
  /** The end, in time of performance.now(): nothing is started after it. */
  readonly over: number;
}

/** Calls `act` at a steady rate and catches up if late. Resolves to the number of calls. */
export async function paced(act: () => Promise<unknown>, { firstMs, everyMs, over }: Rhythm) {
  const start = performance.now() + firstMs;
  let done = 0;
  for (;;) {
    const due = start + done * everyMs;
    if (Math.max(due, performance.now()) >= over) return done;
    const aheadMs = due - performance.now();
    if (aheadMs > 0) await sleep(aheadMs);
    await act();
    done += 1;
  }
}
