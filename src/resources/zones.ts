// Time zones: how far their clocks are ahead, and when that changes.
import { remember } from '../metrics/memo.ts';

/** Seconds that the clocks of a zone are ahead of UTC at a time. */
export type Offset = (seconds: number) => number;

/** As many zones as there are; formatters are dear. */
const zonesMax = 600;

/** The clocks of a zone by its name, UTC where that is empty; `undefined` for what is none. */
export const zoneOf = (zone: string): Offset | undefined => offsets(zone).offset;

const offsets = remember(zonesMax, (zone) => ({ offset: offsetOf(zone) }));

function offsetOf(zone: string): Offset | undefined {
  if (zone === '' || zone === 'UTC' || zone === 'Etc/UTC') return () => 0;
  const format = formatOf(zone);
  return (
    format &&
    ((seconds) => {
      const [, sign, h = 0, min = 0, s = 0] =
        /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(format.format(seconds * 1000)) ?? [];
      const ahead = Number(h) * 3600 + Number(min) * 60 + Number(s);
      return sign === '-' ? -ahead : ahead;
    })
  );
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** No zone changes its clocks there and back within so many seconds. */
const week = 7 * 24 * 3600;

/** The first second after `start`, and not after `end`, from which the zone's clocks differ. */
export function firstChange(offsetAt: Offset, start: number, end: number): number | undefined {
  const offset = offsetAt(start);
  let low = start;
  while (low < end) {
    let high = Math.min(low + week, end);
    if (offsetAt(high) === offset) {
      low = high;
      continue;
    }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
  return undefined;
}
