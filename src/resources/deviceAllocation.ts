// What the tables of dynamic resource allocation share: the older versions of their group.

/** Before Kubernetes 1.34; what rows read has the same name in all of them. */
export const olderVersions = ['v1beta2', 'v1beta1'] as const;
