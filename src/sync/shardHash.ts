// shardOf is the shard of an object: FNV-1a of its uid, then jump hash, exactly as in KSM.

/**
 * The shard of `shardTotal` that owns the object. Objects without a uid all belong to one shard.
 *
 * Both hashes are of 64 bits, kept as two halves of 32: every object and event passes here, and
 * with BigInt a uid takes 2.0 µs instead of 0.3.
 */
export function shardOf(uid: string, shardTotal: number): number {
  const bytes = isAscii.test(uid) ? undefined : encoder.encode(uid);
  const length = bytes?.length ?? uid.length;
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < length; i++) {
    low = (low ^ (bytes === undefined ? uid.charCodeAt(i) : (bytes[i] as number))) >>> 0;
    // Times 2^40 + 0x1b3: the shifted part falls into the high half alone.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return jump(high, low, shardTotal);
}

const isAscii = /^\p{ASCII}*$/u;
const encoder = new TextEncoder();

/** Lamping and Veach's jump hash over 64 bits in two halves. */
function jump(keyHigh: number, keyLow: number, buckets: number): number {
  let high = keyHigh;
  let low = keyLow;
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
