// SegmentWriter makes the segments of blocks: it splices changes in, compresses, and reads texts.
import { type Bytes, type Codec, openCodec } from './codec.ts';
import { ScratchBuffer } from './scratchBuffer.ts';
import { BlockText, copyAll, linesIn, Segment, slotsMax } from './segment.ts';
import type { SlotTexts, Text } from './slotTexts.ts';

const noBytes: Bytes = { buffer: Buffer.alloc(0), start: 0, end: 0 };

/** The length in bytes of each object's text of each family. */
export interface Lengths {
  lengthOf(family: number, slot: number): number;
}

/** New texts by slot; where there is none, the old text stays. */
export type Changes = readonly (SlotTexts | undefined)[];

/** Counts since the start. */
export interface SegmentCounts {
  /** Segments whose text changed. */
  written: number;
  compressed: number;
  /** Cold segments that were inflated because their text changed. */
  decompressed: number;
}

/** What `write` makes segments of: the old ones, and the changes in their text. */
export interface Rewrite {
  readonly from: BlockText;
  readonly lengths: Lengths;
  readonly changes: Changes;
  readonly nowMs: number;
}

/** Gives a buffer of at least so many bytes. */
export type Allocate = (bytes: number) => Buffer;

/** Works on the calling thread at once, and changes nothing that it is given. */
export class SegmentWriter {
  readonly counts: SegmentCounts = { written: 0, compressed: 0, decompressed: 0 };
  readonly #codec: Codec;
  readonly #old = new ScratchBuffer();
  readonly #new = new ScratchBuffer();
  readonly #cold = new ScratchBuffer();

  constructor(codec = openCodec()) {
    this.#codec = codec;
  }

  /** The block's text with the changes; segments that change are hot, in what is allocated. */
  write(rewrite: Rewrite, allocate: Allocate = Buffer.allocUnsafeSlow): BlockText {
    const { from, nowMs } = rewrite;
    const segments = [...from.segments];
    const changed = newLengths(rewrite);
    let bytes = 0;
    for (const [family, length] of changed.entries()) {
      if (length < 0) continue;
      segments[family] = undefined;
      bytes += length;
    }
    const moved = scatteredIn(segments);
    for (const family of moved) bytes += (segments[family] as Segment).bytes;
    const buffer = bytes === 0 ? noBytes.buffer : allocate(bytes);
    let end = 0;
    for (const [family, length] of changed.entries()) {
      if (length < 0) continue;
      const start = end;
      end += length;
      this.counts.written++;
      if (length === 0) continue;
      const added = this.#splice(rewrite, family, buffer, start);
      const series = (from.segments[family]?.series ?? 0) + added;
      segments[family] = Segment.hot({ buffer, start, end }, nowMs, series);
    }
    moveTogether(segments, moved, buffer, end);
    return new BlockText(segments);
  }

