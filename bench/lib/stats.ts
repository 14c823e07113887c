// Statistics of measured values.

/** The median; NaN for an empty list. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** A percentile, with linear interpolation; `share` from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Part `index` of `parts` equal parts of a list; the last one has the remainder. */
export function part<T>(values: readonly T[], index: number, parts: number): readonly T[] {
  const length = Math.floor(values.length / parts);
  return values.slice(index * length, index === parts - 1 ? undefined : (index + 1) * length);
}
