// StorageClasses: provisioner, reclaim policy and binding mode.
import type { V1StorageClass } from '@kubernetes/client-node';
import { info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const storageclasses = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  scope: 'cluster',
  default: true,
  identity: {
    storageclass: (s) => s.metadata.name,
  },
  families: {
    // Absent fields are shown with the API's defaults.
    kube_storageclass_info: info('STABLE',
      'Always 1: the provisioner, reclaim policy and volume binding mode of the StorageClass.', {
        provisioner: (s) => s.provisioner,
        reclaim_policy: (s) => s.reclaimPolicy ?? 'Delete',
        volume_binding_mode: (s) => s.volumeBindingMode ?? 'Immediate',
      }),
    kube_storageclass_created: created('STABLE'),
    kube_storageclass_annotations: annotations('ALPHA'),
    kube_storageclass_labels: labels('STABLE'),
    kube_storageclass_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1StorageClass>;
