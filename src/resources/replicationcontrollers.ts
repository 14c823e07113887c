// Replication controllers: how many replicas are wanted and there.
import type { V1ReplicationController } from '@kubernetes/client-node';
import { gauge } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, generation, ownersAndController } from '../metrics/stock.ts';

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
    kube_replicationcontroller_status_replicas: gauge('STABLE',
      'Pods of the replication controller that exist.', (r) => r.status?.replicas ?? 0),
    kube_replicationcontroller_status_fully_labeled_replicas: gauge('STABLE',
      'Pods of the replication controller that have all labels of its pod template.', (r) => r.status?.fullyLabeledReplicas ?? 0),
    kube_replicationcontroller_status_ready_replicas: gauge('STABLE',
      'Pods of the replication controller that pass their readiness checks.', (r) => r.status?.readyReplicas ?? 0),
    kube_replicationcontroller_status_available_replicas: gauge('STABLE',
      'Pods of the replication controller that have been ready for at least its minReadySeconds.', (r) => r.status?.availableReplicas ?? 0),
    kube_replicationcontroller_status_observed_generation: gauge('STABLE',
      'Generation of the replication controller that has last been acted on.', (r) => r.status?.observedGeneration ?? 0),
    kube_replicationcontroller_spec_replicas: gauge('STABLE',
      'Pods the replication controller is asked to run.', (r) => r.spec?.replicas),
    kube_replicationcontroller_metadata_generation: generation('STABLE'),
    kube_replicationcontroller_owner: ownersAndController('ALPHA'),
  },
} satisfies Resource<V1ReplicationController>;
