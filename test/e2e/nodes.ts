// What a cluster's nodes tell Prometheus beside us, for the demo's pods and claims.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { get } from './get.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * Serves on loopback, for the pods and claims that an exposition of ours shows, what kubelets serve:
 * `/metrics/cadvisor` and, of `/metrics`, the volumes. No kubelet runs here, so this is made up: the
 * names, labels and time stamps are those of kubelets with containerd, the amounts are invented.
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
export function seriesOf(text: string, family: string): Labels[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${family}{`))
    .map((line) =>
      Object.fromEntries(
        [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
          name,
          value,
        ]),
      ),
    );
}

interface Usage {
  readonly labels: Labels;
  readonly cores: number;
  readonly bytes: number;
}

/** cAdvisor sums up: the node's own group, each pod's, its sandbox's and each container's. */
function cadvisor(text: string, seconds: number): string {
  const usages: Usage[] = [
    { labels: labelsOf({ id: '/' }), cores: 7, bytes: 9e9 },
    ...seriesOf(text, 'kube_pod_container_info').flatMap(usagesOf),
  ];
  const now = Date.now();
  const lines = (value: (usage: Usage) => string): string[] => usages.map(value);
  const shown = (labels: Labels): string =>
    Object.entries(labels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}="${value}"`)
      .join();
  return [
    '# TYPE container_cpu_usage_seconds_total counter',
    ...lines(({ labels, cores }) => {
      const value = (100 + cores * seconds).toFixed(6);
      return `container_cpu_usage_seconds_total{${shown({ ...labels, cpu: 'total' })}} ${value} ${now}`;
    }),
    '# TYPE container_memory_working_set_bytes gauge',
    ...lines(
      ({ labels, bytes }) => `container_memory_working_set_bytes{${shown(labels)}} ${bytes} ${now}`,
    ),
    '',
  ].join('\n');
}

/** A pod of one container is told of three times; the sandbox and the sum are left to filters. */
function usagesOf({
  namespace = '',
  pod = '',
  container = '',
  image = '',
  ...rest
}: Labels): Usage[] {
  const id = (rest.container_id ?? '').replace('containerd://', '');
  if (id === '') return [];
  const group = `/kubepods.slice/kubepods-pod${(rest.uid ?? '').replaceAll('-', '_')}.slice`;
  const size = [...container].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const amount = { cores: 0.001 * (size % 200), bytes: 1e6 * (8 + (size % 60)) };
  const sandbox = 'registry.k8s.io/pause:3.10';
  const scope = `${group}/cri-containerd-${id}.scope`;
  return [
    { ...amount, labels: labelsOf({ id: `${group}#${container}`, namespace, pod }) },
    {
      ...{ cores: 0, bytes: 300_000 },
      labels: labelsOf({ id: `${scope}-sandbox`, image: sandbox, name: id, namespace, pod }),
    },
    { ...amount, labels: labelsOf({ container, id: scope, image, name: id, namespace, pod }) },
  ];
}

/** cAdvisor shows each label always, empty where it does not apply. */
const labelsOf = (labels: Labels): Labels => ({
  ...{ container: '', id: '', image: '', name: '', namespace: '', pod: '' },
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
