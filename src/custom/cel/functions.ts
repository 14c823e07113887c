// celFunctions are functions of our own: what Kubernetes has, what is bounded, what guards loops.

import {
  type CelFunc,
  type CelInput,
  type CelList,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMethod,
  isCelList,
  listType,
  mapType,
  objectType,
} from '@bufbuild/cel';
import { TimestampSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { shortened } from '../../lib/shortened.ts';
import { approximateQuantity } from '../../metrics/quantity.ts';
import type { CelBudget } from './budget.ts';
import { appendFunction, rangeFunction, stepFunction } from './guard.ts';
import { compilePattern } from './pattern.ts';

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;
const list = listType(DYN);
const texts = listType(STRING);
const map = mapType(DYN, DYN);
const timestamp = objectType(TimestampSchema);

/** Characters times instructions of a pattern that take as long as a step. */
const matchesPerStep = 64;
/** Digits of a number that is read from a text. */
const numberCharsMax = 64;
/** What an error quotes of a text. */
const shownCharsMax = 40;

/** What expressions may call; those with the signature of one of the library's take its place. */
export function celFunctions(budget: CelBudget, equals: Equals): readonly CelFunc[] {
  return [
    ...conversions,
    ...mixedArithmetic,
    ...textFunctions(budget),
    ...listFunctions(budget, equals),
  ];
}

/** The library's equality, which it does not export by itself. */
export type Equals = (left: CelValue, right: CelValue) => boolean;

/** The functions of guarded loops; what is thrown in these ends the evaluation. */
export function guards(budget: CelBudget): CelFunc[] {
  const appended = new WeakMap<CelList, CelInput[]>();
  return [
    passing(stepFunction, () => budget.spend(1)),
    passing(rangeFunction, (range) => {
      if (isCelList(range)) budget.spend(Math.ceil(range.size / 16));
    }),
    celFunc(appendFunction, [list, DYN], list, (before, item) => {
      const items = appended.get(before);
      if (items !== undefined) {
        items.push(item);
        return before;
      }
      const grown: CelInput[] = [...before, item];
      const after = celList(grown);
      appended.set(after, grown);
      return after;
    }),
  ];
}

/** Returns its argument and calls `first`, whose error the library does not catch. */
function passing(name: string, first: (value: CelValue) => void): CelFunc {
  const identity = celFunc(name, [DYN], DYN, (value) => value);
  return Object.assign(Object.create(identity) as CelFunc, {
    call(_: number, __: unknown, [value]: CelValue[]): CelValue | undefined {
      if (value !== undefined) first(value);
      return value;
    },
  });
}

const conversions: readonly CelFunc[] = [
  celFunc('int', [STRING], INT, (text) => wholeNumber(text)),
  celFunc('double', [STRING], DOUBLE, (text) => decimalNumber(text)),
  // The library takes the number for milliseconds.
  celFunc('timestamp', [INT], timestamp, (seconds) => timestampFromMs(Number(seconds) * 1000)),
  celFunc('quantity', [STRING], DOUBLE, approximateQuantity),
  celFunc('quantity', [INT], DOUBLE, Number),
  celFunc('quantity', [DOUBLE], DOUBLE, (value) => value),
  celFunc('isQuantity', [STRING], BOOL, isQuantity),
];

function wholeNumber(text: string): bigint {
  if (text.length <= numberCharsMax && /^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return value;
  }
  throw new Error(`expected a whole number of 64 bits, got "${shown(text)}"`);
}

const decimalPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const unbounded: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
};

function decimalNumber(text: string): number {
  if (text.length <= numberCharsMax) {
    if (decimalPattern.test(text)) return Number(text);
    const [, sign = '', word = ''] = /^([+-]?)(\w+)$/.exec(text) ?? [];
    const value = unbounded[word.toLowerCase()];
    if (value !== undefined) return sign === '-' ? -value : value;
  }
  throw new Error(`expected a number, got "${shown(text)}"`);
}

function isQuantity(text: string): boolean {
  try {
    approximateQuantity(text);
    return true;
  } catch {
    // What is no quantity is the question here.
    return false;
  }
}

const shown = (text: string): string => shortened(text, shownCharsMax);

/**
 * CEL has no arithmetic of int and double. A field of JSON is one or the other by its value, so
 * that an expression would fail on some objects only.
 */
const mixedArithmetic: readonly CelFunc[] = [
  ['_+_', (a: number, b: number) => a + b],
  ['_-_', (a: number, b: number) => a - b],
  ['_*_', (a: number, b: number) => a * b],
  ['_/_', (a: number, b: number) => a / b],
].flatMap(([name, operator]) => {
  const calculate = operator as (a: number, b: number) => number;
  return [
    celFunc(name as string, [INT, DOUBLE], DOUBLE, (a, b) => calculate(Number(a), b)),
    celFunc(name as string, [DOUBLE, INT], DOUBLE, (a, b) => calculate(a, Number(b))),
  ];
});

