// A block: up to 64 objects of one age, their sealed text, and the changes that wait to be sealed.
import type { HeldVersion } from '../store.ts';
import { type Changes, type Lengths, type Sealed, slotsMax } from './sealed.ts';
import { lengthOf, noText, type Text, type Texts } from './texts.ts';

/** A block takes no more objects from here on, so that large ones have few neighbours. */
export const blockBytesMax = 1024 * 1024;

/** The longest text whose length a Uint16Array can hold. */
const shortMax = 0xffff;
/**
 * Some 36 KB: what is larger than 32 KB gets pages of its own (memory.ts). What is smaller and
 * stays holds up the allocator's heap, in which all that comes and goes lies: 40 MB instead of 6 to
 * 27 with 20,000 pods. Pages that nobody writes to take no memory.
 */
const mappedNumbers = 9 * 1024;

/** How an object is held: what is known of it beside its texts. */
export interface Held extends HeldVersion {
  /** What it came by. */
  part: string | undefined;
  version: string;
  series: number;
  bytes: number;
  /** The relist that saw it last, by its number. */
  seen: number;
}

/** An object and where its texts are. */
export interface Entry extends Held {
  block: Block;
  slot: number;
}

/** The new text of one family of an object. */
export interface Change {
  readonly family: number;
  readonly text: Text;
  /** The halves of its hash. */
  readonly a: number;
  readonly b: number;
}

/** A sum of bytes that many keep together. */
export interface Tally {
  bytes: number;
}

/** What is put in is compared with from then on, and served only once it is sealed. */
export class Block {
  /** By slot; a slot that an object has left is `undefined`. */
  readonly entries: (Entry | undefined)[] = [];
  sealed: Sealed;
  /** Of the texts that are sealed. */
  lengths: Lengths;
  objects = 0;
  bytes = 0;
  readonly #families: number;
  readonly #waiting: Tally;
  /** Of the texts as they are to be served, at `2 * (family * slotsMax + slot)`. */
  readonly #hashes: Uint32Array;
  #changes: (Map<number, Text> | undefined)[] | undefined;

  /** `waiting` is told how many bytes of changes wait here. */
  constructor(families: number, waiting: Tally) {
    this.#families = families;
    this.#waiting = waiting;
    this.#hashes = new Uint32Array(Math.max(2 * families * slotsMax, mappedNumbers));
    this.sealed = new Array<undefined>(families).fill(undefined);
    this.lengths = new Uint16Array(families * slotsMax);
  }

  /** Whether it takes no more objects: the holes that others left are not filled again. */
  get full(): boolean {
    return this.entries.length >= slotsMax || this.bytes >= blockBytesMax;
  }

  /** Whether something waits to be sealed. */
  get changed(): boolean {
    return this.#changes !== undefined;
  }

  add(held: Held, texts: Texts): Entry {
    const entry = { ...held, block: this, slot: this.entries.length };
    this.#settleIn(entry);
    this.#apply(entry.slot, this.diff(entry.slot, texts));
    return entry;
  }

  /** How an object's texts differ from those in a slot. */
  diff(slot: number, texts: Texts): Change[] {
    const changed: number[] = [];
    for (let family = 0; family < this.#families; family++) {
      const at = 2 * (family * slotsMax + slot);
      const same =
        this.#hashes[at] === texts.hashes[2 * family] &&
        this.#hashes[at + 1] === texts.hashes[2 * family + 1];
      if (!same) changed.push(family);
    }
    const copies = texts.copy(changed);
    return changed.map((family, i) => ({
      family,
      text: copies[i] as Text,
      a: texts.hashes[2 * family] as number,
      b: texts.hashes[2 * family + 1] as number,
    }));
  }

  /** Whether an object may stay here with new texts: large ones would make all others dear. */
  hasRoomFor({ bytes }: Entry, texts: Texts): boolean {
    return this.objects === 1 || this.bytes - bytes + texts.bytes <= 2 * blockBytesMax;
  }

  change(entry: Entry, changes: readonly Change[], held: Held): void {
    this.#apply(entry.slot, changes);
    this.bytes += held.bytes - entry.bytes;
    entry.version = held.version;
    entry.part = held.part;
    entry.series = held.series;
    entry.bytes = held.bytes;
  }

