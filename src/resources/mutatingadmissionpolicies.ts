// MutatingAdmissionPolicies: expressions by which the API server itself changes requests.
import type { V1MutatingAdmissionPolicy } from '@kubernetes/client-node';
import { info } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import { created } from '../metrics/stock.ts';
import { policyLabels } from './admission.ts';

type Policy = Received<V1MutatingAdmissionPolicy>;

// biome-ignore format: a table, a row each
export const mutatingadmissionpolicies = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (p) => p.metadata.namespace,
    mutatingadmissionpolicy: (p) => p.metadata.name,
  },
  families: {
    kube_mutatingadmissionpolicy_info: info('ALPHA',
      'Always 1: the kind of object that gives the policy its parameters, and what follows if it fails or others change the object after it.', {
        ...policyLabels,
        reinvocation_policy: (p: Policy) => p.spec?.reinvocationPolicy,
      }),
    kube_mutatingadmissionpolicy_created: created('ALPHA'),
  },
} satisfies Resource<V1MutatingAdmissionPolicy>;
