// Template makes the copies of an object: the same bytes, but for what tells objects apart.
import type { State, Stored } from '../../src/demo/apiserver/storage.ts';

/** What stands before names in a template; the digits are the number of the copy. */
export const copyPrefix = 'c000-';
export const copiesMax = 1_000;
/** Versions in templates begin with these digits, and end with the number of the object. */
export const versionDigits = '7000';
export const versionsMax = 1_000_000;
/** Versions of changes are larger than those of all copies. */
export const firstVersion = 8_000_000_000;
/** Addresses are numbered: each copy has so many. */
const addressesMax = 2_048;
/** Numbers in addresses have three digits, from 100 on, so that all are of one length. */
const octets = 156;
const octetMin = 100;

/** An address of the template, by its number. */
export function addressOf(number: number): string {
  if (number >= addressesMax) throw new RangeError(`expected ${addressesMax} addresses at most`);
  return `10.${octetsOf(number).join('.')}`;
}

const octetsOf = (number: number): number[] =>
  [octets ** 2, octets, 1].map((unit) => octetMin + (Math.floor(number / unit) % octets));

/** What is found in the bytes of a template, in protobuf as in JSON. */
const found = new RegExp(
  [
    'c000-',
    '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}',
    'containerd://[0-9a-f]{64}',
    String.raw`10(?:\.[12]\d\d){3}`,
    String.raw`7000\d{6}`,
  ].join('|'),
  'g',
);

/** What a copy has in the place of a text: kind, offset, and two numbers that the text gives. */
const holeNumbers = 4;
const NAME = 0;
const ADDRESS = 1;
const VERSION = 2;
const UID = 3;
const CONTAINER = 4;

const containerDigits = 64;
const scheme = 'containerd://';

function holeOf(text: string, at: number): [kind: number, at: number, low: number, high: number] {
  if (text === copyPrefix) return [NAME, at + 1, 0, 0];
  if (text.startsWith('10.')) {
    const [, ...parts] = text.split('.').map(Number);
    return [ADDRESS, at, parts.reduce((sum, part) => sum * octets + part - octetMin, 0), 0];
  }
  if (text.startsWith(versionDigits)) {
    return [VERSION, at + 1, Number(text.slice(versionDigits.length)), 0];
  }
  const low = Number.parseInt(text.slice(-digitsPerWord), 16);
  if (!text.startsWith(scheme)) return [UID, at, low, Number.parseInt(text.slice(0, 8), 16)];
  const high = Number.parseInt(text.slice(scheme.length, scheme.length + digitsPerWord), 16);
  return [CONTAINER, at + scheme.length, low, high];
}

/** The digits of a uid that are random: neither dashes, nor version and variant. */
const uidPlaces = Uint8Array.from(
  Array.from({ length: 36 }, (_, i) => i).filter((i) => ![8, 13, 14, 18, 19, 23].includes(i)),
);
const containerPlaces = Uint8Array.from({ length: containerDigits }, (_, i) => i);

const ZERO = 0x30;

function decimals(bytes: Buffer, at: number, length: number, value: number): void {
  let left = value;
  for (let i = at + length - 1; i >= at; i--) {
    bytes[i] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
}

const hexDigits = Buffer.from('0123456789abcdef');
const digitsPerWord = 8;

/** Digits that depend on the copy and on the digits before; equal ones stay equal. */
function hexadecimals(
  bytes: Buffer,
  at: number,
  places: Uint8Array,
  { low, high, copy }: { low: number; high: number; copy: number },
): void {
  let word = 0;
  for (let i = 0; i < places.length; i++) {
    if (i % digitsPerWord === 0) {
      const half = (i / digitsPerWord) % 2 === 0 ? low : high;
      word = mixed(mixed(half ^ Math.imul(copy + 1, 0x9e3779b1)) + i);
    }
    bytes[at + (places[i] as number)] = hexDigits[word & 15] as number;
    word >>>= 4;
  }
}

/** Another number of 32 bits, and no two have the same. */
function mixed(number: number): number {
  let word = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** The bytes of an encoding, and what to write into a copy of them. */
interface Pattern {
  readonly bytes: Buffer;
  readonly holes: Int32Array;
}

function patternOf(bytes: Buffer): Pattern {
  const matches = bytes.toString('latin1').matchAll(found);
  const holes = [...matches].flatMap(({ 0: text, index }) => holeOf(text, index));
  return { bytes, holes: Int32Array.from(holes) };
}

function filled({ bytes, holes }: Pattern, copy: number): Buffer {
  const made = Buffer.allocUnsafe(bytes.length);
  bytes.copy(made);
  for (let i = 0; i < holes.length; i += holeNumbers) {
    const [kind, at = 0, low = 0, high = 0] = holes.subarray(i, i + holeNumbers);
    if (kind === NAME) decimals(made, at, 3, copy);
    else if (kind === VERSION) decimals(made, at, 9, low + copy * versionsMax);
    else if (kind === UID) hexadecimals(made, at, uidPlaces, { low, high, copy });
    else if (kind === CONTAINER) hexadecimals(made, at, containerPlaces, { low, high, copy });
    else {
      const parts = octetsOf(low + copy * addressesMax);
      for (const [n, part] of parts.entries()) decimals(made, at + 3 + 4 * n, 3, part);
    }
  }
  return made;
}

export class Template {
  readonly #key: Pattern;
  readonly #json: Pattern;
  readonly #protobuf: Pattern | undefined;

  constructor(key: string, { bytes, protobuf }: State) {
    this.#key = patternOf(Buffer.from(key));
    this.#json = patternOf(bytes);
    this.#protobuf = protobuf && patternOf(protobuf);
  }

  /** The copy with this number, whose bytes are made each time they are read. */
  copy(number: number): Stored {
    return new Copy(number, this.#key, this.#json, this.#protobuf);
  }
}

class Copy implements Stored {
  readonly #number: number;
  readonly #key: Pattern;
  readonly #json: Pattern;
  readonly #protobuf: Pattern | undefined;

  constructor(number: number, key: Pattern, json: Pattern, protobuf: Pattern | undefined) {
    this.#number = number;
    this.#key = key;
    this.#json = json;
    this.#protobuf = protobuf;
  }

  get key(): string {
    return filled(this.#key, this.#number).toString();
  }

  get bytes(): Buffer {
    return filled(this.#json, this.#number);
  }

  get protobuf(): Buffer | undefined {
    return this.#protobuf && filled(this.#protobuf, this.#number);
  }
}
