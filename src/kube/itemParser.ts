// ItemParser parses one item of a list, or one event, whose bytes may come in pieces.
import { headCharsMax, type ObjectHead, readObjectHead } from './eventHead.ts';
import { type ParseOptions, parseUnmanaged } from './managedFields.ts';
import { keyInText } from './objects.ts';
import type { Frame } from './watchFormat.ts';

/** Far above what etcd stores for one object (1.5 MiB by default). */
export const itemBytesMax = 16 * 1024 * 1024;
/** A buffer for split items that has grown beyond this is released after use. */
const carryKeptBytesMax = 256 * 1024;

/** Whether an object is kept, by its metadata. */
export type Accepts = (metadata: ObjectHead) => boolean;

/** Called with an item or event that cannot be read, by the key as far as that can be read. */
export type OnMalformed = (key: string, error: unknown) => void;

export interface DecoderOptions extends ParseOptions {
  readonly onMalformed: OnMalformed;
  /** Longer items are skipped and reported. */
  readonly itemBytesMax?: number;
  /** Which objects are kept; those that are not need not be parsed. All are kept without it. */
  readonly accepts?: Accepts | undefined;
}

/** One item is longer than the limit; it alone is skipped. */
export class ItemTooLargeError extends Error {
  override readonly name = 'ItemTooLargeError';
}

export const tooLargeError = (bytesMax: number): ItemTooLargeError =>
  new ItemTooLargeError(`expected an item of at most ${bytesMax} bytes, got a longer one`);

/** Parses one item, whose first bytes may be in the carry; reports one that it cannot parse. */
export class ItemParser {
  readonly #carry: Carry;
  readonly #onMalformed: OnMalformed;
  readonly #options: ParseOptions;
  readonly #accepts: Accepts | undefined;

  constructor(carry: Carry, { onMalformed, accepts, ...options }: DecoderOptions) {
    this.#carry = carry;
    this.#onMalformed = onMalformed;
    this.#options = options;
    this.#accepts = accepts;
  }

  /** The item that these bytes complete; undefined where it was reported, or is not accepted. */
  parse(chunk: Buffer, start: number, end: number): unknown {
    if (this.#accepts !== undefined) {
      const head = readObjectHead(this.#headText(chunk, start, end));
      if (head !== undefined && !this.#accepts(head)) {
        this.#carry.clear();
        return undefined;
      }
    }
    const text = this.#take(chunk, start, end);
    if (text === undefined) return undefined;
    try {
      return parseUnmanaged(text, this.#options);
    } catch (error) {
      this.#onMalformed(keyInText(text), error);
      return undefined;
    }
  }

  /** Whether the carry and these bytes are white space only. */
  isBlank(chunk: Buffer, start: number, end: number): boolean {
    for (let i = start; i < end; i++) if ((chunk[i] as number) > 0x20) return false;
    return this.#carry.text().trim() === '';
  }

  /** The first bytes of the item, as Latin-1: of what is not kept no more is made text. */
  #headText(chunk: Buffer, start: number, end: number): string {
    const carried = this.#carry.latin1(headCharsMax);
    const left = headCharsMax - carried.length;
    return carried + chunk.toString('latin1', start, Math.min(end, start + left));
  }

  #take(chunk: Buffer, start: number, end: number): string | undefined {
    const carry = this.#carry;
    if (carry.length === 0 && end - start <= carry.bytesMax) {
      return chunk.toString('utf8', start, end);
    }
    carry.append(chunk, start, end);
    const text = carry.text();
    const tooLarge = carry.overflowed;
    carry.clear();
    if (!tooLarge) return text;
    this.reportTooLarge(text);
    return undefined;
  }

  /** Reports an item that is longer than the limit, by its first bytes. */
  reportTooLarge(text: string): void {
    this.#onMalformed(keyInText(text), tooLargeError(this.#carry.bytesMax));
  }
}

/** Bytes kept from chunk to chunk, up to a limit; further ones set `overflowed`. */
export class Carry {
  readonly bytesMax: number;
  length = 0;
  overflowed = false;
  #bytes = Buffer.alloc(0);

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /**
   * Keeps these bytes; so many `more` of the item follow, where that is known: its memory is taken
   * once then, unless it is large. Not from Buffer's pool: that was a tenth of a start's CPU while
   * the pool had Node's pieces of 64 KB (app/nodeOptions.ts).
   */
  append(chunk: Buffer, start: number, end: number, more = 0): void {
    const count = Math.min(end - start, this.bytesMax - this.length);
    if (count < end - start) this.overflowed = true;
    const length = this.length + count;
    if (length > this.#bytes.length) {
      const isSmall = more > 0 && length + more <= carryKeptBytesMax;
      const grownTo = isSmall ? length + more : Math.max(length, 2 * this.#bytes.length, 4_096);
      const grown = Buffer.allocUnsafeSlow(grownTo);
      this.#bytes.copy(grown, 0, 0, this.length);
      this.#bytes = grown;
    }
    chunk.copy(this.#bytes, this.length, start, start + count);
    this.length = length;
  }

  /**
   * What is kept and these bytes as one, without a copy where nothing is kept; the carry is empty
   * then. `tooLarge` says that it is cut off at the limit.
   */
  complete(chunk: Buffer, start: number, end: number): Frame {
    if (this.length === 0 && end - start <= this.bytesMax) {
      return { bytes: chunk, start, end, tooLarge: false };
    }
    this.append(chunk, start, end);
    const tooLarge = this.overflowed;
    const bytes = this.release();
    return { bytes, start: 0, end: bytes.length, tooLarge };
  }

  text(start = 0, end = this.length): string {
    return this.#bytes.toString('utf8', start, end);
  }

  /** The first of the bytes that are kept. */
  latin1(bytesMax: number): string {
    return this.#bytes.toString('latin1', 0, Math.min(this.length, bytesMax));
  }

  /** What is kept, in a buffer of its own; the carry is empty then. */
  release(): Buffer {
    const bytes = this.#bytes.subarray(0, this.length);
    this.#bytes = Buffer.alloc(0);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.length = 0;
    this.overflowed = false;
    if (this.#bytes.length > carryKeptBytesMax) this.#bytes = Buffer.alloc(0);
  }
}
