// ExpositionReader reads a text or OpenMetrics exposition as it arrives, sample by sample.

/** Longer lines are refused: label values of Kubernetes objects stay far below. */
const lineBytesMax = 4 * 1024 * 1024;
const shownCharsMax = 80;

/** What is wrong with an exposition, and in which line of it. */
export class ExpositionProblem extends Error {
  override readonly name = 'ExpositionProblem';
  readonly line: number;
  readonly expected: string;
  readonly got: string;

  constructor(line: number, expected: string, got: string) {
    super(`line ${line}: expected ${expected}, got ${got}`);
    this.line = line;
    this.expected = expected;
    this.got = got;
  }
}

export interface ExpositionSink {
  /** Comes before the samples of the family; a family in two places comes twice. */
  family(head: FamilyHead): void;
  /** The sample is valid during the call. */
  sample(sample: Sample): void;
}

export interface FamilyHead {
  readonly name: string;
  readonly type: string | undefined;
  readonly help: string | undefined;
}

/** One series and its value now, as a scraper takes it. */
export interface Sample {
  /** The family of the header above; of a counter or an info of OpenMetrics, the series' name. */
  readonly family: string;
  /**
   * Two halves of a hash of name and labels. The order of labels does not matter, nor do those with
   * an empty value: to a scraper they are absent.
   */
  readonly hashA: number;
  readonly hashB: number;
  readonly value: number;
  /** Name and labels as they are written. */
  series(): string;
}

const newline = 0x0a;
const space = 0x20;
const tab = 0x09;
const quote = 0x22;
const hash = 0x23;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const equals = 0x3d;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
/** No byte of UTF-8: it stands between a label and its value in hashes. */
const separator = 0xff;
const lineEnd = Buffer.of(newline);
/** The last line, of which the end may be missing. */
const endOfOpenMetrics = Buffer.from('# EOF');
/** Integers with fewer digits are read without making a text of them. */
const digitsMax = 15;

/** Series of these types have names that are longer than the family's. */
const suffixes: Readonly<Record<string, RegExp>> = {
  histogram: /^_(?:bucket|count|sum|created)$/,
  gaugehistogram: /^_(?:bucket|gcount|gsum)$/,
  summary: /^_(?:count|sum|created)$/,
};
/** In OpenMetrics, series of these types, too; in text their families are called as the series. */
const renaming: Readonly<Record<string, string>> = { counter: '_total', info: '_info' };

export class ExpositionReader implements Sample {
  family = '';
  hashA = 0;
  hashB = 0;
  value = 0;
  readonly #sink: ExpositionSink;
  /** The start of a line whose end has not come yet. */
  #rest: Buffer = Buffer.alloc(0);
  #line = 0;
  #ended = false;
  /** The headers whose samples come now. */
  #head: { name: string; type: string | undefined; help: string | undefined } | undefined;
  /** Whether the sink knows the family of these headers. */
  #isTold = true;
  /** The line that is read, and where its parts are. */
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #seriesEnd = 0;
  #end = 0;
  #isNamed = false;
  /** The name of the last sample, as bytes: most samples have that of the one before. */
  #nameBytes: Buffer = Buffer.alloc(0);
  #nameA = 0;
  #nameB = 0;

  constructor(sink: ExpositionSink) {
    this.#sink = sink;
  }

