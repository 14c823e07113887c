// What kubelets would tell Prometheus of the pods and claims of the demo, where no kubelet runs.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { get } from './get.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Serves on loopback what kubelets would, for the pods and claims that an exposition of ours
 * shows: `/metrics/cadvisor` and, of `/metrics`, the volumes. No kubelet runs here, so this is
 * made up: names, labels and time stamps are those of kubelets with containerd, amounts invented.
 */
export async function startKubelets(exposition: string): Promise<Kubelets> {
  const beganMs = Date.now();
  const server = createServer((request, response) => {
    const seconds = (Date.now() - beganMs) / 1_000;
    get(exposition).then(
      ({ body }) => {
        const text = body.toString();
        response.setHeader('content-type', 'text/plain; version=0.0.4');
        response.end(
          request.url === '/metrics/cadvisor' ? cadvisor(text, seconds) : volumes(text, seconds),
        );
      },
      (error) => {
        response.statusCode = 502;
        response.end(String(error));
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, stop: () => closed(server) };
}

export interface Kubelets {
  readonly port: number;
  stop(): Promise<void>;
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.closeAllConnections();
    server.close((error) => (error ? reject(error) : resolve()));
  });

/** The labels of each series of a family. */
export const seriesOf = (text: string, family: string): Labels[] =>
  samplesOf(text, family).map(({ labels }) => labels);

const samplesOf = (text: string, family: string): { labels: Labels; value: number }[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${family}{`))
    .map((line) => ({
      labels: Object.fromEntries(
        [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
          name,
          value,
        ]),
      ),
      value: Number(line.slice(line.lastIndexOf(' '))),
    }));

/** Memory limits by pod and container, in bytes. */
const memoryLimits = (text: string): ReadonlyMap<string, number> =>
  new Map(
    samplesOf(text, 'kube_pod_container_resource_limits')
      .filter(({ labels }) => labels.resource === 'memory')
      .map(({ labels, value }) => [`${labels.uid}/${labels.container}`, value]),
  );

interface Usage {
  readonly labels: Labels;
  readonly cores: number;
  readonly bytes: number;
}

/** cAdvisor sums up: the node's own group, each pod's, its sandbox's and each container's. */
function cadvisor(text: string, seconds: number): string {
  const limits = memoryLimits(text);
  const running = seriesOf(text, 'kube_pod_container_info').filter((one) => one.container_id);
  const usages = [
    { labels: labelsOf({ id: '/' }), cores: 7, bytes: 9e9 },
    ...[...Map.groupBy(running, ({ uid }) => uid).values()].flatMap((one) => usagesOf(one, limits)),
  ];
  const now = Date.now();
  const line = (name: string, labels: Labels, value: string | number): string => {
    const shown = Object.entries(labels).map(([label, is]) => `${label}="${is}"`);
    return `${name}{${shown.sort().join()}} ${value} ${now}`;
  };
  return [
    '# TYPE container_cpu_usage_seconds_total counter',
    ...usages.map(({ labels, cores }) => {
      const used = (100 + cores * seconds).toFixed(6);
      return line('container_cpu_usage_seconds_total', { ...labels, cpu: 'total' }, used);
    }),
    // A period is a tenth of a second; a container that uses much is at its limit in some.
    '# TYPE container_cpu_cfs_periods_total counter',
    ...usages.map(({ labels }) => line('container_cpu_cfs_periods_total', labels, 10 * seconds)),
    '# TYPE container_cpu_cfs_throttled_periods_total counter',
    ...usages.map(({ labels, cores }) =>
      line('container_cpu_cfs_throttled_periods_total', labels, 4 * cores * seconds),
    ),
    '# TYPE container_memory_working_set_bytes gauge',
    ...usages.map(({ labels, bytes }) => line('container_memory_working_set_bytes', labels, bytes)),
    '',
  ].join('\n');
}

/** The containers of one pod, before them its sandbox and the sum of all. */
function usagesOf(containers: readonly Labels[], limits: ReadonlyMap<string, number>): Usage[] {
  const [{ namespace = '', pod = '', uid = '' } = {}] = containers;
  const group = `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice`;
  const usage = (id: string, size: number, labels: Labels, bytes = size * 1e6): Usage => ({
    labels: labelsOf({ id, namespace, pod, ...labels }),
    cores: size / 1_000,
    bytes,
  });
  const own = containers.map(({ container = '', image = '', container_id = '' }) => {
    const name = container_id.replace('containerd://', '');
    const size = 20 + (Number.parseInt(name.slice(0, 2), 16) || 0);
    const limit = limits.get(`${uid}/${container}`);
    // Between an eighth and nearly all of its limit.
    const bytes = limit === undefined ? size * 1e6 : (limit * size) / 300;
    return usage(`${group}/cri-containerd-${name}.scope`, size, { container, image, name }, bytes);
  });
  const name = uid.replaceAll('-', '').repeat(2);
  const sandbox = { image: 'registry.k8s.io/pause:3.10', name };
  const cores = own.reduce((all, one) => all + one.cores, 0);
  const bytes = own.reduce((all, one) => all + one.bytes, 0);
  return [
    usage(group, cores * 1_000, {}, bytes),
    usage(`${group}/cri-containerd-${name}.scope`, 1, sandbox),
    ...own,
  ];
}

/** cAdvisor shows each label always, empty where it does not apply. */
const labelsOf = (labels: Labels): Labels => ({
  container: '',
  id: '',
  image: '',
  name: '',
  namespace: '',
  pod: '',
  ...labels,
});

/** Of each bound claim: its volume, as the kubelet that has mounted it measures it. */
function volumes(text: string, seconds: number): string {
  const claims = seriesOf(text, 'kube_persistentvolumeclaim_info').filter(
    ({ volumename }) => volumename !== '',
  );
  const capacity = 1e11;
  const used = (index: number): number => capacity * (0.2 + 0.03 * index) + 1e5 * seconds;
  const values: Readonly<Record<string, (index: number) => number>> = {
    available_bytes: (index) => capacity - used(index),
    capacity_bytes: () => capacity,
    used_bytes: used,
    inodes: () => 6_553_600,
    inodes_free: (index) => 6_553_600 - 1_000 * (index + 1),
    inodes_used: (index) => 1_000 * (index + 1),
  };
  return Object.entries(values)
    .flatMap(([name, value]) => [
      `# TYPE kubelet_volume_stats_${name} gauge`,
      ...claims.map(({ namespace, persistentvolumeclaim }, index) => {
        const labels = `namespace="${namespace}",persistentvolumeclaim="${persistentvolumeclaim}"`;
        return `kubelet_volume_stats_${name}{${labels}} ${value(index)}`;
      }),
    ])
    .concat('')
    .join('\n');
}
