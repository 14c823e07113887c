// SlowReader begins to read a body, and reads the rest of it later, by buffers that it uses again.
import { gunzipSync } from 'node:zlib';
import type { Encoding, Snapshot } from '../../src/store/types.ts';

export class SlowReader {
  readonly #encoding: Encoding;
  readonly #chunks: Iterator<Uint8Array>;
  readonly #read: Buffer[] = [];
  readonly #buffers: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];

  constructor(snapshot: Snapshot, encoding: Encoding) {
    this.#encoding = encoding;
    const body = snapshot.body('openmetrics', encoding);
    const chunks = body.chunks((bytes) => this.#nextBuffer(bytes)) as Iterable<Uint8Array>;
    this.#chunks = chunks[Symbol.iterator]();
  }

  read(chunksMax = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < chunksMax; i++) {
      const { done, value } = this.#chunks.next();
      if (done) return;
      this.#read.push(Buffer.from(value));
    }
  }

  /** The whole text. */
  text(): string {
    this.read();
    const bytes = Buffer.concat(this.#read);
    return (this.#encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  }

  #nextBuffer(bytes: number): Buffer {
    this.#buffers.reverse();
    if (this.#buffers[0].length !== bytes) this.#buffers[0] = Buffer.alloc(bytes);
    return this.#buffers[0];
  }
}
