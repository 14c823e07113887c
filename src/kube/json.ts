// parseJson is JSON.parse without two faults: lost digits of integers, and a bug of V8.

/** Integers of up to this many digits are exact as JavaScript numbers. */
const exactDigits = 15;

const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** It may stand within a string, which costs time alone. */
const anyLongNumber = new RegExp(`\\d{${exactDigits + 1}}`);

/** Fields by name, or all, whose 64-bit integers keep all digits. */
export class ExactIntegers {
  readonly #names: ReadonlySet<string> | undefined;
  readonly #found: RegExp;

  /** The names are those of the API: nothing in them is escaped in JSON or in a pattern. */
  constructor(names: readonly string[] | 'all') {
    if (names === 'all') {
      this.#found = anyLongNumber;
      return;
    }
    this.#names = new Set(names);
    // Without the quote in front, of which JSON is full, the search takes a third of the time.
    this.#found = new RegExp(`(?:${names.join('|')})"\\s*:\\s*-?\\d{${exactDigits + 1}}`);
  }

  /** Whether a number of such a field is so long that parsing may lose digits. */
  isIn(json: string): boolean {
    return this.#found.test(json);
  }

  /** A reviver that makes a bigint of such a number where a number would lose digits. */
  readonly revive = (key: string, value: unknown, context?: { source?: string }): unknown => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined) return value;
    if (this.#names?.has(key) === false) return value;
    return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) ? value : BigInt(source);
  };
}

/** The value of a JSON text; throws a SyntaxError for any other text. */
export function parseJson(json: string, exact?: ExactIntegers): unknown {
  const reviver = exact?.isIn(json) ? exact.revive : undefined;
  if (hasEscapedKey(json)) return parseEscapedKeys(json, reviver);
  return reviver === undefined ? JSON.parse(json) : JSON.parse(json, reviver);
}

type Reviver = ExactIntegers['revive'];

/**
 * Whether the name of a field is written with a backslash. Few are, but some values are; one search
 * finds that most objects have no backslash at all.
 */
function hasEscapedKey(json: string): boolean {
  let at = json.indexOf('\\');
  while (at >= 0) {
    const end = endOfString(json, at);
    if (end < 0) return false;
    if (isKeyBefore(json, end)) return true;
    at = json.indexOf('\\', end);
  }
  return false;
}

/** The index after the quote that ends the string around `from`; -1 where none does. */
export function endOfString(json: string, from: number): number {
  let end = from;
  let escaped: boolean;
  do {
    end = json.indexOf('"', end + 1);
    escaped = false;
    for (let i = end - 1; json.charCodeAt(i) === BACKSLASH; i--) escaped = !escaped;
  } while (escaped);
  return end < 0 ? -1 : end + 1;
}

/** Whether a colon comes next, white space aside. */
function isKeyBefore(json: string, end: number): boolean {
  let next = end;
  while (json.charCodeAt(next) <= 0x20) next++;
  return json.charCodeAt(next) === COLON;
}

/**
 * V8 14.6 takes `{"a":1,"\n":2}` for `{"a":1,"\\":2}` once it has parsed the latter: it compares
 * the name that it expects with the text as written. So escaped names get others before they are
 * parsed, and their own afterwards. test/kube/json.test.ts fails once V8 does not need this.
 */
function parseEscapedKeys(json: string, reviver: Reviver | undefined): unknown {
  let mark = '\u{e000}';
  while (json.includes(mark)) mark += '\u{e000}';
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const standIn = (key: string): string => {
    const plain = JSON.stringify(key);
    if (!plain.includes('\\')) return plain;
    const number = numbers.get(key) ?? names.push(key) - 1;
    numbers.set(key, number);
    return `"${mark}${number}"`;
  };
  const revive: Reviver = (key, value, context) => {
    const named = renamed(value, (name) =>
      name.startsWith(mark) ? names[Number(name.slice(mark.length))] : undefined,
    );
    return reviver === undefined ? named : reviver(key, named, context);
  };
  return JSON.parse(withKeys(json, standIn), revive);
}

/** The text with what `standIn` gives for each name that is written with a backslash. */
function withKeys(json: string, standIn: (key: string) => string): string {
  let text = '';
  let copied = 0;
  for (let open = json.indexOf('"'); open >= 0; ) {
    const end = endOfString(json, open);
    if (end < 0) break;
    const written = json.slice(open, end);
    if (written.includes('\\') && isKeyBefore(json, end)) {
      text += json.slice(copied, open) + standIn(JSON.parse(written) as string);
      copied = end;
    }
    open = json.indexOf('"', end);
  }
  return text + json.slice(copied);
}

/** The value with its fields' own names, in their order; all but objects are as they were. */
function renamed(value: unknown, nameOf: (name: string) => string | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const fields = Object.entries(value);
  if (!fields.some(([name]) => nameOf(name) !== undefined)) return value;
  return Object.fromEntries(fields.map(([name, field]) => [nameOf(name) ?? name, field]));
}
