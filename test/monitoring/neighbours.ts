// Families of other exporters and of packs that dashboards use, with their labels.
import type { Neighbour } from '../../monitoring/dashboards/model.ts';
import { type Known, knownOfPacks } from './known.ts';

const ofContainers = ['container', 'id', 'image', 'name', 'namespace', 'pod'];
const ofClaims = new Set(['namespace', 'persistentvolumeclaim']);

export const knownOfNeighbours: Readonly<Record<Neighbour, Known>> = {
  cAdvisor: new Map([
    ['container_cpu_usage_seconds_total', new Set([...ofContainers, 'cpu'])],
    ['container_cpu_cfs_periods_total', new Set(ofContainers)],
    ['container_cpu_cfs_throttled_periods_total', new Set(ofContainers)],
    ['container_memory_working_set_bytes', new Set(ofContainers)],
  ]),
  node_exporter: new Map([
    ['node_cpu_seconds_total', new Set(['cpu', 'mode'])],
    ['node_memory_MemAvailable_bytes', new Set<string>()],
    ['node_memory_MemTotal_bytes', new Set<string>()],
  ]),
  kubelet: new Map(
    ['available_bytes', 'capacity_bytes', 'used_bytes', 'inodes', 'inodes_used'].map((name) => [
      `kubelet_volume_stats_${name}`,
      ofClaims,
    ]),
  ),
  packs: knownOfPacks(),
};
