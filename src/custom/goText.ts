// goText prints values of JSON as Go prints them, for label values: `1.5e+06`, `[a b]`, `map[k:v]`.
import { inByteOrder } from '../metrics/labels.ts';
import { formatNumber } from '../metrics/text.ts';

/** Go decodes whole numbers of JSON below these as int64, and all others as float64. */
const int64Above = 2n ** 63n - 1n;
const int64Below = -(2n ** 63n);
const int64Magnitude = 2 ** 63;

/** As `%v` of fmt.Sprintf; what is null or absent is `<nil>`. */
export function goText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') {
    const isInt64 = value <= int64Above && value >= int64Below;
    return isInt64 ? value.toString() : formatNumber(Number(value));
  }
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  const keys = inByteOrder(Object.keys(fields));
  return `map[${keys.map((key) => `${key}:${goText(fields[key])}`).join(' ')}]`;
}

function numberText(value: number): string {
  const isInt64 = Number.isInteger(value) && Math.abs(value) < int64Magnitude;
  if (!isInt64) return formatNumber(value);
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}
