// ProtobufWriter writes objects from their JSON as Kubernetes encodes them in protobuf.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageField, Messages } from '../../tools/generate/protobuf.ts';

const bytesAtFirst = 128;
const two7 = 2 ** 7;
const nanosPerMicro = 1_000;
/** The wire types of a field: a number, or bytes after their length. */
const VARINT = 0;
const BYTES = 2;

type Json = Readonly<Record<string, unknown>>;

const { roots, messages } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../tools/protobuf/messages.json'), 'utf8'),
) as Messages;

/** The fields of each message in the order of their numbers, as Kubernetes writes them. */
const fieldsOf = new Map(
  Object.entries(messages).map(([name, fields]) => [
    name,
    [...fields].sort((a, b) => a.number - b.number),
  ]),
);

/** The name of the message of a resource, or of `Status`; undefined where it is not known. */
export const messageOf = (plural: string): string | undefined => roots[plural];

/** The bytes that `write` writes. */
export function written(write: (writer: ProtobufWriter) => void): Buffer {
  const writer = new ProtobufWriter();
  write(writer);
  return writer.bytes();
}

/** Writes at the end; what has a length is written first, and then moved behind its length. */
export class ProtobufWriter {
  #bytes = Buffer.allocUnsafe(bytesAtFirst);
  #at = 0;

  /** A copy of what was written. */
  bytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  /** The fields of a message. */
  message(name: string, value: Json): void {
    for (const field of fieldsOf.get(name) ?? []) {
      // Without a name, its fields stand beside those of the parent.
      const of = field.name === '' ? value : value[field.name];
      if (field.map) this.#map(field, (of ?? {}) as Json);
      else if (field.list) for (const one of (of ?? []) as unknown[]) this.#field(field, one);
      else if (of !== undefined && of !== null) this.#field(field, of);
      else if (!field.pointer) this.#field(field, undefined);
    }
  }

  /** A field whose value is bytes or a text. */
  field(number: number, value: Buffer | string): void {
    this.#within(number, () => this.#append(value));
  }

  /** The beginning of a field whose value follows elsewhere. */
  head(number: number, length: number): void {
    this.#varint(number * 8 + BYTES);
    this.#varint(length);
  }

  /** A field whose value is what `write` writes. */
  #within(number: number, write: () => void): void {
    this.#varint(number * 8 + BYTES);
    const start = this.#at;
    write();
    const length = this.#at - start;
    const size = sizeOf(length);
    this.#reserve(size);
    this.#bytes.copyWithin(start + size, start, this.#at);
    this.#at = start;
    this.#varint(length);
    this.#at += length;
  }

  #map(field: MessageField, entries: Json): void {
    for (const key of Object.keys(entries).sort(byBytes)) {
      this.#within(field.number, () => {
        this.field(1, key);
        this.#field({ ...field, number: 2 }, entries[key]);
      });
    }
  }

  /** A value, or the zero value of its type where there is none. */
  #field({ number, type, message = '' }: MessageField, value: unknown): void {
    if (type === 'bool') this.#number(number, value === true ? 1 : 0);
    else if (type === 'int32' || type === 'int64') this.#number(number, Number(value ?? 0));
    else if (type === 'string') this.field(number, String(value ?? ''));
    else if (type !== 'bytes') this.#within(number, () => this.#content(type, message, value));
    else if (value !== undefined) this.field(number, Buffer.from(String(value), 'base64'));
  }

  #content(type: string, message: string, value: unknown): void {
    if (type === 'message') this.message(message, (value ?? {}) as Json);
    else if (type === 'intOrString') this.#intOrString((value ?? 0) as number | string);
    else if (value !== undefined) this.#text(type, value);
  }

  /** What is a text in JSON, or a list of texts, and a message in protobuf. */
  #text(type: string, value: unknown): void {
    if (type === 'time' || type === 'microTime') this.#time(String(value));
    else if (type === 'quantity') this.field(1, String(value));
    else if (type === 'strings') for (const one of value as string[]) this.field(1, one);
    // Fields of managedFields, and parameters of devices: JSON within protobuf.
    else if (type === 'skip') this.field(1, JSON.stringify(value));
    else throw new Error(`expected a type of tools/protobuf/messages.json, got ${type}`);
  }

  #time(text: string): void {
    const ms = Date.parse(text);
    const [, micros = '0'] = /\.(\d{6})Z$/.exec(text) ?? [];
    this.#number(1, Math.floor(ms / 1_000));
    this.#number(2, Number(micros) * nanosPerMicro);
  }

  #intOrString(value: number | string): void {
    this.#number(1, typeof value === 'number' ? 0 : 1);
    this.#number(2, typeof value === 'number' ? value : 0);
    this.field(3, typeof value === 'number' ? '' : value);
  }

  #number(number: number, value: number): void {
    this.#varint(number * 8 + VARINT);
    if (value >= 0 && Number.isSafeInteger(value)) {
      this.#varint(value);
      return;
    }
    // Negative ones have all of their 64 bits.
    let left = BigInt.asUintN(64, BigInt(Math.trunc(value)));
    for (; left >= 128n; left >>= 7n) this.#byte(Number(left & 127n) + two7);
    this.#byte(Number(left));
  }

  #varint(value: number): void {
    let left = value;
    for (; left >= two7; left = Math.floor(left / two7)) this.#byte((left % two7) + two7);
    this.#byte(left);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  #append(value: Buffer | string): void {
    this.#reserve(typeof value === 'string' ? Buffer.byteLength(value) : value.length);
    this.#at +=
      typeof value === 'string'
        ? this.#bytes.write(value, this.#at)
        : value.copy(this.#bytes, this.#at);
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + length));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** The order of Go's strings, in which UTF-16 has some of the rarest letters elsewhere. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The bytes of a varint. */
function sizeOf(value: number): number {
  let size = 1;
  for (let left = value; left >= two7; left = Math.floor(left / two7)) size += 1;
  return size;
}
