// MutatingAdmissionPolicyBindings: which policies change requests, with what parameters.
import type { V1MutatingAdmissionPolicyBinding } from '@kubernetes/client-node';
import { info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created } from '../metrics/stock.ts';
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
    kube_mutatingadmissionpolicybinding_info: info('ALPHA',
      'Always 1: the policy that the binding lets change requests, and the object with its parameters.', bindingLabels),
    kube_mutatingadmissionpolicybinding_created: created('ALPHA'),
  },
} satisfies Resource<V1MutatingAdmissionPolicyBinding>;
