// MutatingAdmissionPolicyBindings: the policy and the parameters that each binds.
import type { V1MutatingAdmissionPolicyBinding } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp } from '../metrics/stock.ts';
import { bindingLabels } from './admission.ts';

// biome-ignore format: a table, a row each
export const mutatingadmissionpolicybindings = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (b) => b.metadata.namespace,
    mutatingadmissionpolicybinding: (b) => b.metadata.name,
  },
  families: {
    kube_mutatingadmissionpolicybinding_info: spec.info('ALPHA',
      'Always 1: the MutatingAdmissionPolicy that is bound, and the object that holds its parameters.', bindingLabels),
    kube_mutatingadmissionpolicybinding_created: created('ALPHA'),
    kube_mutatingadmissionpolicybinding_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1MutatingAdmissionPolicyBinding>;
