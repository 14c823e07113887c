// Block is up to 32 objects of one age: their text, and changes that are pending.

import type { Promoted } from '../metrics/promotion.ts';
import { BlockIndex, type FamilyColumns, shortMax } from './blockIndex.ts';
import type { Bytes } from './codec.ts';
import type { FamilyTexts } from './familyTexts.ts';
import { BlockText, slotsMax } from './segment.ts';
import type { Changes, SegmentWriter } from './segmentWriter.ts';
import type { SeriesCounts } from './seriesBudget.ts';
import { lengthOf, noText, SlotTexts, type Text } from './slotTexts.ts';
import type { SpecState } from './specTexts.ts';
import type { ObjectVersion } from './types.ts';

/** A block of this size takes no more objects, so that large objects have few neighbours. */
export const blockBytesMax = 1024 * 1024;

/** What the store knows of an object beside its texts. */
export interface ObjectRecord extends ObjectVersion {
  /** The part of the store that it is in. */
  part: string | undefined;
  version: string;
  series: number;
  bytes: number;
  /** The spec that some of its texts are made of; undefined where that is not known. */
  spec: SpecState | undefined;
  /** What is promoted to it; undefined where no labels are promoted. */
  promoted: Promoted | undefined;
  /** The number of the last relist that listed it. */
  seen: number;
  /** When it was deleted, where it is kept nonetheless. */
  deletedMs?: number | undefined;
}

/** An object in the store: its record, and where its texts are. */
export interface StoredObject extends ObjectRecord {
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

/** A sum of bytes that several objects add to. */
export interface ByteCount {
  bytes: number;
}

/** New texts count for `diff` at once, and are served once they are in `text`. */
export class Block {
  /** Objects by slot; a slot is `undefined` once its object was removed. */
  readonly slots: (StoredObject | undefined)[] = [];
  text: BlockText;
  /** Hashes of the newest texts, and the lengths of those in `text`. */
  readonly textIndex: BlockIndex;
  objectCount = 0;
  bytes = 0;
  /** Whether `text` is part of what is served. */
  served = false;
  readonly #families: number;
  readonly #pendingBytes: ByteCount;
  /** Series of the newest texts, an object's together; only where there are series budgets. */
  #series: SeriesCounts | undefined;
  /** New texts by slot. */
  #pending: (SlotTexts | undefined)[] | undefined;
  /** Changes that were taken, and are not in `text` yet. */
  #taken: Changes = [];

  /** `pendingBytes` sums the pending text of all blocks; `counted` is for `seriesOf`. */
  constructor(columns: FamilyColumns, pendingBytes: ByteCount, counted: boolean) {
    const { families } = columns;
    this.#families = families;
    if (counted) this.#series = new Uint16Array(families * slotsMax);
    this.#pendingBytes = pendingBytes;
    this.text = new BlockText(new Array<undefined>(families).fill(undefined));
    this.textIndex = new BlockIndex(columns);
  }

  /** Whether it takes no more objects; only `moveInto` uses the slots of removed ones again. */
  get full(): boolean {
    return this.slots.length >= slotsMax || this.bytes >= blockBytesMax;
  }

  /** Whether changes are pending. */
  get hasPending(): boolean {
    return this.#pending !== undefined;
  }

  append(record: ObjectRecord, texts: FamilyTexts): StoredObject {
    const { key, uid, part, version, series, bytes, spec, promoted, seen, deletedMs } = record;
    // Field by field: V8 keeps what a spread brings in an array beside the object. With 20,000
    // pods that is 2 MB, and a tenth of the objects that it has to mark.
    const object: StoredObject = {
      key,
      uid,
      part,
      version,
      series,
      bytes,
      spec,
      promoted,
      seen,
      deletedMs,
      block: this,
      slot: this.slots.length,
    };
    this.#insert(object);
    this.textIndex.fill(object.slot, texts.hashes);
    if (this.#series !== undefined) {
      for (let family = 0; family < this.#families; family++) {
        this.#setSeries(family, object.slot, texts.seriesOf(family));
      }
    }
    this.#pendingBySlot[object.slot] = new SlotTexts(this.#families, texts.pack());
    this.#pendingBytes.bytes += texts.bytes;
    return object;
  }

