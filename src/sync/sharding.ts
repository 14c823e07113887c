// Sharding decides which objects this process serves: by flags, or by its pod's StatefulSet.

import type { Options } from '../config/options.ts';
import { ApiError } from '../kube/apiError.ts';
import { Reflector } from '../kube/reflector.ts';
import { Backoff } from '../kube/retryPolicy.ts';
import { withDeadline } from '../lib/deadline.ts';
import { ConfigError, isNotFound } from '../lib/errors.ts';
import type { Claim, Ownership, ShardScheme } from './claims.ts';
import { MovingShard } from './movingShard.ts';
import { namedTable } from './namedTable.ts';
import { schemeOf } from './scope.ts';
import type { SideReflectorOptions } from './sideReflector.ts';
import {
  type OwnedPod,
  type Replica,
  type ReplicatedSet,
  replicaOf,
  type StartedPod,
  schemeIn,
  statefulSetOf,
} from './statefulSetShard.ts';

/** The start waits for this pod's StatefulSet so long; then it goes on, and retries meanwhile. */
const firstLookMsMax = 10_000;

/** Turns of the event loop, at the end, in which a change that is in the kernel is read. */
const lastTurns = 4;
/** terminationGracePeriodSeconds of a pod that has none. */
const graceSecondsDefault = 30;
/** Of that time, so much is for scrapes under way, and the end itself. */
const endMs = 10_000;

export interface Sharding {
  /** Undefined until it is known. */
  readonly shard: Claim | undefined;
  /** What is in the shard, where that changes; undefined where the flags decide. */
  readonly ownership: Ownership | undefined;
  /**
   * Whether an object is in the shard, without objects that other shards are about to take over:
   * what happens to these is counted there. Undefined where the flags decide.
   */
  readonly counts: ((uid: string) => boolean) | undefined;
  /** All that it serves, where the StatefulSet decides: also what other shards do not have yet. */
  readonly claims: readonly Claim[];
  /** Follows the StatefulSet, if any, until the end; calls `placed` once the shard is known. */
  follow(placed: () => void): Promise<void>;
  /** Called before the end: resolves once other shards have had time to list this one's objects. */
  leave(): Promise<void>;
}

/** The StatefulSet is no resource that is served. */
export interface ShardingParts extends Omit<SideReflectorOptions, 'fromMemory'> {
  /** Called when the shard changes: everything must be listed again. */
  readonly relist: () => void;
  /** Whether everything has been listed since. */
  readonly isCaughtUp: () => boolean;
  /** How long the longest of its last full lists took. */
  readonly listMs: () => number;
  /** The claims of the pipeline that this one is to replace. */
  readonly served: readonly Claim[] | undefined;
  /** Ends the pipeline. */
  readonly signal: AbortSignal;
  /** Aborts when the process is to stop: ends the wait of the start. */
  readonly stop: AbortSignal | undefined;
}

type ShardingOptions = Pick<
  Options,
  'pod' | 'pod-namespace' | 'shard' | 'total-shards' | 'server-side-sharding' | 'leader-elect'
>;

