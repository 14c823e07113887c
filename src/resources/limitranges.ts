// LimitRanges: constraints on resources of pods, containers and claims.
import type { V1LimitRange } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import { quantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const limitranges = {
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (l) => l.metadata.namespace,
    limitrange: (l) => l.metadata.name,
  },
  families: {
    kube_limitrange: spec.gauges('STABLE',
      "Constraint that the LimitRange sets on a resource, in the resource's own unit.", ['resource', 'type', 'constraint'], (s, emit) => {
        for (const limit of s?.limits ?? []) {
          for (const constraint of constraints) {
            const amounts = limit[constraint] ?? {};
            for (const key in amounts) emit(quantity(amounts[key]), key, limit.type, constraint);
          }
        }
      }),
    kube_limitrange_created: created('STABLE'),
    kube_limitrange_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1LimitRange>;

const constraints = ['min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
