// The immutable form of a block: its objects' text, deflated, one segment a family.
import { crc32 } from 'node:zlib';
import { operatorOf } from './checksum.ts';
import { Codec } from './codec.ts';
import { lengthOf, type Text } from './texts.ts';

/** Objects a block has room for: larger ones are 1 % smaller and make an update 4 times dearer. */
export const slotsMax = 64;
/** A buffer that one large text made grow beyond this is given back. */
const keptBytesMax = 1024 * 1024;
const shortMax = 0xffff;

/** One deflated text, and what the CRC-32 of the whole needs to know of it. */
export interface Segment {
  readonly bytes: Uint8Array;
  readonly textBytes: number;
  readonly crc: number;
  /** Of `textBytes`, as `operatorOf` has it. */
  readonly operator: number;
}

/** The segments of a block by family; an empty text has an empty segment. */
export interface Sealed {
  /** The segments, one behind the other, in a buffer of exactly their size. */
  readonly bytes: Uint8Array;
  /** Where each ends. */
  readonly ends: Uint32Array;
  readonly textBytes: Uint32Array;
  readonly crcs: Uint32Array;
  readonly operators: Uint32Array;
  /** The length of each object's text by family and slot: at `family * slotsMax + slot`. */
  readonly lengths: Uint16Array | Uint32Array;
}

/** The new texts of some slots, by family. */
export type Changes = readonly (ReadonlyMap<number, Text> | undefined)[];

export function emptySealed(families: number): Sealed {
  return {
    bytes: new Uint8Array(0),
    ends: new Uint32Array(families),
    textBytes: new Uint32Array(families),
    crcs: new Uint32Array(families),
    operators: new Uint32Array(families),
    lengths: new Uint16Array(families * slotsMax),
  };
}

/** One family's segment of a block. */
export function segmentOf({ bytes, ends }: Sealed, family: number): Uint8Array {
  return bytes.subarray(family === 0 ? 0 : ends[family - 1], ends[family]);
}

/** Makes blocks of blocks and changes; one call at a time. */
export class Sealer {
  /** Segments made so far. */
  segments = 0;
  readonly #onWork: () => void;
  #codec = new Codec();
  #old = new Room();
  #new = new Room();

  /** `onWork` is told whenever our own thread goes on with the work of zlib's. */
  constructor(onWork: () => void) {
    this.#onWork = onWork;
  }

  /** The block with the changes in it; the texts of other slots and families stand as they are. */
  async seal(from: Sealed, changes: Changes): Promise<Sealed> {
    const { ends, textBytes, crcs, operators } = emptySealed(from.ends.length);
    const lengths = widened(from.lengths, changes);
    const pieces: Uint8Array[] = [];
    let end = 0;
    for (let family = 0; family < ends.length; family++) {
      const changed = changes[family];
      let made: readonly Uint8Array[];
      if (changed === undefined) {
        textBytes[family] = from.textBytes[family] as number;
        crcs[family] = from.crcs[family] as number;
        operators[family] = from.operators[family] as number;
        made = [segmentOf(from, family)];
      } else {
        const text = await this.#splice(from, lengths, family, changed);
        textBytes[family] = text.length;
        crcs[family] = crc32(text);
        operators[family] = operatorOf(text.length);
        made = text.length === 0 ? [] : await this.#try(() => this.#codec.deflate(text));
        this.segments++;
      }
      for (const piece of made) {
        pieces.push(piece);
        end += piece.length;
      }
      ends[family] = end;
    }
    return { bytes: joined(pieces, end), ends, textBytes, crcs, operators, lengths };
  }

  /** The segment of one text alone, which is not empty. */
  async segment(text: Buffer): Promise<Segment> {
    const pieces = await this.#try(() => this.#codec.deflate(text));
    const textBytes = text.length;
    const bytes = joined(
      pieces,
      pieces.reduce((sum, { length }) => sum + length, 0),
    );
    return { bytes, textBytes, crc: crc32(text), operator: operatorOf(textBytes) };
  }

  /** Every text of a block, copied, by family and slot. */
  async read(from: Sealed): Promise<Text[][]> {
    const texts: Text[][] = [];
    for (let family = 0; family < from.ends.length; family++) {
      const buffer = Buffer.from(await this.#inflate(from, family));
      let end = 0;
      const bySlot = Array.from({ length: slotsMax }, (_, slot) => {
        const start = end;
        end += from.lengths[family * slotsMax + slot] as number;
        return { buffer, start, end };
      });
      texts.push(bySlot);
    }
    return texts;
  }

  close(): void {
    this.#codec.close();
  }

  /** The new text of a family; `lengths` gets the lengths that changed. */
  async #splice(
    from: Sealed,
    lengths: Uint16Array | Uint32Array,
    family: number,
    changed: ReadonlyMap<number, Text>,
  ): Promise<Uint8Array> {
    const old = await this.#inflate(from, family);
    let added = 0;
    for (const text of changed.values()) added += lengthOf(text);
    const text = this.#new.ofSize(old.length + added);
    let read = 0;
    let written = 0;
    for (let slot = 0; slot < slotsMax; slot++) {
      const index = family * slotsMax + slot;
      const length = from.lengths[index] as number;
      const change = changed.get(slot);
      if (change === undefined) {
        written += old.copy(text, written, read, read + length);
      } else {
        written += change.buffer.copy(text, written, change.start, change.end);
        lengths[index] = lengthOf(change);
      }
      read += length;
    }
    return text.subarray(0, written);
  }

  async #inflate(from: Sealed, family: number): Promise<Buffer> {
    const bytes = from.textBytes[family] as number;
    if (bytes === 0) return this.#old.ofSize(0);
    const segment = segmentOf(from, family);
    const pieces = await this.#try(() => this.#codec.inflate(segment));
    const text = this.#old.ofSize(bytes);
    let at = 0;
    for (const piece of pieces) {
      text.set(piece, at);
      at += piece.length;
    }
    return text;
  }

  /** After a failure of zlib, which is out of memory, its streams are made anew. */
  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      this.#onWork();
      return done;
    } catch (error) {
      this.#codec.close();
      this.#codec = new Codec();
      throw error;
    }
  }
}

/** A buffer that is used again and again for texts of any size. */
class Room {
  #bytes = Buffer.alloc(0);

  ofSize(bytes: number): Buffer {
    const tooLarge = this.#bytes.length > keptBytesMax && bytes <= keptBytesMax;
    if (bytes > this.#bytes.length || tooLarge) this.#bytes = Buffer.allocUnsafeSlow(bytes);
    return this.#bytes.subarray(0, bytes);
  }
}

/** A copy that has room for the lengths of the changes. */
function widened(lengths: Uint16Array | Uint32Array, changes: Changes): Uint16Array | Uint32Array {
  const isLong = (text: Text): boolean => lengthOf(text) > shortMax;
  const long = changes.some((family) => family?.values().some(isLong));
  return long && lengths instanceof Uint16Array ? Uint32Array.from(lengths) : lengths.slice();
}

/** Not from Buffer's pool: what stays would keep 64 KB alive for every few bytes of it. */
function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
