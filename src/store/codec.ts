// Codec deflates and inflates segments on the calling thread, with one state of zlib for each.
import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
  inflateRawSync,
} from 'node:zlib';

/** Levels 1 to 3 take the same time; 3 is the smallest of them. */
const level = 3;
/** Most results are far smaller; a buffer that one large text made grow beyond this is released. */
const keptBytes = 64 * 1024;
const probe = Buffer.from('a text that takes a round trip, a text that takes a round trip');

/** A part of a buffer. A view for each of so many small texts would be larger than the texts. */
export interface Bytes {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Texts to segments and back. A segment is raw-deflated, ends at a whole byte, refers to nothing
 * before it and does not end the stream, so that segments can be joined in any order.
 */
export interface Codec {
  /** The segment of a text, valid until the next call. */
  deflate(text: Bytes): Uint8Array;
  /** Writes the text of a segment to `target`; throws where it has other than `bytes` bytes. */
  inflateInto(segment: Bytes, target: Buffer, at: number, bytes: number): void;
}

/** The fastest codec that works with this version of Node. */
export function openCodec(open: () => Codec = () => new PersistentCodec()): Codec {
  try {
    const codec = open();
    const bytes = Buffer.from(codec.deflate({ buffer: probe, start: 0, end: probe.length }));
    const text = Buffer.alloc(probe.length);
    // Twice, because the second text meets what the first one left behind.
    for (let i = 0; i < 2; i++) {
      const segment = { buffer: bytes, start: 0, end: bytes.length };
      codec.inflateInto(segment, text, 0, text.length);
      if (!text.equals(probe)) throw new Error(`expected ${probe}, got ${text}`);
    }
    return codec;
  } catch {
    // This version of Node has another private API: not an error, only slower.
    return new PublicCodec();
  }
}

/**
 * The codec by zlib's documented calls. Each makes a state of its own, of up to 268 KB, and takes
 * 1.6 to 2 times as long as the persistent one.
 */
export class PublicCodec implements Codec {
  deflate({ buffer, start, end }: Bytes): Uint8Array {
    const options = { level, finishFlush: constants.Z_FULL_FLUSH };
    return deflateRawSync(buffer.subarray(start, end), options);
  }

  inflateInto({ buffer, start, end }: Bytes, target: Buffer, at: number, bytes: number): void {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const text = inflateRawSync(buffer.subarray(start, end), options);
    if (text.length !== bytes) throw wrongLength(bytes, text.length);
    text.copy(target, at);
  }
}

/**
 * The codec by private calls of node:zlib, which keep their states; `openCodec` tries them. What is
 * no longer used is freed as garbage: a scrape may need it after its store was closed.
 */
export class PersistentCodec implements Codec {
  #deflate = openDeflate();
  #inflate = openInflate();
  #out = Buffer.allocUnsafeSlow(keptBytes);

  deflate({ buffer, start, end }: Bytes): Uint8Array {
    if (this.#out.length > keptBytes && end - start <= keptBytes) {
      this.#out = Buffer.allocUnsafeSlow(keptBytes);
    }
    let from = start;
    let made = 0;
    try {
      for (;;) {
        this.#deflate.write(buffer, from, end, this.#out, made, this.#out.length - made);
        from = end - this.#deflate.unread;
        made = this.#out.length - this.#deflate.unused;
        if (this.#deflate.unused > 0) return this.#out.subarray(0, made);
        const grown = Buffer.allocUnsafeSlow(2 * this.#out.length);
        this.#out.copy(grown, 0, 0, made);
        this.#out = grown;
      }
    } catch (error) {
      this.#deflate.close();
      this.#deflate = openDeflate();
      throw error;
    }
  }

  inflateInto({ buffer, start, end }: Bytes, target: Buffer, at: number, bytes: number): void {
    if (bytes === 0) return;
    try {
      // One byte more shows a text that is too long, and lets zlib read the segment to its end.
      const room = Math.min(bytes + 1, target.length - at);
      this.#inflate.write(buffer, start, end, target, at, room);
      let made = room - this.#inflate.unused;
      if (this.#inflate.unread > 0) {
        const from = end - this.#inflate.unread;
        this.#inflate.write(buffer, from, end, this.#out, 0, this.#out.length);
        made += this.#out.length - this.#inflate.unused;
      }
      if (made !== bytes) throw wrongLength(bytes, made);
    } catch (error) {
      this.#inflate.close();
      this.#inflate = openInflate();
      throw error;
    }
  }
}

const openDeflate = (): Handle => new Handle(createDeflateRaw({ level }), constants.Z_FULL_FLUSH);
const openInflate = (): Handle => new Handle(createInflateRaw(), constants.Z_SYNC_FLUSH);

const wrongLength = (bytes: number, got: number): Error =>
  new Error(`expected a segment whose text has ${bytes} bytes, got ${got}`);

/** What node:zlib keeps in its streams, documented nowhere. */
interface PrivateStream {
  /** Null once a write has failed. */
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputAt: number,
      inputBytes: number,
      output: Uint8Array,
      outputAt: number,
      outputBytes: number,
    ): void;
  } | null;
  /** After a write: bytes of the output that are free, bytes of the input that were not read. */
  readonly _writeState: Uint32Array;
}

/** A state of zlib that stays open. */
class Handle {
  readonly #stream: DeflateRaw | InflateRaw;
  readonly #private: PrivateStream;
  readonly #flush: number;

  constructor(stream: DeflateRaw | InflateRaw, flush: number) {
    this.#stream = stream;
    this.#private = stream as unknown as PrivateStream;
    this.#flush = flush;
    // A write that fails throws below; the stream tells it once more, later.
    stream.on('error', () => {});
  }

  /** Bytes of the last input that were not read, and bytes of its output that were not used. */
  get unread(): number {
    return this.#private._writeState[1] as number;
  }

  get unused(): number {
    return this.#private._writeState[0] as number;
  }

  write(
    input: Buffer,
    start: number,
    end: number,
    output: Uint8Array,
    at: number,
    room: number,
  ): void {
    const { _handle: handle } = this.#private;
    handle?.writeSync(this.#flush, input, start, end - start, output, at, room);
    if (this.#private._handle !== null) return;
    throw this.#stream.errored ?? new Error('expected an open stream of zlib, got a closed one');
  }

  close(): void {
    this.#stream.destroy();
  }
}
