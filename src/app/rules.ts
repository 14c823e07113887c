// The rules of RBAC that kubestate needs: `kubestate rbac`, the manifests and the chart have them.

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A resource as RBAC names it; the plural may be `*`. */
export interface RuledResource {
  readonly group: string;
  readonly plural: string;
}

/** The resource that says which custom resources there are. */
export const definitions: RuledResource = {
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
};

/** One rule per API group with list and watch; groups and resources in alphabetical order. */
export function watchRules(resources: readonly RuledResource[]): Rule[] {
  const groups = Map.groupBy(resources, ({ group }) => group);
  return [...groups.keys()].sort().map((group) => {
    const plurals = new Set((groups.get(group) ?? []).map(({ plural }) => plural));
    return {
      apiGroups: [group],
      resources: plurals.has('*') ? ['*'] : [...plurals].sort(),
      verbs: ['list', 'watch'],
    };
  });
}

/** Rules for --auth-filter. */
export const reviewRules: readonly Rule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
];

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
