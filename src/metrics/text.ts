// The grammar of the exposition: headers, escaping, and numbers as Go prints them.

import { shortened } from '../lib/shortened.ts';
import type { Format } from '../store/types.ts';
import { type Family, type LabelValue, type MetricType, noLabel } from './family.ts';
import type { FamilyHeader } from './render.ts';

/** The HELP and TYPE lines of a family; types that only OpenMetrics has are gauges in text. */
export function headerOf(name: string, row: Family<never>, format: Format): string {
  const stability = row.stability === 'STABLE' ? '[STABLE] ' : '';
  const help = escapeHelp(stability + helpOf(row));
  return `# HELP ${name} ${help}\n# TYPE ${name} ${typeIn(format, row.type)}\n`;
}

/** What is known of a family beside its series. */
export const headerOfRow = <O>([name, row]: readonly [string, Family<O>]): FamilyHeader => ({
  name,
  type: row.type,
  stability: row.stability ?? 'ALPHA',
  help: helpOf(row),
  header: { text: headerOf(name, row, 'text'), openmetrics: headerOf(name, row, 'openmetrics') },
});

/** The help of a family, with the release that deprecated it. */
export function helpOf({ deprecatedSince, help }: Pick<Family<never>, 'deprecatedSince' | 'help'>) {
  return deprecatedSince ? `(Deprecated since ${deprecatedSince}) ${help}` : help;
}

const typeIn = (format: Format, type: MetricType): MetricType =>
  format === 'text' && (type === 'info' || type === 'stateset') ? 'gauge' : type;

/** Escapes a HELP text: backslash and line feed, but not quotes. */
export const escapeHelp = (help: string): string =>
  help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const special = /[\\"\n]/;
const specials = /[\\"\n]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** Escapes a label's value: backslash, quote and line feed. */
export function escapeLabelValue(value: string): string {
  return special.test(value) ? value.replace(specials, (found) => escapes[found] ?? found) : value;
}

/** Writes what stands between the braces of a series: the labels, of values in their order. */
export function labelsWriter(names: readonly string[]): (values: readonly LabelValue[]) => string {
  const prefixes = names.map((name) => `${name}="`);
  return (values) => {
    let text = '';
    for (let i = 0; i < prefixes.length; i++) {
      const value = values[i] ?? '';
      if (value === noLabel) continue;
      text += `${text === '' ? '' : ','}${prefixes[i]}${escapeLabelValue(value)}"`;
    }
    return text;
  };
}

/** Characters of a malformed number that an error quotes. */
const malformedCharsMax = 200;
/** At and above this, and below exponentBelow, Go prints a number with an exponent. */
const exponentFrom = 1e6;
const exponentBelow = 1e-4;
/** Below this String() prints a whole number without an exponent. */
const wholeDigitsBelow = 1e21;

/**
 * A number as Go's strconv.FormatFloat(value, 'g', -1, 64) prints it; a zero has no sign. Throws if
 * it is no number: the server's JSON is not checked against the types.
 */
export function formatNumber(value: number): string {
  if (typeof value !== 'number') {
    const got = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? typeof value);
    throw new TypeError(`expected a number, got ${shortened(got, malformedCharsMax)}`);
  }
  if (value > -exponentFrom && value < exponentFrom) {
    const small = value < exponentBelow && value > -exponentBelow && value !== 0;
    return small ? withExponent(value) : String(value);
  }
  // Most large numbers are times: this takes 60 ns, toExponential 150 ns.
  if (value > 0 && value < wholeDigitsBelow && Number.isInteger(value)) {
    const digits = String(value);
    let end = digits.length;
    while (digits.charCodeAt(end - 1) === zeroCode) end--;
    const fraction = end === 1 ? '' : `.${digits.slice(1, end)}`;
    return `${digits[0]}${fraction}e+${String(digits.length - 1).padStart(2, '0')}`;
  }
  if (Number.isFinite(value)) return withExponent(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

const zeroCode = 48;

/** JavaScript prints the same digits as Go, but an exponent of one digit without leading zero. */
const withExponent = (value: number): string =>
  value.toExponential().replace(/(?<=e[+-])(?=\d$)/, '0');
