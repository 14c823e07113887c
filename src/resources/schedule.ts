// The parser of cron schedules: accepts what Kubernetes' CronJob controller (robfig/cron v3) does.
import { memoize } from '../lib/lru.ts';
import { type Fields, type Matching, nextRun } from './nextRun.ts';
import { zoneOf } from './zones.ts';

export interface Schedule {
  /** The first run after the Unix time `seconds`; Go's zero time if there is none. */
  next(seconds: number): number;
}

/** Parsed schedules that are cached: clusters have some hundreds. */
const schedulesMax = 2000;
/** Longer schedules are invalid; one that lists every number of every field has 400. */
const scheduleCharsMax = 1000;

/**
 * Parses a schedule such as `0 3 * * 1-5`, `@daily` or `@every 1h30m` in a time zone; `undefined`
 * if the controller rejects it. A zone in the text (`CRON_TZ=Asia/Seoul 0 3 * * *`) overrides
 * `zone`. The default is UTC, as in the images of the controller manager and kube-state-metrics.
 */
export function scheduleOf(text: string, zone?: string | null): Schedule | undefined {
  if (zone === undefined || zone === null) return known(text).schedule;
  if (zoneOf(zone) === undefined) return undefined;
  return known(text.includes('TZ') ? text : `TZ=${zone} ${text}`).schedule;
}

const known = memoize(schedulesMax, (text) => ({
  schedule: text.length > scheduleCharsMax ? undefined : parse(text),
}));

function parse(text: string): Schedule | undefined {
  if (!/^(CRON_)?TZ=/.test(text)) return parseIn('UTC', text);
  const [, zone, rest] = /=([^ ]*) (.*)$/s.exec(text) ?? [];
  return zone === undefined || rest === undefined ? undefined : parseIn(zone, trim(rest));
}

function parseIn(zone: string, text: string): Schedule | undefined {
  if (zoneOf(zone) === undefined) return undefined;
  if (text.startsWith(everyPrefix)) return every(text.slice(everyPrefix.length));
  const fields = fieldsOf(descriptors.get(text) ?? text);
  // Looked up at each call, so that a cached schedule does not keep a zone in memory.
  return fields && { next: (seconds) => nextRun(fields, zoneOf(zone) ?? utc, seconds) };
}

const utc = (): number => 0;

/** White space as in Go: JavaScript's, with U+0085 and without the byte-order mark. */
const space = '(?:(?!\\ufeff)\\s|\\u0085)+';
const spaces = new RegExp(space);
const outerSpaces = new RegExp(`^${space}|${space}$`, 'g');
const trim = (text: string): string => text.replace(outerSpaces, '');

const descriptors: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

interface Field {
  readonly min: number;
  readonly max: number;
  /** Names of the numbers, starting at `min`. */
  readonly names: readonly string[];
}

const minutes: Field = { min: 0, max: 59, names: [] };
const hours: Field = { min: 0, max: 23, names: [] };
const days: Field = { min: 1, max: 31, names: [] };
const months: Field = {
  min: 1,
  max: 12,
  names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
};
const weekdays: Field = { min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') };

function fieldsOf(text: string): Fields | undefined {
  const [first = '', second = '', third = '', fourth = '', fifth, ...more] = text
    .split(spaces)
    .filter(Boolean);
  if (fifth === undefined || more.length > 0) return undefined;
  const minute = matching(first, minutes);
  const hour = matching(second, hours);
  const day = matching(third, days);
  const month = matching(fourth, months);
  const weekday = matching(fifth, weekdays);
  return minute && hour && day && month && weekday && { minute, hour, day, month, weekday };
}

/** The numbers that a comma-separated list matches; a list of commas alone matches none. */
function matching(text: string, field: Field): Matching | undefined {
  const numbers = new Uint8Array(field.max + 1);
  let star = false;
  for (const part of text.split(',').filter(Boolean)) {
    const range = rangeOf(part, field);
    if (range === undefined) return undefined;
    star ||= range.star;
    for (let i = range.first; i <= range.last; i += range.step) numbers[i] = 1;
  }
  return { numbers, star };
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly star: boolean;
}

/** Parses a range such as `*`, `?`, `5`, `1-5` or `mon-fri`, with an optional step such as `/2`. */
function rangeOf(text: string, field: Field): Range | undefined {
  const [bounds = '', stepText = '1', ...more] = text.split('/');
  const [first, last] = boundsOf(bounds, text.includes('/'), field);
  const step = numberOf(stepText);
  if (first === undefined || last === undefined || !step || more.length > 0) return undefined;
  if (first < field.min || last > field.max || first > last) return undefined;
  return { first, last, step, star: isOpen(bounds) && step === 1 };
}

/** The first and last number of a range; `5/2` has a step and no last number, so it is open. */
function boundsOf(range: string, stepped: boolean, { min, max, names }: Field) {
  if (isOpen(range)) return [min, max];
  const [low = '', high, ...more] = range.split('-');
  const first = numberOf(low, names, min);
  if (high === undefined) return [first, stepped ? max : first];
  return [first, more.length > 0 ? undefined : numberOf(high, names, min)];
}

/** Robfig ignores what follows `*-` or `?-`. */
const isOpen = (range: string): boolean => /^[*?](-|$)/.test(range);

const int64Max = 2n ** 63n - 1n;

function numberOf(text: string, names: readonly string[] = [], min = 0): number | undefined {
  const name = names.indexOf(lowerCase(text));
  if (name >= 0) return min + name;
  const [, digits] = /^\+?(\d+)$/.exec(text) ?? [];
  return digits === undefined || BigInt(digits) > int64Max ? undefined : Number(digits);
}

/** Lower-cases as Go: U+0130 (İ) becomes one letter, in JavaScript two. */
const lowerCase = (text: string): string => text.replaceAll('\u0130', 'i').toLowerCase();

const everyPrefix = '@every ';
const secondNs = 1_000_000_000n;

/** The interval of `@every`, cut to whole seconds and at least one. */
function every(text: string): Schedule | undefined {
  const ns = durationNs(text);
  if (ns === undefined) return undefined;
  const seconds = Math.max(1, Number(ns / secondNs));
  return { next: (after) => after + seconds };
}

const unitsNs: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['\u00b5s', 1e3],
  ['\u03bcs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/** Parses a duration as Go's time.ParseDuration: sign, parts, fractions, 64-bit range. */
function durationNs(text: string): bigint | undefined {
  const sign = /^[+-]?/.exec(text)?.[0] ?? '';
  const unsigned = text.slice(sign.length);
  if (unsigned === '0') return 0n;
  const parts = [...unsigned.matchAll(/(\d*)(?:\.(\d*))?([^\d.]+)/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== unsigned) return undefined;
  let ns = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of parts) {
    const unitNs = unitsNs.get(unit);
    if (unitNs === undefined || whole + fraction === '') return undefined;
    ns += BigInt(whole) * BigInt(unitNs) + fractionNs(fraction, unitNs);
  }
  if (sign === '-') return ns > int64Max + 1n ? undefined : -ns;
  return ns > int64Max ? undefined : ns;
}

/** Digits beyond this are less than a nanosecond in any unit. */
const fractionDigitsMax = 18;

function fractionNs(fraction: string, unitNs: number): bigint {
  const digits = fraction.slice(0, fractionDigitsMax);
  return BigInt(Math.trunc(Number(digits) * (unitNs / 10 ** digits.length)));
}