  /** How an object's texts differ from those in a slot. */
  diff(slot: number, texts: FamilyTexts): Change[] {
    const changed: number[] = [];
    for (let family = 0; family < this.#families; family++) {
      if (texts.isLeftOut(family)) continue;
      const [a, b] = [texts.hashes[2 * family] as number, texts.hashes[2 * family + 1] as number];
      if (!this.textIndex.hasHash(family, slot, a, b)) changed.push(family);
    }
    const copies = texts.copy(changed);
    return changed.map((family, i) => ({
      family,
      text: copies[i] as Text,
      a: texts.hashes[2 * family] as number,
      b: texts.hashes[2 * family + 1] as number,
    }));
  }

  /** Whether the object may stay with these texts: each update rewrites its whole block. */
  hasRoomFor({ bytes }: StoredObject, texts: FamilyTexts): boolean {
    return this.objectCount === 1 || this.bytes - bytes + texts.bytes <= 2 * blockBytesMax;
  }

  update(object: StoredObject, changes: readonly Change[], record: ObjectRecord): void {
    this.#apply(object.slot, changes);
    this.bytes += record.bytes - object.bytes;
    object.version = record.version;
    object.part = record.part;
    object.series = record.series;
    object.bytes = record.bytes;
    object.spec = record.spec;
    object.promoted = record.promoted;
    object.deletedMs = record.deletedMs;
  }

  /** Whether an object has no series of a family. */
  isEmpty({ slot }: StoredObject, family: number): boolean {
    return this.textIndex.hasHash(family, slot, 0, 0);
  }

  #apply(slot: number, changes: readonly Change[]): void {
    for (const { family, text, a, b } of changes) {
      this.textIndex.setHash(family, slot, a, b);
      if (this.#series !== undefined) this.#setSeries(family, slot, text.series);
      this.#setPending(family, slot, text);
    }
  }

  /** A copy of the number of series of each family of an object; all 0 if they are not counted. */
  seriesOf({ slot }: StoredObject): SeriesCounts {
    const first = slot * this.#families;
    return this.#series?.slice(first, first + this.#families) ?? new Uint16Array(this.#families);
  }

  /** Removes one family of an object. */
  removeFamily(object: StoredObject, family: number): void {
    const { slot } = object;
    const taken = this.#taken[slot]?.get(family);
    const newest = this.#pending?.[slot]?.get(family) ?? taken;
    const served = this.textIndex.lengthOf(family, slot);
    const bytes = newest === undefined ? served : lengthOf(newest);
    object.series -= this.#series?.[slot * this.#families + family] ?? 0;
    object.bytes -= bytes;
    this.bytes -= bytes;
    this.textIndex.setHash(family, slot, 0, 0);
    this.#setSeries(family, slot, 0);
    this.#setPending(family, slot, noText);
    // What was never served needs no segment to be written when it goes.
    if (served === 0 && taken === undefined) this.#pending?.[slot]?.set(family, undefined);
  }

  remove({ slot, bytes }: StoredObject): void {
    this.slots[slot] = undefined;
    this.objectCount--;
    this.bytes -= bytes;
    for (let family = 0; family < this.#families; family++) {
      if (this.textIndex.hasHash(family, slot, 0, 0)) continue;
      this.textIndex.setHash(family, slot, 0, 0);
      this.#setPending(family, slot, noText);
    }
    this.#series?.fill(0, slot * this.#families, (slot + 1) * this.#families);
  }

  /** Takes the pending changes, to write them; later changes are pending for the next time. */
  takePending(): Changes {
    this.#taken = this.#pending ?? [];
    this.#pending = undefined;
    return this.#taken;
  }

  /** `text` has the changes that were taken: it is the block's text from now on. */
  commit(changes: Changes, text: BlockText): void {
    this.text = text;
    this.#taken = [];
    for (let slot = 0; slot < changes.length; slot++) {
      const texts = changes[slot];
      if (texts === undefined) continue;
      for (let family = 0; family < this.#families; family++) {
        const length = texts.lengthOf(family);
        if (length === undefined) continue;
        this.#pendingBytes.bytes -= length;
        this.textIndex.setLength(family, slot, length);
      }
      texts.release();
    }
  }

