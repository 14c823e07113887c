// ValidatingAdmissionPolicies: parameter kind and failure policy. Expressions are not read.
import type { V1ValidatingAdmissionPolicy } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp } from '../metrics/stock.ts';
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
    kube_validatingadmissionpolicy_info: spec.info('ALPHA',
      'Always 1: the parameter kind and failure policy of the ValidatingAdmissionPolicy.', policyLabels),
    kube_validatingadmissionpolicy_created: created('ALPHA'),
    kube_validatingadmissionpolicy_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ValidatingAdmissionPolicy>;
