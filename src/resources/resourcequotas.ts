// Resource quotas: how much a namespace may use, and how much of it is used.
import type { V1ResourceQuota } from '@kubernetes/client-node';
import { gauges } from '../metrics/family.ts';
import { quantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels } from '../metrics/stock.ts';

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
    kube_resourcequota: gauges('STABLE',
      'Amount of a resource that the namespace may use (type hard) or uses (type used), in the resource\'s own unit.', ['resource', 'type'], (q, emit) => {
        for (const type of types) {
          const amounts = q.status?.[type] ?? {};
          for (const key in amounts) emit(quantity(amounts[key]), key, type);
        }
      }),
    kube_resourcequota_annotations: annotations('ALPHA'),
    kube_resourcequota_labels: labels('STABLE'),
  },
} satisfies Resource<V1ResourceQuota>;

const types = ['hard', 'used'] as const;
