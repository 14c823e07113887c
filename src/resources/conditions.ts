// What several tables read alike: conditions, flags, what may be unset, and percentages.
import type { Emit } from '../metrics/family.ts';

/** Whether there is a value, be it empty or 0: for Go's pointers, which may be nil. */
export const isSet = <T>(value: T | null | undefined): value is T =>
  value !== undefined && value !== null;

/** What `read` makes of a text, if there is one. */
export const ifSet = (text: string | null | undefined, read: (text: string) => number) =>
  isSet(text) ? read(text) : undefined;

/** 1 for true; an absent flag is false, as it is in Go. */
export const flag = (value: boolean | null | undefined): number => (value === true ? 1 : 0);

/** 1 if there is a value at all, an empty object included. */
export const presence = (value: unknown): number => (isSet(value) ? 1 : 0);

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

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Three samples for each condition: 1 for the status that it has, 0 for the others. */
export function emitConditions(
  conditions: readonly Condition[] | null | undefined,
  emit: Emit<['condition', 'status']>,
): void {
  for (const { type, status: found } of conditions ?? []) {
    for (const { label, status } of conditionStatuses) emit(flag(found === status), type, label);
  }
}

/** Three samples for the conditions of one type: 1 for the status that one has, else 0. */
export function emitStatuses(
  conditions: readonly Condition[] | null | undefined,
  type: string,
  emit: Emit<['condition']>,
): void {
  for (const condition of conditions ?? []) {
    if (condition.type !== type) continue;
    for (const { label, status } of conditionStatuses) {
      emit(flag(condition.status === status), label);
    }
  }
}

/**
 * A count that may be given as a share of `total`; `undefined`, and so no series, where it is not
 * given, is neither number nor percentage, or has no total to be a share of.
 */
export function countOrPercent(
  value: number | string | null | undefined,
  total: number | null | undefined,
  round: (count: number) => number,
): number | undefined {
  if (!isSet(value) || !isSet(total)) return undefined;
  if (typeof value === 'number') return value;
  const [, percent] = /^([+-]?\d{1,18})%$/.exec(value) ?? [];
  return percent === undefined ? undefined : round((Number(percent) * total) / 100);
}
