// ReplicationControllers: desired and actual replicas.
import type { V1ReplicationController } from '@kubernetes/client-node';
import { spec, status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp, generation, ownersAndController } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const replicationcontrollers = {
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (r) => r.metadata.namespace,
    replicationcontroller: (r) => r.metadata.name,
  },
  families: {
    kube_replicationcontroller_created: created('STABLE'),
    kube_replicationcontroller_status_replicas: status.gauge('STABLE',
      'Number of pods of the ReplicationController.', (s) => s?.replicas ?? 0),
    kube_replicationcontroller_status_fully_labeled_replicas: status.gauge('STABLE',
      'Number of pods of the ReplicationController that have all labels of its pod template.', (s) => s?.fullyLabeledReplicas ?? 0),
    kube_replicationcontroller_status_ready_replicas: status.gauge('STABLE',
      'Number of ready pods of the ReplicationController.', (s) => s?.readyReplicas ?? 0),
    kube_replicationcontroller_status_available_replicas: status.gauge('STABLE',
      'Number of available pods of the ReplicationController: ready for at least minReadySeconds.', (s) => s?.availableReplicas ?? 0),
    kube_replicationcontroller_status_observed_generation: status.gauge('STABLE',
      'Generation of the ReplicationController that has last been observed.', (s) => s?.observedGeneration ?? 0),
    kube_replicationcontroller_spec_replicas: spec.gauge('STABLE',
      'Number of pods that the ReplicationController should have.', (s) => s?.replicas),
    kube_replicationcontroller_metadata_generation: generation('STABLE'),
    kube_replicationcontroller_owner: ownersAndController('ALPHA'),
    kube_replicationcontroller_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ReplicationController>;
