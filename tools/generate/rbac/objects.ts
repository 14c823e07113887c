// Builds the objects of the plain manifests, with the ports and labels of KSM's manifests.
import type { Rule } from '../../../src/app/rules.ts';

const NOBODY = 65534;
const RBAC_GROUP = 'rbac.authorization.k8s.io';

export interface Metadata {
  readonly name: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The object in a file. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

/** kubestate as an image, and its version. */
export interface Program {
  readonly image: string;
  readonly version: string;
}

/** A Deployment, StatefulSet or DaemonSet. */
export interface Workload {
  readonly metadata: Metadata;
  readonly account: Metadata;
  readonly program: Program;
  readonly args?: readonly string[];
  /** Environment variables by the field of the pod that each has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly requests?: Readonly<{ cpu: string; memory: string }>;
  /** Further fields of the pod spec. */
  readonly pod?: Readonly<Record<string, unknown>>;
}

/** A label of pods that is in no selector, so that it may change. */
const versionLabel = 'kubestate.io/version';

/** The requests that KSM's manual recommends; no limits, because usage grows with the cluster. */
const REQUESTS = { cpu: '100m', memory: '250Mi' };

/** The pod selector of a workload and its Service. */
export const selectorOf = ({ name }: Metadata): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': name,
});

export const namespaceObject = (metadata: Metadata): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata,
});

export const serviceAccount = (metadata: Metadata): Manifest => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata,
  // The pods mount the token explicitly; other pods with this service account get none.
  automountServiceAccountToken: false,
});

/** A Role or ClusterRole, and its binding to `account`. */
export function grant(metadata: Metadata, rules: readonly Rule[], account: Metadata) {
  const kind = metadata.namespace === undefined ? 'ClusterRole' : 'Role';
  const apiVersion = `${RBAC_GROUP}/v1`;
  const role: Manifest = { apiVersion, kind, metadata, rules };
  const binding: Manifest = {
    apiVersion,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: RBAC_GROUP, kind, name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }],
  };
  return { role, binding };
}

const PORTS = { 'http-metrics': 8080, telemetry: 8081 };

/** A Service; headless unless `rest` says otherwise. */
export const service = (
  metadata: Metadata,
  selector: Readonly<Record<string, string>>,
  // Headless as in KSM: clusterIP is immutable, so another value could not be applied over it.
  rest: Readonly<Record<string, unknown>> = { clusterIP: 'None' },
): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: {
    ...rest,
    ports: Object.entries(PORTS).map(([name, port]) => ({ name, port, targetPort: name })),
    selector,
  },
});

export const deployment = (
  workload: Workload,
  rest: Readonly<Record<string, unknown>> = { replicas: 1 },
): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: workload.metadata,
  spec: { ...rest, ...podsOf(workload) },
});

export const daemonSet = (workload: Workload): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: workload.metadata,
  spec: podsOf(workload),
});

/** A StatefulSet; its Service has the same name. */
export const statefulSet = (workload: Workload, replicas: number): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: workload.metadata,
  spec: { replicas, serviceName: workload.metadata.name, ...podsOf(workload) },
});

export const disruptionBudget = (
  metadata: Metadata,
  selector: Readonly<Record<string, string>>,
): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata,
  spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
});

const podsOf = (workload: Workload) => ({
  selector: { matchLabels: selectorOf(workload.metadata) },
  template: {
    metadata: {
      labels: { ...workload.metadata.labels, [versionLabel]: workload.program.version },
    },
    spec: {
      automountServiceAccountToken: true,
      serviceAccountName: workload.account.name,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      ...workload.pod,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: NOBODY,
        runAsGroup: NOBODY,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [containerOf(workload)],
    },
  },
});

const containerOf = ({ metadata, program, args, env = {}, requests = REQUESTS }: Workload) => ({
  name: metadata.name,
  image: program.image,
  ...(args !== undefined && { args }),
  ...(Object.keys(env).length > 0 && {
    env: Object.entries(env).map(([name, fieldPath]) => ({
      name,
      valueFrom: { fieldRef: { fieldPath } },
    })),
  }),
  ports: Object.entries(PORTS).map(([name, containerPort]) => ({ name, containerPort })),
  livenessProbe: probe('/livez', 'http-metrics'),
  readinessProbe: probe('/readyz', 'telemetry'),
  resources: { requests },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
});

const probe = (path: string, port: keyof typeof PORTS) => ({
  httpGet: { path, port },
  initialDelaySeconds: 5,
  timeoutSeconds: 5,
});
