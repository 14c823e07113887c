// The worker of CompressThread deflates the texts of one block after the other.
import { parentPort } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { openCodec } from './codec.ts';
import { ScratchBuffer } from './scratchBuffer.ts';

/** Texts, one behind the other, and where each ends. */
export interface Texts {
  readonly bytes: ArrayBuffer;
  readonly ends: readonly number[];
}

/** Their segments in the same order, with the CRC-32 of each text, and the texts' memory back. */
export interface Deflated {
  readonly bytes: ArrayBuffer;
  readonly ends: readonly number[];
  readonly crcs: readonly number[];
  readonly texts: ArrayBuffer;
}

const codec = openCodec();
const scratch = new ScratchBuffer();

function deflate({ bytes, ends }: Texts): Deflated {
  const buffer = Buffer.from(bytes);
  const textBytes = ends.at(-1) ?? 0;
  // What deflate cannot make smaller becomes larger, by five bytes in 16 KB.
  const out = scratch.ofSize(textBytes + (textBytes >> 3) + 64 * ends.length);
  const crcs: number[] = [];
  const outEnds: number[] = [];
  let start = 0;
  let at = 0;
  for (const end of ends) {
    const segment = codec.deflate({ buffer, start, end });
    out.set(segment, at);
    at += segment.length;
    outEnds.push(at);
    crcs.push(crc32(buffer.subarray(start, end)));
    start = end;
  }
  const exact = new Uint8Array(out.subarray(0, at)).buffer;
  return { bytes: exact, ends: outEnds, crcs, texts: bytes };
}

parentPort?.on('message', (texts: Texts) => {
  const deflated = deflate(texts);
  parentPort?.postMessage(deflated, [deflated.bytes, deflated.texts]);
});
