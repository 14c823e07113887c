// Labels made of an object's own keys: which are shown, and under what name.
import { remember } from './memo.ts';

/** Decides which keys of a map are shown as labels. */
export interface KeyFilter {
  shows(key: string): boolean;
}

export const everyKey: KeyFilter = { shows: () => true };

/** The shown entries as label name and value, in the order of their keys; no name comes twice. */
export function labelsOf(
  prefix: string,
  entries: Readonly<Record<string, string>>,
  filter: KeyFilter,
): [string, string][] {
  // KSM sorts by bytes. So does this, but for astral characters, which no API server takes in keys.
  const keys = Object.keys(entries)
    .filter((key) => filter.shows(key))
    .sort();
  const names = distinct(keys.map((key) => `${prefix}_${labelNameOf(key)}`));
  return keys.map((key, i) => [names[i] as string, entries[key] ?? '']);
}

/**
 * Numbers the names that come more than once: of `a.b` and `a-b` become `a_b_conflict1` and
 * `a_b_conflict2`, or the next free numbers where a key takes such a name for itself.
 */
function distinct(names: readonly string[]): readonly string[] {
  if (new Set(names).size === names.length) return names;
  const result: string[] = [];
  const taken = new Set<string>();
  const groups = new Map<string, { first: number | undefined; conflicts: number }>();
  const numbered = (name: string, group: { conflicts: number }): string => {
    let free: string;
    do free = `${name}_conflict${++group.conflicts}`;
    while (taken.has(free));
    taken.add(free);
    return free;
  };
  for (const name of names) {
    const group = groups.get(name) ?? { first: undefined, conflicts: 0 };
    groups.set(name, group);
    if (!taken.has(name)) {
      group.first = result.length;
      taken.add(name);
      result.push(name);
      continue;
    }
    if (group.first !== undefined) result[group.first] = numbered(name, group);
    group.first = undefined;
    result.push(numbered(name, group));
  }
  return result;
}

/** Far more than clusters have; annotations made up by the thousand are computed anew. */
const labelNamesMax = 10_000;

/** A key as part of a label's name: `app.kubernetes.io/partOf` is `app_kubernetes_io_part_of`. */
const labelNameOf: (key: string) => string = remember(labelNamesMax, (key) =>
  sanitised(key)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase(),
);

/** The text with `_` for every character that cannot stand in the name of a label. */
export const sanitised = (text: string): string => text.replace(/[^a-zA-Z0-9_]/gu, '_');
