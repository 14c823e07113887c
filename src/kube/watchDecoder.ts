// WatchDecoder makes events of the bytes of a watch, and parses no more of them than is needed.
import { keyOf } from '../lib/objectKey.ts';
import type { Decoder } from './decode.ts';
import type { EventHead } from './eventHead.ts';
import type { DecoderOptions } from './itemParser.ts';
import { JsonWatchFormat } from './jsonWatch.ts';
import type { Frame, WatchEvent, WatchFormat } from './watchFormat.ts';

export interface WatchDecoderOptions extends DecoderOptions {
  /** Whole events only: the first metadata of an event is not enough to say whose it is. */
  readonly whole?: boolean;
  /** No event is superseded, and deleted objects are parsed as well. */
  readonly everyEvent?: boolean | undefined;
  /** JSON by default. */
  readonly format?: WatchFormat | undefined;
}

/** The head of each event; undefined where it cannot be read, or need not be. */
type Heads = readonly (EventHead | undefined)[];

/** One for each watch. Bytes are added, then the events of all of them are taken. */
export class WatchDecoder implements Decoder<WatchEvent> {
  readonly #options: WatchDecoderOptions;
  readonly #format: WatchFormat;
  #frames: Frame[] = [];

  constructor(options: WatchDecoderOptions) {
    this.#options = options;
    this.#format = options.format ?? new JsonWatchFormat(options);
  }

  /** How many events were added and not taken. */
  get events(): number {
    return this.#frames.length;
  }

  /** The events that these bytes complete. */
  *push(chunk: Buffer): Generator<WatchEvent, void> {
    this.add(chunk);
    yield* this.take();
  }

  /** Cuts events out of the bytes, which must not change until all of them have been taken. */
  add(chunk: Buffer): void {
    this.#format.cut(chunk, this.#frames);
  }

  /**
   * All events; each is parsed as it is asked for, and what cannot be read is reported
   * in its place. With `latest`, an event is dropped where a later one supersedes it, and deleted
   * objects are not parsed.
   */
  *take({ latest = false } = {}): Generator<WatchEvent, void> {
    const frames = this.#frames;
    this.#frames = [];
    const { accepts, everyEvent = false, whole = false } = this.#options;
    const format = this.#format;
    const brief = latest && !everyEvent;
    const heads: Heads =
      !whole && (brief || accepts !== undefined)
        ? frames.map((frame) => (frame.tooLarge ? undefined : format.headOf(frame)))
        : [];
    const superseded = brief ? supersededIn(heads) : undefined;
    for (let i = 0; i < frames.length; i++) {
      const frame = frames[i] as Frame;
      const head = heads[i];
      if (head !== undefined && (superseded?.has(head) || accepts?.(head.metadata) === false)) {
        yield { ...eventOf(head), dropped: true };
      } else if (head?.type === 'DELETED' && brief && format.isWhole(frame)) {
        yield eventOf(head);
      } else {
        const event = format.parse(frame);
        if (event !== undefined) yield event;
      }
    }
  }

  end(): void {
    this.#format.end();
  }
}

/** The event with the first metadata of its object alone. */
const eventOf = ({ type, metadata }: EventHead): { type: string; object: object } => ({
  type,
  object: { metadata },
});

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
