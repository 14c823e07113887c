// Bytes of a list or a watch to their objects, as they arrive: no string of the whole is ever made.
import { parseUnmanaged } from './managedFields.ts';
import { asRecord, keyInText, metadataOf } from './objects.ts';

/** Far above what etcd stores for one object (1.5 MiB by default). */
export const itemBytesMax = 16 * 1024 * 1024;
/** All of a list but its items; the column definitions of a table are the longest that is known. */
const envelopeBytesMax = 1024 * 1024;
/** A buffer for split items that has grown beyond this is given back after use. */
const carryKeptBytesMax = 256 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const NEWLINE = 0x0a;
/** `{` and `[` differ in this bit only, and so do `}` and `]`. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Told of an item or event that could not be read, by what can be read of its key. */
export type OnMalformed = (key: string, error: unknown) => void;

/** How a decoder treats what it cannot decode. */
export interface DecoderOptions {
  readonly onMalformed: OnMalformed;
  /** Longer items are skipped and reported. */
  readonly itemBytesMax?: number;
}

/** The body is not what it should be, or ended early; what was decoded before stands. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** The server knows the request but answered in another form than was asked for. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

/** One item is longer than the limit; it alone is skipped. */
export class ItemTooLargeError extends Error {
  override readonly name = 'ItemTooLargeError';
}

/** What a list says of itself. */
export interface ListMetadata {
  readonly resourceVersion: string;
  /** The token that asks for the next page; empty on the last. */
  readonly continue: string;
}

/** Turns bytes into values; a body is pushed in pieces of any size, then ended. */
export interface Decoder<Value> {
  /** The values that these bytes complete. The bytes may be reused afterwards. */
  push(chunk: Buffer): Value[];
  /** Says that the body is over; throws a DecodeError if it should not be. */
  end(): void;
}

/** Where a list has its elements: a table calls them rows. */
export type ListArray = 'items' | 'rows';

/** Decodes a list: hands out the elements of its array, keeps the rest for the metadata. */
export class ListDecoder implements Decoder<unknown> {
  readonly #array: ListArray;
  readonly #parser: ItemParser;
  readonly #envelope = new Carry(envelopeBytesMax);
  readonly #item: Carry;
  #inItems = false;
  #itemsSeen = 0;
  /** Open braces and brackets: of the envelope outside of the items, of one item inside. */
  #depth = 0;
  #quoted = false;
  /** The chunk ended behind a backslash: the next byte means nothing. */
  #escaped = false;
  /** Where the last string of the envelope began and ended. */
  #stringStart = 0;
  #stringEnd = 0;
  /** How much of the envelope stands before the elements; 0 until they have begun. */
  #headBytes = 0;

  constructor(options: DecoderOptions & { readonly array?: ListArray }) {
    this.#array = options.array ?? 'items';
    this.#item = new Carry(options.itemBytesMax ?? itemBytesMax);
    this.#parser = new ItemParser(this.#item, options.onMalformed);
  }

  push(chunk: Buffer): unknown[] {
    const items: unknown[] = [];
    let at = 0;
    while (at < chunk.length) {
      at = this.#inItems ? this.#scanItems(chunk, at, items) : this.#scanEnvelope(chunk, at);
    }
    return items;
  }

  end(): void {
    this.metadata();
  }

  /** What the list says of itself; asked for at the end of the body. */
  metadata(): ListMetadata {
    if (this.#inItems || this.#quoted || this.#depth > 0 || this.#envelope.length === 0) {
      throw new DecodeError('expected a whole list, got a body that ended early');
    }
    const { resourceVersion, continue: token } = metadataOf(parseList(this.#envelope.text()));
    return {
      resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
      continue: typeof token === 'string' ? token : '',
    };
  }

  /** What the list says before its first element; all but the elements where it has none. */
  head(): Record<string, unknown> {
    const whole = this.#headBytes === 0;
    const text = whole ? this.#envelope.text() : `${this.#envelope.text(0, this.#headBytes)}]}`;
    return asRecord(parseList(text));
  }

  /** Keeps what surrounds the items, up to where they begin; a byte at a time, for it is short. */
  #scanEnvelope(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      this.#envelope.append(chunk, i, i + 1);
      if (this.#envelope.overflowed) {
        throw new DecodeError(`expected a list, got ${envelopeBytesMax} bytes that are no items`);
      }
      if (this.#escaped) {
        this.#escaped = false;
      } else if (this.#quoted) {
        if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#quoted = false;
          this.#stringEnd = this.#envelope.length;
        }
      } else if (byte === QUOTE) {
        this.#quoted = true;
        this.#stringStart = this.#envelope.length - 1;
      } else if ((byte | BRACE_BIT) === CLOSE) {
        this.#depth--;
      } else if ((byte | BRACE_BIT) === OPEN) {
        this.#depth++;
        if (byte === OPEN_BRACKET && this.#depth === 2 && this.#opensItems()) return i + 1;
      }
    }
    return chunk.length;
  }

