// Times of the API as Unix seconds; an absent time is Go's zero time.
import { memoize } from '../lib/lru.ts';

/** 1 January of year 1, Go's zero time: the value of an absent time that is no pointer in Go. */
export const goZeroSeconds = -62_135_596_800;

type WireTime = string | null | undefined;

/** Whole Unix seconds; an absent time is Go's zero time, as in KSM. */
export function unixSeconds(time: WireTime): number {
  if (time === undefined || time === null) return goZeroSeconds;
  return secondsIn(time);
}

/** Times kept with their seconds: an object has the same few of them in many places. */
const timesMax = 1_024;

const secondsIn = memoize(timesMax, (time: string) => {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) {
    throw new TypeError(`expected a time in RFC 3339, got ${JSON.stringify(time)}`);
  }
  return Math.floor(ms / 1000);
});

/**
 * Whole Unix seconds; `undefined`, and so no series, if there is no time. In Go that is the start
 * of year 1 exactly: a fraction of a second later is a time.
 */
export function unixSecondsIfSet(time: WireTime): number | undefined {
  const seconds = unixSeconds(time);
  return seconds === goZeroSeconds && !hasFraction(time) ? undefined : seconds;
}

const hasFraction = (time: WireTime): boolean => /\.\d*[1-9]/.test(time ?? '');
