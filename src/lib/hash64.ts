// hash64 finds changes of text: 64 bits in two halves of 32 that are made in different ways.

/** The two halves, as signed numbers of 32 bits: V8 keeps those in place. */
export interface Hash64 {
  readonly a: number;
  readonly b: number;
}

/**
 * The hash of `length` bytes from the word `first` on; the bytes behind them, up to a whole word,
 * must be 0. Four bytes a step, both halves at once: with FamilyTexts' encoding this takes about as
 * long as a CRC-32, whose 32 bits would miss a change every few weeks (bench/hash.ts).
 */
export function hash64(words: Int32Array, first: number, length: number): Hash64 {
  const end = first + ((length + 3) >> 2);
  let a = length;
  let b = ~length;
  for (let i = first; i < end; i++) {
    const word = words[i] as number;
    a = Math.imul(a ^ word, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x85ebca77);
    b = (b << 13) | (b >>> 19);
  }
  return { a, b };
}
