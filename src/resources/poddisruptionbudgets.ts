// Pod disruption budgets: how many pods may be evicted, and what that is counted from.
import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import { gauge } from '../metrics/family.ts';
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
    kube_poddisruptionbudget_status_current_healthy: gauge('STABLE',
      'Pods under the budget that are healthy.', (b) => b.status?.currentHealthy ?? 0),
    kube_poddisruptionbudget_status_desired_healthy: gauge('STABLE',
      'Fewest healthy pods that the budget asks for.', (b) => b.status?.desiredHealthy ?? 0),
    kube_poddisruptionbudget_status_pod_disruptions_allowed: gauge('STABLE',
      'Pods under the budget that may be evicted now.', (b) => b.status?.disruptionsAllowed ?? 0),
    kube_poddisruptionbudget_status_expected_pods: gauge('STABLE',
      'Pods that the budget counts in all.', (b) => b.status?.expectedPods ?? 0),
    kube_poddisruptionbudget_status_observed_generation: gauge('STABLE',
      'Generation of the budget that its controller has last acted on.', (b) => b.status?.observedGeneration ?? 0),
    kube_poddisruptionbudget_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1PodDisruptionBudget>;
