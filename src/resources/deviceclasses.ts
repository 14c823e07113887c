// DeviceClasses: what claims of devices may ask for, and the extended resource that means the same.
import type { V1DeviceClass } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { olderVersions } from './deviceAllocation.ts';

// biome-ignore format: a table, a row each
export const deviceclasses = {
  group: 'resource.k8s.io',
  version: 'v1',
  olderVersions,
  kind: 'DeviceClass',
  scope: 'cluster',
  default: false,
  identity: {
    deviceclass: (c) => c.metadata.name,
  },
  families: {
    kube_deviceclass_info: spec.info('ALPHA',
      'Always 1: the extended resource that pods can request in place of a claim of this DeviceClass.', {
        extended_resource_name: (s) => s?.extendedResourceName,
      }),
    kube_deviceclass_created: created('ALPHA'),
    kube_deviceclass_annotations: annotations('ALPHA'),
    kube_deviceclass_labels: labels('ALPHA'),
    kube_deviceclass_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1DeviceClass>;
