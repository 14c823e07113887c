// What a list of measured values comes to.

/** The middle value, or the mean of the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The value below which a share of the values lies, between neighbours by their distance. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** The first, second, … of so many equal parts of a list; the last takes what is left over. */
export function part<T>(values: readonly T[], index: number, parts: number): readonly T[] {
  const length = Math.floor(values.length / parts);
  return values.slice(index * length, index === parts - 1 ? undefined : (index + 1) * length);
}
