// TextPack carries a part of one family's text to a worker: as it is stored, compressed or plain.
import { type Codec, openCodec } from './codec.ts';
import { ScratchBuffer } from './scratchBuffer.ts';
import { copyAll, type Segment } from './segment.ts';
import { type Content, segmentsByFamily } from './snapshot.ts';

/** A pack takes no more segments once it has so much text; one segment may be longer. */
const packTextBytesMax = 1024 * 1024;
/** The numbers in `pieces` for each piece. */
const numbersAPiece = 3;

/** Whole series of one family; to be posted with `bytes` transferred. */
export interface TextPack {
  readonly family: string;
  /** The key of the store that has them. */
  readonly resource: string;
  readonly series: number;
  /** The length of the text. */
  readonly textBytes: number;
  /** The pieces, one behind the other. */
  readonly bytes: ArrayBuffer;
  /** Of each piece its length, that of its text, and 1 where it is deflated, else 0. */
  readonly pieces: Uint32Array;
}

/** The packs of one family, or of all. `content` is referred to until the last one was made. */
export function* packsOf(content: Content, family?: string): Generator<TextPack> {
  for (const { name, resource, segments } of segmentsByFamily(content, family)) {
    let taken: Segment[] = [];
    let textBytes = 0;
    for (const segment of segments) {
      if (taken.length > 0 && textBytes + segment.textBytes > packTextBytesMax) {
        yield packOf(name, resource, taken);
        taken = [];
        textBytes = 0;
      }
      taken.push(segment);
      textBytes += segment.textBytes;
    }
    if (taken.length > 0) yield packOf(name, resource, taken);
  }
}

function packOf(family: string, resource: string, segments: readonly Segment[]): TextPack {
  const bytes = new ArrayBuffer(segments.reduce((sum, one) => sum + one.bytes, 0));
  const target = Buffer.from(bytes);
  const pieces = new Uint32Array(numbersAPiece * segments.length);
  let [at, series, textBytes] = [0, 0, 0];
  for (const [i, segment] of segments.entries()) {
    copyAll(segment.buffer, segment.start, segment.end, target, at);
    pieces.set([segment.bytes, segment.textBytes, segment.hot ? 0 : 1], numbersAPiece * i);
    at += segment.bytes;
    series += segment.series;
    textBytes += segment.textBytes;
  }
  return { family, resource, series, textBytes, bytes, pieces };
}

/** For a worker: gives the text of a pack, valid until the next one. */
export function openUnpacker(codec: Codec = openCodec()): (pack: TextPack) => Buffer {
  const scratch = new ScratchBuffer();
  return ({ bytes, pieces, textBytes }) => {
    const buffer = Buffer.from(bytes);
    const text = scratch.ofSize(textBytes);
    let [start, at] = [0, 0];
    for (let i = 0; i < pieces.length; i += numbersAPiece) {
      const end = start + (pieces[i] as number);
      const length = pieces[i + 1] as number;
      if (pieces[i + 2] === 0) copyAll(buffer, start, end, text, at);
      else codec.inflateInto({ buffer, start, end }, text, at, length);
      start = end;
      at += length;
    }
    return text.subarray(0, textBytes);
  };
}
