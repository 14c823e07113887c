// FamilyTexts is one object's text by family, with hashes that changes are found by.
import { hash64 } from '../lib/hash64.ts';
import type { Promoted } from '../metrics/promotion.ts';
import { leftOut, type Rendered, renderedOf } from '../metrics/rendered.ts';
import type { PackedTexts, Text, TextPages } from './slotTexts.ts';
import type { SpecState } from './specTexts.ts';

/**
 * The texts of one object, of which only hashes are made here: the bytes are those that were
 * rendered last. A hash has 64 bits in two halves that are made in different ways, and is 0 for an
 * empty text.
 */
export class FamilyTexts {
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
  readonly #families: number;
  readonly #pages: TextPages;
  #rendered: Rendered | undefined;

  constructor(families: number, pages: TextPages) {
    this.#families = families;
    this.#pages = pages;
    this.hashes = new Uint32Array(2 * families);
  }

  /** Takes what was rendered; texts that are left out are those of the spec `standing`. */
  read(rendered: Rendered, standing?: SpecState): void {
    this.#read(rendered, standing);
    this.spec = standing;
  }

  /** Takes the text of one family; all others stand, and have so many series and bytes. */
  readOne(family: number, text: string, standing: Pick<SpecState, 'series' | 'bytes'>): void {
    const texts = new Array<string | undefined>(this.#families).fill(undefined);
    texts[family] = text;
    this.#read(renderedOf(texts), standing);
  }

  #read(rendered: Rendered, standing: Pick<SpecState, 'series' | 'bytes'> | undefined): void {
    this.#rendered = rendered;
    this.spec = undefined;
    this.promoted = undefined;
    this.partial = standing !== undefined;
    this.series = standing?.series ?? 0;
    this.bytes = standing?.bytes ?? 0;
    const { bytes, starts, lengths, series } = rendered;
    for (let family = 0; family < this.#families; family++) {
      const length = lengths[family] as number;
      if (length === leftOut) continue;
      if (length === 0) {
        this.hashes[2 * family] = 0;
        this.hashes[2 * family + 1] = 0;
        continue;
      }
      const { a, b } = hash64(bytes.words, (starts[family] as number) >> 2, length);
      this.hashes[2 * family] = a;
      this.hashes[2 * family + 1] = b;
      this.bytes += length;
      this.series += series[family] as number;
    }
  }

  /** Whether the family's text is as it was. */
  isLeftOut(family: number): boolean {
    return this.#last.lengths[family] === leftOut;
  }

  seriesOf(family: number): number {
    return this.#last.series[family] as number;
  }

  /** The series and bytes of some families together. */
  sumOf(families: readonly number[]): { readonly series: number; readonly bytes: number } {
    const { series, lengths } = this.#last;
    const sum = { series: 0, bytes: 0 };
    for (const family of families) {
      sum.series += series[family] as number;
      sum.bytes += lengths[family] as number;
    }
    return sum;
  }

  /** Some families' texts, to keep. */
  copy(families: readonly number[]): Text[] {
    const { bytes, starts, lengths, series } = this.#last;
    let size = 0;
    for (const family of families) size += lengths[family] as number;
    const buffer = Buffer.allocUnsafe(size);
    let at = 0;
    return families.map((family) => {
      const from = starts[family] as number;
      const start = at;
      at += bytes.buffer.copy(buffer, at, from, from + (lengths[family] as number));
      return { buffer, start, end: at, series: series[family] as number };
    });
  }

  /** All texts, to keep, of an object of which none is left out. */
  pack(): PackedTexts {
    return this.#pages.pack(this.#last);
  }

  get #last(): Rendered {
    if (this.#rendered === undefined) throw new Error('expected texts that were read, got none');
    return this.#rendered;
  }
}
