// The kinds that the simulated API server serves from the start, one row each.

/** One kind of object as one version of its group serves it. */
export interface Kind {
  /** RBAC plural, e.g. `pods`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** The server counts changes of the specification in metadata.generation. */
  readonly counted: boolean;
  /** The status is written apart, below `/status`. */
  readonly statusApart: boolean;
  /** Defined by a CustomResourceDefinition; such lists look different on the wire. */
  readonly custom: boolean;
}

type Trait = 'namespaced' | 'counted' | 'statusApart';
type Row = readonly [apiVersion: string, kind: string, ...traits: Trait[]];

const admission = 'admissionregistration.k8s.io/v1';
const ns = 'namespaced';
const gen = 'counted';
const status = 'statusApart';

/** The 39 resources of kube-state-metrics, and the definitions that custom ones come from. */
const rows = {
  certificatesigningrequests: ['certificates.k8s.io/v1', 'CertificateSigningRequest', status],
  clusterrolebindings: ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  clusterroles: ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  configmaps: ['v1', 'ConfigMap', ns],
  cronjobs: ['batch/v1', 'CronJob', ns, gen, status],
  customresourcedefinitions: ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', gen, status],
  daemonsets: ['apps/v1', 'DaemonSet', ns, gen, status],
  deployments: ['apps/v1', 'Deployment', ns, gen, status],
  endpoints: ['v1', 'Endpoints', ns],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSlice', ns, gen],
  horizontalpodautoscalers: ['autoscaling/v2', 'HorizontalPodAutoscaler', ns, status],
  ingressclasses: ['networking.k8s.io/v1', 'IngressClass', gen],
  ingresses: ['networking.k8s.io/v1', 'Ingress', ns, gen, status],
  jobs: ['batch/v1', 'Job', ns, gen, status],
  leases: ['coordination.k8s.io/v1', 'Lease', ns],
  limitranges: ['v1', 'LimitRange', ns],
  mutatingadmissionpolicies: [admission, 'MutatingAdmissionPolicy', gen],
  mutatingadmissionpolicybindings: [admission, 'MutatingAdmissionPolicyBinding', gen],
  mutatingwebhookconfigurations: [admission, 'MutatingWebhookConfiguration', gen],
  namespaces: ['v1', 'Namespace', status],
  networkpolicies: ['networking.k8s.io/v1', 'NetworkPolicy', ns, gen],
  nodes: ['v1', 'Node', status],
  persistentvolumeclaims: ['v1', 'PersistentVolumeClaim', ns, status],
  persistentvolumes: ['v1', 'PersistentVolume', status],
  poddisruptionbudgets: ['policy/v1', 'PodDisruptionBudget', ns, gen, status],
  pods: ['v1', 'Pod', ns, gen, status],
  replicasets: ['apps/v1', 'ReplicaSet', ns, gen, status],
  replicationcontrollers: ['v1', 'ReplicationController', ns, gen, status],
  resourcequotas: ['v1', 'ResourceQuota', ns, status],
  rolebindings: ['rbac.authorization.k8s.io/v1', 'RoleBinding', ns],
  roles: ['rbac.authorization.k8s.io/v1', 'Role', ns],
  secrets: ['v1', 'Secret', ns],
  serviceaccounts: ['v1', 'ServiceAccount', ns],
  services: ['v1', 'Service', ns, status],
  statefulsets: ['apps/v1', 'StatefulSet', ns, gen, status],
  storageclasses: ['storage.k8s.io/v1', 'StorageClass'],
  validatingadmissionpolicies: [admission, 'ValidatingAdmissionPolicy', gen, status],
  validatingadmissionpolicybindings: [admission, 'ValidatingAdmissionPolicyBinding', gen],
  validatingwebhookconfigurations: [admission, 'ValidatingWebhookConfiguration', gen],
  volumeattachments: ['storage.k8s.io/v1', 'VolumeAttachment', status],
} as const satisfies Record<string, Row>;

/** Plural of a kind that needs no definition. */
export type BuiltinResource = keyof typeof rows;

/** The rows above as kinds, by their plural. */
export const builtinKinds = Object.fromEntries(
  Object.entries(rows).map(([resource, row]) => [resource, fromRow(resource, row)]),
) as Readonly<Record<BuiltinResource, Kind>>;

function fromRow(resource: string, [apiVersion, kind, ...traits]: Row): Kind {
  return {
    resource,
    ...splitApiVersion(apiVersion),
    kind,
    namespaced: traits.includes('namespaced'),
    counted: traits.includes('counted'),
    statusApart: traits.includes('statusApart'),
    custom: false,
  };
}

/** `apps/v1` of a kind, `v1` where the group is the core one. */
export function apiVersionOf({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The two halves of an apiVersion. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) };
}
