// ProtobufWatchFormat reads a watch in protobuf: each event is a length and that many bytes.
import { DecodeError } from '../decode.ts';
import type { EventHead } from '../eventHead.ts';
import { Carry, itemBytesMax, tooLargeError } from '../itemParser.ts';
import type { Frame, WatchEvent, WatchFormat } from '../watchFormat.ts';
import { keyOfCut, type ProtobufDecoderOptions } from './listDecoder.ts';
import {
  bookmarkIn,
  cutFieldIn,
  fieldIn,
  magic,
  type Range,
  statusIn,
  unwrapped,
} from './objectReader.ts';
import { ProtobufError } from './reader.ts';

const lengthBytes = 4;
/** Longer events are no events: then the length was something else. */
const eventBytesMax = 1024 * 1024 * 1024;
/** The types of events that are about an object; others are a bookmark or an error. */
const changes: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED']);

export class ProtobufWatchFormat implements WatchFormat {
  readonly #options: ProtobufDecoderOptions;
  readonly #carry: Carry;
  #length = 0;
  #lengthBytes = 0;
  /** Bytes of the event that are left. */
  #left = 0;

  constructor(options: ProtobufDecoderOptions) {
    this.#options = options;
    this.#carry = new Carry(options.itemBytesMax ?? itemBytesMax);
  }

  cut(chunk: Buffer, frames: Frame[]): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#lengthBytes < lengthBytes) {
        this.#length = this.#length * 256 + (chunk[at++] as number);
        if (++this.#lengthBytes < lengthBytes) continue;
        if (this.#length > eventBytesMax) {
          throw new ProtobufError(
            `expected an event in protobuf, got one of ${this.#length} bytes`,
          );
        }
        this.#left = this.#length;
      }
      const end = Math.min(chunk.length, at + this.#left);
      this.#left -= end - at;
      this.#take(chunk, at, end, frames);
      at = end;
    }
  }

  end(): void {
    if (this.#lengthBytes === 0) return;
    throw new DecodeError('expected whole events of a watch, got a body that ended within one');
  }

  headOf(frame: Frame): EventHead | undefined {
    const { type, object } = partsOf(frame);
    if (!changes.has(type)) return undefined;
    const metadata = this.#options.objects.head(unwrapped(object));
    return metadata && { type: type as EventHead['type'], metadata };
  }

  isWhole(): boolean {
    return true;
  }

  parse(frame: Frame): WatchEvent | undefined {
    const { objects, onMalformed } = this.#options;
    if (frame.tooLarge) {
      onMalformed(this.#keyOf(frame), tooLargeError(this.#carry.bytesMax));
      return undefined;
    }
    const { type, object } = partsOf(frame);
    if (type === 'ERROR') return { type, object: statusIn(object) };
    const message = unwrapped(object);
    if (type === 'BOOKMARK') return { type, object: bookmarkIn(message) };
    return { type, object: objects.read(message) };
  }

  /** The key of an event of which only the first bytes are there. */
  #keyOf({ bytes, start }: Frame): string {
    // Within the lengths of event, object, envelope and metadata are the object's first bytes.
    const end = bytes.length;
    try {
      const object = cutFieldIn(cutFieldIn({ bytes, start, end }, 2), 1);
      const envelope = { ...object, start: object.start + magic.length };
      return keyOfCut(cutFieldIn(envelope, 2), this.#options.objects);
    } catch (error) {
      if (error instanceof ProtobufError) return '';
      throw error;
    }
  }

  #take(chunk: Buffer, start: number, end: number, frames: Frame[]): void {
    if (this.#left > 0) {
      this.#carry.append(chunk, start, end, this.#left);
      return;
    }
    this.#length = 0;
    this.#lengthBytes = 0;
    frames.push(this.#carry.complete(chunk, start, end));
  }
}

function partsOf(frame: Range): { type: string; object: Range } {
  const type = fieldIn(frame, 1);
  const object = fieldIn(frame, 2);
  const raw = object && fieldIn(object, 1);
  if (type === undefined || raw === undefined) {
    throw new ProtobufError('expected an event with a type and an object, got another message');
  }
  return { type: type.bytes.toString('latin1', type.start, type.end), object: raw };
}
