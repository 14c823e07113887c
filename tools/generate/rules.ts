// What kubestate may ask of the API server: RBAC rules made of the tables.
import type { Resource } from '../../src/metrics/resource.ts';

/** Any table, whatever the model of its objects. */
export type Tables = Readonly<Record<string, Resource<never>>>;

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
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

/** The tables that the test holds for. */
export function tablesWhere(
  tables: Tables,
  test: (plural: string, table: Resource<never>) => boolean,
): Tables {
  return Object.fromEntries(Object.entries(tables).filter((entry) => test(...entry)));
}

/** The tables that are served without being named by --resources. */
export const defaultsOf = (tables: Tables): Tables =>
  tablesWhere(tables, (_, table) => table.default);

/**
 * What --pod needs in the namespace of the pods, for a Role there: whose pod it is, and how many
 * replicas that StatefulSet has. The names of pods are not known before it is scaled.
 */
export function shardingRules(statefulSet: string): Rule[] {
  return [
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    {
      apiGroups: ['apps'],
      resources: ['statefulsets'],
      resourceNames: [statefulSet],
      verbs: ['list', 'watch'],
    },
  ];
}

/**
 * What --leader-elect needs in the namespace of the replicas, for a Role there: the lease of this
 * name, and labels of pods. RBAC can name neither a lease that is yet to be made, nor one label.
 */
export function leaderElectionRules(lease: string): Rule[] {
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [lease], verbs: ['get', 'update'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list', 'patch'] },
  ];
}
