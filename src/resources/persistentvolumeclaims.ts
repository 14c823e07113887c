// Persistent volume claims: how much they ask for, and what they got.
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { gauge, gauges, info } from '../metrics/family.ts';
import { wholeQuantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { emitConditions, emitEach, ifSet } from './conditions.ts';

// biome-ignore format: a table, a row each
export const persistentvolumeclaims = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (c) => c.metadata.namespace,
    persistentvolumeclaim: (c) => c.metadata.name,
  },
  families: {
    kube_persistentvolumeclaim_labels: labels('STABLE'),
    kube_persistentvolumeclaim_annotations: annotations('ALPHA'),
    kube_persistentvolumeclaim_info: info('STABLE',
      'Always 1: the storage class that the claim asks for, and the volume that it got.', {
        // Old claims name their class in an annotation, which still goes before the field.
        storageclass: (c) => c.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? c.spec?.storageClassName,
        volumename: (c) => c.spec?.volumeName,
        volumemode: (c) => c.spec?.volumeMode,
      }),
    kube_persistentvolumeclaim_status_phase: gauges('STABLE',
      'Whether the claim is in the phase that the label names: 1 if so, else 0.', ['phase'], (c, emit) => {
        if (c.status?.phase) emitEach(phases, c.status.phase, emit);
      }),
    kube_persistentvolumeclaim_resource_requests_storage_bytes: gauge('STABLE',
      'Bytes of storage for which the claim asks.', (c) => ifSet(c.spec?.resources?.requests?.storage, wholeQuantity)),
    kube_persistentvolumeclaim_access_mode: gauges('STABLE',
      'Always 1: one series for each way in which the claim wants to mount its volume.', ['access_mode'], (c, emit) => {
        for (const mode of c.spec?.accessModes ?? []) emit(1, mode);
      }),
    kube_persistentvolumeclaim_status_condition: gauges('ALPHA',
      'Whether a condition of the claim has the status that the label names: 1 if so, else 0.', ['condition', 'status'],
      (c, emit) => emitConditions(c.status?.conditions, emit)),
    kube_persistentvolumeclaim_created: created('ALPHA'),
    kube_persistentvolumeclaim_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1PersistentVolumeClaim>;

const phases = ['Lost', 'Bound', 'Pending'] as const;
