// Claims say which objects a shard owns: its part by jump hash, by ranges of hashes, or by both.
import { fnv1a64 } from '../lib/fnv1a.ts';
import { HashRanges, rangeOfShard } from '../lib/hashRanges.ts';
import { jumpHash } from './shardHash.ts';

/** How objects are divided: as kube-state-metrics does, or so that an API server can as well. */
export type ShardScheme = 'jump-hash' | 'uid-range';

export interface Shard {
  readonly index: number;
  readonly total: number;
}

/** What one shard owns under one scheme. */
export interface Claim extends Shard {
  readonly scheme: ShardScheme;
}

/** Which objects are this process's; that may change at run time. */
export interface Ownership {
  owns(uid: string): boolean;
  /** What to ask the server for; undefined where it has to be asked for all objects. */
  ranges(): HashRanges | undefined;
}

/** All that a shard owns: an object that one of the claims has. */
export class Claims implements Ownership {
  readonly all: readonly Claim[];
  readonly #jumps: readonly Claim[];
  readonly #ranges: HashRanges;

  constructor(all: readonly Claim[]) {
    this.all = all;
    this.#jumps = all.filter(({ scheme }) => scheme === 'jump-hash');
    this.#ranges = new HashRanges(
      all
        .filter(({ scheme }) => scheme === 'uid-range')
        .map(({ index, total }) => rangeOfShard(index, total)),
    );
  }

  owns(uid: string): boolean {
    const hash = fnv1a64(uid);
    if (this.#ranges.hasHash(hash)) return true;
    return this.#jumps.some(({ index, total }) => jumpHash(hash, total) === index);
  }

  ranges(): HashRanges | undefined {
    const selectable = this.#jumps.length === 0 && !this.#ranges.isAll;
    return selectable && this.all.length > 0 ? this.#ranges : undefined;
  }

  /** The part of all objects that has to be listed for these, where the server selects them. */
  get share(): number {
    return this.#jumps.length > 0 ? 1 : this.#ranges.share;
  }

  /** Whether these own all that the claim does. */
  cover(claim: Claim): boolean {
    const { scheme, index, total } = claim;
    if (this.#ranges.isAll) return true;
    if (scheme === 'uid-range') return this.#ranges.covers(rangeOfShard(index, total));
    // An object stays where it is, or goes to a shard that was added: of fewer shards, the same
    // one owns more.
    return this.#jumps.some((own) => own.index === index && own.total <= total);
  }
}

/** The other scheme. */
export const otherScheme = (scheme: ShardScheme): ShardScheme =>
  scheme === 'jump-hash' ? 'uid-range' : 'jump-hash';

/** Of a process whose part of the objects is not known, and does not matter. */
export const ownsAll: Ownership = { owns: () => true, ranges: () => undefined };
