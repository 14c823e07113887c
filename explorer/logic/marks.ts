// Marks are what a reader wants to cut, families and namespaces, as they stand in the address.
import { type Choice, type Cut, cutOf } from '../../src/explorer/cut.ts';

/**
 * `drop` cuts the families that are named, `keep` all others; names are sorted, each once.
 * Namespaces are cut whole, whatever the families.
 */
export interface Marks {
  readonly mode: 'drop' | 'keep';
  readonly families: readonly string[];
  readonly namespaces: readonly string[];
}

export const noMarks: Marks = { mode: 'drop', families: [], namespaces: [] };

export const isEmpty = ({ mode, families, namespaces }: Marks): boolean =>
  mode === 'drop' && families.length === 0 && namespaces.length === 0;

/** Whether the marks cut a family; build it once for many questions. */
export function cutsFamily({ mode, families }: Marks): (name: string) => boolean {
  const named = new Set(families);
  return mode === 'drop' ? (name) => named.has(name) : (name) => !named.has(name);
}

/** What the marks cut of the families that are served. */
export function cutOfMarks({ mode, families, namespaces }: Marks, served: readonly string[]): Cut {
  const choice: Choice = mode === 'drop' ? { dropped: families } : { kept: families };
  return cutOf(served, { ...choice, deniedNamespaces: namespaces });
}

/** The marks with these families cut too. */
export const cutFamilies = (marks: Marks, names: readonly string[]): Marks =>
  marks.mode === 'drop' ? withNames(marks, names) : withoutNames(marks, names);

/** The marks with these families kept. */
export const keepFamilies = (marks: Marks, names: readonly string[]): Marks =>
  marks.mode === 'drop' ? withoutNames(marks, names) : withNames(marks, names);

/** Keeps these families and cuts all others; namespaces stay as they are. */
export const keepOnly = ({ namespaces }: Marks, names: readonly string[]): Marks => ({
  mode: 'keep',
  families: sorted(names),
  namespaces,
});

export function toggleNamespace(marks: Marks, namespace: string): Marks {
  const { namespaces } = marks;
  return {
    ...marks,
    namespaces: namespaces.includes(namespace)
      ? namespaces.filter((one) => one !== namespace)
      : sorted([...namespaces, namespace]),
  };
}

const withNames = (marks: Marks, names: readonly string[]): Marks => ({
  ...marks,
  families: sorted([...marks.families, ...names]),
});

function withoutNames(marks: Marks, names: readonly string[]): Marks {
  const gone = new Set(names);
  return { ...marks, families: marks.families.filter((name) => !gone.has(name)) };
}

export const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
