// ResourceClaims: the devices that are allocated to each, and who holds it.
import type { ResourceV1ResourceClaim } from '@kubernetes/client-node';
import { metadata, type SectionOf, status } from '../metrics/family.ts';
import type { Wire } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { olderVersions } from './deviceAllocation.ts';

// biome-ignore format: a table, a row each
export const resourceclaims = {
  group: 'resource.k8s.io',
  version: 'v1',
  olderVersions,
  kind: 'ResourceClaim',
  scope: 'namespace',
  default: false,
  identity: {
    namespace: (c) => c.metadata.namespace,
    resourceclaim: (c) => c.metadata.name,
  },
  families: {
    kube_resourceclaim_info: metadata.gauge('ALPHA',
      'Always 1: the ResourceClaim exists.', () => 1),
    kube_resourceclaim_status_allocated: status.gauges('ALPHA',
      'Always 1: one series for each device that is allocated to the ResourceClaim, or empty labels if it is allocated without any.', ['driver', 'pool', 'device'], (s, emit) => {
        for (const { driver, pool, device } of devicesOf(s)) emit(1, driver, pool, device);
      }),
    kube_resourceclaim_status_reserved_for: status.gauges('ALPHA',
      'Always 1: one series for each holder of the ResourceClaim; one that is no pod has its uid alone.', ['pod', 'uid'], (s, emit) => {
        for (const { apiGroup, resource, name, uid } of s?.reservedFor ?? []) {
          emit(1, !apiGroup && resource === 'pods' ? name : '', uid);
        }
      }),
    kube_resourceclaim_created: created('ALPHA'),
    kube_resourceclaim_annotations: annotations('ALPHA'),
    kube_resourceclaim_labels: labels('ALPHA'),
    kube_resourceclaim_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<ResourceV1ResourceClaim>;

type Status = SectionOf<Wire<ResourceV1ResourceClaim>, 'status'>;
type Device = Partial<Record<'driver' | 'pool' | 'device', string>>;

/** The devices of an allocation, each once: several requests may share one. */
function devicesOf(s: Status): readonly Device[] {
  if (!s?.allocation) return [];
  const devices = s.allocation.devices?.results ?? [];
  if (devices.length === 0) return [{}];
  const byName = devices.map((one) => [`${one.driver}/${one.pool}/${one.device}`, one] as const);
  return [...new Map(byName).values()];
}
