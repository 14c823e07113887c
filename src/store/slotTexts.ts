// SlotTexts is the new text of one object in its block: all of it, or that of single families.
import type { Rendered } from '../metrics/rendered.ts';
import type { Bytes } from './codec.ts';

/** The text of one family of one object, and how many series it has. */
export interface Text extends Bytes {
  readonly series: number;
}

export const noText: Text = { buffer: Buffer.alloc(0), start: 0, end: 0, series: 0 };

/** Its length in bytes. */
export const lengthOf = ({ start, end }: Bytes): number => end - start;

const wordBytes = 4;
/** The texts of several new objects share a page of this size; a larger object has its own. */
const pageBytes = 64 * 1024;
/** The numbers of a family in the table of PackedTexts: where its text begins, length, series. */
const numbers = 3;

/** Pages without texts that are kept to be used again: those of the blocks that are compressed. */
const freePagesMax = 32;

/** Memory for the texts of new objects. */
class TextPage {
  readonly buffer: Buffer;
  readonly words: Uint32Array;
  used = 0;
  /** The texts in it, and TextPages while it is being filled. */
  users = 1;

  constructor(bytes: number) {
    this.buffer = Buffer.from(new ArrayBuffer(bytes));
    this.words = new Uint32Array(this.buffer.buffer);
  }
}

/**
 * The pages of all stores. One whose texts have been written to segments is used again: the
 * allocator gets each fresh one from the kernel, which zeroes its memory (app/nodeOptions.ts).
 * Those that nothing uses before the next collection go with it: 2 MB at rest.
 */
export class TextPages {
  #page = new TextPage(0);
  readonly #free: WeakRef<TextPage>[] = [];

  /** Keeps the texts of an object of which none is left out. */
  pack(texts: Rendered): PackedTexts {
    const bytes = PackedTexts.bytesOf(texts);
    if (this.#page.used + bytes > this.#page.buffer.length) {
      this.release(this.#page);
      const free = bytes > pageBytes ? undefined : this.#takeFree();
      this.#page = free ?? new TextPage(Math.max(pageBytes, bytes));
    }
    this.#page.users++;
    return new PackedTexts(this, this.#page, texts);
  }

  /** Called once for each of its users, when nothing will read what that one had in it. */
  release(page: TextPage): void {
    page.users--;
    if (page.users > 0 || page.buffer.length !== pageBytes) return;
    if (this.#free.length === freePagesMax) return;
    page.used = 0;
    page.users = 1;
    this.#free.push(new WeakRef(page));
  }

  #takeFree(): TextPage | undefined {
    let page: TextPage | undefined;
    while (page === undefined && this.#free.length > 0) page = this.#free.pop()?.deref();
    return page;
  }
}

/**
 * All texts of a new object, behind a table of where they are: an object for each of them would be
 * garbage that outlives the young generation.
 */
export class PackedTexts {
  readonly #pages: TextPages;
  readonly #page: TextPage;
  /** The first word of the table. */
  readonly #table: number;

  /** The bytes that it takes of a page, in whole words. */
  static bytesOf(texts: Rendered): number {
    const { start, end } = extentOf(texts);
    return wordBytes * (numbers * texts.starts.length + Math.ceil((end - start) / wordBytes));
  }

  /** Copies the texts to a page that has room for them. */
  constructor(pages: TextPages, page: TextPage, texts: Rendered) {
    const { bytes, starts, lengths, series } = texts;
    const { start, end } = extentOf(texts);
    const { words } = page;
    this.#pages = pages;
    this.#page = page;
    this.#table = page.used / wordBytes;
    const textsAt = page.used + wordBytes * numbers * starts.length;
    for (let family = 0, at = this.#table; family < starts.length; family++, at += numbers) {
      words[at] = (starts[family] as number) - start + textsAt;
      words[at + 1] = lengths[family] as number;
      words[at + 2] = series[family] as number;
    }
    bytes.buffer.copy(page.buffer, textsAt, start, end);
    page.used += PackedTexts.bytesOf(texts);
  }

  /** Called once, where the texts are not read any more, nor any that `get` has returned. */
  release(): void {
    this.#pages.release(this.#page);
  }

  lengthOf(family: number): number {
    return this.#number(family, 1);
  }

  seriesOf(family: number): number {
    return this.#number(family, 2);
  }

  /** Returns the length of the text that it writes. */
  write(family: number, target: Buffer, at: number): number {
    const start = this.#number(family, 0);
    return this.#page.buffer.copy(target, at, start, start + this.lengthOf(family));
  }

  /** Undefined where it is empty: a new object has had no text before. */
  get(family: number): Text | undefined {
    const length = this.lengthOf(family);
    if (length === 0) return undefined;
    const { buffer } = this.#page;
    const start = this.#number(family, 0);
    return { buffer, start, end: start + length, series: this.seriesOf(family) };
  }

  #number(family: number, which: 0 | 1 | 2): number {
    return this.#page.words[this.#table + numbers * family + which] as number;
  }
}

const extentOf = ({ starts, lengths }: Rendered): { start: number; end: number } => {
  const last = starts.length - 1;
  return { start: starts[0] ?? 0, end: (starts[last] ?? 0) + (lengths[last] ?? 0) };
};

/** New texts of one object: those that it came with, and those of single families later. */
export class SlotTexts {
  readonly #families: number;
  readonly #packed: PackedTexts | undefined;
  /** Null where there is no new text, whatever the object came with. */
  #single: (Text | null | undefined)[] | undefined;

  constructor(families: number, packed?: PackedTexts) {
    this.#families = families;
    this.#packed = packed;
  }

  /** The new text of a family; undefined where the old one stays. */
  get(family: number): Text | undefined {
    const single = this.#single?.[family];
    return single === undefined ? this.#packed?.get(family) : (single ?? undefined);
  }

  /** As PackedTexts; texts that are never released are freed as garbage. */
  release(): void {
    this.#packed?.release();
  }

  /** The length of the new text; undefined where the old one stays. */
  lengthOf(family: number): number | undefined {
    const single = this.#single?.[family];
    if (single !== undefined) return single === null ? undefined : lengthOf(single);
    return this.#packed?.lengthOf(family) || undefined;
  }

  /** The series in the new text. */
  seriesOf(family: number): number {
    const single = this.#single?.[family];
    return single === undefined ? (this.#packed?.seriesOf(family) ?? 0) : (single?.series ?? 0);
  }

  /** Writes the new text; returns its length. Without an object for each text, as `get` makes. */
  write(family: number, target: Buffer, at: number): number {
    const single = this.#single?.[family];
    if (single === undefined) return this.#packed?.write(family, target, at) ?? 0;
    return single?.buffer.copy(target, at, single.start, single.end) ?? 0;
  }

  set(family: number, text: Text | undefined): void {
    this.#single ??= new Array<undefined>(this.#families).fill(undefined);
    this.#single[family] = text ?? null;
  }
}
