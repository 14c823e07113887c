// compilePath makes a getter of a path, such as [status, conditions, "[type=Ready]", status].
import { toNumber } from './value.ts';

export type Getter = (value: unknown) => unknown;

/** One part of a path, as it is applied to what the parts before it gave. */
interface Step {
  /** The key of a map. */
  readonly key: string;
  /** The index of a list, if the part is one; negative ones count from the end. */
  readonly index: number | undefined;
  /** `[key=value]`: the first element of a list that has the value there. */
  readonly lookup: Lookup | undefined;
}

interface Lookup {
  readonly key: string;
  readonly value: string;
  /** The value as a number, if it is one: `[ready=true]` finds what is 1 or "yes" too. */
  readonly number: number | undefined;
}

/** `[key=value]`, with key and value as groups. */
export const lookupPattern = /^\[([^=]+)=(.*)\]$/s;
export const indexPattern = /^[+-]?\d+$/;

/** A getter that returns undefined or null where the path leads nowhere; it never throws. */
export function compilePath(parts: readonly string[]): Getter {
  const steps = parts.map(stepOf);
  return (value) => {
    let at = value;
    for (let i = 0; i < steps.length; i++) {
      if (at === undefined || at === null) return undefined;
      at = taken(at, steps[i] as Step);
    }
    return at;
  };
}

function stepOf(part: string): Step {
  const [, key, value] = lookupPattern.exec(part) ?? [];
  return {
    key: part,
    index: indexPattern.test(part) ? Number(part) : undefined,
    lookup:
      key === undefined || value === undefined
        ? undefined
        : { key, value, number: numberOf(value) },
  };
}

const numberOf = (value: unknown): number | undefined => toNumber(value, false) ?? undefined;

function taken(from: unknown, { key, index, lookup }: Step): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  if (!Array.isArray(from)) return fieldOf(from, key);
  if (lookup !== undefined) {
    return from.find((element) => isFound(fieldOf(element, lookup.key), lookup));
  }
  return index === undefined ? undefined : from.at(index);
}

const isFound = (field: unknown, { value, number }: Lookup): boolean =>
  field === value || (number !== undefined && numberOf(field) === number);

/** What all objects inherit is no field: functions, and the prototype. */
function fieldOf(from: unknown, key: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  if (key === '__proto__' && !Object.hasOwn(from, key)) return undefined;
  const field = (from as Readonly<Record<string, unknown>>)[key];
  return typeof field === 'function' ? undefined : field;
}

/**
 * Says why a path leads nowhere: undefined where a field is absent on the way, which is no mistake
 * of the path, else what stands in its way.
 */
export function compileObstacle(parts: readonly string[]): (value: unknown) => string | undefined {
  const steps = parts.map(stepOf);
  return (value) => {
    let at = value;
    for (let i = 0; i < steps.length; i++) {
      if (at === undefined || at === null) return undefined;
      if (typeof at !== 'object') {
        return `a ${typeof at} at ${parts.slice(0, i).join('.') || 'its start'}`;
      }
      at = taken(at, steps[i] as Step);
    }
    return undefined;
  };
}
