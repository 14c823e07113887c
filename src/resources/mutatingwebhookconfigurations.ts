// MutatingWebhookConfigurations: webhooks that may change the requests of others.
import type { V1MutatingWebhookConfiguration } from '@kubernetes/client-node';
import { gauges, metadataGauge } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, resourceVersion } from '../metrics/stock.ts';
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
    kube_mutatingwebhookconfiguration_info: metadataGauge('ALPHA',
      'Always 1: there is a configuration of this name for webhooks that may change requests.', () => 1),
    kube_mutatingwebhookconfiguration_created: created('ALPHA'),
    kube_mutatingwebhookconfiguration_metadata_resource_version: resourceVersion('ALPHA'),
    kube_mutatingwebhookconfiguration_webhook_clientconfig_service: gauges('ALPHA',
      'Always 1: one series for each webhook that may change requests, with the service that runs it, or empty labels if it has a URL.', ['webhook_name', 'service_name', 'service_namespace'], emitWebhookServices),
  },
} satisfies Resource<V1MutatingWebhookConfiguration>;
