// Label names made from the label and annotation keys of objects, as KSM names them.
import { memoize } from '../lib/lru.ts';

/** KeyFilter decides which keys of a map are shown as labels. */
export interface KeyFilter {
  shows(key: string): boolean;
}

export const everyKey: KeyFilter = { shows: () => true };

/** The shown entries as label name and value, in the order of their keys; names are unique. */
export function labelsOf(
  prefix: string,
  entries: Readonly<Record<string, string>>,
  filter: KeyFilter,
): [string, string][] {
  const keys = inByteOrder(Object.keys(entries).filter((key) => filter.shows(key)));
  const names = distinct(keys.map((key) => `${prefix}_${labelNameOf(key)}`));
  return keys.map((key, i) => [names[i] as string, entries[key] ?? '']);
}

const surrogate = /[\ud800-\udfff]/;

/** Sorts as Go does, by the bytes of UTF-8; by UTF-16 is the same but for astral characters. */
export function inByteOrder(keys: string[]): string[] {
  if (!keys.some((key) => surrogate.test(key))) return keys.sort();
  return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Keys that sanitise to the same name: the last number given, and the key without a number. */
interface Conflict {
  count: number;
  /** Index of the key that has the plain name, until a second key conflicts with it. */
  bearer: number | undefined;
}

/**
 * Numbers conflicting names: `a.b` and `a-b` become `a_b_conflict1` and `a_b_conflict2`, or the
 * next free numbers. A numbered name can conflict too: a key that sanitises to it makes both be
 * numbered again, `a_b_conflict1_conflict1`.
 */
function distinct(names: readonly string[]): readonly string[] {
  if (new Set(names).size === names.length) return names;
  const result: string[] = [];
  const taken = new Set<string>();
  const conflicts = new Map<string, Conflict>();
  const assign = (index: number, name: string): void => {
    result[index] = name;
    taken.add(name);
    if (!conflicts.has(name)) conflicts.set(name, { count: 0, bearer: index });
  };
  const number = (index: number, name: string, conflict: Conflict): void => {
    let free: string;
    do free = `${name}_conflict${++conflict.count}`;
    while (taken.has(free));
    assign(index, free);
  };
  for (const [index, name] of names.entries()) {
    const conflict = conflicts.get(name);
    if (conflict === undefined) {
      assign(index, name);
      continue;
    }
    const { bearer } = conflict;
    if (bearer !== undefined) {
      conflict.bearer = undefined;
      taken.delete(name);
      number(bearer, name, conflict);
    }
    number(index, name, conflict);
  }
  return result;
}

/** Label names that are cached, far more than clusters have. */
const labelNamesMax = 10_000;

/** A key as part of a label's name: `app.kubernetes.io/partOf` is `app_kubernetes_io_part_of`. */
export const labelNameOf: (key: string) => string = memoize(labelNamesMax, (key) =>
  sanitised(key)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase(),
);

/** The text with `_` for every character that a label name cannot have. */
export const sanitised = (text: string): string => text.replace(/[^a-zA-Z0-9_]/gu, '_');
