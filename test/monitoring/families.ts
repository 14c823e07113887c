// Which labels each family has that a query may rely on: ours, and those of what runs on nodes.
import type { Neighbour } from '../../monitoring/dashboards/model.ts';
import type { Family } from '../../src/metrics/family.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { SelfMetrics } from '../../src/metrics/self.ts';
import { resources } from '../../src/resources/index.ts';

/** Tells of a label whether the series of a family have it. */
export type HasLabel = (label: string) => boolean;

/** Prometheus puts them on all that it scrapes. */
const ofTargets: ReadonlySet<string> = new Set(['job', 'instance']);

function having(labels: Iterable<string>): HasLabel {
  const own = new Set(labels);
  return (label) => own.has(label) || ofTargets.has(label);
}

/** The families of the cluster's state, by their tables. */
export function stateFamilies(): Map<string, HasLabel> {
  const found = new Map<string, HasLabel>();
  for (const table of Object.values<AnyResource>(resources)) {
    const identity = Object.keys(table.identity);
    for (const [name, row] of Object.entries<Family<never>>(table.families)) {
      const own = 'prefix' in row ? [] : row.labels;
      const has = having([...identity, ...own]);
      const prefix = 'prefix' in row ? `${row.prefix}_` : undefined;
      found.set(name, (label) => has(label) || (prefix !== undefined && label.startsWith(prefix)));
    }
  }
  return found;
}

/** The families about ourselves, as one that has something to tell of each shows them. */
export async function selfFamilies(): Promise<Map<string, HasLabel>> {
  const pods = { resource: 'pods', version: 'v1', kind: 'Pod' };
  const watched = {
    ...pods,
    store: { size: { objects: 1, series: 1, bytes: 1 } },
    synced: () => true,
    stale: () => false,
    drift: () => 0,
  };
  const work = { segments: 0, batches: 0, seconds: 0, pendingBytes: 0, storedBytes: 0 };
  const self = new SelfMetrics({
    build: {
      ...{ version: '1.0.0', revision: '', branch: '' },
      ...{ node: 'v26.0.0', platform: 'linux', arch: 'x64' },
    },
    clock: { now: () => 0 },
    now: () => ({
      resources: [watched],
      shard: { index: 0, total: 1 },
      stores: { stalenessMs: () => 0, work: () => work },
    }),
    loop: () => ({ runCpu: { minute: 0, start: 0 }, delay: { minute: 0, start: 0 } }),
  });
  const observer = self.observer(pods, {
    relists: ['start'],
    watchRestarts: ['closed'],
    checks: ['drift'],
  });
  observer.event();
  observer.bookmark();
  self.renderError('pods', 'kube_pod_info');
  self.scrapes.request('get', 0.1);
  return new Map(
    [...labelsBySeries(await self.text())].map(([name, labels]) => [name, having(labels)]),
  );
}

function labelsBySeries(exposition: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of exposition.split('\n')) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined || line.startsWith('#')) continue;
    const known = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
}

const ofContainers = ['container', 'cpu', 'id', 'image', 'name', 'namespace', 'pod'];
const ofClaims = having(['namespace', 'persistentvolumeclaim']);

/** Those that the dashboards join, with the labels that their programs document. */
export const neighbourFamilies: Readonly<Record<Neighbour, ReadonlyMap<string, HasLabel>>> = {
  cAdvisor: new Map([
    ['container_cpu_usage_seconds_total', having(ofContainers)],
    ['container_memory_working_set_bytes', having(ofContainers.filter((one) => one !== 'cpu'))],
  ]),
  node_exporter: new Map([
    ['node_cpu_seconds_total', having(['cpu', 'mode'])],
    ['node_memory_MemAvailable_bytes', having([])],
    ['node_memory_MemTotal_bytes', having([])],
  ]),
  kubelet: new Map(
    ['available_bytes', 'capacity_bytes', 'used_bytes', 'inodes', 'inodes_used'].map((name) => [
      `kubelet_volume_stats_${name}`,
      ofClaims,
    ]),
  ),
};
