// MovingShard is the shard of a pod in a StatefulSet, and the objects it owns during a change.
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { shardOf } from './shardHash.ts';

/** Objects that move to other shards are kept until those are ready, and no longer than this. */
const handOverMsMax = 5 * 60_000;
/** A shard that was scaled away serves this long after SIGTERM, while others list its objects. */
const leaveMs = 5_000;

/** The fields of a pod that name its owner. */
export interface OwnedPod {
  readonly metadata?: {
    readonly ownerReferences?:
      | readonly {
          readonly apiVersion?: string;
          readonly kind?: string;
          readonly name?: string;
          readonly controller?: boolean | null;
        }[]
      | null;
  };
}

/** The fields of a StatefulSet that say how many shards there are. */
export interface ReplicatedSet {
  readonly metadata: { readonly name: string; readonly generation?: number | null };
  readonly spec?: {
    readonly replicas?: number | null;
    readonly ordinals?: { readonly start?: number | null } | null;
  };
  readonly status?: {
    readonly observedGeneration?: number | null;
    readonly readyReplicas?: number | null;
  };
}

export interface Shard {
  readonly index: number;
  readonly total: number;
}

/** The shard of a pod, and how many pods are ready as of the StatefulSet's latest spec. */
export interface Replica extends Shard {
  readonly ready: number;
}

/** The name of the StatefulSet that controls the pod; undefined where none does. */
export function statefulSetOf({ metadata }: OwnedPod): string | undefined {
  return metadata?.ownerReferences?.find(
    ({ apiVersion, kind, controller }) =>
      kind === 'StatefulSet' && controller === true && apiVersion?.startsWith('apps/'),
  )?.name;
}

/** The pod's shard, by the ordinal at the end of its name; undefined without one. */
export function replicaOf(set: ReplicatedSet, pod: string): Replica | undefined {
  const { name, generation } = set.metadata;
  const ordinal = pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : '';
  if (!/^\d+$/.test(ordinal)) return undefined;
  const current = (set.status?.observedGeneration ?? 0) >= (generation ?? 0);
  return {
    index: Number(ordinal) - (set.spec?.ordinals?.start ?? 0),
    total: set.spec?.replicas ?? 1,
    ready: current ? (set.status?.readyReplicas ?? 0) : 0,
  };
}

export interface MovingShardOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends all waits for other shards. */
  readonly signal: AbortSignal;
  /** Called when the owned objects change: everything must be listed again. */
  readonly relist: () => void;
}

/**
 * A shard that changes with its StatefulSet. Objects that it gains are listed at once. Objects that
 * it loses are kept until as many replicas are ready as there are shards: some seconds of double
 * series are better than a gap.
 */
export class MovingShard {
  readonly #options: MovingShardOptions;
  #shard: Shard | undefined;
  /** Earlier shards, whose objects are kept until other replicas are ready. */
  #kept: readonly Shard[] = [];
  /** Ends the wait for other replicas. */
  #waiting = new AbortController();
  #leaving = false;

  constructor(options: MovingShardOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#waiting.abort(), { once: true });
  }

  /** Undefined until the StatefulSet was first seen. */
  get shard(): Shard | undefined {
    return this.#shard;
  }

  owns(uid: string): boolean {
    return [this.#shard, ...this.#kept].some(
      (shard) => shard !== undefined && shardOf(uid, shard.total) === shard.index,
    );
  }

  /** Called with each state of the StatefulSet. */
  saw({ index, total, ready }: Replica): void {
    if (this.#isLeaving({ index, total })) return;
    if (this.#shard === undefined) this.#shard = { index, total };
    else if (this.#shard.index !== index || this.#shard.total !== total)
      this.#move({ index, total });
    if (this.#kept.length > 0 && ready >= total) this.#drop('all replicas are ready');
  }

  /** Resolves at once; for a shard that was scaled away, once others have had time to take over. */
  async leave(): Promise<void> {
    if (!this.#leaving) return;
    const { clock, log, signal } = this.#options;
    log.info({ leaveMs }, 'serving until other shards have listed the objects of this one');
    await clock.sleep(leaveMs, signal);
  }

  /** A shard beyond the last will be deleted, and keeps its objects until then. */
  #isLeaving(shard: Shard): boolean {
    const leaving = shard.index < 0 || shard.index >= shard.total;
    if (leaving && !this.#leaving) {
      this.#options.log.warn(shard, 'the StatefulSet was scaled down below this shard');
    }
    this.#leaving = leaving;
    return leaving;
  }

  #move(next: Shard): void {
    const { log, relist } = this.#options;
    const before = [this.#shard as Shard, ...this.#kept];
    log.info({ from: this.#shard, to: next }, 'the number of shards changed');
    this.#shard = next;
    this.#kept = before.filter((shard) => !covers(next, shard));
    if (!before.some((shard) => covers(shard, next))) relist();
    this.#waiting.abort();
    this.#waiting = new AbortController();
    if (this.#kept.length > 0) void this.#dropInTime(this.#waiting.signal);
  }

  async #dropInTime(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    await clock.sleep(handOverMsMax, signal);
    if (signal.aborted || this.#options.signal.aborted) return;
    log.warn({ handOverMsMax }, 'not all replicas are ready within the time limit');
    this.#drop('the time limit is over');
  }

  #drop(why: string): void {
    this.#waiting.abort();
    this.#kept = [];
    this.#options.log.info(
      { shard: this.#shard, why },
      'dropping objects that other shards serve now',
    );
    this.#options.relist();
  }
}

/**
 * Whether `one` owns all that `other` does. By jump hash an object stays where it is, or goes to
 * one of the shards that were added: with fewer shards, the same index owns more.
 */
const covers = (one: Shard, other: Shard): boolean =>
  one.index === other.index && one.total <= other.total;
