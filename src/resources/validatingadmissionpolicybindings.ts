// ValidatingAdmissionPolicyBindings: which policies judge requests, and what a no means.
import type { V1ValidatingAdmissionPolicyBinding } from '@kubernetes/client-node';
import { gauges, info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created } from '../metrics/stock.ts';
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
    kube_validatingadmissionpolicybinding_info: info('ALPHA',
      'Always 1: the policy that the binding lets judge requests, and the object with its parameters.', bindingLabels),
    kube_validatingadmissionpolicybinding_created: created('ALPHA'),
    kube_validatingadmissionpolicybinding_validation_action: gauges('ALPHA',
      'Always 1: one series for each thing done about a request that the policy finds wrong, as Deny, Warn or Audit.', ['action'], (b, emit) => {
        for (const action of b.spec?.validationActions ?? []) emit(1, action);
      }),
  },
} satisfies Resource<V1ValidatingAdmissionPolicyBinding>;
