// Which objects are ours: a shard by the flags, or by our pod's place in its StatefulSet.
import type { Clock } from './clock.ts';
import { ConfigError } from './errors.ts';
import { ApiError } from './kube/apiError.ts';
import { Backoff } from './kube/backoff.ts';
import type { Client } from './kube/client.ts';
import { Reflector } from './kube/reflector.ts';
import type { ListedObject, ReflectorObserver, Sink } from './kube/types.ts';
import type { Logger } from './log.ts';
import type { Options } from './options.ts';
import {
  MovingShard,
  type OwnedPod,
  type ReplicatedSet,
  replicaOf,
  type Shard,
  statefulSetOf,
} from './shard/statefulset.ts';

/** A start waits for as long as this for the pod we run in; after that it is asked for beside. */
const firstLookMsMax = 10_000;

export interface Sharding {
  /** Undefined until it is found out. */
  readonly shard: Shard | undefined;
  /** Whether the object is ours, where that changes while we run; undefined where options tell. */
  readonly owns: ((uid: string) => boolean) | undefined;
  /** Follows what decides our shard until it is stopped; `placed` is called once that is known. */
  follow(placed: () => void): Promise<void>;
  /** Before the end: resolves when no object would be missing for want of us. */
  leave(): Promise<void>;
}

export interface ShardingParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Another part of the objects is ours from now on: everything must be listed again. */
  readonly relist: () => void;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

type ShardingOptions = Pick<
  Options,
  'pod' | 'pod-namespace' | 'shard' | 'total-shards' | 'leader-elect'
>;

/** Rejects with ConfigError where --pod names a pod that has no place in a StatefulSet. */
export async function openSharding(
  options: ShardingOptions,
  parts: ShardingParts,
): Promise<Sharding> {
  const { pod, 'pod-namespace': namespace, shard: index, 'total-shards': total } = options;
  const fixed = {
    owns: undefined,
    follow: (placed: () => void): Promise<void> => Promise.resolve(placed()),
    leave: atOnce,
  };
  // Replicas of one shard elect a leader: then the pod says who stands, not which shard it is.
  if (options['leader-elect']) return { shard: { index, total }, ...fixed };
  if (pod && namespace) {
    if (index !== 0 || total !== 1) {
      parts.log.warn(
        { shard: index, 'total-shards': total },
        'the StatefulSet tells the shard, and these flags are passed over',
      );
    }
    const sharding = new AutoSharding({ pod, namespace }, parts);
    await sharding.look();
    return sharding;
  }
  if (pod || namespace) {
    const [given, missing] = pod ? ['--pod', '--pod-namespace'] : ['--pod-namespace', '--pod'];
    throw new ConfigError(`${given}: expected together with ${missing}, got it alone; give both.`);
  }
  return { shard: { index, total }, ...fixed };
}

/** The pod we run in. */
interface OurPod {
  readonly pod: string;
  readonly namespace: string;
}

class AutoSharding implements Sharding {
  readonly #ours: OurPod;
  readonly #parts: ShardingParts;
  readonly #moving: MovingShard;
  #statefulSet: string | undefined;
  #placed: (() => void) | undefined;

  constructor(ours: OurPod, parts: ShardingParts) {
    this.#ours = ours;
    this.#parts = parts;
    this.#moving = new MovingShard(parts);
  }

  get shard(): Shard | undefined {
    return this.#moving.shard;
  }

  readonly owns = (uid: string): boolean => this.#moving.owns(uid);

  leave(): Promise<void> {
    return this.#moving.leave();
  }

  /** Asks once for the StatefulSet; what only the network has against it is left to `follow`. */
  async look(): Promise<void> {
    const { clock, signal } = this.#parts;
    const late = new AbortController();
    const found = this.#find(AbortSignal.any([signal, late.signal])).catch((error: unknown) => {
      if (error instanceof ConfigError) throw error;
      this.#say(error);
    });
    const inTime = new AbortController();
    const waited = clock.sleep(firstLookMsMax, inTime.signal).then(() => late.abort());
    try {
      await found;
    } finally {
      inTime.abort();
      await waited;
    }
  }

  async follow(placed: () => void): Promise<void> {
    const { clock, random, signal, client, log } = this.#parts;
    this.#placed = placed;
    const backoff = new Backoff(clock, random);
    while (this.#statefulSet === undefined && !signal.aborted) {
      await clock.sleep(backoff.nextMs(), signal);
      if (!signal.aborted) await this.#find(signal).catch(this.#say);
    }
    const { namespace } = this.#ours;
    const collection = {
      ...{ resource: 'statefulsets', group: 'apps', version: 'v1', namespace },
      fieldSelector: `metadata.name=${this.#statefulSet}`,
    };
    const observer = { ...unobserved, malformed: this.#malformed };
    const sink = sinkTo((object) => this.#take(object));
    await new Reflector({ client, collection, sink, observer, clock, random, log }).run(signal);
  }

  async #find(signal: AbortSignal): Promise<void> {
    const { pod, namespace } = this.#ours;
    const words = ['namespaces', namespace, 'pods', pod].map(encodeURIComponent);
    const answer = this.#parts.client.get(`/api/v1/${words.join('/')}`, signal);
    const name = statefulSetOf((await answer.catch(this.#explain)) as OwnedPod);
    if (name === undefined) {
      throw new ConfigError(
        `--pod: expected a pod that a StatefulSet controls, got ${namespace}/${pod}, which none ` +
          'does; run it in a StatefulSet, or give --shard and --total-shards instead.',
      );
    }
    this.#statefulSet = name;
  }

  readonly #explain = (error: unknown): never => {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const { pod, namespace } = this.#ours;
    throw new ConfigError(
      `--pod: expected the pod we run in, got ${namespace}/${pod}, which is not there; ` +
        'correct --pod and --pod-namespace.',
    );
  };

  readonly #say = (err: unknown): void => {
    const { signal, log } = this.#parts;
    if (!signal.aborted) log.warn({ ...this.#ours, err }, 'our shard is not known, trying on');
  };

  readonly #malformed = (object: string, err: unknown): void => {
    this.#parts.log.warn({ object, err }, 'the StatefulSet of our pod cannot be read');
  };

  #take(object: ListedObject): void {
    const replica = replicaOf(object as ReplicatedSet, this.#ours.pod);
    if (replica === undefined) {
      throw new Error(`expected a name that begins ${this.#ours.pod}, got ${object.metadata.name}`);
    }
    this.#moving.saw(replica);
    if (this.#moving.shard === undefined) return;
    this.#placed?.();
    this.#placed = undefined;
  }
}

/** Hears of every object, whether it is listed or changes; one that goes takes nothing with it. */
const sinkTo = (put: (object: ListedObject) => void): Sink => ({
  put,
  delete: noop,
  room: atOnce,
  relist: () => ({ put, delete: noop, room: atOnce, commit: atOnce, abort: noop }),
});

const noop = (): void => undefined;
const atOnce = (): Promise<void> => Promise.resolve();

/** The StatefulSet is no resource that we serve: its lists and watches are not counted as such. */
const unobserved: Omit<ReflectorObserver, 'malformed'> = {
  ...{ list: noop, watch: noop, relist: noop, watchRestart: noop },
  ...{ event: noop, bookmark: noop },
};
