// readEventHead reads what an event says first, its type and whose it is, without parsing it.

/** Metadata that is longer than this before its managedFields is left to the parser. */
export const headCharsMax = 4_096;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `{` and `[` differ in this bit only, and so do `}` and `]`. */
const BRACE_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const typeOf = /^\{"type":"(ADDED|MODIFIED|DELETED)","object":/;

/** Which object it is, and in which state. */
export interface ObjectHead {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface EventHead {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly metadata: ObjectHead;
}

/**
 * The head of an event, from the first characters of its line; undefined where it is not as an API
 * server writes it, or not the head of a change: then the event is to be parsed. Of text in UTF-8,
 * read as Latin-1 or not, only ASCII counts.
 */
export function readEventHead(text: string): EventHead | undefined {
  const [before, type] = typeOf.exec(text) ?? [];
  if (before === undefined) return undefined;
  const metadata = new Scanner(text, before.length).objectHead();
  return metadata && { type: type as EventHead['type'], metadata };
}

/** The same of the JSON of an object. */
export const readObjectHead = (text: string): ObjectHead | undefined =>
  new Scanner(text, 0).objectHead();

/**
 * Reads JSON without white space, as far as it is sure what a parser would make of it. All of the
 * metadata is looked at: a field may come twice, or late. Only managedFields is not; Go writes it
 * last, and nobody else does.
 */
class Scanner {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** Of an object before whose metadata there is nothing but its kind and apiVersion. */
  objectHead(): ObjectHead | undefined {
    if (!this.#take('{')) return undefined;
    for (;;) {
      const field = this.#string();
      if (field === undefined || !this.#take(':')) return undefined;
      if (field === 'metadata') return this.#metadata();
      if (field !== 'kind' && field !== 'apiVersion') return undefined;
      if (this.#string() === undefined || !this.#take(',')) return undefined;
    }
  }

  #metadata(): ObjectHead | undefined {
    const head: { -readonly [Field in keyof ObjectHead]?: string } = {};
    if (!this.#take('{')) return undefined;
    for (;;) {
      const field = this.#string();
      if (field === undefined || !this.#take(':')) return undefined;
      if (field === 'managedFields') break;
      if (isHeadField(field)) {
        if (head[field] !== undefined) return undefined;
        const text = this.#string();
        if (text === undefined) return undefined;
        head[field] = text;
      } else if (!this.#skip()) {
        return undefined;
      }
      if (this.#take('}')) break;
      if (!this.#take(',')) return undefined;
    }
    return head.name ? (head as ObjectHead) : undefined;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  /** A string whose characters stand for themselves. */
  #string(): string | undefined {
    const start = this.#at + 1;
    if (this.#text.charCodeAt(this.#at) !== QUOTE) return undefined;
    for (let i = start; i < this.#text.length; i++) {
      const code = this.#text.charCodeAt(i);
      if (code === QUOTE) {
        this.#at = i + 1;
        return this.#text.slice(start, i);
      }
      if (code === BACKSLASH || code < 0x20 || code > 0x7e) return undefined;
    }
    return undefined;
  }

  /** Skips one value of any kind; false where the text ends within it. */
  #skip(): boolean {
    const text = this.#text;
    let depth = 0;
    for (let i = this.#at; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) {
        i = this.#endOfString(i);
        if (i < 0) return false;
      } else if ((code | BRACE_BIT) === OPEN) {
        depth++;
      } else if ((code | BRACE_BIT) === CLOSE) {
        depth--;
      }
      const next = text.charCodeAt(i + 1);
      if (depth === 0 && (next === 0x2c || next === CLOSE)) {
        this.#at = i + 1;
        return true;
      }
      if (depth < 0) return false;
    }
    return false;
  }

  /** Where the string that begins there ends: the index of its last quote, or -1. */
  #endOfString(open: number): number {
    for (let i = open + 1; i < this.#text.length; i++) {
      const code = this.#text.charCodeAt(i);
      if (code === QUOTE) return i;
      if (code === BACKSLASH) i++;
    }
    return -1;
  }
}

const isHeadField = (field: string): field is keyof ObjectHead =>
  field === 'name' || field === 'namespace' || field === 'uid' || field === 'resourceVersion';