/** Rejects with ConfigError where --pod names a pod that has no place in a StatefulSet. */
export async function openSharding(
  options: ShardingOptions,
  parts: ShardingParts,
): Promise<Sharding> {
  const { pod, 'pod-namespace': namespace, shard: index, 'total-shards': total } = options;
  const fixed = {
    shard: { scheme: schemeOf(options, false), index, total },
    ownership: undefined,
    claims: [],
    counts: undefined,
    follow: (placed: () => void): Promise<void> => Promise.resolve(placed()),
    leave: atOnce,
  };
  // With --leader-elect, --pod names the candidate of the election, not a pod of a StatefulSet.
  if (options['leader-elect']) return fixed;
  if (pod && namespace) {
    if (index !== 0 || total !== 1) {
      parts.log.warn(
        { shard: index, 'total-shards': total },
        'the StatefulSet decides the shard, these flags are ignored',
      );
    }
    const sharding = new AutoSharding({ pod, namespace }, schemeOf(options, true), parts);
    await sharding.look();
    return sharding;
  }
  refuseHalfOfPod(options);
  return fixed;
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

/** Our own pod, and the others of its StatefulSet. */
interface ShardPod extends OwnedPod {
  readonly spec?: StartedPod | null;
}

/** A state of the StatefulSet, and what it says of this pod. */
interface SeenSet {
  readonly set: ReplicatedSet;
  readonly replica: Replica;
}

/** Pods are asked one after the other whether they divide the objects as this one does. */
const peersMax = 100;

class AutoSharding implements Sharding {
  readonly #ours: OurPod;
  readonly #parts: ShardingParts;
  readonly #scheme: ShardScheme;
  readonly #moving: MovingShard;
  #statefulSet: string | undefined;
  /** From SIGTERM to SIGKILL. */
  #graceMs = graceSecondsDefault * 1_000;
  /** Whether the flag of a pod can be read from its arguments. */
  #isReadable = false;
  /** So many pods, from the first on, had the same flag as this one at its start. */
  #agreeing = 0;
  /** Since all pods were of one revision, none has had another scheme. */
  #isUniform = false;
  #placed: (() => void) | undefined;

  constructor(ours: OurPod, scheme: ShardScheme, parts: ShardingParts) {
    this.#ours = ours;
    this.#scheme = scheme;
    this.#parts = parts;
    this.#moving = new MovingShard({ ...parts, scheme });
  }

  get shard(): Claim | undefined {
    return this.#moving.shard;
  }

  get claims(): readonly Claim[] {
    return this.#moving.claims;
  }

  get ownership(): Ownership {
    return this.#moving;
  }

  readonly counts = (uid: string): boolean => this.#moving.counts(uid);

  /** Scaling down is what ends this process, and may be told by an event that is not read yet. */
  async leave(): Promise<void> {
    for (let turn = 0; turn < lastTurns; turn++) await this.#parts.clock.turn();
    await this.#moving.leave(this.#graceMs - endMs);
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
    const sink = namedTable<SeenSet>({
      read: (object) => this.#read(object as ReplicatedSet),
      set: (_, seen) => this.#take(seen),
      delete: () => undefined,
      replace: (listed) => {
        for (const seen of listed.values()) this.#take(seen);
      },
    });
    const shared = { client, collection, sink, observer, clock, random, log };
    // One object: its changes are few, and decide what all others are to this process.
    await new Reflector({ ...shared, atOnce: true }).run(signal);
  }

  async #find(signal: AbortSignal): Promise<void> {
    const { pod, namespace } = this.#ours;
    const ours = await this.#pod(pod, signal).catch(this.#explain);
    const name = statefulSetOf(ours);
    if (name === undefined) {
      throw new ConfigError({
        flag: '--pod',
        expected: 'a pod that a StatefulSet controls',
        got: `${namespace}/${pod}, which none does`,
        hint: 'run it in a StatefulSet, or give --shard and --total-shards instead',
      });
    }
    const { terminationGracePeriodSeconds: graceSeconds } = ours.spec ?? {};
    this.#graceMs = (graceSeconds ?? graceSecondsDefault) * 1_000;
    this.#isReadable = schemeIn(ours.spec) === this.#scheme;
    if (this.#scheme === 'uid-range') this.#agreeing = await this.#countAgreeing(name, signal);
    this.#statefulSet = name;
  }

  async #pod(name: string, signal: AbortSignal): Promise<ShardPod> {
    const words = ['namespaces', this.#ours.namespace, 'pods', name].map(encodeURIComponent);
    return (await this.#parts.client.get(`/api/v1/${words.join('/')}`, signal)) as ShardPod;
  }

  /** How many pods divide the objects as this one does, up to the first that does not. */
  async #countAgreeing(set: string, signal: AbortSignal): Promise<number> {
    for (let i = 0; i < peersMax; i++) {
      const pod = await this.#pod(`${set}-${i}`, signal).catch((error: unknown) => {
        // Not there, or not to be read: nothing is known of it.
        if (error instanceof ApiError) return undefined;
        throw error;
      });
      if (pod === undefined || schemeIn(pod.spec) !== this.#scheme) return i;
    }
    return peersMax;
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

  /**
   * Whether pods of the StatefulSet may divide the objects by the other scheme. Those of jump hash
   * need not ask about earlier revisions: pods that know ranges see the template, and own both. A
   * flag that cannot be read may change with any roll-out.
   */
  #isMixed({ spec }: ReplicatedSet, { total, rolling }: Replica): boolean {
    const next = this.#isReadable ? schemeIn(spec?.template?.spec) : undefined;
    if (next === undefined ? rolling : next !== this.#scheme) {
      this.#isUniform = false;
      this.#agreeing = 0;
    } else if (!rolling || this.#scheme === 'jump-hash') {
      this.#isUniform = true;
    } else if (!spec?.ordinals?.start && this.#agreeing >= total) {
      this.#isUniform = true;
    }
    return !this.#isUniform;
  }

  #read(set: ReplicatedSet): SeenSet {
    const replica = replicaOf(set, this.#ours.pod);
    if (replica !== undefined) return { set, replica };
    throw new Error(`expected a name that begins ${this.#ours.pod}, got ${set.metadata.name}`);
  }

  #take({ set, replica }: SeenSet): void {
    const { index, total, ready } = replica;
    this.#moving.saw({ index, total, ready, mixed: this.#isMixed(set, replica) });
    if (this.#moving.shard === undefined) return;
    this.#placed?.();
    this.#placed = undefined;
  }
}

const atOnce = (): Promise<void> => Promise.resolve();
