// NetworkPolicies: how many ingress and egress rules each has.
import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { metadata, spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, deletionTimestamp, labels } from '../metrics/stock.ts';
import { unixSeconds } from '../metrics/time.ts';

// biome-ignore format: a table, a row each
export const networkpolicies = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (n) => n.metadata.namespace,
    networkpolicy: (n) => n.metadata.name,
  },
  families: {
    // Not the shared `created`: here KSM shows Go's zero time if the timestamp is absent.
    kube_networkpolicy_created: metadata.gauge('ALPHA',
      'Unix time in seconds at which the NetworkPolicy was created.', (meta) => unixSeconds(meta.creationTimestamp)),
    kube_networkpolicy_annotations: annotations('ALPHA'),
    kube_networkpolicy_labels: labels('ALPHA'),
    kube_networkpolicy_spec_ingress_rules: spec.gauge('ALPHA',
      'Number of ingress rules of the NetworkPolicy.', (s) => s?.ingress?.length ?? 0),
    kube_networkpolicy_spec_egress_rules: spec.gauge('ALPHA',
      'Number of egress rules of the NetworkPolicy.', (s) => s?.egress?.length ?? 0),
    kube_networkpolicy_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1NetworkPolicy>;
