// Times on the wire as seconds since the epoch, with Go's reading of a time that is not there.

/** 1 January of year 1: what Go makes of a time that is absent or null, unless it is a pointer. */
export const goZeroSeconds = -62_135_596_800;

type WireTime = string | null | undefined;

/** Whole seconds since the epoch; an absent time is Go's zero time, as KSM prints it. */
export function unixSeconds(time: WireTime): number {
  if (time === undefined || time === null) return goZeroSeconds;
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) {
    throw new TypeError(`expected a time in RFC 3339, got ${JSON.stringify(time)}`);
  }
  return Math.floor(ms / 1000);
}

/** Whole seconds since the epoch; `undefined`, and so no series, where there is no time. */
export function unixSecondsIfSet(time: WireTime): number | undefined {
  const seconds = unixSeconds(time);
  return seconds === goZeroSeconds ? undefined : seconds;
}
