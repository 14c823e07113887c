// Readers that several tables share: conditions, booleans, optional values and percentages.
import type { EmitState } from '../metrics/family.ts';

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

/** The states of a condition, as labels have them. */
export const conditionStates = ['true', 'false', 'unknown'] as const;

const stateOfStatus: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['Unknown', 'unknown'],
]);

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** The state of a condition; undefined for a status that Kubernetes does not define. */
export const conditionState = ({ status }: Condition): string | undefined =>
  stateOfStatus.get(status);

/** The state of each condition, by its type. */
export function emitConditions(
  conditions: readonly Condition[] | null | undefined,
  emit: EmitState<['condition', 'status']>,
): void {
  for (const condition of conditions ?? []) emit(conditionState(condition), condition.type);
}

/** The state of the condition of `type`. */
export function emitCondition(
  conditions: readonly Condition[] | null | undefined,
  type: string,
  emit: EmitState<['condition']>,
): void {
  for (const condition of conditions ?? []) {
    if (condition.type === type) emit(conditionState(condition));
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