  /** The same, all of it compressed at once. */
  writeCold(rewrite: Rewrite): BlockText {
    return this.compress(this.write(rewrite, (bytes) => this.#new.ofSize(bytes)));
  }

  /**
   * The text with those hot segments compressed that did not change after `untilMs`. All cold
   * segments of a block share one buffer: one for each would take 350 bytes more.
   */
  compress(from: BlockText, untilMs = Number.POSITIVE_INFINITY): BlockText {
    // What deflate cannot make smaller becomes larger, by five bytes in 16 KB.
    const room = from.storedBytes + (from.hotBytes >> 3) + 64 * from.segments.length;
    const scratch = this.#cold.ofSize(room);
    const ends = new Map<number, number>();
    let end = 0;
    for (const [family, segment] of from.segments.entries()) {
      if (segment === undefined || (segment.hot && !segment.isQuiet(untilMs))) continue;
      if (segment.hot) {
        const deflated = this.#codec.deflate(segment);
        scratch.set(deflated, end);
        end += deflated.length;
        this.counts.compressed++;
      } else {
        end += segment.buffer.copy(scratch, end, segment.start, segment.end);
      }
      ends.set(family, end);
    }
    const segments = [...from.segments];
    const buffer = exactCopy(scratch, end);
    let start = 0;
    for (const [family, next] of ends) {
      const segment = from.segments[family];
      const bytes = { buffer, start, end: next };
      segments[family] = segment?.hot === true ? segment.cooled(bytes) : segment?.moved(bytes);
      start = next;
    }
    const moved = scatteredIn(segments);
    if (moved.length > 0) moveTogether(segments, moved);
    return new BlockText(segments);
  }

  /** Every text of a block, copied, by family and slot. */
  read({ segments, textBytes }: BlockText, lengths: Lengths): Text[][] {
    const buffer = Buffer.allocUnsafeSlow(textBytes);
    let end = 0;
    return segments.map((segment, family) => {
      if (segment !== undefined) this.copyText(segment, buffer, end);
      return Array.from({ length: slotsMax }, (_, slot) => {
        const start = end;
        end += lengths.lengthOf(family, slot);
        return { buffer, start, end, series: linesIn(buffer, start, end) };
      });
    });
  }

  /** The segment of a text that is not empty, compressed. */
  compressed(text: Buffer): Segment {
    const hot = Segment.hot({ buffer: text, start: 0, end: text.length }, 0);
    const [segment] = this.compress(new BlockText([hot])).segments;
    return segment as Segment;
  }

  /** The text of a segment; that of a cold one is valid until the next call of any method. */
  plain(segment: Segment): Bytes {
    if (segment.hot) return segment;
    const buffer = this.#old.ofSize(segment.textBytes);
    this.#codec.inflateInto(segment, buffer, 0, segment.textBytes);
    return { buffer, start: 0, end: segment.textBytes };
  }

  /** Writes the text of a segment to `target`. */
  copyText(segment: Segment, target: Buffer, at: number): void {
    if (segment.hot) copyAll(segment.buffer, segment.start, segment.end, target, at);
    else this.#codec.inflateInto(segment, target, at, segment.textBytes);
  }

  /**
   * Writes a family's text with the changes in it; what stays between two of them is one copy.
   * Returns how many series are added. Those of a text that is replaced are counted here: to keep
   * their number would take some 50 bytes a pod.
   */
  #splice(
    { from, lengths, changes }: Rewrite,
    family: number,
    target: Buffer,
    targetStart: number,
  ): number {
    const old = this.#plain(from.segments[family]);
    const { buffer } = old;
    let read = old.start;
    let kept = read;
    let at = targetStart;
    let added = 0;
    for (let slot = 0; slot < slotsMax; slot++) {
      const length = lengths.lengthOf(family, slot);
      const texts = changes[slot];
      const bytes = texts?.lengthOf(family);
      if (texts !== undefined && bytes !== undefined) {
        if (read > kept) at += buffer.copy(target, at, kept, read);
        if (bytes > 0) at += texts.write(family, target, at);
        kept = read + length;
        added += texts.seriesOf(family) - linesIn(buffer, read, kept);
      }
      read += length;
    }
    if (read > kept) buffer.copy(target, at, kept, read);
    return added;
  }

  #plain(segment: Segment | undefined): Bytes {
    if (segment === undefined) return noBytes;
    if (!segment.hot) this.counts.decompressed++;
    return this.plain(segment);
  }
}

/** The new length of the text of each family that changes; -1 where none does. */
function newLengths({ from, lengths, changes }: Rewrite): Int32Array {
  const changed = new Int32Array(from.segments.length).fill(-1);
  // By index, as in `Block.commit`: iterators were a seventeenth of an idle heap's garbage.
  for (let slot = 0; slot < changes.length; slot++) {
    const texts = changes[slot];
    if (texts === undefined) continue;
    for (let family = 0; family < changed.length; family++) {
      const length = texts.lengthOf(family);
      if (length === undefined) continue;
      const known = changed[family] as number;
      const before = known < 0 ? (from.segments[family]?.textBytes ?? 0) : known;
      changed[family] = before + length - lengths.lengthOf(family, slot);
    }
  }
  return changed;
}

/**
 * The families of hot segments in buffers of which less than half is in use. To move them frees
 * the rest, so that a block's hot text never takes more than twice its length.
 */
function scatteredIn(segments: readonly (Segment | undefined)[]): number[] {
  const used = new Map<Buffer, number>();
  for (const segment of segments) {
    if (segment?.hot !== true) continue;
    used.set(segment.buffer, (used.get(segment.buffer) ?? 0) + segment.bytes);
  }
  const scattered: number[] = [];
  if (used.size === 0) return scattered;
  for (const [family, segment] of segments.entries()) {
    if (segment?.hot !== true) continue;
    const { buffer } = segment;
    if (2 * (used.get(buffer) as number) < buffer.length) scattered.push(family);
  }
  return scattered;
}

/** Copies the hot segments of some families to one buffer, by default one of their own. */
function moveTogether(
  segments: (Segment | undefined)[],
  families: readonly number[],
  buffer: Buffer = Buffer.allocUnsafeSlow(
    families.reduce((sum, family) => sum + (segments[family]?.bytes ?? 0), 0),
  ),
  at = 0,
): void {
  let end = at;
  for (const family of families) {
    const segment = segments[family] as Segment;
    const start = end;
    end += segment.buffer.copy(buffer, start, segment.start, segment.end);
    segments[family] = segment.moved({ buffer, start, end });
  }
}

/** Not in Buffer's pool: a few bytes that live long would keep all of it alive. */
function exactCopy(bytes: Buffer, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end);
  bytes.copy(copy, 0, 0, end);
  return copy;
}
