// MutatingAdmissionPolicies: parameter kind and failure policy. Expressions are not read.
import type { V1MutatingAdmissionPolicy } from '@kubernetes/client-node';
import { type SectionOf, spec } from '../metrics/family.ts';
import type { Wire } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp } from '../metrics/stock.ts';
import { policyLabels } from './admission.ts';

type Spec = SectionOf<Wire<V1MutatingAdmissionPolicy>, 'spec'>;

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
    kube_mutatingadmissionpolicy_info: spec.info('ALPHA',
      'Always 1: the parameter kind, failure policy and reinvocation policy of the MutatingAdmissionPolicy.', {
        ...policyLabels,
        reinvocation_policy: (s: Spec) => s?.reinvocationPolicy,
      }),
    kube_mutatingadmissionpolicy_created: created('ALPHA'),
    kube_mutatingadmissionpolicy_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1MutatingAdmissionPolicy>;
