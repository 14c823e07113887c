// PodDisruptionBudgets: allowed disruptions and the pods they are calculated from.
import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import { status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const poddisruptionbudgets = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (b) => b.metadata.namespace,
    poddisruptionbudget: (b) => b.metadata.name,
  },
  families: {
    kube_poddisruptionbudget_annotations: annotations('ALPHA'),
    kube_poddisruptionbudget_labels: labels('ALPHA'),
    kube_poddisruptionbudget_created: created('STABLE'),
    kube_poddisruptionbudget_status_current_healthy: status.gauge('STABLE',
      'Number of healthy pods that the PodDisruptionBudget covers.', (s) => s?.currentHealthy ?? 0),
    kube_poddisruptionbudget_status_desired_healthy: status.gauge('STABLE',
      'Minimum number of healthy pods that the PodDisruptionBudget requires.', (s) => s?.desiredHealthy ?? 0),
    kube_poddisruptionbudget_status_pod_disruptions_allowed: status.gauge('STABLE',
      'Number of pods that the PodDisruptionBudget allows to be evicted now.', (s) => s?.disruptionsAllowed ?? 0),
    kube_poddisruptionbudget_status_expected_pods: status.gauge('STABLE',
      'Total number of pods that the PodDisruptionBudget covers.', (s) => s?.expectedPods ?? 0),
    kube_poddisruptionbudget_status_observed_generation: status.gauge('STABLE',
      'Generation of the PodDisruptionBudget that its controller has observed.', (s) => s?.observedGeneration ?? 0),
    kube_poddisruptionbudget_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1PodDisruptionBudget>;
