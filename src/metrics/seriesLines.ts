// SeriesLines writes the lines of one family of one object, as bytes.
import { type LabelValue, noLabel } from './family.ts';
import { type FixedText, fixedText, TextBytes } from './textBytes.ts';

/**
 * The limit for one family of one object: some 80,000 series. A family that pairs two lists can
 * render an object of a megabyte to a hundred times its size.
 */
const familyBytesMax = 16 * 1024 * 1024;

/** So few series of one family are told apart by comparing: a Set would hash the labels of each. */
const comparedMax = 16;

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const closing = fixedText('} ');

/** One for all tables, as an object is rendered in one go. */
export const bytes = new TextBytes();

/** Where something stands in `bytes`. */
export interface Range {
  start: number;
  end: number;
}

/** Writes the lines of one family of one object; of duplicate series the first one stays. */
export class SeriesLines {
  /** Lines so far. */
  count = 0;
  readonly #name: FixedText;
  /** The labels that all series begin with. */
  #shared: Range = { start: 0, end: 0 };
  /** Where the family begins, its first head ends, and its last line and labels begin. */
  #start = 0;
  #headEnd = 0;
  #lineStart = 0;
  #labelsStart = 0;
  /**
   * What the series so far are told apart by: the first `#known` of the ranges of their labels, or
   * of `#ids`; all of `#seen` where there are more.
   */
  readonly #starts = new Uint32Array(comparedMax);
  readonly #lengths = new Uint32Array(comparedMax);
  readonly #ids = new Array<string>(comparedMax).fill('');
  #known = 0;
  #seen: Set<string> | undefined;

  constructor(name: string) {
    this.#name = fixedText(`${name}{`);
  }

  start(shared: Range): void {
    this.count = 0;
    this.#shared = shared;
    this.#start = bytes.end;
    this.#known = 0;
    this.#seen = undefined;
  }

  /** Begins a line with what all series of the object share; returns where it begins. */
  open(): number {
    const start = bytes.end;
    this.#lineStart = start;
    if (this.count === 0) {
      bytes.addFixed(this.#name);
      bytes.repeat(this.#shared.start, this.#shared.end);
      this.#headEnd = bytes.end;
    } else {
      bytes.repeat(this.#start, this.#headEnd);
    }
    this.#labelsStart = bytes.end;
    return start;
  }

  /** Drops the line that was opened. */
  drop(): void {
    bytes.end = this.#lineStart;
  }

  /** Ends a line behind its labels; drops it and throws where the value is no number. */
  close(value: number): void {
    bytes.addFixed(closing);
    try {
      bytes.addNumber(value);
    } catch (error) {
      this.drop();
      throw error;
    }
    bytes.addByte(LINE_FEED);
    this.count++;
    if (bytes.end - this.#start > familyBytesMax) {
      throw new RangeError(
        `expected at most ${familyBytesMax} bytes of one family of one object, got more after ` +
          `${this.count} series; leave the family out by --metric-denylist, or shorten the object`,
      );
    }
  }

  /**
   * Whether no series has had this id so far, or without one the labels behind the last head; it is
   * taken from now on. Labels without an id have to stay where they are.
   */
  isNew(id?: string): boolean {
    if (this.#seen === undefined) {
      for (let i = 0; i < this.#known; i++) if (this.#isKnown(i, id)) return false;
      if (this.#known < comparedMax) {
        this.#take(this.#known++, id);
        return true;
      }
      this.#seen = new Set(
        this.#ids.map((known, i) => (id === undefined ? this.#keyAt(i) : known)),
      );
    }
    const key = id ?? bytes.key(this.#labelsStart, bytes.end);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #isKnown(i: number, id: string | undefined): boolean {
    if (id !== undefined) return this.#ids[i] === id;
    const start = this.#labelsStart;
    const length = bytes.end - start;
    return this.#lengths[i] === length && bytes.isEqual(this.#starts[i] as number, start, length);
  }

  #take(i: number, id: string | undefined): void {
    if (id !== undefined) {
      this.#ids[i] = id;
      return;
    }
    this.#starts[i] = this.#labelsStart;
    this.#lengths[i] = bytes.end - this.#labelsStart;
  }

  #keyAt(i: number): string {
    const start = this.#starts[i] as number;
    return bytes.key(start, start + (this.#lengths[i] as number));
  }
}

/** The labels of a row in front of which `prefixes` stand. */
export function addLabels(prefixes: readonly FixedText[], labels: readonly LabelValue[]): void {
  for (let i = 0; i < prefixes.length; i++) {
    const label = labels[i];
    if (label === noLabel) continue;
    bytes.addFixed(prefixes[i] as FixedText);
    bytes.addEscaped(textOf(label));
    bytes.addByte(QUOTE);
  }
}

/** The server's JSON is not checked against the types: a value may be a number. */
export const textOf = (value: string | null | undefined): string =>
  typeof value === 'string' ? value : String(value ?? '');
