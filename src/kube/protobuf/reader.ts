// Reader reads the values of a protobuf message from bytes, as JSON of the same object has them.
import { DecodeError } from '../decode.ts';

/** Longer specs are read at once, as those of JSON are. */
const specBytesMax = 64 * 1024;
/** Strings of up to this many bytes are looked up: most of them come again and again. */
const cachedBytesMax = 32;
const cachedStrings = 4_096;
const cachedTimes = 1_024;
/** A varint of 64 bits has ten bytes. */
const varintBytesMax = 10;
const two32 = 2 ** 32;

/** The bytes are not what an API server sends as protobuf. */
export class ProtobufError extends DecodeError {}

/** The fields of an object or of a part of it; those that are absent may be there as undefined. */
export type Fields = Record<string, unknown>;

/** Reads the message that ends at `end`. */
export type ReadMessage = (reader: Reader, end: number) => Fields;

/** One for all, as a message is read in one go. The caller sets `bytes` and `at`. */
export class Reader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  /** Whether the spec of the next object is left for later; it stands between these. */
  deferSpec = false;
  specStart = 0;
  specEnd = 0;
  /** The upper half of the varint that `#low` has read the lower one of. */
  #high = 0;
  #nanos = 0;
  readonly #strings: string[] = new Array(cachedStrings).fill('');
  readonly #times: string[] = new Array(cachedTimes).fill('');
  readonly #timeSeconds = new Float64Array(cachedTimes).fill(Number.NaN);

  /** A tag or a length. */
  varint(): number {
    const byte = this.bytes[this.at++] as number;
    return byte < 0x80 ? byte : this.#longVarint(byte);
  }

  #longVarint(first: number): number {
    const next = this.bytes[this.at++] as number;
    if (next < 0x80) return (first & 0x7f) | (next << 7);
    this.at -= 2;
    const low = this.#low();
    return this.#high * two32 + low;
  }

  /** The lower 32 bits of a varint, unsigned; the upper ones are in `#high`. */
  #low(): number {
    let low = 0;
    let high = 0;
    for (let i = 0; i < varintBytesMax; i++) {
      const byte = this.bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw new ProtobufError('expected a number of at most 64 bits in protobuf, got a longer one');
  }

  /** Where the value ends whose length is read here. */
  end(): number {
    const length = this.varint();
    return this.at + length;
  }

  bool(): boolean {
    return this.varint() !== 0;
  }

  int32(): number {
    return this.#low() | 0;
  }

  /** The nearest number, as JSON.parse reads it. */
  int64(): number {
    const low = this.#low();
    return (this.#high | 0) * two32 + low;
  }

  /** A bigint where a number would lose digits. */
  exactInt64(): number | bigint {
    const low = this.#low();
    const number = (this.#high | 0) * two32 + low;
    if (Number.isSafeInteger(number)) return number;
    return (BigInt(this.#high | 0) << 32n) | BigInt(low);
  }

  string(): string {
    const start = this.at + 1;
    const length = this.varint();
    const from = this.at;
    const end = from + length;
    this.at = end;
    if (length === 0) return '';
    if (length > cachedBytesMax || from !== start) return this.bytes.toString('utf8', from, end);
    const { bytes } = this;
    let hash = length;
    let all = 0;
    for (let i = from; i < end; i++) {
      const byte = bytes[i] as number;
      hash = Math.imul(hash ^ byte, 0x01000193);
      all |= byte;
    }
    if (all >= 0x80) return bytes.toString('utf8', from, end);
    const slot = (hash ^ (hash >>> 15)) & (cachedStrings - 1);
    const known = this.#strings[slot] as string;
    if (known.length === length && isAt(known, bytes, from)) return known;
    const text = bytes.toString('latin1', from, end);
    this.#strings[slot] = text;
    return text;
  }

  /** In Base64, as JSON has bytes. */
  base64(): string {
    const end = this.end();
    const text = this.bytes.toString('base64', this.at, end);
    this.at = end;
    return text;
  }

  /** RFC 3339 in seconds; undefined for Go's zero time, which JSON has as null. */
  time(): string | undefined {
    const end = this.end();
    if (this.at === end) return undefined;
    return this.#seconds(this.#timestamp(end));
  }

  /** The same in microseconds. */
  microTime(): string | undefined {
    const end = this.end();
    if (this.at === end) return undefined;
    const seconds = this.#timestamp(end);
    const micros = String(Math.floor(this.#nanos / 1_000)).padStart(6, '0');
    return `${this.#seconds(seconds).slice(0, -1)}.${micros}Z`;
  }

  /** Its seconds; the rest is in `#nanos`. */
  #timestamp(end: number): number {
    let seconds = 0;
    this.#nanos = 0;
    while (this.at < end) {
      const tag = this.varint();
      if (tag === 8) seconds = this.int64();
      else if (tag === 16) this.#nanos = this.int32();
      else this.skip(tag);
    }
    return seconds;
  }

  #seconds(seconds: number): string {
    const slot = seconds & (cachedTimes - 1);
    if (this.#timeSeconds[slot] === seconds) return this.#times[slot] as string;
    const text = `${new Date(seconds * 1_000).toISOString().slice(0, -5)}Z`;
    this.#timeSeconds[slot] = seconds;
    this.#times[slot] = text;
    return text;
  }

  /** A message whose first field is a text. */
  quantity(): string {
    const end = this.end();
    let text = '';
    while (this.at < end) {
      const tag = this.varint();
      if (tag === 10) text = this.string();
      else this.skip(tag);
    }
    return text;
  }

  intOrString(): number | string {
    const end = this.end();
    let type = 0;
    let number = 0;
    let text = '';
    while (this.at < end) {
      const tag = this.varint();
      if (tag === 8) type = this.int32();
      else if (tag === 16) number = this.int32();
      else if (tag === 26) text = this.string();
      else this.skip(tag);
    }
    return type === 0 ? number : text;
  }

  /** The map with one entry more, whose value is a text. */
  textEntry(map: unknown): Fields {
    return this.#entry(map, false);
  }

  quantityEntry(map: unknown): Fields {
    return this.#entry(map, true);
  }

  #entry(map: unknown, ofQuantity: boolean): Fields {
    const end = this.end();
    let key = '';
    let value = '';
    while (this.at < end) {
      const tag = this.varint();
      if (tag === 10) key = this.string();
      else if (tag === 18) value = ofQuantity ? this.quantity() : this.string();
      else this.skip(tag);
    }
    const entries = (map ?? {}) as Fields;
    // An entry of this name would become the prototype.
    if (key === '__proto__') {
      const own = { value, configurable: true, enumerable: true, writable: true };
      Object.defineProperty(entries, key, own);
    } else {
      entries[key] = value;
    }
    return entries;
  }

  /** Whether the spec that comes next was left for later. */
  skipSpec(): boolean {
    if (!this.deferSpec) return false;
    this.deferSpec = false;
    const from = this.at;
    const end = this.end();
    if (end - this.at > specBytesMax) {
      this.at = from;
      return false;
    }
    this.specStart = this.at;
    this.specEnd = end;
    this.at = end;
    return true;
  }

  /** Skips the value of a field that is not wanted. */
  skip(tag: number): void {
    const wire = tag & 7;
    if (wire === 2) this.at = this.end();
    else if (wire === 0) this.#low();
    else if (wire === 1) this.at += 8;
    else if (wire === 5) this.at += 4;
    else throw new ProtobufError(`expected a field of a message in protobuf, got tag ${tag}`);
  }

  /** Called at the end of each message. */
  finish(end: number): void {
    if (this.at === end) return;
    throw new ProtobufError(
      'expected a message to end with a field in protobuf, got one cut short',
    );
  }
}

function isAt(text: string, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/** The list with one element more. */
export function appended(list: unknown, value: unknown): unknown[] {
  if (list === undefined) return [value];
  const values = list as unknown[];
  values.push(value);
  return values;
}
