// NetworkPolicies: how many rules say who may talk to pods, and to whom pods may talk.
import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { gauge, metadataGauge } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, labels } from '../metrics/stock.ts';
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
    // Not the stock row: of these alone KSM shows Go's zero time where there is none.
    kube_networkpolicy_created: metadataGauge('ALPHA',
      'Unix time in seconds at which the API server accepted the network policy.', (meta) => unixSeconds(meta.creationTimestamp)),
    kube_networkpolicy_annotations: annotations('ALPHA'),
    kube_networkpolicy_labels: labels('ALPHA'),
    kube_networkpolicy_spec_ingress_rules: gauge('ALPHA',
      'Rules that allow traffic to the pods that the policy selects.', (n) => n.spec?.ingress?.length ?? 0),
    kube_networkpolicy_spec_egress_rules: gauge('ALPHA',
      'Rules that allow traffic from the pods that the policy selects.', (n) => n.spec?.egress?.length ?? 0),
  },
} satisfies Resource<V1NetworkPolicy>;
