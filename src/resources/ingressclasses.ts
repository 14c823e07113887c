// IngressClasses: the controller that implements each class.
import type { V1IngressClass } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const ingressclasses = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  scope: 'cluster',
  default: false,
  identity: {
    ingressclass: (c) => c.metadata.name,
  },
  families: {
    kube_ingressclass_info: spec.info('ALPHA',
      'Always 1: the controller that implements ingresses of this class.', {
        controller: (s) => s?.controller,
      }),
    kube_ingressclass_created: created('ALPHA'),
    kube_ingressclass_annotations: annotations('ALPHA'),
    kube_ingressclass_labels: labels('ALPHA'),
    kube_ingressclass_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1IngressClass>;
