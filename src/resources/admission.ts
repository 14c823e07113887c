// What the tables about admission share: webhooks' services, and policies' parameters.
import type {
  V1MutatingAdmissionPolicy,
  V1MutatingAdmissionPolicyBinding,
  V1MutatingWebhook,
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
  V1ValidatingWebhook,
} from '@kubernetes/client-node';
import type { Emit } from '../metrics/family.ts';
import type { Received, Wire } from '../metrics/object.ts';

interface WebhookConfiguration {
  readonly webhooks?: readonly Wire<V1MutatingWebhook | V1ValidatingWebhook>[] | null;
}

/** One sample for each webhook; those that are called by their URL have no service. */
export function emitWebhookServices(
  { webhooks }: WebhookConfiguration,
  emit: Emit<['webhook_name', 'service_name', 'service_namespace']>,
): void {
  for (const { name, clientConfig } of webhooks ?? []) {
    const service = clientConfig?.service;
    emit(1, name, service?.name, service?.namespace);
  }
}

type Policy = Received<V1MutatingAdmissionPolicy | V1ValidatingAdmissionPolicy>;

/** What kind of object parameterises a policy, and what becomes of requests it cannot judge. */
export const policyLabels = {
  param_api_version: (p: Policy) => p.spec?.paramKind?.apiVersion,
  param_kind: (p: Policy) => p.spec?.paramKind?.kind,
  failure_policy: (p: Policy) => p.spec?.failurePolicy,
};

type Binding = Received<V1MutatingAdmissionPolicyBinding | V1ValidatingAdmissionPolicyBinding>;

/** The policy that a binding puts to work, and the object that gives its parameters. */
export const bindingLabels = {
  policy_name: (b: Binding) => b.spec?.policyName,
  param_name: (b: Binding) => b.spec?.paramRef?.name,
  param_namespace: (b: Binding) => b.spec?.paramRef?.namespace,
  param_not_found_action: (b: Binding) => b.spec?.paramRef?.parameterNotFoundAction,
};
