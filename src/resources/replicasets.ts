// Replica sets: how many replicas are wanted and there.
import type { V1ReplicaSet } from '@kubernetes/client-node';
import { gauge } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, generation, labels, ownersAndController } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const replicasets = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (r) => r.metadata.namespace,
    replicaset: (r) => r.metadata.name,
  },
  families: {
    kube_replicaset_created: created('STABLE'),
    kube_replicaset_status_replicas: gauge('STABLE',
      'Pods of the replica set that exist, those being terminated excepted.', (r) => r.status?.replicas ?? 0),
    kube_replicaset_status_fully_labeled_replicas: gauge('STABLE',
      'Pods of the replica set that have all labels of its pod template.', (r) => r.status?.fullyLabeledReplicas ?? 0),
    kube_replicaset_status_ready_replicas: gauge('STABLE',
      'Pods of the replica set that pass their readiness checks.', (r) => r.status?.readyReplicas ?? 0),
    kube_replicaset_status_terminating_replicas: gauge('ALPHA',
      'Pods of the replica set that are being deleted and not gone yet, where the cluster counts them.', (r) => r.status?.terminatingReplicas),
    kube_replicaset_status_observed_generation: gauge('STABLE',
      'Generation of the replica set that its controller has last acted on.', (r) => r.status?.observedGeneration ?? 0),
    kube_replicaset_spec_replicas: gauge('STABLE',
      'Pods the replica set is asked to run.', (r) => r.spec?.replicas),
    kube_replicaset_metadata_generation: generation('STABLE'),
    kube_replicaset_owner: ownersAndController('STABLE'),
    kube_replicaset_annotations: annotations('ALPHA'),
    kube_replicaset_labels: labels('STABLE'),
  },
} satisfies Resource<V1ReplicaSet>;