  #apply(slot: number, changes: readonly Change[]): void {
    for (const { family, text, a, b } of changes) {
      this.#setHash(family, slot, a, b);
      this.#wait(family, slot, text);
    }
  }

  remove({ slot, bytes }: Entry): void {
    this.entries[slot] = undefined;
    this.objects--;
    this.bytes -= bytes;
    for (let family = 0; family < this.#families; family++) {
      const at = 2 * (family * slotsMax + slot);
      if (this.#hashes[at] === 0 && this.#hashes[at + 1] === 0) continue;
      this.#setHash(family, slot, 0, 0);
      this.#wait(family, slot, noText);
    }
  }

  /** What waits, for a seal to work on; what changes from now on waits for the next. */
  take(): Changes {
    const changes = this.#changes ?? [];
    this.#changes = undefined;
    return changes;
  }

  /** What was taken is sealed. */
  settle(changes: Changes, sealed: Sealed): void {
    this.sealed = sealed;
    this.#waiting.bytes -= bytesOf(changes);
    for (const [family, bySlot] of changes.entries()) {
      for (const [slot, text] of bySlot ?? []) this.#setLength(family, slot, lengthOf(text));
    }
  }

  /** What was taken could not be sealed: it waits again, where nothing newer does. */
  giveBack(changes: Changes): void {
    const newer = this.take();
    this.#waiting.bytes -= bytesOf(changes) + bytesOf(newer);
    for (const source of [changes, newer]) {
      for (const [family, bySlot] of source.entries()) {
        for (const [slot, text] of bySlot ?? []) this.#wait(family, slot, text);
      }
    }
  }

  /** Forgets what waits: it will never be served. */
  drop(): void {
    this.#waiting.bytes -= bytesOf(this.take());
  }

  /**
   * Moves all objects to free slots of another block, where their texts wait to be sealed;
   * `sealedTexts` are those of this block, by family and slot.
   */
  moveInto(target: Block, sealedTexts: readonly (readonly Text[])[]): void {
    for (const [slot, entry] of this.entries.entries()) {
      if (entry === undefined) continue;
      const changes: Change[] = [];
      for (let family = 0; family < this.#families; family++) {
        const text = this.#changes?.[family]?.get(slot) ?? sealedTexts[family]?.[slot] ?? noText;
        const at = 2 * (family * slotsMax + slot);
        const [a, b] = [this.#hashes[at] as number, this.#hashes[at + 1] as number];
        if (lengthOf(text) > 0) changes.push({ family, text, a, b });
      }
      const hole = target.entries.indexOf(undefined);
      entry.block = target;
      entry.slot = hole < 0 ? target.entries.length : hole;
      target.#settleIn(entry);
      target.#apply(entry.slot, changes);
    }
    this.entries.length = 0;
    this.objects = 0;
    this.bytes = 0;
    this.drop();
  }

  #settleIn(entry: Entry): void {
    this.entries[entry.slot] = entry;
    this.objects++;
    this.bytes += entry.bytes;
  }

  #setLength(family: number, slot: number, length: number): void {
    if (length > shortMax && this.lengths instanceof Uint16Array) {
      this.lengths = Uint32Array.from(this.lengths);
    }
    this.lengths[family * slotsMax + slot] = length;
  }

  #setHash(family: number, slot: number, a: number, b: number): void {
    const at = 2 * (family * slotsMax + slot);
    this.#hashes[at] = a;
    this.#hashes[at + 1] = b;
  }

  #wait(family: number, slot: number, text: Text): void {
    this.#changes ??= new Array<undefined>(this.#families).fill(undefined);
    let bySlot = this.#changes[family];
    if (bySlot === undefined) {
      bySlot = new Map();
      this.#changes[family] = bySlot;
    }
    this.#waiting.bytes += lengthOf(text) - lengthOf(bySlot.get(slot) ?? noText);
    bySlot.set(slot, text);
  }
}

function bytesOf(changes: Changes): number {
  let bytes = 0;
  for (const bySlot of changes) {
    for (const text of bySlot?.values() ?? []) bytes += lengthOf(text);
  }
  return bytes;
}
