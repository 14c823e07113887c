// The workloads of the simulated cluster, one row each.

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob';
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** Absent for DaemonSets and CronJobs. */
  readonly replicas?: number;
  /** CPU request in millicores. */
  readonly cpu: number;
  /** Memory request in MiB; the limit is twice as much. */
  readonly memory: number;
  /** CPU limit in millicores; none if absent. */
  readonly cpuLimit?: number;
  /** Requests nothing, and has no limits. */
  readonly bestEffort?: boolean;
  /** The port of its Service; without one it has no Service. */
  readonly port?: number;
  /** The type of its Service; ClusterIP if absent. */
  readonly service?: 'LoadBalancer' | 'NodePort';
  readonly init?: string;
  readonly sidecar?: string;
  /** StatefulSets: the size of each pod's volume. */
  readonly volume?: string;
  /** DaemonSets: also runs on the control plane. */
  readonly everywhere?: boolean;
  readonly critical?: boolean;
  readonly recreate?: boolean;
  /** The bounds of its HorizontalPodAutoscaler. */
  readonly scales?: readonly [min: number, max: number];
  /** The first container crashes after this many seconds, each time. */
  readonly crashesAfter?: number;
  /** Requests a GPU, which no node has. */
  readonly gpu?: boolean;
  readonly schedule?: string;
  /** CronJobs: the duration of a run in seconds, and the probability that it fails. */
  readonly runsFor?: number;
  readonly fails?: number;
}

type Size = readonly [replicas: number, cpu: number, memory: number];
type Extras = Omit<
  Workload,
  'kind' | 'namespace' | 'name' | 'image' | 'replicas' | 'cpu' | 'memory'
>;

/** Creates the rows of one namespace. */
function rowsOf(namespace: string) {
  return (kind: Workload['kind'], name: string, image: string, size: Size, extras: Extras = {}) => {
    const [replicas, cpu, memory] = size;
    return { kind, namespace, name, image, replicas, cpu, memory, ...extras } satisfies Workload;
  };
}

const system = rowsOf('kube-system');
const shop = rowsOf('shop');
const data = rowsOf('data');
const monitoring = rowsOf('monitoring');

const k8s = 'registry.k8s.io';
const example = 'registry.example.com';
const critical = true;
const everywhere = true;

