// HashRanges is a set of uids by their FNV-1a hashes: what shardSelector asks an API server for.
import { type Fnv64, fnv1a64 } from './fnv1a.ts';

const hashes = 2n ** 64n;
const hexDigits = 16;

/** The hashes from `start` up to, but without, `end`; 2^64 is the end of all. */
export interface HashRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The range of one of `total` shards: together they have every hash once. */
export function rangeOfShard(index: number, total: number): HashRange {
  const bound = (n: number): bigint => (BigInt(n) * hashes) / BigInt(total);
  return { start: bound(index), end: bound(index + 1) };
}

/** Bounds of a range as a hash has them; the upper half of 2^64 is 2^32. */
interface Bounds {
  readonly start: Fnv64;
  readonly end: Fnv64;
}

export class HashRanges {
  /** In order, with a gap between any two. */
  readonly ranges: readonly HashRange[];
  /** As Kubernetes writes it; empty for no range. */
  readonly selector: string;
  readonly #bounds: readonly Bounds[];

  /** The ranges may touch and overlap. */
  constructor(ranges: readonly HashRange[]) {
    this.ranges = merged(ranges);
    this.selector = this.ranges.map(callOf).join(' || ');
    this.#bounds = this.ranges.map(({ start, end }) => ({
      start: halvesOf(start),
      end: halvesOf(end),
    }));
  }

  /** Whether these are all hashes. */
  get isAll(): boolean {
    const [first] = this.ranges;
    return first !== undefined && first.start === 0n && first.end === hashes;
  }

  /** The part of all hashes that these are, from 0 to 1. */
  get share(): number {
    const width = this.ranges.reduce((sum, { start, end }) => sum + end - start, 0n);
    return Number(width) / Number(hashes);
  }

  has(uid: string): boolean {
    return this.hasHash(fnv1a64(uid));
  }

  hasHash(hash: Fnv64): boolean {
    return this.#bounds.some(({ start, end }) => !isBelow(hash, start) && isBelow(hash, end));
  }

  covers({ start, end }: HashRange): boolean {
    return this.ranges.some((range) => range.start <= start && end <= range.end);
  }
}

function merged(ranges: readonly HashRange[]): HashRange[] {
  const merged: HashRange[] = [];
  const sorted = ranges.toSorted((one, other) => (one.start < other.start ? -1 : 1));
  for (const { start, end } of sorted) {
    if (start >= end) continue;
    const last = merged.at(-1);
    if (last === undefined || last.end < start) merged.push({ start, end });
    else merged[merged.length - 1] = { start: last.start, end: end > last.end ? end : last.end };
  }
  return merged;
}

const isBelow = (one: Fnv64, other: Fnv64): boolean =>
  one.high < other.high || (one.high === other.high && one.low < other.low);

const halvesOf = (bound: bigint): Fnv64 => ({
  high: Number(bound >> 32n),
  low: Number(bound & 0xffff_ffffn),
});

const callOf = ({ start, end }: HashRange): string =>
  `shardRange(object.metadata.uid, '${hex(start)}', '${hex(end)}')`;

const hex = (bound: bigint): string => `0x${bound.toString(16).padStart(hexDigits, '0')}`;
