// PersistentVolumeClaims: what each requests, its phase and its volume.
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { joined, spec, status } from '../metrics/family.ts';
import { wholeQuantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { conditionStates, emitConditions, ifSet } from './conditions.ts';

const phases = ['Lost', 'Bound', 'Pending'] as const;

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
    kube_persistentvolumeclaim_info: joined('STABLE',
      'Always 1: the storage class, volume and volume mode of the PersistentVolumeClaim.', ['storageclass', 'volumename', 'volumemode'],
      (s) => ({ storageClass: s?.storageClassName, volume: s?.volumeName, mode: s?.volumeMode }),
      ({ storageClass, volume, mode }, { metadata }, emit) => {
        // The beta annotation of old claims overrides the field.
        const beta = metadata.annotations?.['volume.beta.kubernetes.io/storage-class'];
        emit(1, beta ?? storageClass, volume, mode);
      }),
    kube_persistentvolumeclaim_status_phase: status.stateSet('STABLE',
      'Whether the PersistentVolumeClaim is in this phase: 1 if so, else 0.', ['phase'], phases, (s, emit) => {
        if (s?.phase) emit(s.phase);
      }),
    kube_persistentvolumeclaim_resource_requests_storage_bytes: spec.gauge('STABLE',
      'Bytes of storage that the PersistentVolumeClaim requests.', (s) => ifSet(s?.resources?.requests?.storage, wholeQuantity)),
    kube_persistentvolumeclaim_access_mode: spec.gauges('STABLE',
      'Always 1: one series for each access mode that the PersistentVolumeClaim requests.', ['access_mode'], (s, emit) => {
        for (const mode of s?.accessModes ?? []) emit(1, mode);
      }),
    kube_persistentvolumeclaim_status_condition: status.stateSet('ALPHA',
      'Whether a condition of the PersistentVolumeClaim has this status: 1 if so, else 0.', ['condition', 'status'], conditionStates,
      (s, emit) => emitConditions(s?.conditions, emit)),
    kube_persistentvolumeclaim_created: created('ALPHA'),
    kube_persistentvolumeclaim_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1PersistentVolumeClaim>;
