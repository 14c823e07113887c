// What several tables read alike: conditions, flags, and numbers that may be percentages.

/** 1 for true; an absent flag is false, as it is in Go. */
export const flag = (value: boolean | null | undefined): number => (value === true ? 1 : 0);

/** 1 if there is a value at all, an empty object included. */
export const presence = (value: unknown): number => (value === undefined || value === null ? 0 : 1);

/** One sample for each of `values`: 1 for the one that holds, 0 for the others. */
export function emitEach<T extends string>(
  values: readonly T[],
  holds: string,
  emit: (value: number, candidate: T) => void,
): void {
  for (const value of values) emit(value === holds ? 1 : 0, value);
}

/** The statuses of a condition, with the label that each is shown as. */
export const conditionStatuses = [
  { label: 'true', status: 'True' },
  { label: 'false', status: 'False' },
  { label: 'unknown', status: 'Unknown' },
] as const;

/**
 * A count that may be given as a share of `total`; `undefined`, and so no series, where it is not
 * given, is neither number nor percentage, or has no total to be a share of.
 */
export function countOrPercent(
  value: number | string | null | undefined,
  total: number | null | undefined,
  round: (count: number) => number,
): number | undefined {
  if (value === undefined || value === null || total === undefined || total === null) {
    return undefined;
  }
  if (typeof value === 'number') return value;
  const [, percent] = /^([+-]?\d{1,18})%$/.exec(value) ?? [];
  return percent === undefined ? undefined : round((Number(percent) * total) / 100);
}
