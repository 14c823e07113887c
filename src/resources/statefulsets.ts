// StatefulSets: desired and actual replicas, and their revisions.
import type { V1StatefulSet } from '@kubernetes/client-node';
import { spec, status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, generation, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const statefulsets = {
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (s) => s.metadata.namespace,
    statefulset: (s) => s.metadata.name,
  },
  families: {
    kube_statefulset_created: created('STABLE'),
    kube_statefulset_status_replicas: status.gauge('STABLE',
      'Number of pods of the StatefulSet, of any revision.', (s) => s?.replicas ?? 0),
    kube_statefulset_status_replicas_available: status.gauge('STABLE',
      'Number of available pods of the StatefulSet: ready for at least minReadySeconds.', (s) => s?.availableReplicas ?? 0),
    kube_statefulset_status_replicas_current: status.gauge('STABLE',
      'Number of pods of the StatefulSet that run its current revision, from which an update starts.', (s) => s?.currentReplicas ?? 0),
    kube_statefulset_status_replicas_ready: status.gauge('STABLE',
      'Number of ready pods of the StatefulSet.', (s) => s?.readyReplicas ?? 0),
    kube_statefulset_status_replicas_updated: status.gauge('STABLE',
      'Number of pods of the StatefulSet that run its update revision, to which an update leads.', (s) => s?.updatedReplicas ?? 0),
    kube_statefulset_status_observed_generation: status.gauge('STABLE',
      'Generation of the StatefulSet that its controller has observed.', (s) => s?.observedGeneration ?? 0),
    kube_statefulset_replicas: spec.gauge('STABLE',
      'Number of pods that the StatefulSet should have.', (s) => s?.replicas),
    kube_statefulset_ordinals_start: spec.gauge('STABLE',
      'Ordinal of the first pod of the StatefulSet, if it is set.', (s) => s?.ordinals ? (s.ordinals.start ?? 0) : undefined),
    kube_statefulset_metadata_generation: generation('STABLE'),
    kube_statefulset_persistentvolumeclaim_retention_policy: spec.gauges('STABLE',
      "Always 1: the retention policy of the StatefulSet's PersistentVolumeClaims on deletion and on scale-down.", ['when_deleted', 'when_scaled'], (s, emit) => {
        const policy = s?.persistentVolumeClaimRetentionPolicy;
        if (policy?.whenDeleted || policy?.whenScaled) emit(1, policy.whenDeleted, policy.whenScaled);
      }),
    kube_statefulset_annotations: annotations('STABLE'),
    kube_statefulset_labels: labels('STABLE'),
    kube_statefulset_status_current_revision: status.info('STABLE',
      'Always 1: the current revision of the StatefulSet, from which an update starts.', {
        revision: (s) => s?.currentRevision,
      }),
    kube_statefulset_status_update_revision: status.info('STABLE',
      'Always 1: the update revision of the StatefulSet, to which an update leads.', {
        revision: (s) => s?.updateRevision,
      }),
    kube_statefulset_deletion_timestamp: deletionTimestamp('STABLE'),
  },
} satisfies Resource<V1StatefulSet>;
