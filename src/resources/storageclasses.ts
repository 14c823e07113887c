// Storage classes: who makes their volumes, when, and what becomes of them.
import type { V1StorageClass } from '@kubernetes/client-node';
import { info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels } from '../metrics/stock.ts';

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
    // What the API takes where a class says nothing is shown as if the class had said it.
    kube_storageclass_info: info('STABLE',
      'Always 1: who makes volumes of the class, when they are bound, and what becomes of them in the end.', {
        provisioner: (s) => s.provisioner,
        reclaim_policy: (s) => s.reclaimPolicy ?? 'Delete',
        volume_binding_mode: (s) => s.volumeBindingMode ?? 'Immediate',
      }),
    kube_storageclass_created: created('STABLE'),
    kube_storageclass_annotations: annotations('ALPHA'),
    kube_storageclass_labels: labels('STABLE'),
  },
} satisfies Resource<V1StorageClass>;
