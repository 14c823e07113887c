// ValidatingAdmissionPolicies: expressions by which the API server itself judges requests.
import type { V1ValidatingAdmissionPolicy } from '@kubernetes/client-node';
import { info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created } from '../metrics/stock.ts';
import { policyLabels } from './admission.ts';

// biome-ignore format: a table, a row each
export const validatingadmissionpolicies = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (p) => p.metadata.namespace,
    validatingadmissionpolicy: (p) => p.metadata.name,
  },
  families: {
    kube_validatingadmissionpolicy_info: info('ALPHA',
      'Always 1: the kind of object that gives the policy its parameters, and what follows if it fails.', policyLabels),
    kube_validatingadmissionpolicy_created: created('ALPHA'),
  },
} satisfies Resource<V1ValidatingAdmissionPolicy>;