function textFunctions(budget: CelBudget): CelFunc[] {
  function matches(text: string, pattern: string): boolean {
    const expression = compilePattern(pattern);
    budget.spend(Math.ceil((text.length * expression.programSize()) / matchesPerStep));
    return expression.test(text);
  }
  function joined(parts: CelList, separator: string): string {
    const items = [...parts];
    let chars = separator.length * Math.max(0, items.length - 1);
    for (const item of items) {
      if (typeof item !== 'string') throw new Error('expected a list of strings');
      chars += item.length;
    }
    budget.spendText(chars);
    return items.join(separator);
  }
  function replaced(text: string, old: string, by: string, times: number): string {
    const parts = splitUpTo(text, old, times < 0 ? Number.POSITIVE_INFINITY : times + 1);
    budget.spendText(text.length + (parts.length - 1) * Math.max(0, by.length - old.length));
    return parts.join(by);
  }
  const split = (text: string, separator: string, partsMax: number): string[] => {
    const parts = splitUpTo(text, separator, partsMax < 0 ? Number.POSITIVE_INFINITY : partsMax);
    budget.spend(parts.length);
    return parts;
  };
  const size = (text: string): bigint => {
    let points = 0;
    for (const _ of text) points++;
    return BigInt(points);
  };
  return [
    celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
      return matches(this, pattern);
    }),
    celFunc('matches', [STRING, STRING], BOOL, matches),
    celFunc('size', [STRING], INT, size),
    celMethod('size', STRING, [], INT, function () {
      return size(this);
    }),
    celMethod('join', list, [], STRING, function () {
      return joined(this, '');
    }),
    celMethod('join', list, [STRING], STRING, function (separator) {
      return joined(this, separator);
    }),
    celMethod('replace', STRING, [STRING, STRING], STRING, function (old, by) {
      return replaced(this, old, by, -1);
    }),
    celMethod('replace', STRING, [STRING, STRING, INT], STRING, function (old, by, times) {
      return replaced(this, old, by, Number(times));
    }),
    celMethod('split', STRING, [STRING], texts, function (separator) {
      return split(this, separator, -1);
    }),
    celMethod('split', STRING, [STRING, INT], texts, function (separator, partsMax) {
      return split(this, separator, Number(partsMax));
    }),
  ];
}

/** At most so many parts, the last one with the rest of the text, as Go's SplitN. */
function splitUpTo(text: string, separator: string, partsMax: number): string[] {
  if (partsMax <= 0) return [];
  const parts = separator === '' ? [...text] : text.split(separator);
  if (parts.length <= partsMax) return parts;
  return [...parts.slice(0, partsMax - 1), parts.slice(partsMax - 1).join(separator)];
}

function listFunctions(budget: CelBudget, equals: Equals): CelFunc[] {
  const extreme = (items: CelList, sign: 1 | -1): CelValue => {
    let best: CelValue | undefined;
    for (const item of items) {
      budget.spend(1);
      if (best === undefined || sign * compare(item, best) > 0) best = item;
    }
    if (best === undefined) throw new Error('expected a list that is not empty');
    return best;
  };
  return [
    celFunc('_+_', [list, list], list, (left, right) => {
      budget.spend(left.size + right.size);
      return celList([...left, ...right]);
    }),
    celFunc('@in', [DYN, list], BOOL, (item, items) => {
      for (const candidate of items) {
        budget.spend(1);
        if (equals(candidate, item)) return true;
      }
      return false;
    }),
    celMethod('sum', list, [], DYN, function () {
      let total: number | bigint = 0n;
      for (const item of this) {
        budget.spend(1);
        total = plus(total, item);
      }
      return total;
    }),
    celMethod('min', list, [], DYN, function () {
      return extreme(this, -1);
    }),
    celMethod('max', list, [], DYN, function () {
      return extreme(this, 1);
    }),
    celFunc('size', [map], INT, (fields) => BigInt(fields.size)),
  ];
}

function plus(total: number | bigint, item: CelValue): number | bigint {
  if (typeof total === 'bigint' && typeof item === 'bigint') {
    const sum = total + item;
    if (BigInt.asIntN(64, sum) === sum) return sum;
    throw new Error('expected a sum of 64 bits, got a larger one');
  }
  if (typeof item === 'bigint' || typeof item === 'number') return Number(total) + Number(item);
  throw new Error('expected a list of numbers');
}

/** Numbers by value, texts by character; throws where two values have no order. */
function compare(left: CelValue, right: CelValue): number {
  const numbers = [left, right].every((one) => typeof one === 'bigint' || typeof one === 'number');
  const strings = typeof left === 'string' && typeof right === 'string';
  if (!numbers && !strings) throw new Error('expected a list of numbers, or of strings');
  if (left === right) return 0;
  return (left as number | bigint | string) > (right as number | bigint | string) ? 1 : -1;
}