  /** Changes that were taken are pending again, except where there are newer ones. */
  rollback(changes: Changes): void {
    const newer = this.takePending();
    this.#taken = [];
    for (const source of [changes, newer]) {
      this.#pendingBytes.bytes -= this.#bytesOf(source);
    }
    for (const source of [changes, newer]) {
      for (const [slot, texts] of source.entries()) {
        for (let family = 0; family < this.#families; family++) {
          const text = texts?.get(family);
          if (text !== undefined) this.#setPending(family, slot, text);
        }
      }
    }
  }

  /** Drops the pending changes: they will never be served. */
  discardPending(): void {
    this.#pendingBytes.bytes -= this.#bytesOf(this.#pending ?? []);
    this.#pending = undefined;
  }

  /** The newest texts of the objects in some slots, by family; they may not be served yet. */
  newestTexts(slots: readonly number[], writer: SegmentWriter): string[][] {
    const texts = slots.map(() => new Array<string>(this.#families).fill(''));
    for (let family = 0; family < this.#families; family++) {
      const segment = this.text.segments[family];
      const plain = segment && writer.plain(segment);
      for (const [i, slot] of slots.entries()) {
        const newest = this.#pending?.[slot]?.get(family) ?? this.#taken[slot]?.get(family);
        const text = newest ?? (plain && this.#textIn(plain, slot, family));
        if (text !== undefined) {
          (texts[i] as string[])[family] = text.buffer.toString('utf8', text.start, text.end);
        }
      }
    }
    return texts;
  }

  /** An object's text in that of its segment. */
  #textIn({ buffer, start }: Bytes, slot: number, family: number): Bytes {
    let at = start;
    for (let i = 0; i < slot; i++) at += this.textIndex.lengthOf(family, i);
    return { buffer, start: at, end: at + this.textIndex.lengthOf(family, slot) };
  }

  /**
   * Moves all objects to free slots of another block, where their texts are pending;
   * `texts` are those in `text`, by family and slot.
   */
  moveInto(target: Block, texts: readonly (readonly Text[])[]): void {
    for (const [slot, object] of this.slots.entries()) {
      if (object === undefined) continue;
      const changes: Change[] = [];
      for (let family = 0; family < this.#families; family++) {
        const text = this.#pending?.[slot]?.get(family) ?? texts[family]?.[slot] ?? noText;
        const [a, b] = this.textIndex.hashOf(family, slot);
        if (lengthOf(text) > 0) changes.push({ family, text, a, b });
      }
      const hole = target.slots.indexOf(undefined);
      object.block = target;
      object.slot = hole < 0 ? target.slots.length : hole;
      target.#insert(object);
      target.#apply(object.slot, changes);
    }
    this.slots.length = 0;
    this.objectCount = 0;
    this.bytes = 0;
    this.discardPending();
  }

  #insert(object: StoredObject): void {
    this.slots[object.slot] = object;
    this.objectCount++;
    this.bytes += object.bytes;
  }

  #setSeries(family: number, slot: number, series: number): void {
    if (this.#series === undefined) return;
    if (series > shortMax && this.#series instanceof Uint16Array) {
      this.#series = Uint32Array.from(this.#series);
    }
    this.#series[slot * this.#families + family] = series;
  }

  get #pendingBySlot(): (SlotTexts | undefined)[] {
    this.#pending ??= new Array<undefined>(slotsMax).fill(undefined);
    return this.#pending;
  }

  #setPending(family: number, slot: number, text: Text): void {
    const pending = this.#pendingBySlot;
    const texts = pending[slot] ?? new SlotTexts(this.#families);
    pending[slot] = texts;
    this.#pendingBytes.bytes += lengthOf(text) - lengthOf(texts.get(family) ?? noText);
    texts.set(family, text);
  }

  #bytesOf(changes: Changes): number {
    let bytes = 0;
    for (const texts of changes) {
      for (let family = 0; family < this.#families; family++) bytes += texts?.lengthOf(family) ?? 0;
    }
    return bytes;
  }
}