  /** Whether it has read `# EOF`, which ends OpenMetrics. */
  get isOpenMetrics(): boolean {
    return this.#ended;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    if (this.#rest.length > 0) {
      const end = bytes.indexOf(newline);
      const part = end < 0 ? bytes : bytes.subarray(0, end);
      this.#rest = Buffer.concat([this.#rest, part]);
      this.#refuseLongLine(this.#rest.length);
      if (end < 0) return;
      const line = this.#rest;
      this.#rest = Buffer.alloc(0);
      this.#readLine(line, 0, line.length);
      from = end + 1;
    }
    for (;;) {
      const end = bytes.indexOf(newline, from);
      if (end < 0) break;
      this.#readLine(bytes, from, end);
      from = end + 1;
    }
    // A copy: the chunk may be used again by who made it.
    if (from < bytes.length) this.#rest = Buffer.from(bytes.subarray(from));
    this.#refuseLongLine(this.#rest.length);
  }

  /** To be called behind the last chunk; throws where the last line is not ended. */
  end(): void {
    // OpenMetrics allows it.
    if (this.#rest.equals(endOfOpenMetrics)) this.push(lineEnd);
    if (this.#rest.length === 0) {
      this.#tellHead();
      return;
    }
    this.#line++;
    throw this.#problem('the end of the line', 'the end of the exposition');
  }

  series(): string {
    return this.#bytes.toString('utf8', this.#start, this.#seriesEnd);
  }

  #refuseLongLine(length: number): void {
    if (length <= lineBytesMax) return;
    this.#line++;
    throw this.#problem(`a line of at most ${lineBytesMax} bytes`, 'a longer one');
  }

  #readLine(bytes: Buffer, start: number, end: number): void {
    this.#line++;
    if (start === end) return;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    if (this.#ended) throw this.#problem('nothing behind # EOF', this.#shown(start));
    if (bytes[start] === hash) this.#readComment(bytes.toString('utf8', start, end));
    else this.#readSample();
  }

  #readComment(line: string): void {
    if (line === '# EOF') {
      this.#ended = true;
      return;
    }
    const [, keyword, given = '', text = ''] =
      /^#[ \t]+(HELP|TYPE)[ \t]+("(?:[^"\\]|\\.)*"|\S+)(?:[ \t]+(.*))?$/s.exec(line) ?? [];
    if (keyword === undefined) return;
    const name = given.startsWith('"') ? given.slice(1, -1) : given;
    if (name !== this.#head?.name) {
      this.#tellHead();
      this.#head = { name, type: undefined, help: undefined };
      this.#isTold = false;
    }
    this.#head[keyword === 'TYPE' ? 'type' : 'help'] = text;
    // A series of this name may now be of another family.
    this.#nameBytes = Buffer.alloc(0);
  }

  /** Tells the sink of headers that have no samples. */
  #tellHead(): void {
    if (this.#head !== undefined && !this.#isTold) this.#sink.family(this.#head);
    this.#isTold = true;
  }

  /** Finds the family of a series with this name, and tells the sink of it. */
  #startFamily(name: string): void {
    const head = this.#head;
    const { type = '' } = head ?? {};
    const suffix = head && name.startsWith(head.name) ? name.slice(head.name.length) : undefined;
    if (head !== undefined && suffix !== undefined) {
      if (suffix === '' || suffixes[type]?.test(suffix)) {
        this.family = head.name;
        this.#tellHead();
        return;
      }
      if (!this.#isTold && suffix === renaming[type]) head.name = name;
    }
    this.family = name;
    if (head?.name === name) this.#tellHead();
    else {
      this.#tellHead();
      this.#sink.family({ name, type: undefined, help: undefined });
    }
  }

  #readSample(): void {
    const bytes = this.#bytes;
    let at = this.#start;
    while (at < this.#end && bytes[at] !== openBrace && bytes[at] !== space && bytes[at] !== tab) {
      at++;
    }
    this.hashA = 0;
    this.hashB = 0;
    this.#isNamed = false;
    if (at > this.#start) this.#addName(this.#start, at);
    let behind = at;
    while (bytes[behind] === space || bytes[behind] === tab) behind++;
    if (bytes[behind] === openBrace) at = this.#readLabels(behind + 1);
    if (!this.#isNamed) throw this.#problem('the name of a metric', this.#shown(this.#start));
    this.#seriesEnd = at;
    if (bytes[at] !== space && bytes[at] !== tab) {
      throw this.#problem('a value behind a space', this.#shown(at));
    }
    while (bytes[at] === space || bytes[at] === tab) at++;
    this.value = this.#readValue(at);
    this.#sink.sample(this);
  }

  #addName(start: number, end: number): void {
    this.#setName(start, end);
    this.#isNamed = true;
    this.hashA = (this.hashA + this.#nameA) | 0;
    this.hashB = (this.hashB + this.#nameB) | 0;
  }

  /** Takes the name between two places, unless it is the same as before. */
  #setName(start: number, end: number): void {
    const known = this.#nameBytes;
    const bytes = this.#bytes;
    if (known.length === end - start && bytes.compare(known, 0, known.length, start, end) === 0) {
      return;
    }
    this.#nameBytes = Buffer.from(bytes.subarray(start, end));
    this.#nameA = hashA(bytes, start, end, 1);
    this.#nameB = hashB(bytes, start, end, 1);
    const name = bytes.toString('utf8', start, end);
    // In quotes it may begin with anything.
    const isQuoted = bytes[start - 1] === quote;
    if (!isQuoted && !/^[\p{L}_:]/u.test(name))
      throw this.#problem('the name of a metric', this.#shown(start));
    this.#startFamily(name);
  }

  /** Reads from behind the opening brace; returns the place behind the closing one. */
  #readLabels(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from;
    for (;;) {
      while (bytes[at] === space || bytes[at] === comma) at++;
      if (at >= end) throw this.#problem('"}" behind the labels', 'the end of the line');
      if (bytes[at] === closeBrace) return at + 1;
      let nameStart = at;
      let nameEnd: number;
      if (bytes[at] === quote) {
        nameStart = at + 1;
        nameEnd = this.#closingQuote(nameStart);
        at = nameEnd + 1;
        if (!this.#isNamed && bytes[at] !== equals) {
          // A name with characters of UTF-8 stands among the labels, in quotes.
          this.#addName(nameStart, nameEnd);
          continue;
        }
      } else {
        while (at < end && bytes[at] !== equals && bytes[at] !== quote) at++;
        nameEnd = at;
      }
      if (bytes[at] !== equals || nameEnd === nameStart) {
        throw this.#problem('a label and its value', this.#shown(nameStart));
      }
      if (bytes[at + 1] !== quote) throw this.#problem('a value in quotes', this.#shown(at + 1));
      const valueStart = at + 2;
      const valueEnd = this.#closingQuote(valueStart);
      if (valueEnd > valueStart) this.#addLabel(nameStart, nameEnd, valueStart, valueEnd);
      at = valueEnd + 1;
    }
  }

  #closingQuote(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < this.#end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    if (at >= this.#end) throw this.#problem('a closing quote', 'the end of the line');
    return at;
  }

  /** A sum, so that the order of labels does not matter. */
  #addLabel(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const bytes = this.#bytes;
    const seedA = Math.imul(hashA(bytes, nameStart, nameEnd, 2) ^ separator, primeA);
    const seedB = Math.imul(hashB(bytes, nameStart, nameEnd, 2) ^ separator, primeB);
    this.hashA = (this.hashA + hashA(bytes, valueStart, valueEnd, seedA)) | 0;
    this.hashB = (this.hashB + hashB(bytes, valueStart, valueEnd, seedB)) | 0;
  }

  /** A time stamp or an exemplar may follow the value, and is not compared. */
  #readValue(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    const isNegative = bytes[at] === minus;
    if (isNegative) at++;
    const first = at;
    let value = 0;
    while (at < this.#end) {
      const digit = bytes[at] as number;
      if (digit < zero || digit > nine) break;
      value = value * 10 + (digit - zero);
      at++;
    }
    const isWhole = at > first && at - first <= digitsMax;
    if (isWhole && (at === this.#end || bytes[at] === space)) return isNegative ? -value : value;
    while (at < this.#end && bytes[at] !== space && bytes[at] !== tab) at++;
    const text = bytes.toString('latin1', from, at);
    const number = numberOf(text);
    if (number === undefined) throw this.#problem('a number', JSON.stringify(text));
    return number;
  }

  #shown(from: number): string {
    const text = this.#bytes.toString('utf8', from, this.#end);
    return text === '' ? 'the end of the line' : JSON.stringify(text.slice(0, shownCharsMax));
  }

  #problem(expected: string, got: string): ExpositionProblem {
    return new ExpositionProblem(this.#line, expected, got);
  }
}

function numberOf(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  const [, sign] = /^([+-]?)inf(?:inity)?$/i.exec(text) ?? [];
  if (sign !== undefined) return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

const primeA = 0x01000193;
const primeB = 0x85ebca77;

/** FNV-1a, with its last bits mixed, so that sums of hashes are as good as hashes. */
function hashA(bytes: Buffer, start: number, end: number, seed: number): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = start; i < end; i++) h = Math.imul(h ^ (bytes[i] as number), primeA);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Made in another way, so that what collides in the one half does not in the other. */
function hashB(bytes: Buffer, start: number, end: number, seed: number): number {
  let h = 0x27d4eb2f + seed;
  for (let i = start; i < end; i++) {
    h = Math.imul(h + (bytes[i] as number), primeB);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x9e3779b1);
  h ^= h >>> 14;
  h = Math.imul(h, 0xc2b2ae3d);
  return h ^ (h >>> 16);
}
