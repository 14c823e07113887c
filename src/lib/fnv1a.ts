// fnv1a64 is the hash of a uid by which shards are told apart: FNV-1a of 64 bits, as Go has it.

/** A hash of 64 bits as two halves of 32, both unsigned. */
export interface Fnv64 {
  readonly high: number;
  readonly low: number;
}

/**
 * FNV-1a of the text in UTF-8. Every object and event passes here, and with BigInt a uid takes
 * 2.0 µs instead of 0.3.
 */
export function fnv1a64(text: string): Fnv64 {
  const bytes = isAscii.test(text) ? undefined : encoder.encode(text);
  const length = bytes?.length ?? text.length;
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < length; i++) {
    low = (low ^ (bytes === undefined ? text.charCodeAt(i) : (bytes[i] as number))) >>> 0;
    // Times 2^40 + 0x1b3: the shifted part falls into the high half alone.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return { high, low };
}

const isAscii = /^\p{ASCII}*$/u;
const encoder = new TextEncoder();
