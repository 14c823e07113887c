// Daemon sets: on how many nodes their pods should run, and on how many they do.
import type { V1DaemonSet } from '@kubernetes/client-node';
import { gauge } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, generation, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const daemonsets = {
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (d) => d.metadata.namespace,
    daemonset: (d) => d.metadata.name,
  },
  families: {
    kube_daemonset_created: created('STABLE'),
    kube_daemonset_status_current_number_scheduled: gauge('STABLE',
      'Nodes that should run a pod of the daemon set and have at least one.', (d) => d.status?.currentNumberScheduled ?? 0),
    kube_daemonset_status_desired_number_scheduled: gauge('STABLE',
      'Nodes that should run a pod of the daemon set.', (d) => d.status?.desiredNumberScheduled ?? 0),
    kube_daemonset_status_number_available: gauge('STABLE',
      'Nodes on which a pod of the daemon set has been ready for at least its minReadySeconds.', (d) => d.status?.numberAvailable ?? 0),
    kube_daemonset_status_number_misscheduled: gauge('STABLE',
      'Nodes that run a pod of the daemon set and should not.', (d) => d.status?.numberMisscheduled ?? 0),
    kube_daemonset_status_number_ready: gauge('STABLE',
      'Nodes on which a pod of the daemon set passes its readiness checks.', (d) => d.status?.numberReady ?? 0),
    kube_daemonset_status_number_unavailable: gauge('STABLE',
      'Nodes that should run a pod of the daemon set and have none that is available.', (d) => d.status?.numberUnavailable ?? 0),
    kube_daemonset_status_observed_generation: gauge('STABLE',
      'Generation of the daemon set that its controller has last acted on.', (d) => d.status?.observedGeneration ?? 0),
    kube_daemonset_status_updated_number_scheduled: gauge('STABLE',
      'Nodes that run a pod made from the newest pod template of the daemon set.', (d) => d.status?.updatedNumberScheduled ?? 0),
    kube_daemonset_metadata_generation: generation('STABLE'),
    kube_daemonset_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_daemonset_annotations: annotations('ALPHA'),
    kube_daemonset_labels: labels('STABLE'),
  },
} satisfies Resource<V1DaemonSet>;
