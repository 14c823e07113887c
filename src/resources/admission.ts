// Rows shared by the admission tables: services of webhooks, parameters of policies.
import type {
  V1MutatingAdmissionPolicy,
  V1MutatingAdmissionPolicyBinding,
  V1MutatingWebhook,
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1ValidatingWebhook,
} from '@kubernetes/client-node';
import type { Emit, SectionOf } from '../metrics/family.ts';
import type { Wire } from '../metrics/object.ts';

interface WebhookConfiguration {
  readonly webhooks?: readonly Wire<V1MutatingWebhook | V1ValidatingWebhook>[] | null;
}

/** One sample for each webhook; a webhook that is called by URL has no service. */
export function emitWebhookServices(
  { webhooks }: WebhookConfiguration,
  emit: Emit<['webhook_name', 'service_name', 'service_namespace']>,
): void {
  for (const { name, clientConfig } of webhooks ?? []) {
    const service = clientConfig?.service;
    emit(1, name, service?.name, service?.namespace);
  }
}

type PolicySpec = SectionOf<Wire<V1MutatingAdmissionPolicy | V1ValidatingAdmissionPolicy>, 'spec'>;

/** The parameter kind of a policy, and its failure policy. */
export const policyLabels = {
  param_api_version: (s: PolicySpec) => s?.paramKind?.apiVersion,
  param_kind: (s: PolicySpec) => s?.paramKind?.kind,
  failure_policy: (s: PolicySpec) => s?.failurePolicy,
};

type BindingSpec = SectionOf<
  Wire<V1MutatingAdmissionPolicyBinding | V1ValidatingAdmissionPolicyBinding>,
  'spec'
>;

/** The policy that is bound, and the object that holds its parameters. */
export const bindingLabels = {
  policy_name: (s: BindingSpec) => s?.policyName,
  param_name: (s: BindingSpec) => s?.paramRef?.name,
  param_namespace: (s: BindingSpec) => s?.paramRef?.namespace,
  param_not_found_action: (s: BindingSpec) => s?.paramRef?.parameterNotFoundAction,
};
