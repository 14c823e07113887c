// Segment is the text of one family for the objects of one block: hot as it is, or cold, deflated.
import { crc32 } from 'node:zlib';
import type { Bytes } from './codec.ts';
import { operatorOf } from './crc.ts';

/** Objects in a block: larger blocks compress better, and a change rewrites more. */
export const slotsMax = 32;
/** The most text in a stored block of deflate, and the bytes in front of it (RFC 1951). */
export const storedBytesMax = 0xffff;
export const storedHeaderBytes = 5;

/** Immutable, and never of an empty text. Its bytes are a part of a buffer that others share. */
export class Segment implements Bytes {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly textBytes: number;
  /** Series in its text: the line feeds. */
  readonly series: number;
  /** When its text last changed; undefined once it is cold: then nobody asks. */
  readonly changedMs: number | undefined;
  /** As 32 bits with a sign, which V8 keeps in place; undefined until a scrape needs them. */
  #crc: number | undefined;
  #operator: number | undefined;

  private constructor(
    { buffer, start, end }: Bytes,
    { textBytes, series, changedMs }: Pick<Segment, 'textBytes' | 'series' | 'changedMs'>,
  ) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    this.textBytes = textBytes;
    this.series = series;
    this.changedMs = changedMs;
  }

  /** The segment of a text that has so many series; headers have none. */
  static hot(text: Bytes, changedMs: number, series = 0): Segment {
    return new Segment(text, { textBytes: text.end - text.start, series, changedMs });
  }

  /** The same segment in another place. */
  moved(bytes: Bytes): Segment {
    const moved = new Segment(bytes, this);
    moved.#crc = this.#crc;
    moved.#operator = this.#operator;
    return moved;
  }

  /** The same text deflated; `crc` is that of the text. */
  cooled(bytes: Bytes, crc = this.crc): Segment {
    const { textBytes, series } = this;
    const cooled = new Segment(bytes, { textBytes, series, changedMs: undefined });
    cooled.#crc = crc | 0;
    cooled.#operator = this.#operator;
    return cooled;
  }

  /** Hot bytes are the text itself; cold ones are deflated. */
  get hot(): boolean {
    return this.changedMs !== undefined;
  }

  /** Whether it is hot, and its text has not changed after `untilMs`. */
  isQuiet(untilMs: number): boolean {
    return this.changedMs !== undefined && this.changedMs <= untilMs;
  }

  get bytes(): number {
    return this.end - this.start;
  }

  /** Its length in a gzip member, where hot text is in stored blocks. */
  get gzipBytes(): number {
    if (!this.hot) return this.bytes;
    return this.bytes + storedHeaderBytes * Math.ceil(this.bytes / storedBytesMax);
  }

  /** The CRC-32 of its text. */
  get crc(): number {
    this.#crc ??= crc32(this.buffer.subarray(this.start, this.end)) | 0;
    return this.#crc >>> 0;
  }

  /** `operatorOf(textBytes)`. */
  get operator(): number {
    this.#operator ??= operatorOf(this.textBytes) | 0;
    return this.#operator >>> 0;
  }
}

/** The text of a block: a segment for each family that has text. Immutable. */
export class BlockText {
  readonly segments: readonly (Segment | undefined)[];
  /** Sums over its segments: of their text, their length in a gzip member, and their bytes. */
  readonly textBytes: number;
  readonly gzipBytes: number;
  readonly storedBytes: number;
  readonly hotBytes: number;

  constructor(segments: readonly (Segment | undefined)[]) {
    let [textBytes, gzipBytes, storedBytes, hotBytes] = [0, 0, 0, 0];
    for (const segment of segments) {
      if (segment === undefined) continue;
      textBytes += segment.textBytes;
      gzipBytes += segment.gzipBytes;
      storedBytes += segment.bytes;
      if (segment.hot) hotBytes += segment.bytes;
    }
    this.segments = segments;
    this.textBytes = textBytes;
    this.gzipBytes = gzipBytes;
    this.storedBytes = storedBytes;
    this.hotBytes = hotBytes;
  }
}

/** Copies bytes; throws where not all of them are there, as where their memory was freed. */
export function copyAll(
  from: Buffer,
  start: number,
  end: number,
  target: Buffer,
  at: number,
): void {
  const copied = from.copy(target, at, start, end);
  if (copied !== end - start) throw new Error(`expected ${end - start} bytes, got ${copied}`);
}

const lineFeed = 10;

/** Line feeds in a part of a buffer: label values are escaped, so that each ends a series. */
export function linesIn(buffer: Buffer, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; lines++) {
    const found = buffer.indexOf(lineFeed, at);
    if (found < 0 || found >= end) break;
    at = found + 1;
  }
  return lines;
}
