// HyperLogLog estimates how many different values there are, in 16 KB and within some 1 %.

/** 2^14 registers: the standard error is 1.04 / sqrt(2^14), which is 0.8 %. */
const indexBits = 14;
const registers = 2 ** indexBits;
/** Of the second half of a hash, leading zeros are counted. */
const rankBits = 32;
/** 1 / (2 ln 2) */
const alpha = 0.5 / Math.LN2;

/**
 * Takes hashes of 64 bits in two halves. The estimator is Ertl's ("New cardinality estimation
 * algorithms for HyperLogLog sketches", 2017), which needs no tables to be right for few values.
 */
export class HyperLogLog {
  readonly #ranks = new Uint8Array(registers);

  add(a: number, b: number): void {
    const index = a >>> (32 - indexBits);
    const rank = Math.clz32(b) + 1;
    if (rank > (this.#ranks[index] as number)) this.#ranks[index] = rank;
  }

  get count(): number {
    const byRank = new Uint32Array(rankBits + 2);
    for (const rank of this.#ranks) byRank[rank] = (byRank[rank] as number) + 1;
    const share = (rank: number): number => (byRank[rank] as number) / registers;
    let sum = registers * tau(1 - share(rankBits + 1));
    for (let rank = rankBits; rank >= 1; rank--) sum = (sum + (byRank[rank] as number)) / 2;
    sum += registers * sigma(share(0));
    return Math.round((alpha * registers * registers) / sum);
  }
}

/** x + the sum of x^(2^k) * 2^(k-1) for k from 1: what the empty registers tell. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, sum] = [share, 1, share];
  for (let before = Number.NaN; before !== sum; y += y) {
    before = sum;
    x *= x;
    sum += x * y;
  }
  return sum;
}

/** (1 - x - the sum of (1 - x^(2^-k))^2 * 2^-k) / 3: what the full registers tell. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, sum] = [share, 1, 1 - share];
  for (let before = Number.NaN; before !== sum; ) {
    before = sum;
    x = Math.sqrt(x);
    y /= 2;
    sum -= (1 - x) ** 2 * y;
  }
  return sum / 3;
}
