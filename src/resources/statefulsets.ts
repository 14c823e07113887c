// Stateful sets: how many replicas are wanted and there, and of which revision.
import type { V1StatefulSet } from '@kubernetes/client-node';
import { gauge, gauges, info } from '../metrics/family.ts';
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
    kube_statefulset_status_replicas: gauge('STABLE',
      'Pods of the stateful set that exist, of any revision.', (s) => s.status?.replicas ?? 0),
    kube_statefulset_status_replicas_available: gauge('STABLE',
      'Pods of the stateful set that have been ready for at least its minReadySeconds.', (s) => s.status?.availableReplicas ?? 0),
    kube_statefulset_status_replicas_current: gauge('STABLE',
      'Pods of the stateful set that run the revision from which an update starts.', (s) => s.status?.currentReplicas ?? 0),
    kube_statefulset_status_replicas_ready: gauge('STABLE',
      'Pods of the stateful set that pass their readiness checks.', (s) => s.status?.readyReplicas ?? 0),
    kube_statefulset_status_replicas_updated: gauge('STABLE',
      'Pods of the stateful set that run the revision to which an update leads.', (s) => s.status?.updatedReplicas ?? 0),
    kube_statefulset_status_observed_generation: gauge('STABLE',
      'Generation of the stateful set that its controller has last acted on.', (s) => s.status?.observedGeneration ?? 0),
    kube_statefulset_replicas: gauge('STABLE',
      'Pods the stateful set is asked to run.', (s) => s.spec?.replicas),
    kube_statefulset_ordinals_start: gauge('STABLE',
      'Number in the name of the first pod of the stateful set, where the set chooses it.', (s) => s.spec?.ordinals ? (s.spec.ordinals.start ?? 0) : undefined),
    kube_statefulset_metadata_generation: generation('STABLE'),
    kube_statefulset_persistentvolumeclaim_retention_policy: gauges('STABLE',
      'Always 1: what becomes of the volume claims when the stateful set is deleted, and when it is scaled down.', ['when_deleted', 'when_scaled'], (s, emit) => {
        const policy = s.spec?.persistentVolumeClaimRetentionPolicy;
        if (policy) emit(1, policy.whenDeleted, policy.whenScaled);
      }),
    kube_statefulset_annotations: annotations('STABLE'),
    kube_statefulset_labels: labels('STABLE'),
    kube_statefulset_status_current_revision: info('STABLE',
      'Always 1: the revision from which an update of the stateful set starts.', {
        revision: (s) => s.status?.currentRevision,
      }),
    kube_statefulset_status_update_revision: info('STABLE',
      'Always 1: the revision to which an update of the stateful set leads.', {
        revision: (s) => s.status?.updateRevision,
      }),
    kube_statefulset_deletion_timestamp: deletionTimestamp('STABLE'),
  },
} satisfies Resource<V1StatefulSet>;
