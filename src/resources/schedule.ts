// Schedules of cron jobs, read as Kubernetes reads them.
import { Cron } from 'croner';
import { duration } from '../flags.ts';
import { remember } from '../metrics/memo.ts';
import { goZeroSeconds } from '../metrics/time.ts';
import { firstChange, type Offset, zoneOf } from './zones.ts';

export interface Schedule {
  /** The first second after `seconds` at which it is due; Go's zero time if that never comes. */
  next(seconds: number): number;
}

/** Clusters have some hundreds of schedules; whoever invents more finds them parsed anew. */
const schedulesMax = 2000;
const scheduleCharsMax = 1000;
/** Some years: what is not due in that time is never due. */
const clockChangesMax = 30;

/**
 * The schedule that a text such as `0 3 * * 1-5`, `@daily`, `@every 1h30m` or
 * `CRON_TZ=Asia/Seoul 0 3 * * *` stands for, as Kubernetes' own parser has it; `undefined` for what
 * that refuses. Without a zone it is in UTC, the zone of the image that serves kube-state-metrics.
 */
export const scheduleOf = (text: string): Schedule | undefined => known(text).schedule;

const known = remember(schedulesMax, (text) => ({
  schedule: text.length > scheduleCharsMax ? undefined : parse(text),
}));

function parse(text: string): Schedule | undefined {
  const [, zone, zoned] = /^(?:CRON_)?TZ=([^ ]*) (.*)$/s.exec(text) ?? [];
  const offsetAt = zoneOf(zone ?? '');
  const schedule = zoned?.trim() ?? text;
  if (offsetAt === undefined) return undefined;
  if (schedule.startsWith(everyPrefix)) return everyOf(schedule.slice(everyPrefix.length));
  const pattern = patternOf(descriptors.get(schedule) ?? schedule);
  if (pattern === undefined) return undefined;
  const cron = new Cron(pattern, { timezone: 'UTC', mode: '5-part' });
  return { next: (seconds) => nextIn(cron, offsetAt, seconds) };
}

const everyPrefix = '@every ';

/** Due in whole seconds, one at the least; a sign is taken and of no use. */
function everyOf(text: string): Schedule | undefined {
  const ms = duration.parse(text.replace(/^[+-]/, ''), 0);
  if (ms === undefined) return undefined;
  const every = text.startsWith('-') ? 1 : Math.max(1, Math.floor(ms / 1000));
  return { next: (seconds) => seconds + every };
}

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
  /** Words for the numbers from `min` on. */
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

/** The pattern in words that the library takes; it has some more of its own, such as L and 7. */
function patternOf(text: string): string | undefined {
  const texts = text.split(/\s+/).filter(Boolean);
  const read = fields.map((field, i) => fieldOf(texts[i] ?? '', field));
  return texts.length === fields.length && !read.includes(undefined) ? read.join(' ') : undefined;
}

/** A list of ranges; one of them that is all of the field makes the list so. */
function fieldOf(text: string, field: Field): string | undefined {
  const ranges = text.split(',').filter(Boolean);
  const read = ranges.map((range) => rangeOf(range, field));
  if (ranges.length === 0 || read.includes(undefined)) return undefined;
  return read.includes('*') ? '*' : read.join(',');
}

function rangeOf(text: string, field: Field): string | undefined {
  const [range = '', stepText = '1', ...more] = text.split('/');
  const [first, last] = boundsOf(range, text.includes('/'), field);
  const step = numberOf(stepText, [], 0);
  if (first === undefined || last === undefined || !step || more.length > 0) return undefined;
  if (first < field.min || last > field.max || first > last) return undefined;
  if (isOpen(range) && step === 1) return '*';
  return step > last - first ? String(first) : `${first}-${last}/${step}`;
}

/** The first and last number of a range; a step makes one that names only its first open-ended. */
function boundsOf(range: string, stepped: boolean, { min, max, names }: Field) {
  if (isOpen(range)) return [min, max];
  const [low = '', high, ...more] = range.split('-');
  const first = numberOf(low, names, min);
  if (high === undefined) return [first, stepped ? max : first];
  return [first, more.length > 0 ? undefined : numberOf(high, names, min)];
}

/** What follows such a beginning is not looked at. */
const isOpen = (range: string): boolean => /^[*?](-|$)/.test(range);

function numberOf(text: string, names: readonly string[], min: number): number | undefined {
  const name = names.indexOf(text.toLowerCase());
  if (name >= 0) return min + name;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * The library is asked in a zone whose clocks never change, for it moves what falls into the hour
 * that is skipped in spring, where Kubernetes leaves it out, and runs once what autumn has twice.
 */
function nextIn(cron: Cron, offsetAt: Offset, after: number): number {
  let start = after + 1;
  for (let changes = 0; changes < clockChangesMax; changes++) {
    const offset = offsetAt(start);
    const wall = cron.nextRun(new Date((start + offset - 1) * 1000));
    if (wall === null) break;
    const due = wall.getTime() / 1000 - offset;
    const change = firstChange(offsetAt, start, due);
    if (change === undefined) return due;
    start = change;
  }
  return goZeroSeconds;
}