  /**
   * Hands out the items that end in this chunk. The hot path: its state lives in locals, and one
   * loop for strings and one for the rest is twice as fast as one loop for both (bench/decode.ts).
   */
  #scanItems(chunk: Buffer, from: number, items: unknown[]): number {
    const end = chunk.length;
    let start = from;
    let i = this.#escaped ? from + 1 : from;
    let depth = this.#depth;
    let quoted = this.#quoted;
    this.#escaped = false;
    while (i < end) {
      if (quoted) {
        while (i < end) {
          const byte = chunk[i] as number;
          if (byte === QUOTE) break;
          i += byte === BACKSLASH ? 2 : 1;
        }
        if (i >= end) break;
        quoted = false;
        i++;
      }
      while (i < end) {
        const byte = chunk[i++] as number;
        if (byte === QUOTE) {
          quoted = true;
          break;
        }
        if (byte === COMMA) {
          if (depth > 0) continue;
          this.#finishItem(chunk, start, i - 1, items);
          start = i;
        } else if ((byte | BRACE_BIT) === OPEN) {
          depth++;
        } else if ((byte | BRACE_BIT) === CLOSE) {
          if (--depth < 0) return this.#leaveItems(chunk, start, i - 1, items);
        }
      }
    }
    this.#item.append(chunk, start, end);
    this.#escaped = i > end;
    this.#depth = depth;
    this.#quoted = quoted;
    return end;
  }

  #finishItem(chunk: Buffer, start: number, end: number, items: unknown[]): void {
    this.#itemsSeen++;
    const item = this.#parser.parse(chunk, start, end);
    if (item !== undefined) items.push(item);
  }

  /** The bracket that closes the items is left to the envelope, which counts it. */
  #leaveItems(chunk: Buffer, start: number, end: number, items: unknown[]): number {
    if (chunk[end] !== CLOSE_BRACKET) {
      throw new DecodeError('expected ] behind the last item of the list, got }');
    }
    if (this.#itemsSeen > 0 || !this.#parser.isBlank(chunk, start, end)) {
      this.#finishItem(chunk, start, end, items);
    }
    this.#item.clear();
    this.#inItems = false;
    this.#quoted = false;
    // The braces around the items are those of the list itself and of the array.
    this.#depth = 2;
    return end;
  }

  /** Whether the bracket just read opens the elements; it is the last byte of the envelope yet. */
  #opensItems(): boolean {
    const name = this.#envelope.text(this.#stringStart, this.#stringEnd);
    if (name === '"items"' && this.#array === 'rows') {
      // Not one object is read: a table is asked for where the objects must not be seen.
      throw new FormError('expected a table, got a list of whole objects');
    }
    if (name !== `"${this.#array}"`) return false;
    this.#inItems = true;
    this.#headBytes = this.#envelope.length;
    this.#depth = 0;
    return true;
  }
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DecodeError('expected a list as JSON, got something else', { cause: error });
  }
}

/** One change, or a word of the server about the watch itself. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** Decodes a watch: one event a line. */
export class WatchDecoder implements Decoder<WatchEvent> {
  readonly #line: Carry;
  readonly #parser: ItemParser;
  readonly #onMalformed: OnMalformed;

  constructor(options: DecoderOptions) {
    this.#line = new Carry(options.itemBytesMax ?? itemBytesMax);
    this.#parser = new ItemParser(this.#line, options.onMalformed);
    this.#onMalformed = options.onMalformed;
  }

  push(chunk: Buffer): WatchEvent[] {
    const events: WatchEvent[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#parser.isBlank(chunk, start, end)) this.#line.clear();
      else this.#accept(this.#parser.parse(chunk, start, end), events);
      start = end + 1;
    }
    this.#line.append(chunk, start, chunk.length);
    return events;
  }

  end(): void {
    if (this.#line.text().trim() !== '') {
      throw new DecodeError('expected whole lines of a watch, got a body that ended within one');
    }
  }

  #accept(value: unknown, events: WatchEvent[]): void {
    if (value === undefined) return;
    const event = value as Partial<WatchEvent> | null;
    if (typeof event?.type === 'string') {
      events.push({ type: event.type, object: event.object });
    } else {
      this.#onMalformed('', new Error('expected an event with a type, got JSON without'));
    }
  }
}

/** Parses one item, whose first bytes may lie in a carry, and reports what it cannot parse. */
class ItemParser {
  readonly #carry: Carry;
  readonly #onMalformed: OnMalformed;

  constructor(carry: Carry, onMalformed: OnMalformed) {
    this.#carry = carry;
    this.#onMalformed = onMalformed;
  }

  /** The value of the item that these bytes complete; undefined where it was reported instead. */
  parse(chunk: Buffer, start: number, end: number): unknown {
    const text = this.#take(chunk, start, end);
    if (text === undefined) return undefined;
    try {
      return parseUnmanaged(text);
    } catch (error) {
      this.#onMalformed(keyInText(text), error);
      return undefined;
    }
  }

  /** Whether there is nothing but white space in what was carried and what is added now. */
  isBlank(chunk: Buffer, start: number, end: number): boolean {
    for (let i = start; i < end; i++) if ((chunk[i] as number) > 0x20) return false;
    return this.#carry.text().trim() === '';
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
    const message = `expected an item of at most ${carry.bytesMax} bytes, got a longer one`;
    this.#onMalformed(keyInText(text), new ItemTooLargeError(message));
    return undefined;
  }
}

/** Bytes kept from chunk to chunk, up to a limit; what goes beyond is dropped and remembered. */
class Carry {
  readonly bytesMax: number;
  length = 0;
  overflowed = false;
  #bytes = Buffer.alloc(0);

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  append(chunk: Buffer, start: number, end: number): void {
    const count = Math.min(end - start, this.bytesMax - this.length);
    if (count < end - start) this.overflowed = true;
    const length = this.length + count;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length, 4_096));
      this.#bytes.copy(grown, 0, 0, this.length);
      this.#bytes = grown;
    }
    chunk.copy(this.#bytes, this.length, start, start + count);
    this.length = length;
  }

  text(start = 0, end = this.length): string {
    return this.#bytes.toString('utf8', start, end);
  }

  clear(): void {
    this.length = 0;
    this.overflowed = false;
    if (this.#bytes.length > carryKeptBytesMax) this.#bytes = Buffer.alloc(0);
  }
}
