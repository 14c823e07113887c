// ProtobufListDecoder cuts a list in protobuf into objects as its bytes arrive.
import { keyOf } from '../../lib/objectKey.ts';
import { DecodeError, type Decoder, type ListMetadata } from '../decode.ts';
import { Carry, type DecoderOptions, itemBytesMax, tooLargeError } from '../itemParser.ts';
import type { Frame } from '../watchFormat.ts';
import { listMetadataIn, magic, type ObjectReader, type Range } from './objectReader.ts';
import { ProtobufError } from './reader.ts';

/** Tags of the envelope and of the list within it. */
const rawTag = 2 * 8 + 2;
const metadataTag = 1 * 8 + 2;
const itemsTag = 2 * 8 + 2;

const lengthBytesMax = 8;

export interface ProtobufDecoderOptions
  extends Pick<DecoderOptions, 'onMalformed' | 'accepts' | 'itemBytesMax'> {
  readonly objects: ObjectReader;
}

/** What the bytes are that come next: of the envelope, of the list in it, or of one field. */
type Level = 'magic' | 'envelope' | 'list';

/** Every field of envelope and list is a tag, a length and that many bytes. */
export class ProtobufListDecoder implements Decoder<unknown> {
  readonly #options: ProtobufDecoderOptions;
  readonly #carry: Carry;
  #level: Level = 'magic';
  /** Bytes of the list that are left, where the level is that. */
  #listBytes = 0;
  #hasList = false;
  /** The tag of the field that is read; 0 before it is known. */
  #tag = 0;
  /** Bytes of its value that are left; undefined before its length is known. */
  #left: number | undefined;
  /** The number that is read, and how many of its bytes were. */
  #number = 0;
  #numberBytes = 0;
  #metadata: ListMetadata = { resourceVersion: '', continue: '' };

  constructor(options: ProtobufDecoderOptions) {
    this.#options = options;
    this.#carry = new Carry(options.itemBytesMax ?? itemBytesMax);
  }

  *push(chunk: Buffer): Generator<unknown, void> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === undefined) {
        this.#header(chunk[at++] as number);
        if (this.#left !== 0) continue;
      }
      const end = Math.min(chunk.length, at + (this.#left as number));
      const item = this.#take(chunk, at, end);
      at = end;
      if (item !== undefined) yield item;
    }
  }

  end(): void {
    this.metadata();
  }

  metadata(): ListMetadata {
    const between = this.#tag === 0 && this.#numberBytes === 0 && this.#level === 'envelope';
    if (!this.#hasList || !between) {
      throw new DecodeError('expected a whole list, got a body that ended early');
    }
    return this.#metadata;
  }

  #header(byte: number): void {
    if (this.#level === 'magic') {
      if (byte !== magic[this.#numberBytes++]) {
        throw new ProtobufError('expected a list that begins with k8s, got something else');
      }
      if (this.#numberBytes === magic.length) {
        this.#level = 'envelope';
        this.#numberBytes = 0;
      }
      return;
    }
    this.#number += (byte & 0x7f) * 2 ** (7 * this.#numberBytes++);
    if (this.#level === 'list') this.#listBytes--;
    if (byte >= 0x80) {
      if (this.#numberBytes < lengthBytesMax) return;
      throw new ProtobufError('expected a length in protobuf, got a number that is too long');
    }
    const number = this.#number;
    this.#number = 0;
    this.#numberBytes = 0;
    if (this.#tag === 0) this.#setTag(number);
    else this.#setLength(number);
  }

  #setTag(tag: number): void {
    if ((tag & 7) !== 2) throw new ProtobufError(`expected a field of a list, got tag ${tag}`);
    this.#tag = tag;
  }

  #setLength(length: number): void {
    if (this.#level === 'envelope' && this.#tag === rawTag) {
      this.#level = 'list';
      this.#hasList = true;
      this.#listBytes = length;
      this.#tag = 0;
      this.#leaveList();
      return;
    }
    if (this.#level === 'list' && length > this.#listBytes) {
      throw new ProtobufError('expected an object within the list, got a longer one');
    }
    this.#left = length;
  }

  #leaveList(): void {
    if (this.#level === 'list' && this.#listBytes <= 0) this.#level = 'envelope';
  }

  /** Takes these bytes of the value; returns the item that they complete, if it is wanted. */
  #take(chunk: Buffer, start: number, end: number): unknown {
    const inList = this.#level === 'list';
    const wanted = inList && (this.#tag === itemsTag || this.#tag === metadataTag);
    const carry = this.#carry;
    const left = (this.#left as number) - (end - start);
    if (inList) this.#listBytes -= end - start;
    this.#left = left;
    if (left > 0) {
      if (wanted) carry.append(chunk, start, end, left);
      return undefined;
    }
    const isItem = this.#tag === itemsTag;
    this.#tag = 0;
    this.#left = undefined;
    this.#leaveList();
    return wanted ? this.#finish(carry.complete(chunk, start, end), isItem) : undefined;
  }

  #finish(field: Frame, isItem: boolean): unknown {
    const { objects, accepts, onMalformed } = this.#options;
    if (field.tooLarge) {
      onMalformed(keyOfCut(field, objects), tooLargeError(this.#carry.bytesMax));
      return undefined;
    }
    if (!isItem) {
      this.#metadata = listMetadataIn(field);
      return undefined;
    }
    if (accepts !== undefined) {
      const head = objects.head(field);
      if (head !== undefined && !accepts(head)) return undefined;
    }
    return objects.read(field);
  }
}

/** The key of an object of which only the first bytes are there; empty where none can be read. */
export function keyOfCut(range: Range, objects: ObjectReader): string {
  const head = objects.headOfCut(range);
  return head === undefined ? '' : keyOf(head);
}
