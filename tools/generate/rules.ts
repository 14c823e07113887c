// What kubestate may ask of the API server: RBAC rules made of the tables.
import type { Resource } from '../../src/metrics/resource.ts';

/** Any table, whatever the model of its objects. */
export type Tables = Readonly<Record<string, Resource<never>>>;

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** One rule for each API group, both in alphabetical order: list and watch, and no more. */
export function rulesOf(tables: Tables): Rule[] {
  const groups = Object.groupBy(Object.keys(tables), (plural) => tables[plural]?.group ?? '');
  return Object.keys(groups)
    .sort()
    .map((group) => ({
      apiGroups: [group],
      resources: (groups[group] ?? []).sort(),
      verbs: ['list', 'watch'],
    }));
}

/** The tables that are served without being named by --resources. */
export function defaultsOf(tables: Tables): Tables {
  return Object.fromEntries(Object.entries(tables).filter(([, table]) => table.default));
}
