// The next run of a cron schedule, by the rules of robfig/cron v3, as in Kubernetes' controller.
import { goZeroSeconds } from '../metrics/time.ts';
import type { Offset } from './zones.ts';

/** The numbers that match one field of a schedule. */
export interface Matching {
  readonly numbers: Uint8Array;
  /** Whether the field is `*` or `?`; decides how day of month and weekday are combined. */
  readonly star: boolean;
}

export interface Fields {
  readonly minute: Matching;
  readonly hour: Matching;
  readonly day: Matching;
  readonly month: Matching;
  readonly weekday: Matching;
}

/** A schedule without a run in this many years is taken for one that never runs. */
const yearsMax = 5;
/**
 * A search of five years takes 2,300 steps at most; after stepsMax it ends as "never". Robfig's own
 * loop is endless where a zone skipped a whole day (Pacific/Apia, 2011) or no minute matches.
 */
const stepsMax = 5000;

const second = 1;
const minute = 60;
const hour = 3600;

/**
 * The first Unix time after `after` at which the schedule runs in local time; Go's zero time if it
 * never does. A run in an hour that daylight saving skips moves to another day; a run in an hour
 * that it repeats happens twice if the hour field is `*`.
 */
export function nextRun(fields: Fields, offsetAt: Offset, after: number): number {
  const time = new LocalTime(offsetAt, after + second);
  const lastYear = time.wall.getUTCFullYear() + yearsMax;
  let steps = 0;
  let moved = false;

  /** Steps until the unit matches; false if a step carried into the next larger unit. */
  const seek = ({ matches, begin, step, wraps }: Unit): boolean => {
    while (!matches(fields, time.wall)) {
      if (++steps > stepsMax) return false;
      if (!moved) begin(time);
      moved = true;
      step(time);
      if (wraps(time.wall)) return false;
    }
    return true;
  };

  while (time.wall.getUTCFullYear() <= lastYear && steps <= stepsMax) {
    if (units.every(seek)) return time.seconds;
  }
  return goZeroSeconds;
}

/** A Unix time, and the local time of the zone at it. */
class LocalTime {
  readonly #offsetAt: Offset;
  seconds = 0;
  /** Local date and time, held in the UTC fields of a Date. */
  readonly wall = new Date(0);

  constructor(offsetAt: Offset, seconds: number) {
    this.#offsetAt = offsetAt;
    this.moveTo(seconds);
  }

  moveTo(seconds: number): void {
    this.seconds = seconds;
    this.wall.setTime((seconds + this.#offsetAt(seconds)) * 1000);
  }

  /**
   * Changes the local time in place. As in Go's time.Date, a local time that daylight saving skips
   * becomes one an hour earlier or later, and one that it repeats becomes either of the two.
   */
  moveToWall(change: (wall: Date) => void): void {
    change(this.wall);
    const shown = this.wall.getTime() / 1000;
    const guess = this.#offsetAt(shown);
    this.moveTo(guess === 0 ? shown : shown - this.#offsetAt(shown - guess));
  }
}

/** One field of a schedule, from the month down to the second. */
interface Unit {
  matches(fields: Fields, wall: Date): boolean;
  /** Goes back to the start of the unit. Done once: smaller units then start at zero. */
  begin(time: LocalTime): void;
  step(time: LocalTime): void;
  /** Whether the step carried into the larger unit, so that the search restarts. */
  wraps(wall: Date): boolean;
}

const units: readonly Unit[] = [
  {
    matches: ({ month }, wall) => has(month, wall.getUTCMonth() + 1),
    begin: (time) =>
      time.moveToWall((wall) => {
        wall.setUTCDate(1);
        wall.setUTCHours(0, 0, 0);
      }),
    step: (time) => time.moveToWall((wall) => wall.setUTCMonth(wall.getUTCMonth() + 1)),
    wraps: (wall) => wall.getUTCMonth() === 0,
  },
  {
    matches: dayMatches,
    begin: (time) => time.moveToWall((wall) => wall.setUTCHours(0, 0, 0)),
    step: nextDay,
    wraps: (wall) => wall.getUTCDate() === 1,
  },
  {
    matches: (fields, wall) => has(fields.hour, wall.getUTCHours()),
    begin: (time) => time.moveToWall((wall) => wall.setUTCMinutes(0, 0)),
    step: (time) => time.moveTo(time.seconds + hour),
    wraps: (wall) => wall.getUTCHours() === 0,
  },
  {
    matches: (fields, wall) => has(fields.minute, wall.getUTCMinutes()),
    begin: (time) => time.moveTo(Math.floor(time.seconds / minute) * minute),
    step: (time) => time.moveTo(time.seconds + minute),
    wraps: (wall) => wall.getUTCMinutes() === 0,
  },
  {
    matches: (_, wall) => wall.getUTCSeconds() === 0,
    begin: () => undefined,
    step: (time) => time.moveTo(time.seconds + second),
    wraps: (wall) => wall.getUTCSeconds() === 0,
  },
];

const has = ({ numbers }: Matching, number: number): boolean => numbers[number] === 1;

/** Day of month and weekday must both match if one of them is `*`, otherwise either of them. */
function dayMatches({ day, weekday }: Fields, wall: Date): boolean {
  const dayHas = has(day, wall.getUTCDate());
  const weekdayHas = has(weekday, wall.getUTCDay());
  return day.star || weekday.star ? dayHas && weekdayHas : dayHas || weekdayHas;
}

/** The next midnight; if daylight saving skips it, the hour before or the first hour after. */
function nextDay(time: LocalTime): void {
  time.moveToWall((wall) => wall.setUTCDate(wall.getUTCDate() + 1));
  const shown = time.wall.getUTCHours();
  if (shown !== 0) time.moveTo(time.seconds + (shown > 12 ? 24 - shown : -shown) * hour);
}
