// MovingShard is a shard that changes with its StatefulSet, and what it owns during a change.
import type { Clock } from '../lib/clock.ts';
import type { HashRanges } from '../lib/hashRanges.ts';
import type { Logger } from '../lib/log.ts';
import { type Claim, Claims, type Ownership, otherScheme, type ShardScheme } from './claims.ts';
import type { Replica } from './statefulSetShard.ts';

/**
 * Objects that move to other shards are kept until those are ready, and no longer than this and,
 * of ranges, the time of their lists.
 */
const handOverMsMax = 5 * 60_000;
/**
 * Ranges move between shards that are ready all the while, and list what they gain at the same
 * time. What a shard loses is kept after its own lists are complete: for so long, in which the
 * others learn of the change, and for the time of their lists.
 */
const noticeMs = 15_000;
/** Another shard may list so many times slower than this one. */
const slownessMax = 2;
/** How often to look whether its own lists are complete. */
const lookMs = 500;
/**
 * A shard that was scaled away serves at least this long after SIGTERM, and for the time in which
 * others list its objects.
 */
const leaveMsMin = 5_000;

export interface MovingShardOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends all waits for other shards. */
  readonly signal: AbortSignal;
  readonly scheme: ShardScheme;
  /** What is served already, by the pipeline that this one is to replace. */
  readonly served?: readonly Claim[] | undefined;
  /** Called when the owned objects change: everything must be listed again. */
  readonly relist: () => void;
  /** Whether all that is owned has been listed. */
  readonly isCaughtUp: () => boolean;
  /** How long the longest of its last full lists took. */
  readonly listMs: () => number;
}

/** Where the pod stands in its StatefulSet. */
export interface Placement extends Omit<Replica, 'rolling'> {
  /** Other pods may divide the objects by the other scheme. */
  readonly mixed: boolean;
}

/**
 * Objects that a shard gains are listed at once. Objects that it loses are kept until as many
 * replicas are ready as there are shards: some seconds of double series are better than a gap.
 */
export class MovingShard implements Ownership {
  readonly #options: MovingShardOptions;
  /** What the StatefulSet gives it now. */
  #target: readonly Claim[] = [];
  /** Earlier claims, whose objects are kept until other replicas have them. */
  #kept: readonly Claim[] = [];
  /** All of these. */
  #claims = new Claims([]);
  /** What it will own once the others have the rest. */
  #newest = new Claims([]);
  /** Those of the last full list. */
  #listed = new Claims([]);
  /** Ends the wait for other replicas. */
  #waiting = new AbortController();
  #allReady = false;
  /** Of how many shards it is none any more; undefined unless it was scaled away. */
  #leavesTotal: number | undefined;

  constructor(options: MovingShardOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#waiting.abort(), { once: true });
  }

  /** Undefined until the StatefulSet was first seen. */
  get shard(): Claim | undefined {
    return this.#target[0];
  }

  /** All that it owns now, with what it keeps until other shards have it. */
  get claims(): readonly Claim[] {
    return this.#claims.all;
  }

  owns(uid: string): boolean {
    return this.#claims.owns(uid);
  }

  ranges(): HashRanges | undefined {
    return this.#claims.ranges();
  }

  /** Whether its own claim has it: objects that are kept for a while belong to others. */
  counts(uid: string): boolean {
    return this.#leavesTotal === undefined && this.#newest.owns(uid);
  }

  /** Called with each state of the StatefulSet. */
  saw(placement: Placement): void {
    const { total, ready } = placement;
    if (this.#isLeaving(placement)) return;
    this.#allReady = ready >= total;
    const before = this.#target;
    const target = this.#targetOf(placement);
    if (before.length === 0) this.#start(target);
    else if (!isSame(before, target)) this.#move(target);
    if (this.#kept.length > 0 && this.#allReady && !this.#movesRanges(placement)) {
      this.#drop('all replicas are ready');
    }
  }

  /**
   * Resolves at once; for a shard that was scaled away, once others have had time to take over, but
   * after no more than `msMax`, where that is enough to notice.
   */
  async leave(msMax: number): Promise<void> {
    // Undefined, or no shard is left.
    if (!this.#leavesTotal) return;
    const { clock, log, signal } = this.#options;
    const needsMs = leaveMsMin + this.#othersListMs([this.#leavesTotal]);
    const leaveMs = Math.max(leaveMsMin, Math.min(needsMs, msMax));
    if (needsMs > leaveMs) {
      log.warn(
        { needsMs, leaveMs },
        'terminationGracePeriodSeconds is too short for other shards to list its objects',
      );
    }
    log.info({ leaveMs }, 'serving until other shards have listed the objects of this one');
    await clock.sleep(leaveMs, signal);
  }

  /** The flag's claim first; while pods of both schemes run, what either gives it. */
  #targetOf({ index, total, mixed }: Placement): readonly Claim[] {
    const { scheme } = this.#options;
    const own = { scheme, index, total };
    return mixed ? [own, { ...own, scheme: otherScheme(scheme) }] : [own];
  }

  /** What is served already, other shards may not have yet. */
  #start(target: readonly Claim[]): void {
    const { served = [] } = this.#options;
    this.#keep(served, target);
    this.#listed = this.#claims;
    this.#awaitOthers();
  }

