// Sharding decides which objects this process serves: by flags, or by its pod's StatefulSet.

import type { Options } from '../config/options.ts';
import type { Client } from '../kube/client.ts';
import { Reflector } from '../kube/reflector.ts';
import { Backoff } from '../kube/retryPolicy.ts';
import type { ReflectorObserver } from '../kube/types.ts';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { ConfigError, isNotFound } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Sink } from '../store/types.ts';
import {
  MovingShard,
  type OwnedPod,
  type ReplicatedSet,
  replicaOf,
  type Shard,
  statefulSetOf,
} from './statefulSetShard.ts';

/** The start waits for this pod's StatefulSet so long; then it goes on, and retries meanwhile. */
const firstLookMsMax = 10_000;

/** Turns of the event loop, at the end, in which a change that is in the kernel is read. */
const lastTurns = 4;

export interface Sharding {
  /** Undefined until it is known. */
  readonly shard: Shard | undefined;
  /** Whether an object is in the shard, where that changes; undefined where the flags decide. */
  readonly owns: ((uid: string) => boolean) | undefined;
  /** Follows the StatefulSet, if any, until the end; calls `placed` once the shard is known. */
  follow(placed: () => void): Promise<void>;
  /** Called before the end: resolves once other shards have had time to list this one's objects. */
  leave(): Promise<void>;
}

export interface ShardingParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Counts the list and the watch of the StatefulSet, which is not a resource that is served. */
  readonly observer: Omit<ReflectorObserver, 'malformed'>;
  /** Called when the shard changes: everything must be listed again. */
  readonly relist: () => void;
  /** Ends the pipeline. */
  readonly signal: AbortSignal;
  /** Aborts when the process is to stop: ends the wait of the start. */
  readonly stop: AbortSignal | undefined;
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
  // With --leader-elect, --pod names the candidate of the election, not a pod of a StatefulSet.
  if (options['leader-elect']) return { shard: { index, total }, ...fixed };
  if (pod && namespace) {
    if (index !== 0 || total !== 1) {
      parts.log.warn(
        { shard: index, 'total-shards': total },
        'the StatefulSet decides the shard, these flags are ignored',
      );
    }
    const sharding = new AutoSharding({ pod, namespace }, parts);
    await sharding.look();
    return sharding;
  }
  refuseHalfOfPod(options);
  return { shard: { index, total }, ...fixed };
}

/** The pod of this process. */
interface OurPod {
  readonly pod: string;
  readonly namespace: string;
}

/** Throws ConfigError where only one of --pod and --pod-namespace is given. */
export function refuseHalfOfPod({
  pod,
  'pod-namespace': namespace,
}: Pick<Options, 'pod' | 'pod-namespace'>): void {
  if (Boolean(pod) === Boolean(namespace)) return;
  const [given, missing] = pod ? ['--pod', '--pod-namespace'] : ['--pod-namespace', '--pod'];
  throw new ConfigError({
    flag: given,
    expected: `${missing} beside it`,
    got: 'it alone',
    hint: 'give both',
  });
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

  /** Scaling down is what ends this process, and may be told by an event that is not read yet. */
  async leave(): Promise<void> {
    for (let turn = 0; turn < lastTurns; turn++) await this.#parts.clock.turn();
    await this.#moving.leave();
  }

  /** Looks for the StatefulSet once; `follow` retries after errors of network and server. */
  async look(): Promise<void> {
    const { clock, signal, stop } = this.#parts;
    const ends = [signal, ...(stop === undefined ? [] : [stop])];
    const find = (late: AbortSignal) => this.#find(AbortSignal.any([...ends, late]));
    try {
      await withDeadline(clock, firstLookMsMax, find);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      if (!stop?.aborted) this.#say(error);
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
      resource: 'statefulsets',
      group: 'apps',
      version: 'v1',
      namespace,
      fieldSelector: `metadata.name=${this.#statefulSet}`,
    };
    const observer = { ...this.#parts.observer, malformed: this.#malformed };
    const sink = sinkTo((object) => this.#take(object));
    const shared = { client, collection, sink, observer, clock, random, log };
    // One object: its changes are few, and decide what all others are to this process.
    await new Reflector({ ...shared, atOnce: true }).run(signal);
  }

  async #find(signal: AbortSignal): Promise<void> {
    const { pod, namespace } = this.#ours;
    const words = ['namespaces', namespace, 'pods', pod].map(encodeURIComponent);
    const answer = this.#parts.client.get(`/api/v1/${words.join('/')}`, signal);
    const name = statefulSetOf((await answer.catch(this.#explain)) as OwnedPod);
    if (name === undefined) {
      throw new ConfigError({
        flag: '--pod',
        expected: 'a pod that a StatefulSet controls',
        got: `${namespace}/${pod}, which none does`,
        hint: 'run it in a StatefulSet, or give --shard and --total-shards instead',
      });
    }
    this.#statefulSet = name;
  }

  readonly #explain = (error: unknown): never => {
    if (!isNotFound(error)) throw error;
    const { pod, namespace } = this.#ours;
    throw new ConfigError({
      flag: ['--pod', '--pod-namespace'],
      expected: 'the pod that kubestate runs in',
      got: `${namespace}/${pod}, which is not there`,
      hint: 'correct them',
    });
  };

  readonly #say = (err: unknown): void => {
    const { signal, log } = this.#parts;
    if (!signal.aborted) log.warn({ ...this.#ours, err }, 'the shard is not known yet, retrying');
  };

  readonly #malformed = (object: string, err: unknown): void => {
    this.#parts.log.warn({ object, err }, 'the StatefulSet of this pod cannot be read');
  };

  #take(object: KubeObject): void {
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

/** A sink that calls `put` with every object, listed or changed; deletions change nothing. */
const sinkTo = (put: (object: KubeObject) => void): Sink => ({
  put,
  delete: noop,
  drained: atOnce,
  relist: () => ({
    put,
    delete: noop,
    drained: atOnce,
    commit: atOnce,
    abort: () => Promise.resolve(false),
  }),
});

const noop = (): void => undefined;
const atOnce = (): Promise<void> => Promise.resolve();
