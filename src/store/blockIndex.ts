// BlockIndex is what a block knows of each of its texts: a hash, and how long it is.
import { slotsMax } from './segment.ts';
import type { Lengths } from './segmentWriter.ts';

/**
 * Some 36 KB: the allocator gives buffers over 32 KB pages of their own (app/nodeOptions.ts).
 * Smaller ones, which live long, fragment its heap: 40 MB instead of 6 to 27 with 20,000 pods.
 * Pages that nothing is written to take no memory.
 */
const bytesMin = 36 * 1024;
/** A column has the hashes of a family's texts by slot, in two numbers each, and their lengths. */
const hashBytes = 8;
const columnBytes = slotsMax * (hashBytes + Uint16Array.BYTES_PER_ELEMENT);
const hashesPerColumn = columnBytes / Uint32Array.BYTES_PER_ELEMENT;
const lengthsPerColumn = columnBytes / Uint16Array.BYTES_PER_ELEMENT;
const lengthsStart = (slotsMax * hashBytes) / Uint16Array.BYTES_PER_ELEMENT;

/** The largest number that a Uint16Array can hold. */
export const shortMax = 0xffff;

/**
 * The columns of a store's families, in the order in which they came to have text. Those that are
 * empty in most blocks come last, so that these blocks write nothing to their pages: of 59 families
 * of pods 38 have text in most.
 */
export class FamilyColumns {
  readonly families: number;
  /** By family; -1 without text so far. */
  readonly #columns: Int32Array;
  #used = 0;

  constructor(families: number) {
    this.families = families;
    this.#columns = new Int32Array(families).fill(-1);
  }

  /** -1 where no object of the store ever had text of the family. */
  of(family: number): number {
    return this.#columns[family] as number;
  }

  /** That of a family that has text from now on. */
  take(family: number): number {
    let column = this.of(family);
    if (column < 0) {
      column = this.#used++;
      this.#columns[family] = column;
    }
    return column;
  }
}

/** Texts that were never set have the hash 0 and no length. */
export class BlockIndex implements Lengths {
  readonly #columns: FamilyColumns;
  readonly #hashes: Uint32Array;
  readonly #lengths: Uint16Array;
  /** All lengths, by family and slot, once one of them needs more than 16 bits. */
  #longLengths: Uint32Array | undefined;
  /** The columns that were written to are before this one. */
  #end = 0;

  constructor(columns: FamilyColumns) {
    const bytes = new ArrayBuffer(Math.max(columns.families * columnBytes, bytesMin));
    this.#columns = columns;
    this.#hashes = new Uint32Array(bytes);
    this.#lengths = new Uint16Array(bytes);
  }

  /** The bytes that it needs, and those that it has taken beyond. */
  get bytes(): { readonly needed: number; readonly untouched: number } {
    const touched = this.#end * columnBytes;
    const long = this.#longLengths?.byteLength ?? 0;
    return { needed: touched + long, untouched: this.#hashes.byteLength - touched };
  }

  /** Whether a text has this hash. */
  hasHash(family: number, slot: number, a: number, b: number): boolean {
    const column = this.#columns.of(family);
    if (column < 0) return a === 0 && b === 0;
    const at = column * hashesPerColumn + 2 * slot;
    return this.#hashes[at] === a && this.#hashes[at + 1] === b;
  }

  /** The halves of a text's hash. */
  hashOf(family: number, slot: number): readonly [a: number, b: number] {
    const column = this.#columns.of(family);
    if (column < 0) return [0, 0];
    const at = column * hashesPerColumn + 2 * slot;
    return [this.#hashes[at] as number, this.#hashes[at + 1] as number];
  }

  /** Writes nothing where it is that already: a page that is not touched takes no memory. */
  setHash(family: number, slot: number, a: number, b: number): void {
    if (this.hasHash(family, slot, a, b)) return;
    this.#writeHash(family, slot, a, b);
  }

  /** Sets all hashes of a slot that had no texts; there are two numbers a family. */
  fill(slot: number, hashes: Uint32Array): void {
    for (let family = 0; family < this.#columns.families; family++) {
      const [a, b] = [hashes[2 * family] as number, hashes[2 * family + 1] as number];
      if (a !== 0 || b !== 0) this.#writeHash(family, slot, a, b);
    }
  }

  /** In bytes; those of the text that the block has in segments. */
  lengthOf(family: number, slot: number): number {
    if (this.#longLengths !== undefined) {
      return this.#longLengths[family * slotsMax + slot] as number;
    }
    const column = this.#columns.of(family);
    if (column < 0) return 0;
    return this.#lengths[column * lengthsPerColumn + lengthsStart + slot] as number;
  }

  /** As `setHash`. */
  setLength(family: number, slot: number, length: number): void {
    if (length > shortMax) this.#longLengths ??= this.#copyOfLengths();
    if (this.#longLengths !== undefined) this.#longLengths[family * slotsMax + slot] = length;
    else if (length !== this.lengthOf(family, slot)) {
      const column = this.#columnToWrite(family);
      this.#lengths[column * lengthsPerColumn + lengthsStart + slot] = length;
    }
  }

  #writeHash(family: number, slot: number, a: number, b: number): void {
    const at = this.#columnToWrite(family) * hashesPerColumn + 2 * slot;
    this.#hashes[at] = a;
    this.#hashes[at + 1] = b;
  }

  #columnToWrite(family: number): number {
    const column = this.#columns.take(family);
    if (column >= this.#end) this.#end = column + 1;
    return column;
  }

  #copyOfLengths(): Uint32Array {
    return Uint32Array.from({ length: this.#columns.families * slotsMax }, (_, i) =>
      this.lengthOf(Math.floor(i / slotsMax), i % slotsMax),
    );
  }
}
