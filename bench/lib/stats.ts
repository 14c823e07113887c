// Statistics of measured values.

/** The median; NaN for an empty list. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The median of each key, of objects that have the same ones. */
export function medians<Key extends string>(
  all: readonly Readonly<Record<Key, number>>[],
): Record<Key, number> {
  const keys = Object.keys(all[0] ?? {}) as Key[];
  const entries = keys.map((key) => [key, median(all.map((one) => one[key]))] as const);
  return Object.fromEntries(entries) as Record<Key, number>;
}

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
