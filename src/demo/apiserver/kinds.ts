// The kinds that the simulated API server serves from the start, one row each.
import type { ResourceName } from '../../resources/index.ts';

/** A kind in one version of its group. */
export interface Kind {
  /** RBAC plural, e.g. `pods`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /**
   * Whether metadata.generation counts changes of the spec: `kubectl get … -o yaml` shows it in an
   * object that has just been created. test/e2e/real.e2e.ts asks a real API server.
   */
  readonly counted: boolean;
  /** Whether the status is a subresource. */
  readonly statusApart: boolean;
  /** Whether it is a custom resource; lists of those have another JSON format. */
  readonly custom: boolean;
}

type Trait = 'namespaced' | 'counted' | 'statusApart';
type Row = readonly [apiVersion: string, kind: string, ...traits: Trait[]];

const admission = 'admissionregistration.k8s.io/v1';
const allocation = 'resource.k8s.io/v1';
// The traits, as short as a row needs them; each says what it means above.
const ns = 'namespaced';
const gen = 'counted';
const status = 'statusApart';

/** What is served without a definition: every resource of src/resources, and definitions. */
export type BuiltinResource = ResourceName | 'customresourcedefinitions';

const rows = {
  certificatesigningrequests: ['certificates.k8s.io/v1', 'CertificateSigningRequest', status],
  clusterrolebindings: ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  clusterroles: ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  configmaps: ['v1', 'ConfigMap', ns],
  cronjobs: ['batch/v1', 'CronJob', ns, gen, status],
  customresourcedefinitions: ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', gen, status],
  daemonsets: ['apps/v1', 'DaemonSet', ns, gen, status],
  deployments: ['apps/v1', 'Deployment', ns, gen, status],
  deviceclasses: [allocation, 'DeviceClass', gen],
  endpoints: ['v1', 'Endpoints', ns],
  endpointslices: ['discovery.k8s.io/v1', 'EndpointSlice', ns, gen],
  events: ['events.k8s.io/v1', 'Event', ns],
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
  resourceclaims: [allocation, 'ResourceClaim', ns, status],
  resourcequotas: ['v1', 'ResourceQuota', ns, status],
  resourceslices: [allocation, 'ResourceSlice', gen],
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
} as const satisfies Record<BuiltinResource, Row>;

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

/** The apiVersion of a kind: `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The group and version of an apiVersion. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) };
}
