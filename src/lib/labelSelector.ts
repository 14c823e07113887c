// A label selector as Kubernetes reads it, `team=a,tier in (web,api),!legacy`: parsed, and matched.
import { memberOf } from './members.ts';

/** What one selector may be long: it is part of the URL of each list and watch. */
const charsMax = 8_192;
const nameCharsMax = 63;
const prefixCharsMax = 253;

/** What the labels of an object must satisfy; those of a selector all hold at once. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | '<' | '>';
  /** None for `exists` and `absent`, one for `<` and `>`. */
  readonly values: readonly string[];
}

/** Why a text is no selector, and where, in words for a sentence. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
  }
}

/** The requirements of a selector, none of an empty one; throws SelectorError. */
export function parseLabelSelector(text: string): readonly Requirement[] {
  if (text.length > charsMax) {
    throw new SelectorError(`a selector of at most ${charsMax} characters`, `${text.length}`);
  }
  return new Parser(text).selector();
}

/** Whether these labels satisfy all requirements. */
export const matchesLabels = (
  requirements: readonly Requirement[],
  labels: Readonly<Record<string, string>> | null | undefined,
): boolean => requirements.every((requirement) => satisfies(requirement, labels ?? {}));

function satisfies(
  { key, operator, values }: Requirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = memberOf(labels, key);
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    default: {
      if (value === undefined || !isInteger(value)) return false;
      const [is, than] = [BigInt(value), BigInt(values[0] ?? '0')];
      return operator === '<' ? is < than : is > than;
    }
  }
}

/** A value has no sign. */
const isInteger = (value: string): boolean => /^\d+$/.test(value) && BigInt(value) <= integerMax;
const integerMax = 2n ** 63n - 1n;
/** Of the value of a label, and of the name in its key. */
const nameForm = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/;
const prefixForm = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** Whether objects may have labels of that key. */
export function isLabelKey(text: string): boolean {
  const [name = '', prefix, ...more] = text.split('/').reverse();
  const prefixed =
    prefix === undefined || (prefix.length <= prefixCharsMax && prefixForm.test(prefix));
  return prefixed && more.length === 0 && name.length <= nameCharsMax && nameForm.test(name);
}

/** An operator or punctuation, or a run of everything else. */
const tokenForm = /[ \t\r\n]*(==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+)/gy;

interface Token {
  /** Empty at the end. */
  readonly text: string;
  readonly at: number;
}

const isWord = ({ text }: Token): boolean => text !== '' && !/^[=!(),<>]/.test(text);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #next = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(tokenForm)].map(({ 0: whole, 1: token = '', index }) => ({
      text: token,
      at: index + whole.length - token.length,
    }));
    this.#end = { text: '', at: text.length };
  }

  selector(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#peek.text === '') return requirements;
    do {
      requirements.push(this.#requirement());
    } while (this.#takes(','));
    if (this.#peek.text !== '') throw this.#unexpected('a comma, or the end of the selector');
    return requirements;
  }

  #requirement(): Requirement {
    if (this.#takes('!')) return { key: this.#key(), operator: 'absent', values: [] };
    const key = this.#key();
    const { text } = this.#peek;
    if (text === '' || text === ',') return { key, operator: 'exists', values: [] };
    this.#next++;
    switch (text) {
      case '=':
      case '==':
        return { key, operator: 'in', values: [this.#value()] };
      case '!=':
        return { key, operator: 'notin', values: [this.#value()] };
      case 'in':
      case 'notin':
        return { key, operator: text, values: this.#values(text) };
      case '<':
      case '>':
        return { key, operator: text, values: [this.#integer()] };
      default:
        this.#next--;
        throw this.#unexpected(`one of =, ==, !=, in, notin, < and > after ${key}`);
    }
  }

  #key(): string {
    const token = this.#peek;
    if (!isWord(token)) throw this.#unexpected('the key of a label');
    if (!isLabelKey(token.text)) {
      throw this.#unexpected('the key of a label, such as team or example.com/team');
    }
    this.#next++;
    return token.text;
  }

  /** A word, or nothing, which is the empty value. */
  #value(): string {
    const token = this.#peek;
    if (token.text === '' || token.text === ',') return '';
    return this.#word(token);
  }

  #word(token: Token): string {
    const good = isWord(token) && token.text.length <= nameCharsMax && nameForm.test(token.text);
    if (!good) throw this.#unexpected('the value of a label');
    this.#next++;
    return token.text;
  }

  #values(operator: string): string[] {
    if (!this.#takes('(')) throw this.#unexpected(`( after ${operator}`);
    if (this.#peek.text === ')') throw this.#unexpected('the value of a label');
    const values = new Set<string>();
    do {
      const token = this.#peek;
      values.add(token.text === ',' || token.text === ')' ? '' : this.#word(token));
    } while (this.#takes(','));
    if (!this.#takes(')')) throw this.#unexpected('a comma or )');
    return [...values];
  }

  #integer(): string {
    const { text } = this.#peek;
    if (!isInteger(text)) throw this.#unexpected('a whole number');
    this.#next++;
    return text;
  }

  get #peek(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  #takes(text: string): boolean {
    if (this.#peek.text !== text) return false;
    this.#next++;
    return true;
  }

  #unexpected(expected: string): SelectorError {
    const { text, at } = this.#peek;
    const got = text === '' ? 'the end' : `"${text}" at character ${at + 1}`;
    return new SelectorError(expected, got);
  }
}
