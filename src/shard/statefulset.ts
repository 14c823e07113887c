// Which shard a pod of a StatefulSet is, and what it owns while the number of shards changes.
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { shardOf } from './hash.ts';

/** What we lose is dropped after this long, though not all replicas may be ready to take it. */
const handOverMsMax = 5 * 60_000;
/** So long a shard without a place serves on after it was told to end: others list what it had. */
const leaveMs = 5_000;

/** As much of a pod as tells whose it is. */
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

/** As much of a StatefulSet as tells how many shards there are. */
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

/** Our shard as a StatefulSet has it, and how many of its pods are ready as of its latest spec. */
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

/** The pod's place in the set, by the number at the end of its name; undefined without one. */
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
  /** Ends the wait for others to take over. */
  readonly signal: AbortSignal;
  /** What we own has changed: everything must be listed again. */
  readonly relist: () => void;
}

/**
 * A shard that moves with its StatefulSet. What it gains is asked for at once; what it loses it
 * keeps until as many replicas are ready as there are shards: some seconds of double series are
 * better than a gap.
 */
export class MovingShard {
  readonly #options: MovingShardOptions;
  #now: Shard | undefined;
  /** Earlier places, of which not everything is ours any more. */
  #kept: readonly Shard[] = [];
  #waiting = new AbortController();
  #leaving = false;

  constructor(options: MovingShardOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#waiting.abort(), { once: true });
  }

  /** Where we are; undefined until the StatefulSet was first seen. */
  get shard(): Shard | undefined {
    return this.#now;
  }

  owns(uid: string): boolean {
    return [this.#now, ...this.#kept].some(
      (shard) => shard !== undefined && shardOf(uid, shard.total) === shard.index,
    );
  }

  /** Takes what the StatefulSet says now. */
  saw({ index, total, ready }: Replica): void {
    if (this.#isLeaving({ index, total })) return;
    if (this.#now === undefined) this.#now = { index, total };
    else if (this.#now.index !== index || this.#now.total !== total) this.#move({ index, total });
    if (this.#kept.length > 0 && ready >= total) this.#drop('all replicas are ready');
  }

  /** Resolves at once, or for a shard without a place when others have had time to take over. */
  async leave(): Promise<void> {
    if (!this.#leaving) return;
    const { clock, log, signal } = this.#options;
    log.info({ leaveMs }, 'serving on, for other shards list now what was ours');
    await clock.sleep(leaveMs, signal);
  }

  /** A shard beyond the last is about to be ended, and goes on with what it has until then. */
  #isLeaving(shard: Shard): boolean {
    const leaving = shard.index < 0 || shard.index >= shard.total;
    if (leaving && !this.#leaving) {
      this.#options.log.warn(shard, 'the StatefulSet has no place for this shard any more');
    }
    this.#leaving = leaving;
    return leaving;
  }

  #move(next: Shard): void {
    const { log, relist } = this.#options;
    const before = [this.#now as Shard, ...this.#kept];
    log.info({ from: this.#now, to: next }, 'the number of shards changed');
    this.#now = next;
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
    log.warn({ handOverMsMax }, 'not all replicas are ready, though it has been long');
    this.#drop('it has been long enough');
  }

  #drop(why: string): void {
    this.#waiting.abort();
    this.#kept = [];
    this.#options.log.info({ shard: this.#now, why }, 'dropping what other shards serve now');
    this.#options.relist();
  }
}

/**
 * Whether `one` owns all that `other` does. By jump hash an object stays where it is, or goes to
 * one of the shards that were added: with fewer shards, the same index owns more.
 */
const covers = (one: Shard, other: Shard): boolean =>
  one.index === other.index && one.total <= other.total;
