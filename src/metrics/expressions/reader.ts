// Reader is a cursor over a regexp2 expression, and parses its escapes.
import {
  type CharSet,
  complement,
  digits,
  isCased,
  propertySet,
  spaces,
  wordChars,
} from './charSet.ts';
import { ExpressionProblem } from './problem.ts';

/** The options of (?imnsux); names are one line, so m has no effect. */
export interface Mode {
  readonly ignoreCase: boolean;
  /** Only named groups capture. */
  readonly explicit: boolean;
  readonly dotAll: boolean;
  /** Spaces and # comments are skipped. */
  readonly spaced: boolean;
  /** \p{…} and \u{…} are recognised. */
  readonly unicode: boolean;
}

const codeMax = 0x10ffff;
const propertyCharsMax = 100;

export class Reader {
  readonly #chars: readonly string[];
  #position = 0;

  constructor(expression: string) {
    this.#chars = [...expression];
  }

  get length(): number {
    return this.#chars.length;
  }

  get position(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position >= this.#chars.length;
  }

  /** The next characters, without consuming them; empty at the end. */
  peek(length = 1): string {
    if (length === 1) return this.#chars[this.#position] ?? '';
    return this.#chars.slice(this.#position, this.#position + length).join('');
  }

  looksAt(text: string): boolean {
    // Mostly the first character differs, which costs no slice.
    return this.peek() === text[0] && this.peek(text.length) === text;
  }

  take(text: string): boolean {
    if (!this.looksAt(text)) return false;
    this.#position += text.length;
    return true;
  }

  taken(length: number): string {
    const text = this.peek(length);
    this.#position += length;
    return text;
  }

  /** The next character; there must be one. */
  next(): string {
    return this.taken(1);
  }

  /** Skips the characters that the pattern matches. */
  skipWhile(pattern: RegExp): void {
    while (!this.atEnd && pattern.test(this.peek())) this.#position += 1;
  }

  problem(what: string, at: number): ExpressionProblem {
    return new ExpressionProblem(what, at + 1);
  }

  /** Parses \w, \d, \s, their opposites and, in mode u, \p{…}, after the backslash. */
  readShorthand(mode: Mode): CharSet | undefined {
    const letter = this.peek();
    if (mode.unicode && (letter === 'p' || letter === 'P')) {
      this.next();
      return this.readProperty(letter === 'P', mode);
    }
    const set = shorthands.get(letter.toLowerCase());
    if (set === undefined) return undefined;
    this.next();
    return letter === letter.toLowerCase() ? set : complement(set);
  }

  /** Parses the {…} of \p; without mode u a single letter as well. */
  protected readProperty(negated: boolean, { ignoreCase, unicode }: Mode): CharSet {
    const start = this.#position - 2;
    const braced = /^\{([\w=-]*)\}/.exec(this.peek(propertyCharsMax))?.[1];
    const name = braced ?? (unicode || this.looksAt('{') ? '' : this.peek());
    this.#position += braced === undefined ? name.length : name.length + 2;
    const set = propertySet(name, ignoreCase);
    if (set === undefined) {
      throw this.problem(
        `\\p{${name}} is no category (as \\p{Lu}) or script (as \\p{Greek}) that is known here`,
        start,
      );
    }
    // If case is ignored, regexp2 makes one of Lu, Ll and Lt match all three; its negation differs.
    if (negated && ignoreCase && isCased(name)) {
      throw this.problem(`\\P{${name}} where case is ignored is not supported`, start);
    }
    return negated ? complement(set) : set;
  }

  /** Parses a character escape after the backslash; other characters stand for themselves. */
  protected readCharEscape(mode: Mode): number {
    const char = this.next();
    if (/[0-7]/.test(char)) {
      this.#position -= 1;
      return this.#octal();
    }
    const control = controls.get(char);
    if (control !== undefined) return control;
    const start = this.#position;
    const code = this.#lettered(char, mode);
    if (code === undefined) this.#position = start;
    return code ?? (char.codePointAt(0) as number);
  }

  #lettered(char: string, { unicode }: Mode): number | undefined {
    if (char === 'x') return this.#hex(2);
    if (char === 'u') return unicode && this.looksAt('{') ? this.#bracedHex() : this.#hex(4);
    if (char !== 'c' || this.atEnd) return undefined;
    const code = (this.next().toUpperCase().codePointAt(0) as number) - 0x40;
    return code >= 0 && code < 0x20 ? code : undefined;
  }

  #octal(): number {
    const octalMax = 0o40;
    let code = 0;
    for (let i = 0; i < 3 && code < octalMax && /[0-7]/.test(this.peek()); i += 1) {
      code = code * 8 + Number(this.next());
    }
    return code & 0xff;
  }

  #hex(length: number): number | undefined {
    const text = this.peek(length);
    if (text.length !== length || !/^[\da-f]+$/i.test(text)) return undefined;
    this.#position += length;
    return Number.parseInt(text, 16);
  }

  #bracedHex(): number | undefined {
    const text = /^\{([\da-f]+)\}/i.exec(this.peek(propertyCharsMax))?.[1];
    const code = text === undefined ? Number.NaN : Number.parseInt(text, 16);
    if (!(code <= codeMax)) {
      throw this.problem('\\u{ has no hexadecimal number and } behind it', this.#position - 2);
    }
    this.#position += (text as string).length + 2;
    return code;
  }

  /** Parses the name of a group, an identifier of ECMAScript; empty if there is none. */
  protected readName(mode: Mode): string {
    let name = '';
    for (;;) {
      const start = this.#position;
      const escaped = this.looksAt('\\u');
      if (escaped) this.taken(2);
      const code = escaped ? this.#lettered('u', mode) : undefined;
      const char = escaped ? String.fromCodePoint(code ?? 0) : this.peek();
      const valid = name === '' ? /^[$_\p{ID_Start}]$/u : /^[$_\p{ID_Continue}]$/u;
      if (!valid.test(char)) {
        this.#position = start;
        return name;
      }
      if (!escaped) this.next();
      name += char;
    }
  }
}

const shorthands = new Map([
  ['d', digits],
  ['s', spaces],
  ['w', wordChars],
]);

const controls = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);
