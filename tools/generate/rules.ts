// Derives RBAC rules from the tables.
import type { Resource } from '../../src/metrics/resource.ts';

/** Tables by plural. */
export type Tables = Readonly<Record<string, Resource<never>>>;

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** One rule per API group with list and watch; groups and resources in alphabetical order. */
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

/** The tables that pass the test. */
export function tablesWhere(
  tables: Tables,
  test: (plural: string, table: Resource<never>) => boolean,
): Tables {
  return Object.fromEntries(Object.entries(tables).filter((entry) => test(...entry)));
}

/** The tables that are served by default. */
export const defaultsOf = (tables: Tables): Tables =>
  tablesWhere(tables, (_, table) => table.default);

/**
 * Rules for --pod, in a Role in the namespace of the pods: read the pod's owner, and watch the
 * replicas of that StatefulSet. They cannot name the pods, which depend on its scale.
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
 * Rules for --leader-elect, in a Role in the namespace of the replicas: the lease of this name, and
 * labels of pods. RBAC can restrict neither `create` by name, nor `patch` to one label.
 */
export function leaderElectionRules(lease: string): Rule[] {
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [lease], verbs: ['get', 'update'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list', 'patch'] },
  ];
}
