// FamilyTexts is one object's text as bytes, by family, with hashes that changes are found by.
import { hash64 } from '../lib/hash64.ts';
import type { Promoted } from '../metrics/promotion.ts';
import type { Bytes } from './codec.ts';
import type { SpecState } from './specTexts.ts';

/** The texts of several new objects share a buffer of this size; a larger object has its own. */
const bufferBytes = 64 * 1024;
/** The most bytes of UTF-8 that one UTF-16 unit becomes. */
const bytesPerChar = 3;
/** Stands for the length of a text that is left out; no text is so long. */
const leftOut = 0xffff_ffff;

/** The text of one family of one object, and how many series it has. */
export interface Text extends Bytes {
  readonly series: number;
}

export const noText: Text = { buffer: Buffer.alloc(0), start: 0, end: 0, series: 0 };

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
  /** The labels in the texts that were promoted to the object. */
  promoted: Promoted | undefined;
  /** Whether texts are left out, because they are as they were in the state before. */
  partial = false;
  /** From `#start` on. */
  readonly #starts: Uint32Array;
  readonly #series: Uint32Array;
  #buffer = Buffer.alloc(0);
  #words = new Int32Array(0);
  /** Where the texts begin, and end at a whole word. */
  #start = 0;
  #end = 0;
  /** Where the next texts begin: what stands before was given away by `copy`. */
  #free = 0;

  constructor(families: number) {
    this.lengths = new Uint32Array(families);
    this.hashes = new Uint32Array(2 * families);
    this.#starts = new Uint32Array(families);
    this.#series = new Uint32Array(families);
    this.#renew(bufferBytes);
  }

  /** Texts that are `undefined` are those of the spec `standing`, which has not changed. */
  read(texts: readonly (string | undefined)[], standing?: SpecState): void {
    this.spec = standing;
    this.promoted = undefined;
    this.#read(texts, standing);
  }

  /** Reads the text of one family; all others stand, and have so many series and bytes. */
  readOne(family: number, text: string, standing: Pick<SpecState, 'series' | 'bytes'>): void {
    const texts = new Array<string | undefined>(this.lengths.length).fill(undefined);
    texts[family] = text;
    this.spec = undefined;
    this.promoted = undefined;
    this.#read(texts, standing);
  }

  #read(
    texts: readonly (string | undefined)[],
    standing: Pick<SpecState, 'series' | 'bytes'> | undefined,
  ): void {
    this.#start = this.#free;
    this.#end = this.#free;
    if (this.#buffer.length > bufferBytes) this.#renew(bufferBytes);
    this.partial = standing !== undefined;
    this.series = standing?.series ?? 0;
    this.bytes = standing?.bytes ?? 0;
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
      this.#write(family, text);
    }
    this.#countSeries(texts);
  }

  #write(family: number, text: string): void {
    // The hash reads whole words, up to three bytes beyond the text.
    const bytesMax = bytesPerChar * text.length + 4;
    if (this.#end + bytesMax > this.#buffer.length) {
      this.#renew(Math.max(bufferBytes, 2 * (this.#end - this.#start + bytesMax)));
    }
    const at = this.#end;
    const length = this.#buffer.write(text, at);
    const end = at + length;
    this.#buffer[end] = 0;
    this.#buffer[end + 1] = 0;
    this.#buffer[end + 2] = 0;
    const { a, b } = hash64(this.#words, at >> 2, length);
    this.hashes[2 * family] = a;
    this.hashes[2 * family + 1] = b;
    this.lengths[family] = length;
    this.#starts[family] = at - this.#start;
    this.bytes += length;
    this.#end = (end + 3) & ~3;
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

  /** Some families' texts, to keep: all of a new object stay in place, others are copied. */
  copy(families: readonly number[]): Text[] {
    let bytes = 0;
    for (const family of families) bytes += this.lengths[family] as number;
    const isShared = this.#buffer.length === bufferBytes;
    if (bytes === this.bytes && isShared) return this.#giveAway(families);
    const buffer = Buffer.allocUnsafe(bytes);
    let at = 0;
    return families.map((family) => {
      const from = this.#start + (this.#starts[family] as number);
      const start = at;
      at += this.#buffer.copy(buffer, at, from, from + (this.lengths[family] as number));
      return { buffer, start, end: at, series: this.#series[family] as number };
    });
  }

  /** All texts, as of a new object; the next ones are written behind them. */
  #giveAway(families: readonly number[]): Text[] {
    this.#free = this.#end;
    const buffer = this.#buffer;
    return families.map((family) => {
      const start = this.#start + (this.#starts[family] as number);
      const end = start + (this.lengths[family] as number);
      return { buffer, start, end, series: this.#series[family] as number };
    });
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

  /** Takes a new buffer, and moves the texts so far to its beginning. */
  #renew(bytes: number): void {
    const buffer = Buffer.from(new ArrayBuffer((bytes + 3) & ~3));
    const moved = this.#buffer.copy(buffer, 0, this.#start, this.#end);
    this.#start = 0;
    this.#end = moved;
    this.#free = 0;
    this.#buffer = buffer;
    this.#words = new Int32Array(buffer.buffer);
  }
}
