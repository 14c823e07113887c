// toNumber makes a value of a custom object a number, as kube-state-metrics does for a Gauge.
import { memoize } from '../lib/lru.ts';
import { parseFloat64 } from '../metrics/float.ts';
import { approximateQuantity } from '../metrics/quantity.ts';

const words = new Map([
  ['true', 1],
  ['yes', 1],
  ['false', 0],
  ['no', 0],
  ['unknown', 0],
]);

/** The longest text that is read as a number. */
const numberCharsMax = 128;

/** The number; undefined where there is no value, and null where it is another thing. */
export function toNumber(value: unknown, nilIsZero: boolean): number | undefined | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return value.length > numberCharsMax ? null : numberOfText(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value);
  if (value === undefined || value === null) return nilIsZero ? 0 : undefined;
  return null;
}

/** Texts that are cached: objects have the same states, quantities and times again and again. */
const numbersMax = 10_000;

const numberOfText: (text: string) => number | null = memoize(
  numbersMax,
  (text) => readNumber(text) ?? null,
);

function readNumber(text: string): number | undefined {
  const word = words.get(text.toLowerCase());
  if (word !== undefined) return word;
  const time = timeOf(text);
  if (time !== undefined) return time;
  const [, percent] = percentPattern.exec(text) ?? [];
  if (percent !== undefined) return Number(percent) / 100;
  if (digitlessQuantity.test(text)) return 0;
  return quantityOf(text) ?? parseFloat64(text);
}

/** Whole percents only. */
const percentPattern = /^(\d+)%$/;
/** Go reads a quantity without digits as 0. */
const digitlessQuantity = /^(?=.)[+-]?\.?(?:[KMGTPE]i|[eE][+-]?\d+|[numkMGTPE])?$/;

/** As Go reads RFC 3339: an hour may have one digit, an offset 24 hours and 60 minutes. */
const timePattern =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|([+-])(\d\d):(\d\d))$/;
const offsetHoursMax = 24;
const offsetMinutesMax = 60;

/** Whole Unix seconds. */
function timeOf(text: string): number | undefined {
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const [offsetHour, offsetMinute] = [Number(match[8] ?? 0), Number(match[9] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  if (offsetHour > offsetHoursMax || offsetMinute > offsetMinutesMax) return undefined;
  const date = new Date(0);
  // Years below 100 are not years of the last century here.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * 60 * (match[7] === '-' ? -1 : 1);
  return date.getTime() / 1000 + (hour * 60 + minute) * 60 + second - offset;
}

function quantityOf(text: string): number | undefined {
  try {
    return approximateQuantity(text);
  } catch {
    // Not a quantity: it may be a number in a form that quantities do not have.
    return undefined;
  }
}
