// Time zones by Go's names, and their offsets from UTC.
import { memoize } from '../lib/lru.ts';
import { zoneNames } from './zoneNames.ts';

/** The offset of a zone from UTC in seconds, at a Unix time in seconds. */
export type Offset = (seconds: number) => number;

/** Zones that are cached: the formatter of each takes 40 KB. */
const zonesMax = 100;
/** Years cached of each zone; a schedule that never runs reads five. */
const yearsMax = 32;
/** No zone changes its offset and back within a week. */
const weekSeconds = 7 * 24 * 3600;
const yearSeconds = 52 * weekSeconds;

/** The zone of a machine without a configured one, which is UTC. Go has this name, Intl has not. */
const unsetZone = 'Factory';

/**
 * The offsets of a zone by name, as Go's time.LoadLocation accepts it: case-sensitive, `Local` for
 * the zone of this process, UTC if empty; `undefined` if there is no such zone.
 */
export const zoneOf = (name: string): Offset | undefined =>
  name === '' || name === 'Local' || zoneNames.has(name) ? offsets(name) : undefined;

const offsets = memoize(zonesMax, (name) => {
  if (name === '' || name === 'UTC' || name === unsetZone) return () => 0;
  return cached(ahead(name === 'Local' ? undefined : name));
});

/** Offsets by Intl, a microsecond per call; `undefined` is the zone of the process. */
function ahead(timeZone: string | undefined): Offset {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (seconds) => {
    const [, sign, h = 0, min = 0, s = 0] =
      /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(format.format(seconds * 1000)) ?? [];
    const offset = Number(h) * 3600 + Number(min) * 60 + Number(s);
    return sign === '-' ? -offset : offset;
  };
}

/** A time span, `end` excluded, in which the offset is constant. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** The same answers out of spans, which are found a year at a time. */
function cached(offsetAt: Offset): Offset {
  const spansIn = memoize(yearsMax, (year: number) => spansOf(offsetAt, year * yearSeconds));
  let last: Span = { start: 0, end: 0, offset: 0 };
  return (seconds) => {
    if (seconds < last.start || seconds >= last.end) {
      const spans = spansIn(Math.floor(seconds / yearSeconds));
      last = spans.find(({ end }) => seconds < end) ?? last;
    }
    return last.offset;
  };
}

function spansOf(offsetAt: Offset, yearStart: number): readonly Span[] {
  const spans: Span[] = [];
  let start = yearStart;
  let offset = offsetAt(start);
  for (let week = yearStart; week < yearStart + yearSeconds; week += weekSeconds) {
    for (;;) {
      const change = firstChange(offsetAt, Math.max(week, start), week + weekSeconds);
      if (change === undefined) break;
      spans.push({ start, end: change, offset });
      start = change;
      offset = offsetAt(change);
    }
  }
  spans.push({ start, end: yearStart + yearSeconds, offset });
  return spans;
}

/** The first second after `start`, and not after `end`, with another offset. */
function firstChange(offsetAt: Offset, start: number, end: number): number | undefined {
  const offset = offsetAt(start);
  if (offsetAt(end) === offset) return undefined;
  let low = start;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}
