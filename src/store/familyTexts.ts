// FamilyTexts is one object's text as bytes, by family, with hashes that changes are found by.
import { hash64 } from '../lib/hash64.ts';
import type { Bytes } from './codec.ts';
import type { SpecState } from './specTexts.ts';

/** A buffer that one large object made grow beyond this is released. */
const keptBytesMax = 1024 * 1024;
const firstBytes = 64 * 1024;
/** The most bytes of UTF-8 that one UTF-16 unit becomes. */
const bytesPerChar = 3;
/** Stands for the length of a text that is left out; no text is so long. */
const leftOut = 0xffff_ffff;

/** The text of one family of one object. */
export type Text = Bytes;

export const noText: Text = { buffer: Buffer.alloc(0), start: 0, end: 0 };

/** Its length in bytes. */
export const lengthOf = ({ start, end }: Text): number => end - start;

/**
 * The bytes of one object's texts by family; the next `read` overwrites them. A hash has 64 bits in
 * two halves that are made in different ways, and is 0 for an empty text.
 */
export class FamilyTexts {
  readonly lengths: Uint32Array;
  /** Two numbers a family. */
  readonly hashes: Uint32Array;
  series = 0;
  bytes = 0;
  /** What the store is to keep of the object's spec. */
  spec: SpecState | undefined;
  /** Whether texts are left out, because they are as they were in the state before. */
  partial = false;
  readonly #starts: Uint32Array;
  readonly #series: Uint32Array;
  /** Where the last text ends. */
  #end = 0;
  #buffer = Buffer.alloc(0);
  #words = new Int32Array(0);

  constructor(families: number) {
    this.lengths = new Uint32Array(families);
    this.hashes = new Uint32Array(2 * families);
    this.#starts = new Uint32Array(families);
    this.#series = new Uint32Array(families);
    this.#grow(firstBytes);
  }

  /** Texts that are `undefined` are those of the spec `standing`, which has not changed. */
  read(texts: readonly (string | undefined)[], standing?: SpecState): void {
    if (this.#buffer.length > keptBytesMax) this.#grow(firstBytes);
    this.spec = standing;
    this.partial = standing !== undefined;
    this.series = standing?.series ?? 0;
    this.bytes = standing?.bytes ?? 0;
    let at = 0;
    for (let family = 0; family < texts.length; family++) {
      const text = texts[family];
      if (text === undefined) {
        this.lengths[family] = leftOut;
        continue;
      }
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

  /** Whether the family's text is as it was. */
  isLeftOut(family: number): boolean {
    return this.lengths[family] === leftOut;
  }

  /** The series and bytes of some families together. */
  sumOf(families: readonly number[]): { readonly series: number; readonly bytes: number } {
    let series = 0;
    let bytes = 0;
    for (const family of families) {
      series += this.#series[family] as number;
      bytes += this.lengths[family] as number;
    }
    return { series, bytes };
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

  /** All texts, as of a new object: one copy instead of thirty. */
  #copyAll(families: readonly number[]): Text[] {
    const buffer = Buffer.from(this.#buffer.subarray(0, this.#end));
    return families.map((family) => {
      const start = this.#starts[family] as number;
      return { buffer, start, end: start + (this.lengths[family] as number) };
    });
  }

  #hash(family: number, at: number, length: number): void {
    this.#buffer.fill(0, at + length, at + length + 3);
    const { a, b } = hash64(this.#words, at >> 2, length);
    this.hashes[2 * family] = a;
    this.hashes[2 * family + 1] = b;
  }

  /** Label values are escaped, so that a line feed ends a series and stands nowhere else. */
  #countSeries(texts: readonly (string | undefined)[]): void {
    for (let family = 0; family < texts.length; family++) {
      const text = texts[family];
      if (text === undefined) continue;
      let series = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) series++;
      this.#series[family] = series;
      this.series += series;
    }
  }

  #grow(bytes: number): void {
    const grown = Buffer.from(new ArrayBuffer((bytes + 3) & ~3));
    this.#buffer.copy(grown, 0, 0, Math.min(this.#buffer.length, grown.length));
    this.#buffer = grown;
    this.#words = new Int32Array(grown.buffer);
  }
}
