// Tables of regexp2's syntax, with the equivalents in ECMAScript.
import type { Mode } from './reader.ts';

export const atStart = '(?:^)';
export const atEnd = '(?:$)';
/** Names have no line breaks, so the start and end of a line are those of the text. */
export const assertions = new Map([
  ...['A', 'G'].map((letter) => [letter, atStart] as const),
  ...['Z', 'z'].map((letter) => [letter, atEnd] as const),
  ['b', '(?:\\b)'],
  ['B', '(?:\\B)'],
]);

export const lookarounds = [
  ['=', true],
  ['!', true],
  ['<=', false],
  ['<!', false],
] as const;

export const nameQuotes = [
  ['<', '>'],
  ["'", "'"],
] as const;

export const modeLetters = new Map<string, keyof Mode | 'multiline'>([
  ['i', 'ignoreCase'],
  ['m', 'multiline'],
  ['n', 'explicit'],
  ['s', 'dotAll'],
  ['u', 'unicode'],
  ['x', 'spaced'],
]);

/** The bounds of a quantifier. */
export function boundsOf(quantifier: string): [min: number, max: number] {
  if (quantifier === '?') return [0, 1];
  if (quantifier === '*' || quantifier === '+') {
    return [quantifier === '+' ? 1 : 0, Number.POSITIVE_INFINITY];
  }
  const [min = '', max = min] = quantifier.slice(1, -1).split(',');
  return [Number(min), max === '' ? Number.POSITIVE_INFINITY : Number(max)];
}
