// Renders rbac/: the manifests that install kubestate without Helm.
import { stringify } from 'yaml';
import type { ChartFacts } from './chart.ts';
import { notice } from './notice.ts';
import { defaultsOf, rulesOf, type Tables } from './rules.ts';

const NAME = 'kube-state-metrics';
const NAMESPACE = 'kube-system';
const NOBODY = 65534;

const selector = { 'app.kubernetes.io/name': NAME };

const metadataOf = (version: string) => ({
  name: NAME,
  labels: {
    'app.kubernetes.io/component': 'exporter',
    ...selector,
    'app.kubernetes.io/version': version,
  },
});

/** The manifests by file name; names, labels and ports are those of KSM's own. */
export function manifests(tables: Tables, chart: ChartFacts): Record<string, string> {
  const metadata = metadataOf(chart.appVersion);
  const namespaced = { ...metadata, namespace: NAMESPACE };
  const objects = {
    'service-account.yaml': serviceAccount(namespaced),
    'cluster-role.yaml': clusterRole(metadata, tables),
    'cluster-role-binding.yaml': clusterRoleBinding(metadata),
    'deployment.yaml': deployment(namespaced, chart),
    'service.yaml': service(namespaced),
  };
  const source = 'tools/generate/rbac.ts';
  return Object.fromEntries(
    Object.entries(objects).map(([file, object]) => [
      file,
      `# ${notice(source)}\n${stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 })}`,
    ]),
  );
}

type Metadata = ReturnType<typeof metadataOf> & { namespace?: string };

const serviceAccount = (metadata: Metadata) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata,
  // The pod below asks for its token itself; another pod that borrows the account gets none.
  automountServiceAccountToken: false,
});

const clusterRole = (metadata: Metadata, tables: Tables) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata,
  rules: rulesOf(defaultsOf(tables)),
});

const clusterRoleBinding = (metadata: Metadata) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata,
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
  subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
});

const service = (metadata: Metadata) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: {
    // Headless as KSM's: clusterIP cannot change, so any other value would refuse to replace it.
    clusterIP: 'None',
    ports: [
      { name: 'http-metrics', port: 8080, targetPort: 'http-metrics' },
      { name: 'telemetry', port: 8081, targetPort: 'telemetry' },
    ],
    selector,
  },
});

const deployment = (metadata: Metadata, { image }: ChartFacts) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: {
    replicas: 1,
    selector: { matchLabels: selector },
    template: {
      metadata: { labels: metadata.labels },
      spec: {
        automountServiceAccountToken: true,
        serviceAccountName: NAME,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        securityContext: {
          runAsNonRoot: true,
          runAsUser: NOBODY,
          runAsGroup: NOBODY,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [container(image)],
      },
    },
  },
});

const container = (image: string) => ({
  name: NAME,
  image,
  ports: [
    { name: 'http-metrics', containerPort: 8080 },
    { name: 'telemetry', containerPort: 8081 },
  ],
  livenessProbe: probe('/livez', 'http-metrics'),
  readinessProbe: probe('/readyz', 'telemetry'),
  // What KSM's manual advises to begin with; no limit, for the need grows with the cluster.
  resources: { requests: { cpu: '100m', memory: '250Mi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
});

const probe = (path: string, port: string) => ({
  httpGet: { path, port },
  initialDelaySeconds: 5,
  timeoutSeconds: 5,
});
