// ValidatingWebhookConfigurations: webhooks that may reject requests, and their services.
import type { V1ValidatingWebhookConfiguration } from '@kubernetes/client-node';
import { gauges, metadata } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp, resourceVersion } from '../metrics/stock.ts';
import { emitWebhookServices } from './admission.ts';

// biome-ignore format: a table, a row each
export const validatingwebhookconfigurations = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (c) => c.metadata.namespace,
    validatingwebhookconfiguration: (c) => c.metadata.name,
  },
  families: {
    kube_validatingwebhookconfiguration_info: metadata.gauge('ALPHA',
      'Always 1: the ValidatingWebhookConfiguration exists.', () => 1),
    kube_validatingwebhookconfiguration_created: created('ALPHA'),
    kube_validatingwebhookconfiguration_metadata_resource_version: resourceVersion('ALPHA'),
    kube_validatingwebhookconfiguration_webhook_clientconfig_service: gauges('ALPHA',
      'Always 1: one series for each validating webhook, with its service, or with empty labels if it is called by URL.', ['webhook_name', 'service_name', 'service_namespace'], emitWebhookServices),
    kube_validatingwebhookconfiguration_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ValidatingWebhookConfiguration>;
