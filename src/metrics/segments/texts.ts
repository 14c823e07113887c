// One object's texts as bytes, each with its length and a hash: what a change is found by.

/** A buffer that one large object made grow beyond this is given back. */
const keptBytesMax = 1024 * 1024;
const firstBytes = 64 * 1024;
/** The longest a UTF-16 unit gets in UTF-8. */
const bytesPerChar = 3;

/** A part of a buffer: of many small ones, views would take more room than what they show. */
export interface Text {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

export const noText: Text = { buffer: Buffer.alloc(0), start: 0, end: 0 };

/** Its length in bytes. */
export const lengthOf = ({ start, end }: Text): number => end - start;

/**
 * The bytes of one object's texts by family; the next `read` overwrites them. A hash has 64 bits in
 * two halves that are made in different ways, and is 0 for an empty text.
 */
export class Texts {
  readonly lengths: Uint32Array;
  /** Two numbers a family. */
  readonly hashes: Uint32Array;
  series = 0;
  bytes = 0;
  readonly #starts: Uint32Array;
  /** Where the last text ends. */
  #end = 0;
  #buffer = Buffer.alloc(0);
  #words = new Int32Array(0);

  constructor(families: number) {
    this.lengths = new Uint32Array(families);
    this.hashes = new Uint32Array(2 * families);
    this.#starts = new Uint32Array(families);
    this.#grow(firstBytes);
  }

  read(texts: readonly string[]): void {
    if (this.#buffer.length > keptBytesMax) this.#grow(firstBytes);
    this.series = 0;
    this.bytes = 0;
    let at = 0;
    for (let family = 0; family < texts.length; family++) {
      const text = texts[family] as string;
      if (text === '') {
        this.#starts[family] = 0;
        this.lengths[family] = 0;
        this.hashes[2 * family] = 0;
        this.hashes[2 * family + 1] = 0;
        continue;
      }
      const needed = at + bytesPerChar * text.length + 4;
      if (needed > this.#buffer.length) this.#grow(2 * needed);
      const length = this.#buffer.write(text, at);
      this.lengths[family] = length;
      this.#starts[family] = at;
      this.bytes += length;
      this.#hash(family, at, length);
      // Every text starts at a whole word: the hash reads four bytes at a time.
      at = (at + length + 3) & ~3;
    }
    this.#end = at;
    this.#countSeries(texts);
  }

  /** Copies of some families' texts. */
  copy(families: readonly number[]): Text[] {
    let bytes = 0;
    for (const family of families) bytes += this.lengths[family] as number;
    if (bytes === this.bytes) return this.#copyAll(families);
    const buffer = Buffer.allocUnsafe(bytes);
    let at = 0;
    return families.map((family) => {
      const from = this.#starts[family] as number;
      const start = at;
      at += this.#buffer.copy(buffer, at, from, from + (this.lengths[family] as number));
      return { buffer, start, end: at };
    });
  }

  /** All texts there are, as of an object that is new: one copy where there would be thirty. */
  #copyAll(families: readonly number[]): Text[] {
    const buffer = Buffer.from(this.#buffer.subarray(0, this.#end));
    return families.map((family) => {
      const start = this.#starts[family] as number;
      return { buffer, start, end: start + (this.lengths[family] as number) };
    });
  }

  /**
   * Four bytes a step, two halves at once: the whole of `read` takes about as long as a CRC-32 of
   * the texts, which has 32 bits and so misses a change every few weeks (bench/hash.ts).
   */
  #hash(family: number, at: number, length: number): void {
    this.#buffer.fill(0, at + length, at + length + 3);
    const end = (at + length + 3) >> 2;
    let a = length;
    let b = ~length;
    for (let i = at >> 2; i < end; i++) {
      const word = this.#words[i] as number;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0x85ebca77);
      b = (b << 13) | (b >>> 19);
    }
    this.hashes[2 * family] = a;
    this.hashes[2 * family + 1] = b;
  }

  /** Label values are escaped, so that a line feed ends a series and stands nowhere else. */
  #countSeries(texts: readonly string[]): void {
    for (const text of texts) {
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) this.series++;
    }
  }

  #grow(bytes: number): void {
    const grown = Buffer.from(new ArrayBuffer((bytes + 3) & ~3));
    this.#buffer.copy(grown, 0, 0, Math.min(this.#buffer.length, grown.length));
    this.#buffer = grown;
    this.#words = new Int32Array(grown.buffer);
  }
}
