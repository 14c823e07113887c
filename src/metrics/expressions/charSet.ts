// CharSet is a regexp2 character class limited to ASCII, which all family names are in.

/** Characters beyond ASCII that regexp2 treats as an ASCII letter if case is ignored. */
const dottedI = 0x130;
const longS = 0x17f;
const kelvin = 0x212a;
const asciiMax = 0x7f;
const universe = [...Array(asciiMax + 1).keys(), dottedI, longS, kelvin];

/** One bit for each character of `universe`, by its index there. */
export type CharSet = bigint;

const bits = new Map(universe.map((code, i) => [code, 1n << BigInt(i)]));

export const noChar: CharSet = 0n;
export const anyChar: CharSet = charsThat(() => true);
export const digits = rangeOf('0', '9');
export const wordChars = charsThat((code) => /\w/.test(String.fromCodePoint(code)));
export const spaces = charsThat((code) => /\s/.test(String.fromCodePoint(code)));
export const notNewline = charsThat((code) => !/[\n\r]/.test(String.fromCodePoint(code)));

export const complement = (set: CharSet): CharSet => anyChar & ~set;

function charsThat(holds: (code: number) => boolean): CharSet {
  return [...bits].reduce((set, [code, bit]) => (holds(code) ? set | bit : set), 0n);
}

/** The characters `from` to `to`, both included. */
export function rangeOf(from: number | string, to: number | string): CharSet {
  const [first, last] = [codeOf(from), codeOf(to)];
  return charsThat((code) => code >= first && code <= last);
}

export function charOf(char: number | string): CharSet {
  return bits.get(codeOf(char)) ?? noChar;
}

function codeOf(char: number | string): number {
  return typeof char === 'number' ? char : (char.codePointAt(0) as number);
}

const letterPairs = [...'abcdefghijklmnopqrstuvwxyz'].map(
  (letter) => charOf(letter) | charOf(letter.toUpperCase()),
);
const foldedAlike = [charOf(longS) | charOf('s'), charOf(kelvin) | charOf('k'), ...letterPairs];

/** The set, extended by the other case of its characters. */
export function withoutCase(set: CharSet): CharSet {
  return foldedAlike.reduce((folded, alike) => (folded & alike ? folded | alike : folded), set);
}

/** As `withoutCase`; in a class regexp2 treats the dotted capital I as an i as well. */
export const classWithoutCase = (set: CharSet): CharSet =>
  withoutCase(set & charOf(dottedI) ? set | charOf('i') : set);

/** Whether the Unicode category is one of case. */
export const isCased = (category: string): boolean => ['Lu', 'Ll', 'Lt'].includes(category);

/** The ASCII letters, and the characters that are treated as some of them. */
export const letters: CharSet = foldedAlike.reduce((all, alike) => all | alike, charOf(dottedI));

/** The characters of a Unicode property by regexp2's name; `undefined` if the name is unknown. */
export function propertySet(name: string, ignoreCase: boolean): CharSet | undefined {
  if (ignoreCase && isCased(name)) return withProperty('LC');
  if (categories.has(name) || binaries.has(name)) return withProperty(name);
  return scripts.has(name) ? withProperty(`Script=${name}`) : undefined;
}

function withProperty(property: string): CharSet {
  const pattern = new RegExp(`\\p{${property}}`, 'u');
  return charsThat((code) => pattern.test(String.fromCodePoint(code)));
}

// Names that both Go and V8 have; aliases and derived properties are not supported.
const categories = new Set(
  (
    'C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps ' +
    'S Sc Sk Sm So Z Zl Zp Zs Letter Uppercase_Letter Number Punctuation Decimal_Number'
  ).split(' '),
);
const binaries = new Set(
  (
    'ASCII_Hex_Digit Dash Diacritic Emoji Hex_Digit Ideographic Math Pattern_Syntax ' +
    'Pattern_White_Space Quotation_Mark Soft_Dotted Terminal_Punctuation White_Space'
  ).split(' '),
);
const scripts = new Set(
  (
    'Arabic Armenian Bengali Common Cyrillic Devanagari Georgian Greek Han Hangul Hebrew ' +
    'Hiragana Inherited Katakana Latin Thai Tibetan'
  ).split(' '),
);

const foldedSources = new Map<number, string>();

/** A character in ECMAScript's syntax, for a case-sensitive expression. */
export function literalSource(code: number, ignoreCase: boolean): string {
  if (!ignoreCase) return code <= asciiMax ? charSource(code) : setSource(noChar);
  const source = foldedSources.get(code) ?? setSource(withoutCase(charOf(code)));
  // Only ASCII characters are cached.
  if (code <= asciiMax) foldedSources.set(code, source);
  return source;
}

/** The set in ECMAScript's syntax, for a case-sensitive expression. */
export function setSource(set: CharSet): string {
  const ascii = universe.filter((code) => code <= asciiMax && charOf(code) & set);
  const [first, second] = ascii;
  if (first === undefined) return '[]';
  if (ascii.length > asciiMax) return '[^]';
  if (second === undefined) return charSource(first);
  return `[${runsOf(ascii)
    .map(([from, to]) => (from === to ? charSource(from) : `${charSource(from)}-${charSource(to)}`))
    .join('')}]`;
}

function runsOf(codes: readonly number[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (const code of codes) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else runs.push([code, code]);
  }
  return runs;
}

function charSource(code: number): string {
  const char = String.fromCharCode(code);
  return /\w/.test(char) ? char : `\\x${code.toString(16).padStart(2, '0')}`;
}
