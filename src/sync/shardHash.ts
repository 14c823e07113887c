// shardOf is the shard of an object: FNV-1a of its uid, then jump hash, exactly as in KSM.
import { type Fnv64, fnv1a64 } from '../lib/fnv1a.ts';

/** The shard of `shardTotal` that owns the object. Those without a uid all belong to one shard. */
export function shardOf(uid: string, shardTotal: number): number {
  return jumpHash(fnv1a64(uid), shardTotal);
}

/** Lamping and Veach's jump hash, over 64 bits in two halves. */
export function jumpHash(key: Fnv64, buckets: number): number {
  let { high, low } = key;
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    // key = key * 2862933555777941757 + 1
    const carried = Math.imul(high, multiplierLow) + Math.imul(low, multiplierHigh);
    high = (highOfProduct(low, multiplierLow) + carried) >>> 0;
    low = (Math.imul(low, multiplierLow) + 1) >>> 0;
    if (low === 0) high = (high + 1) >>> 0;
    next = Math.floor((bucket + 1) * (2 ** 31 / ((high >>> 1) + 1)));
  }
  return bucket;
}

const multiplierHigh = 0x27bb2ee6;
const multiplierLow = 0x87b0b0fd;

/** The upper half of the product of two whole numbers of 32 bits. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 2 ** 16);
  const lowMiddle = aLow * bHigh + (middle % 2 ** 16);
  return aHigh * bHigh + Math.floor(middle / 2 ** 16) + Math.floor(lowMiddle / 2 ** 16);
}
