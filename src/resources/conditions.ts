// Readers that several tables share: conditions, booleans, optional values and percentages.
import type { Emit } from '../metrics/family.ts';

/** Whether a field that is a pointer in Go is set, even if it is empty or 0. */
export const isSet = <T>(value: T | null | undefined): value is T =>
  value !== undefined && value !== null;

/** `read(text)`, or `undefined` if the text is not set. */
export const ifSet = (text: string | null | undefined, read: (text: string) => number) =>
  isSet(text) ? read(text) : undefined;

/** 1 for true, 0 for false; an absent boolean is false, as in Go. */
export const flag = (value: boolean | null | undefined): number => (value === true ? 1 : 0);

/** 1 if the value is set, even if it is an empty object, else 0. */
export const presence = (value: unknown): number => (isSet(value) ? 1 : 0);

/** One sample for each of `values`: 1 for the one that equals `holds`, 0 for the others. */
export function emitEach<T extends string>(
  values: readonly T[],
  holds: string,
  emit: (value: number, candidate: T) => void,
): void {
  for (const value of values) emit(value === holds ? 1 : 0, value);
}

/** The statuses of a condition, and the label value of each. */
export const conditionStatuses = [
  { label: 'true', status: 'True' },
  { label: 'false', status: 'False' },
  { label: 'unknown', status: 'Unknown' },
] as const;

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Three samples for each condition: 1 for its status, 0 for the other two. */
export function emitConditions(
  conditions: readonly Condition[] | null | undefined,
  emit: Emit<['condition', 'status']>,
): void {
  for (const { type, status: found } of conditions ?? []) {
    for (const { label, status } of conditionStatuses) emit(flag(found === status), type, label);
  }
}

/** Three samples for each condition of `type`: 1 for its status, 0 for the other two. */
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
 * A count that is given as a number or as a percentage of `total`. `undefined`, and so no series,
 * if value or total is not set, or the value is neither number nor percentage.
 */
export function countOrPercent(
  value: number | string | null | undefined,
  total: number | null | undefined,
  round: (count: number) => number,
): number | undefined {
  if (!isSet(value) || !isSet(total)) return undefined;
  if (typeof total !== 'number') throw new TypeError(`expected a number, got ${typeof total}`);
  if (typeof value === 'number') return value;
  const [, percent] = /^([+-]?\d{1,18})%$/.exec(value) ?? [];
  return percent === undefined ? undefined : round((Number(percent) * total) / 100);
}
