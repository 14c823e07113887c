// ReplicaSets: desired and actual replicas.
import type { V1ReplicaSet } from '@kubernetes/client-node';
import { spec, status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  generation,
  labels,
  ownersAndController,
} from '../metrics/stock.ts';

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
    kube_replicaset_status_replicas: status.gauge('STABLE',
      'Number of pods of the ReplicaSet, without terminating ones.', (s) => s?.replicas ?? 0),
    kube_replicaset_status_fully_labeled_replicas: status.gauge('STABLE',
      'Number of pods of the ReplicaSet that have all labels of its pod template.', (s) => s?.fullyLabeledReplicas ?? 0),
    kube_replicaset_status_ready_replicas: status.gauge('STABLE',
      'Number of ready pods of the ReplicaSet.', (s) => s?.readyReplicas ?? 0),
    kube_replicaset_status_terminating_replicas: status.gauge('ALPHA',
      'Number of terminating pods of the ReplicaSet, where the cluster reports it.', (s) => s?.terminatingReplicas),
    kube_replicaset_status_observed_generation: status.gauge('STABLE',
      'Generation of the ReplicaSet that its controller has observed.', (s) => s?.observedGeneration ?? 0),
    kube_replicaset_spec_replicas: spec.gauge('STABLE',
      'Number of pods that the ReplicaSet should have.', (s) => s?.replicas),
    kube_replicaset_metadata_generation: generation('STABLE'),
    kube_replicaset_owner: ownersAndController('STABLE'),
    kube_replicaset_annotations: annotations('ALPHA'),
    kube_replicaset_labels: labels('STABLE'),
    kube_replicaset_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ReplicaSet>;
