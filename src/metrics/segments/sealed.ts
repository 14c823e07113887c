// The immutable form of a block: its objects' text, deflated, one segment a family.
import { crc32 } from 'node:zlib';
import { operatorOf } from './checksum.ts';
import { Codec } from './codec.ts';
import { lengthOf, type Text } from './texts.ts';

/** Objects a block has room for: larger ones are 1 % smaller and make an update 4 times dearer. */
export const slotsMax = 64;
/** A buffer that one large text made grow beyond this is given back. */
const keptBytesMax = 1024 * 1024;

/** One deflated text, and what the CRC-32 of the whole needs to know of it. */
export interface Segment {
  readonly bytes: Uint8Array;
  readonly textBytes: number;
  readonly crc: number;
  /** Of `textBytes`, as `operatorOf` has it. */
  readonly operator: number;
}

/** The segments of a block by family; a family without text has none. Immutable. */
export type Sealed = readonly (Segment | undefined)[];

/** The length of each object's text by family and slot: at `family * slotsMax + slot`. */
export type Lengths = Uint16Array | Uint32Array;

/** The new texts of some slots, by family. */
export type Changes = readonly (ReadonlyMap<number, Text> | undefined)[];

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
  async seal(from: Sealed, lengths: Lengths, changes: Changes): Promise<Sealed> {
    const sealed = [...from];
    const old = await this.#inflate(from.filter((_, family) => changes[family] !== undefined));
    let end = 0;
    for (const [family, changed] of changes.entries()) {
      if (changed === undefined) continue;
      const start = end;
      end += from[family]?.textBytes ?? 0;
      const ofFamily = lengths.subarray(family * slotsMax, (family + 1) * slotsMax);
      const text = this.#splice(old.subarray(start, end), ofFamily, changed);
      sealed[family] = text.length === 0 ? undefined : await this.segment(text);
      this.segments++;
    }
    return sealed;
  }

  /** The segment of a text that is not empty. */
  async segment(text: Buffer): Promise<Segment> {
    const pieces = await this.#try(() => this.#codec.deflate(text));
    const textBytes = text.length;
    return { bytes: joined(pieces), textBytes, crc: crc32(text), operator: operatorOf(textBytes) };
  }

  /** Every text of a block, copied, by family and slot. */
  async read(from: Sealed, lengths: Lengths): Promise<Text[][]> {
    const buffer = Buffer.from(await this.#inflate(from));
    let end = 0;
    return from.map((_, family) =>
      Array.from({ length: slotsMax }, (_, slot) => {
        const start = end;
        end += lengths[family * slotsMax + slot] as number;
        return { buffer, start, end };
      }),
    );
  }

  close(): void {
    this.#codec.close();
  }

  /** A family's text with the changes in it; `lengths` are those of the old texts by slot. */
  #splice(old: Buffer, lengths: Lengths, changed: ReadonlyMap<number, Text>): Buffer {
    let added = 0;
    for (const text of changed.values()) added += lengthOf(text);
    const text = this.#new.ofSize(old.length + added);
    let read = 0;
    let written = 0;
    for (const [slot, length] of lengths.entries()) {
      const change = changed.get(slot);
      written +=
        change === undefined
          ? old.copy(text, written, read, read + length)
          : change.buffer.copy(text, written, change.start, change.end);
      read += length;
    }
    return text.subarray(0, written);
  }

  /** The texts of segments, one behind the other: one way to zlib's thread and back for all. */
  async #inflate(segments: Sealed): Promise<Buffer> {
    const compressed: Uint8Array[] = [];
    let bytes = 0;
    for (const segment of segments) {
      if (segment === undefined) continue;
      compressed.push(segment.bytes);
      bytes += segment.textBytes;
    }
    const text = this.#old.ofSize(bytes);
    if (bytes === 0) return text;
    const pieces = await this.#try(() => this.#codec.inflate(Buffer.concat(compressed)));
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

/** Not from Buffer's pool: what stays would keep 64 KB alive for every few bytes of it. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
