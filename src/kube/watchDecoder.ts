// WatchDecoder makes events of the lines of a watch, and parses no more of them than is needed.
import { keyOf } from '../lib/objectKey.ts';
import { DecodeError, type Decoder } from './decode.ts';
import { type EventHead, headCharsMax, readEventHead } from './eventHead.ts';
import {
  Carry,
  type DecoderOptions,
  ItemParser,
  itemBytesMax,
  type OnMalformed,
} from './itemParser.ts';

const NEWLINE = 0x0a;
const CLOSE = 0x7d;

/** An event of a watch: a change of an object, a bookmark, or an error. */
export interface WatchEvent {
  readonly type: string;
  /** Of a deleted object, and of a dropped event, perhaps no more than its first metadata. */
  readonly object: unknown;
  /** The event changes nothing: a later one supersedes it, or its object is not accepted. */
  readonly dropped?: true;
}

export interface WatchDecoderOptions extends DecoderOptions {
  /** Whole events only: the first metadata of an event is not enough to say whose it is. */
  readonly whole?: boolean;
  /** No event is superseded, and deleted objects are parsed as well. */
  readonly everyEvent?: boolean | undefined;
}

/** One line: an event. */
interface Line {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly tooLarge: boolean;
}

/** The head of each line; undefined where it cannot be read, or need not be. */
type Heads = readonly (EventHead | undefined)[];

/** One for each watch. Lines are added, then the events of all of them are taken. */
export class WatchDecoder implements Decoder<WatchEvent> {
  readonly #options: WatchDecoderOptions;
  readonly #carry: Carry;
  readonly #parser: ItemParser;
  readonly #onMalformed: OnMalformed;
  #lines: Line[] = [];

  constructor(options: WatchDecoderOptions) {
    const bytesMax = options.itemBytesMax ?? itemBytesMax;
    this.#options = options;
    this.#carry = new Carry(bytesMax);
    this.#parser = new ItemParser(new Carry(bytesMax), { ...options, accepts: undefined });
    this.#onMalformed = options.onMalformed;
  }

  /** How many lines were added and not taken. */
  get lines(): number {
    return this.#lines.length;
  }

  /** The events that these bytes complete. */
  *push(chunk: Buffer): Generator<WatchEvent, void> {
    this.add(chunk);
    yield* this.take();
  }

  /** Cuts lines out of the bytes, which must not change until all events have been taken. */
  add(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#addLine(chunk, start, end);
      start = end + 1;
    }
    this.#carry.append(chunk, start, chunk.length);
  }

  /**
   * The events of all lines; each is parsed as it is asked for, and what cannot be read is reported
   * in its place. With `latest`, an event is dropped where a later one supersedes it, and deleted
   * objects are not parsed.
   */
  *take({ latest = false } = {}): Generator<WatchEvent, void> {
    const lines = this.#lines;
    this.#lines = [];
    const { accepts, everyEvent = false, whole = false } = this.#options;
    const brief = latest && !everyEvent;
    const heads: Heads = !whole && (brief || accepts !== undefined) ? lines.map(headOf) : [];
    const superseded = brief ? supersededIn(heads) : undefined;
    for (const [i, line] of lines.entries()) {
      const head = heads[i];
      if (head === undefined) {
        yield* this.#parse(line);
      } else if (superseded?.has(head) || accepts?.(head.metadata) === false) {
        yield { ...eventOf(head), dropped: true };
      } else if (head.type === 'DELETED' && brief && isWhole(line)) {
        yield eventOf(head);
      } else {
        yield* this.#parse(line);
      }
    }
  }

  end(): void {
    if (this.#carry.text().trim() !== '') {
      throw new DecodeError('expected whole lines of a watch, got a body that ended within one');
    }
  }

  #addLine(chunk: Buffer, start: number, end: number): void {
    const carry = this.#carry;
    if (carry.length === 0 && end - start <= carry.bytesMax) {
      this.#keep({ bytes: chunk, start, end, tooLarge: false });
      return;
    }
    carry.append(chunk, start, end);
    const tooLarge = carry.overflowed;
    const bytes = carry.release();
    this.#keep({ bytes, start: 0, end: bytes.length, tooLarge });
  }

  #keep(line: Line): void {
    if (!isBlank(line)) this.#lines.push(line);
  }

  *#parse({ bytes, start, end, tooLarge }: Line): Generator<WatchEvent, void> {
    if (tooLarge) {
      this.#parser.reportTooLarge(bytes.toString('utf8'));
      return;
    }
    const parsed = this.#parser.parse(bytes, start, end);
    if (parsed === undefined) return;
    const event = parsed as Partial<WatchEvent> | null;
    if (typeof event?.type === 'string') {
      yield { type: event.type, object: event.object };
    } else {
      this.#onMalformed('', new Error('expected an event with a type, got JSON without'));
    }
  }
}

function headOf({ bytes, start, end, tooLarge }: Line): EventHead | undefined {
  if (tooLarge) return undefined;
  return readEventHead(bytes.toString('latin1', start, Math.min(end, start + headCharsMax)));
}

/** The event with the first metadata of its object alone. */
const eventOf = ({ type, metadata }: EventHead): { type: string; object: object } => ({
  type,
  object: { metadata },
});

function isBlank({ bytes, start, end }: Line): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}

/** Whether the line ends as an event does, whose object was not cut short. */
function isWhole({ bytes, end }: Line): boolean {
  const last = bytes[end - 1] === 0x0d ? end - 2 : end - 1;
  return bytes[last] === CLOSE && bytes[last - 1] === CLOSE;
}

/**
 * The events that say nothing which a later one does not say again: a change of the same object, by
 * name and uid, follows. A deletion is never one of them, and nor is an event without a head. Nor
 * is an addition before a deletion: it replaces what had the name before, whatever uid that had.
 */
function supersededIn(heads: Heads): ReadonlySet<EventHead> {
  const superseded = new Set<EventHead>();
  const later = new Map<string, { readonly uid: string | undefined; readonly ends: boolean }>();
  for (const head of heads.toReversed()) {
    if (head === undefined) continue;
    const { type, metadata } = head;
    const { uid } = metadata;
    const key = keyOf(metadata);
    const next = later.get(key);
    const ends = type === 'DELETED' || (next?.uid === uid && next?.ends === true);
    if (next !== undefined && next.uid === uid && supersedes(next.ends, type)) superseded.add(head);
    later.set(key, { uid, ends });
  }
  return superseded;
}

/** Whether later events of an object, which may end in its deletion, say all that one says. */
const supersedes = (ends: boolean, type: EventHead['type']): boolean =>
  type === 'MODIFIED' || (type === 'ADDED' && !ends);
