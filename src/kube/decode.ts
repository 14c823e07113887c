// ListDecoder cuts the body of a list into objects as its bytes arrive, one at a time.
import { Carry, type DecoderOptions, ItemParser, itemBytesMax } from './itemParser.ts';
import { parseJson } from './json.ts';
import { asRecord, metadataOf } from './objects.ts';

/** Limit of a list without its items; the longest known are the column definitions of a table. */
const envelopeBytesMax = 1024 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
/** `{` and `[` differ in this bit only, and so do `}` and `]`. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The body is malformed or ended early; what was decoded before is good. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** The server answered in another form than was asked for. */
export class FormError extends Error {
  override readonly name = 'FormError';
}

/** The metadata of a list. */
export interface ListMetadata {
  readonly resourceVersion: string;
  /** The token that asks for the next page; empty on the last. */
  readonly continue: string;
  /** What the server says it applied; in lists of whole objects only. */
  readonly shardSelector?: string;
}

/** A body is pushed in pieces of any size, then ended. */
export interface Decoder<Decoded> {
  /** What these bytes complete. They may be overwritten once all of it was taken. */
  push(chunk: Buffer): Iterable<Decoded>;
  /** Called at the end of the body; throws a DecodeError where that is too early. */
  end(): void;
}

/** The field that has the elements of a list; those of a table are its rows. */
export type ListArray = 'items' | 'rows';

/** Decodes a list: returns the elements of its array, and keeps the rest for the metadata. */
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
  /** The chunk ended after a backslash: the next byte is escaped. */
  #escaped = false;
  /** Where the last string of the envelope began and ended. */
  #stringStart = 0;
  #stringEnd = 0;
  /** How much of the envelope stands before the elements; 0 until they have begun. */
  #headBytes = 0;

  constructor(options: DecoderOptions & { readonly array?: ListArray }) {
    this.#array = options.array ?? 'items';
    this.#item = new Carry(options.itemBytesMax ?? itemBytesMax);
    this.#parser = new ItemParser(this.#item, options);
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

  /** The metadata of the list; called at the end of the body. */
  metadata(): ListMetadata {
    if (this.#inItems || this.#quoted || this.#depth > 0 || this.#envelope.length === 0) {
      throw new DecodeError('expected a whole list, got a body that ended early');
    }
    const metadata = metadataOf(parseList(this.#envelope.text()));
    const { resourceVersion, continue: token } = metadata;
    const { selector } = asRecord(metadata.shardInfo);
    return {
      resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
      continue: typeof token === 'string' ? token : '',
      ...(typeof selector === 'string' && { shardSelector: selector }),
    };
  }

  /** The fields before the elements; all other fields where there are no elements. */
  head(): Record<string, unknown> {
    const whole = this.#headBytes === 0;
    const text = whole ? this.#envelope.text() : `${this.#envelope.text(0, this.#headBytes)}]}`;
    return asRecord(parseList(text));
  }

  /** Reads the envelope, up to the first item; a byte at a time, for it is short. */
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
   * Adds the items that end in this chunk. The hot path: its state is in locals, and one
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

  /** The bracket after the items is not consumed: the envelope counts it. */
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
      // No object is parsed: a table is asked for where the objects must not be read.
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
    return parseJson(text);
  } catch (error) {
    throw new DecodeError('expected a list as JSON, got something else', { cause: error });
  }
}