  #relist(): void {
    this.#listed = this.#claims;
    this.#options.relist();
  }

  /**
   * How long others may take to list what they own while the number changes: their part of before,
   * and that of now. Its own lists show how long a part takes.
   */
  #othersListMs(totals: readonly number[] = []): number {
    const all = new Set([...this.#claims.all.map(({ total }) => total), ...totals]);
    const share = Math.min(
      1,
      [...all].reduce((sum, total) => sum + 1 / total, 0),
    );
    const ownShare = this.#listed.share || 1;
    return slownessMax * this.#options.listMs() * Math.max(1, share / ownShare);
  }

  #own(target: readonly Claim[], kept: readonly Claim[]): void {
    this.#target = target;
    this.#kept = kept;
    this.#claims = new Claims([...target, ...kept]);
    this.#newest = new Claims(target.slice(0, 1));
  }

  /** A shard beyond the last will be deleted, and keeps its objects until then. */
  #isLeaving({ index, total }: Placement): boolean {
    const leaving = index < 0 || index >= total;
    if (leaving && this.#leavesTotal === undefined) {
      this.#options.log.warn({ index, total }, 'the StatefulSet was scaled down below this shard');
    }
    this.#leavesTotal = leaving ? total : undefined;
    return leaving;
  }

  /** Whether ranges are kept that shards gain which are ready already. */
  #movesRanges({ total }: Pick<Claim, 'total'>): boolean {
    return this.#kept.some((claim) => claim.scheme === 'uid-range' && claim.total !== total);
  }

  #move(target: readonly Claim[]): void {
    const { log } = this.#options;
    const before = this.#claims;
    const [from] = this.#target;
    const [to] = target;
    log.info({ from, to, schemes: target.map(({ scheme }) => scheme) }, 'the shards changed');
    this.#keep(before.all, target);
    if (!target.every((claim) => before.cover(claim))) this.#relist();
    this.#awaitOthers();
  }

  /** Owns the target, and of what is served that which the target has not. */
  #keep(served: readonly Claim[], target: readonly Claim[]): void {
    const owned = new Claims(target);
    const kept = served.filter((claim) => !owned.cover(claim));
    this.#own(target, kept);
  }

  /** Drops what is kept, once others have it. */
  #awaitOthers(): void {
    this.#waiting.abort();
    this.#waiting = new AbortController();
    if (this.#kept.length === 0) return;
    const { signal } = this.#waiting;
    const endMs = this.#options.clock.now() + handOverMsMax;
    void (this.#movesRanges(this.#target[0] as Claim)
      ? this.#dropOnceListed(endMs, signal)
      : this.#dropAt(endMs, signal));
  }

  async #dropOnceListed(endMs: number, signal: AbortSignal): Promise<void> {
    const { clock, isCaughtUp } = this.#options;
    let listedMs: number | undefined;
    while (clock.now() < endMs + this.#othersListMs() && !signal.aborted) {
      const isListed = this.#allReady && isCaughtUp();
      listedMs = isListed ? (listedMs ?? clock.now()) : undefined;
      if (listedMs !== undefined && clock.now() - listedMs >= noticeMs + this.#othersListMs()) {
        this.#drop('all replicas are ready and have had time to list them');
        return;
      }
      await clock.sleep(lookMs, signal);
    }
    await this.#dropAt(endMs, signal);
  }

  async #dropAt(endMs: number, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    await clock.sleep(Math.max(0, endMs - clock.now()), signal);
    if (signal.aborted) return;
    log.warn(
      { handOverMsMax },
      'not all replicas are ready, with complete lists, within the time limit',
    );
    this.#drop('the time limit is over');
  }

  #drop(why: string): void {
    this.#waiting.abort();
    this.#own(this.#target, []);
    this.#options.log.info(
      { shard: this.shard, why },
      'dropping objects that other shards serve now',
    );
    this.#relist();
  }
}

const isSame = (one: readonly Claim[], other: readonly Claim[]): boolean =>
  one.length === other.length &&
  one.every(({ scheme, index, total }, i) => {
    const claim = other[i] as Claim;
    return claim.scheme === scheme && claim.index === index && claim.total === total;
  });
