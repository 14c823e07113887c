// The exposition's grammar: headers, escaping, and numbers as Go prints them. Pure.
import type { Family, MetricType } from './family.ts';
import type { Format } from './store.ts';

/** The HELP and TYPE lines of a family; types that only OpenMetrics knows are gauges in text. */
export function headerOf(name: string, row: Family<never>, format: Format): string {
  const stability = row.stability === 'STABLE' ? '[STABLE] ' : '';
  const deprecated = row.deprecatedSince ? `(Deprecated since ${row.deprecatedSince}) ` : '';
  const help = escapeHelp(stability + deprecated + row.help);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${typeIn(format, row.type)}\n`;
}

const typeIn = (format: Format, type: MetricType): MetricType =>
  format === 'text' && (type === 'info' || type === 'stateset') ? 'gauge' : type;

/** Escapes a HELP text: backslash and line feed; quotes stand as they are. */
export const escapeHelp = (help: string): string =>
  help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const special = /[\\"\n]/;
const specials = /[\\"\n]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/** Escapes a label's value: backslash, quote and line feed. */
export function escapeLabelValue(value: string): string {
  return special.test(value) ? value.replace(specials, (found) => escapes[found] ?? found) : value;
}

/** From here on, either way, Go writes a number with an exponent. */
const exponentFrom = 1e6;
const exponentBelow = 1e-4;
/** Up to here String() writes a whole number in full, so that its digits can be cut by hand. */
const wholeDigitsBelow = 1e21;

/** A number as Go's strconv.FormatFloat(value, 'g', -1, 64) writes it; a zero has no sign. */
export function formatNumber(value: number): string {
  if (value > -exponentFrom && value < exponentFrom) {
    const small = value < exponentBelow && value > -exponentBelow && value !== 0;
    return small ? withExponent(value) : String(value);
  }
  // Most larger numbers are times: this takes 60 ns, toExponential 150.
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

/** JavaScript finds the same shortest digits, but writes the exponent without a leading zero. */
const withExponent = (value: number): string =>
  value.toExponential().replace(/(?<=e[+-])(?=\d$)/, '0');
