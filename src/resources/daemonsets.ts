// DaemonSets: on how many nodes their pods should run, do run and are ready.
import type { V1DaemonSet } from '@kubernetes/client-node';
import { status } from '../metrics/family.ts';
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
    kube_daemonset_status_current_number_scheduled: status.gauge('STABLE',
      'Number of nodes that run a pod of the DaemonSet and should.', (s) => s?.currentNumberScheduled ?? 0),
    kube_daemonset_status_desired_number_scheduled: status.gauge('STABLE',
      'Number of nodes that should run a pod of the DaemonSet.', (s) => s?.desiredNumberScheduled ?? 0),
    kube_daemonset_status_number_available: status.gauge('STABLE',
      'Number of nodes with an available pod of the DaemonSet: ready for at least minReadySeconds.', (s) => s?.numberAvailable ?? 0),
    kube_daemonset_status_number_misscheduled: status.gauge('STABLE',
      'Number of nodes that run a pod of the DaemonSet but should not.', (s) => s?.numberMisscheduled ?? 0),
    kube_daemonset_status_number_ready: status.gauge('STABLE',
      'Number of nodes with a ready pod of the DaemonSet.', (s) => s?.numberReady ?? 0),
    kube_daemonset_status_number_unavailable: status.gauge('STABLE',
      'Number of nodes that should run a pod of the DaemonSet but have none available.', (s) => s?.numberUnavailable ?? 0),
    kube_daemonset_status_observed_generation: status.gauge('STABLE',
      'Generation of the DaemonSet that its controller has observed.', (s) => s?.observedGeneration ?? 0),
    kube_daemonset_status_updated_number_scheduled: status.gauge('STABLE',
      'Number of nodes that run an updated pod of the DaemonSet, made from its current pod template.', (s) => s?.updatedNumberScheduled ?? 0),
    kube_daemonset_metadata_generation: generation('STABLE'),
    kube_daemonset_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_daemonset_annotations: annotations('ALPHA'),
    kube_daemonset_labels: labels('STABLE'),
  },
} satisfies Resource<V1DaemonSet>;
