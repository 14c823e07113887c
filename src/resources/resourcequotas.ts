// ResourceQuotas: limit and usage of each resource.
import type { V1ResourceQuota } from '@kubernetes/client-node';
import { status } from '../metrics/family.ts';
import { quantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const resourcequotas = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (q) => q.metadata.namespace,
    resourcequota: (q) => q.metadata.name,
  },
  families: {
    kube_resourcequota_created: created('STABLE'),
    kube_resourcequota: status.gauges('STABLE',
      "Limit (type hard) or usage (type used) of a resource under the ResourceQuota, in the resource's own unit.", ['resource', 'type'], (s, emit) => {
        for (const type of types) {
          const amounts = s?.[type] ?? {};
          for (const key in amounts) emit(quantity(amounts[key]), key, type);
        }
      }),
    kube_resourcequota_annotations: annotations('ALPHA'),
    kube_resourcequota_labels: labels('STABLE'),
    kube_resourcequota_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ResourceQuota>;

const types = ['hard', 'used'] as const;
