// Deflates and inflates segments on zlib's threads, by one stream each for the whole process.
import type { Transform } from 'node:stream';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';

/** Levels 1 to 3 take the same time; 3 is the smallest of them. */
const level = 3;
/** Results are cut from buffers of this size: far larger than most, for less is wasted then. */
const chunkSize = 64 * 1024;

/**
 * Texts to segments and back. A segment is raw-deflated, ends at a whole byte, refers to nothing
 * before it and does not end the stream, so that segments can be joined in any order. One call at a
 * time; after a rejection the codec is of no more use.
 *
 * Persistent streams, because zlib's one-call functions make a state of 268 KB each time, and their
 * small results keep large buffers alive: 170 to 250 MB resident where this has 100.
 */
export class Codec {
  readonly #deflate = new Through(
    createDeflateRaw({ level, chunkSize, flush: constants.Z_FULL_FLUSH }),
  );
  readonly #inflate = new Through(createInflateRaw({ chunkSize, flush: constants.Z_SYNC_FLUSH }));

  /** The segment of a text that is not empty, in pieces that the caller copies. */
  deflate(text: Uint8Array): Promise<Uint8Array[]> {
    return this.#deflate.push(text);
  }

  /** The text of a segment, in pieces that the caller copies. */
  inflate(segment: Uint8Array): Promise<Uint8Array[]> {
    return this.#inflate.push(segment);
  }

  close(): void {
    this.#deflate.close();
    this.#inflate.close();
  }
}

/** A stream that is written to again and again; a write has given all its output when it ends. */
class Through {
  readonly #stream: Transform;
  #pieces: Uint8Array[] = [];

  constructor(stream: Transform) {
    this.#stream = stream;
    stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
    // The callback of the write that failed has the error, and that of every later one.
    stream.on('error', () => {});
  }

  push(bytes: Uint8Array): Promise<Uint8Array[]> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        const pieces = this.#pieces;
        this.#pieces = [];
        if (error) reject(error);
        else resolve(pieces);
      });
    });
  }

  close(): void {
    this.#stream.destroy();
  }
}
