// ResourceSlices: how many devices each driver has on each node.
import type { V1ResourceSlice } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { olderVersions } from './deviceAllocation.ts';

// biome-ignore format: a table, a row each
export const resourceslices = {
  group: 'resource.k8s.io',
  version: 'v1',
  olderVersions,
  kind: 'ResourceSlice',
  scope: 'cluster',
  default: false,
  identity: {
    resourceslice: (r) => r.metadata.name,
  },
  families: {
    kube_resourceslice_devices: spec.gauges('ALPHA',
      'Number of devices in the ResourceSlice; no node means devices that several nodes can reach.', ['driver', 'node', 'pool'], (s, emit) => {
        emit(s?.devices?.length ?? 0, s?.driver, s?.nodeName, s?.pool?.name);
      }),
    kube_resourceslice_created: created('ALPHA'),
    kube_resourceslice_annotations: annotations('ALPHA'),
    kube_resourceslice_labels: labels('ALPHA'),
    kube_resourceslice_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1ResourceSlice>;