/** All workloads, kube-system first. */
export const workloads: readonly Workload[] = [
  system('DaemonSet', 'kube-proxy', `${k8s}/kube-proxy:v1.36.0`, [0, 50, 64], {
    everywhere,
    critical,
  }),
  system('DaemonSet', 'node-network', `${example}/infra/node-network:v1.9.2`, [0, 100, 96], {
    everywhere,
    critical,
    init: `${example}/infra/network-install:v1.9.2`,
  }),
  system('DaemonSet', 'csi-node', `${k8s}/sig-storage/csi-node:v2.4.0`, [0, 20, 48], {
    sidecar: `${k8s}/sig-storage/csi-node-driver-registrar:v2.15.0`,
  }),
  system('Deployment', 'coredns', `${k8s}/coredns/coredns:v1.14.0`, [2, 100, 70], {
    port: 53,
    critical,
  }),
  system(
    'Deployment',
    'metrics-server',
    `${k8s}/metrics-server/metrics-server:v0.8.1`,
    [1, 100, 200],
    { port: 4443, critical },
  ),

  shop('Deployment', 'frontend', `${example}/shop/frontend:v2.14.1`, [4, 200, 256], {
    port: 8080,
    service: 'LoadBalancer',
    scales: [3, 8],
  }),
  shop('Deployment', 'cart', `${example}/shop/cart:v1.8.0`, [3, 150, 192], { port: 7070 }),
  shop('Deployment', 'checkout', `${example}/shop/checkout:v1.22.3`, [3, 200, 256], {
    port: 5050,
    init: `${example}/shop/migrate:v1.22.3`,
  }),
  shop('Deployment', 'catalog', `${example}/shop/catalog:v3.1.0`, [3, 150, 192], { port: 3550 }),
  shop('Deployment', 'payments', `${example}/shop/payments:v1.4.7`, [2, 250, 384], {
    port: 50051,
    sidecar: `${example}/infra/vault-agent:1.20.4`,
  }),
  shop('Deployment', 'shipping', `${example}/shop/shipping:v1.3.2`, [2, 100, 128], { port: 50052 }),
  shop('Deployment', 'search', `${example}/shop/search:v0.19.4`, [2, 400, 512], {
    port: 9200,
    cpuLimit: 800,
    scales: [2, 6],
  }),
  shop('Deployment', 'recommendations', `${example}/shop/recommendations:v4.0.1`, [2, 300, 768], {
    port: 8081,
  }),
  shop('Deployment', 'currency', `${example}/shop/currency:v1.1.9`, [2, 50, 64], { port: 7000 }),
  shop('Deployment', 'email', `${example}/shop/email:v1.0.12`, [1, 50, 96], { port: 5000 }),
  // One crash loops, one is unschedulable.
  shop('Deployment', 'ads', `${example}/shop/ads:v2.0.0-rc3`, [1, 100, 128], {
    port: 9555,
    crashesAfter: 12,
  }),
  shop('Deployment', 'trainer', `${example}/shop/trainer:v0.3.0`, [1, 2_000, 8_192], { gpu: true }),
  shop('StatefulSet', 'sessions', 'docker.io/library/redis:8.2.1', [3, 100, 256], {
    port: 6379,
    volume: '8Gi',
  }),
  shop('CronJob', 'cart-cleanup', `${example}/shop/cart-cleanup:v1.8.0`, [0, 100, 128], {
    schedule: '*/2 * * * *',
    runsFor: 25,
    fails: 0.05,
  }),
  shop('CronJob', 'daily-report', `${example}/shop/report:v1.2.0`, [0, 200, 256], {
    schedule: '0 6 * * *',
    runsFor: 120,
    fails: 0,
  }),

  data('StatefulSet', 'postgres', 'docker.io/library/postgres:18.0', [3, 500, 2_048], {
    port: 5432,
    volume: '100Gi',
    sidecar: `${example}/infra/postgres-exporter:v0.18.1`,
  }),
  data('StatefulSet', 'kafka', 'docker.io/apache/kafka:4.1.0', [3, 500, 2_048], {
    port: 9092,
    volume: '200Gi',
  }),
  data('StatefulSet', 'objects', 'quay.io/minio/minio:RELEASE.2025-09-07', [4, 250, 1_024], {
    port: 9000,
    volume: '500Gi',
  }),
  data('Deployment', 'warehouse-api', `${example}/data/warehouse-api:v0.7.5`, [2, 200, 512], {
    port: 8080,
  }),
  data('Deployment', 'etl-worker', `${example}/data/etl-worker:v0.7.5`, [3, 400, 1_024], {
    scales: [2, 6],
  }),
  data('Deployment', 'schema-registry', `${example}/data/schema-registry:v8.1.0`, [1, 150, 512], {
    port: 8081,
  }),
  data('CronJob', 'rollup', `${example}/data/rollup:v0.7.5`, [0, 500, 512], {
    schedule: '*/5 * * * *',
    runsFor: 70,
    fails: 0.4,
  }),
  data('CronJob', 'backup', `${example}/data/backup:v2.2.0`, [0, 200, 256], {
    schedule: '*/15 * * * *',
    runsFor: 180,
    fails: 0.1,
  }),

  monitoring(
    'DaemonSet',
    'node-exporter',
    'quay.io/prometheus/node-exporter:v1.10.2',
    [0, 50, 48],
    { port: 9100, everywhere },
  ),
  monitoring('StatefulSet', 'prometheus', 'quay.io/prometheus/prometheus:v3.8.0', [2, 500, 2_048], {
    port: 9090,
    volume: '200Gi',
    sidecar: `${example}/infra/config-reloader:v0.86.2`,
  }),
  monitoring(
    'StatefulSet',
    'alertmanager',
    'quay.io/prometheus/alertmanager:v0.29.0',
    [3, 50, 96],
    { port: 9093, volume: '2Gi' },
  ),
  monitoring('StatefulSet', 'loki', 'docker.io/grafana/loki:3.6.0', [1, 300, 1_024], {
    port: 3100,
    volume: '150Gi',
  }),
  monitoring('Deployment', 'grafana', 'docker.io/grafana/grafana:12.3.0', [1, 100, 256], {
    port: 3000,
    service: 'NodePort',
    recreate: true,
  }),
  monitoring(
    'Deployment',
    'blackbox-exporter',
    'quay.io/prometheus/blackbox-exporter:v0.27.0',
    [1, 20, 32],
    { bestEffort: true },
  ),
];

/** A filler workload of a larger cluster; `index` from 0. */
export function filler(index: number, replicas: number): Workload {
  const team = `team-${String(1 + (index % fillerTeams)).padStart(2, '0')}`;
  const name = `service-${String(1 + index).padStart(5, '0')}`;
  const image = `${example}/${team}/${name}:v1.${index % 20}.${index % 7}`;
  // With the sidecar and init container of a service mesh, as in many large clusters.
  const mesh = `${example}/infra/mesh`;
  const proxied = { init: `${mesh}-init:1.36.2`, sidecar: `${mesh}-proxy:1.36.2` };
  return rowsOf(team)('Deployment', name, image, [replicas, 10, 32], { port: 8080, ...proxied });
}

const fillerTeams = 20;
