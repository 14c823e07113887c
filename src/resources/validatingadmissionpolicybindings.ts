// ValidatingAdmissionPolicyBindings: the policy, parameters and actions that each binds.
import type { V1ValidatingAdmissionPolicyBinding } from '@kubernetes/client-node';
import { spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp } from '../metrics/stock.ts';
import { bindingLabels } from './admission.ts';

// biome-ignore format: a table, a row each
export const validatingadmissionpolicybindings = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (b) => b.metadata.namespace,
    validatingadmissionpolicybinding: (b) => b.metadata.name,
  },
  families: {
    kube_validatingadmissionpolicybinding_info: spec.info('ALPHA',
      'Always 1: the ValidatingAdmissionPolicy that is bound, and the object that holds its parameters.', bindingLabels),
    kube_validatingadmissionpolicybinding_created: created('ALPHA'),
    kube_validatingadmissionpolicybinding_validation_action: spec.gauges('ALPHA',
      'Always 1: one series for each validation action of the binding: Deny, Warn or Audit.', ['action'], (s, emit) => {
        for (const action of s?.validationActions ?? []) emit(1, action);
      }),
    kube_validatingadmissionpolicybinding_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ValidatingAdmissionPolicyBinding>;
