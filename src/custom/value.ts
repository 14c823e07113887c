// toNumber makes a value of a custom object a number, as kube-state-metrics does for a Gauge.
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
const shownCharsMax = 60;

/** A value that is no number, in words for a log line. */
export class NoNumber extends Error {
  override readonly name = 'NoNumber';
  constructor(value: unknown) {
    const text = typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? 'nothing');
    const shown = text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text;
    super(`expected a number, got ${shown}`);
  }
}

/** The number, or undefined where there is no value; a NoNumber where it is another thing. */
export function toNumber(value: unknown, nilIsZero: boolean): number | NoNumber | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return numberOfText(value) ?? new NoNumber(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return Number(value);
  if (value === undefined || value === null) return nilIsZero ? 0 : undefined;
  return new NoNumber(value);
}

function numberOfText(text: string): number | undefined {
  const word = words.get(text.toLowerCase());
  if (word !== undefined) return word;
  if (text.length > numberCharsMax) return undefined;
  const time = timeOf(text);
  if (time !== undefined) return time;
  if (text.endsWith('%')) {
    const percent = parseFloat64(text.slice(0, -1));
    return percent === undefined ? undefined : percent / 100;
  }
  return quantityOf(text) ?? parseFloat64(text);
}

const timePattern =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Whole Unix seconds of a time in RFC 3339. */
function timeOf(text: string): number | undefined {
  if (!timePattern.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

function quantityOf(text: string): number | undefined {
  try {
    return approximateQuantity(text);
  } catch {
    // Not a quantity: it may be a number in a form that quantities do not have.
    return undefined;
  }
}
