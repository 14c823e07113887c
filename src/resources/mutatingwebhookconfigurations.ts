// MutatingWebhookConfigurations: webhooks that may change requests, and their services.
import type { V1MutatingWebhookConfiguration } from '@kubernetes/client-node';
import { gauges, metadata } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp, resourceVersion } from '../metrics/stock.ts';
import { emitWebhookServices } from './admission.ts';

// biome-ignore format: a table, a row each
export const mutatingwebhookconfigurations = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  scope: 'cluster',
  default: true,
  identity: {
    namespace: (c) => c.metadata.namespace,
    mutatingwebhookconfiguration: (c) => c.metadata.name,
  },
  families: {
    kube_mutatingwebhookconfiguration_info: metadata.gauge('ALPHA',
      'Always 1: the MutatingWebhookConfiguration exists.', () => 1),
    kube_mutatingwebhookconfiguration_created: created('ALPHA'),
    kube_mutatingwebhookconfiguration_metadata_resource_version: resourceVersion('ALPHA'),
    kube_mutatingwebhookconfiguration_webhook_clientconfig_service: gauges('ALPHA',
      'Always 1: one series for each mutating webhook, with its service, or with empty labels if it is called by URL.', ['webhook_name', 'service_name', 'service_namespace'], emitWebhookServices),
    kube_mutatingwebhookconfiguration_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1MutatingWebhookConfiguration>;
