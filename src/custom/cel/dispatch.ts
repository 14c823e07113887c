// dispatcher calls the overload of a function that its arguments ask for, and counts what it costs.
import {
  type CelError,
  type CelFunc,
  CelScalar,
  type CelValue,
  celError,
  celFunc,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
} from '@bufbuild/cel';
import type { CelBudget } from './budget.ts';

/**
 * One function for all overloads of a name. The library tries one after the other, twenty for `<`,
 * and looks up the type of each argument for each; here the types lead to the overload that took
 * them before. It also spends what reading texts and lists, and the result, costs, and makes all
 * errors say where they come from.
 */
export function dispatcher(
  name: string,
  overloads: readonly CelFunc[],
  budget: CelBudget,
): CelFunc {
  const byTypes = new Map<number, CelFunc>();
  const dispatching = celFunc(name, [], CelScalar.DYN, () => null);
  return Object.assign(Object.create(dispatching) as CelFunc, {
    call(
      id: number,
      target: CelValue | undefined,
      values: CelValue[],
    ): CelValue | CelError | undefined {
      const types = typesOf(target, values);
      const known = types === undefined ? undefined : byTypes.get(types);
      let result = known?.call(id, target, values);
      if (known === undefined) {
        for (const overload of overloads) {
          result = overload.call(id, target, values);
          if (result === undefined) continue;
          if (types !== undefined) byTypes.set(types, overload);
          break;
        }
      }
      if (result === undefined) return undefined;
      if (isCelError(result)) {
        return result.exprId === undefined ? celError(result.message, id) : result;
      }
      let chars = charsOf(result);
      if (target !== undefined) chars += charsOf(target);
      for (const value of values) chars += charsOf(value);
      if (chars > 0) budget.spendText(chars);
      return result;
    },
  });
}

/** Values whose types are told apart; those of more arguments go the library's way. */
const valuesMax = 6;
const kinds = 16;

/** The types as one number; undefined where they are not told apart. */
function typesOf(target: CelValue | undefined, values: readonly CelValue[]): number | undefined {
  if (values.length > valuesMax) return undefined;
  let types = target === undefined ? 0 : kindOf(target);
  if (types === undefined) return undefined;
  for (const value of values) {
    const kind = kindOf(value);
    if (kind === undefined) return undefined;
    types = types * kinds + kind;
  }
  return types * kinds + values.length;
}

/** From 1 to 12. */
function kindOf(value: CelValue): number | undefined {
  if (typeof value === 'string') return 1;
  if (typeof value === 'bigint') return 2;
  if (typeof value === 'number') return 3;
  if (typeof value === 'boolean') return 4;
  if (value === null) return 5;
  if (isCelMap(value)) return 6;
  if (isCelList(value)) return 7;
  if (value instanceof Uint8Array) return 8;
  if (isCelUint(value)) return 9;
  if (isCelType(value)) return 10;
  const { $typeName } = value.message;
  if ($typeName === 'google.protobuf.Timestamp') return 11;
  return $typeName === 'google.protobuf.Duration' ? 12 : undefined;
}

/** The characters of a text; a list or map counts like one of as many as it has elements. */
function charsOf(value: CelValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Uint8Array) return value.length;
  return 'size' in value ? value.size : 0;
}
