// Secrets: their type and metadata. Their data is never requested.
import type { V1Secret } from '@kubernetes/client-node';
import { info, metadata } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  ownersAndController,
  resourceVersion,
} from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const secrets = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  scope: 'namespace',
  default: true,
  columns: { type: 'Type' },
  identity: {
    namespace: (s) => s.metadata.namespace,
    secret: (s) => s.metadata.name,
  },
  families: {
    kube_secret_info: metadata.gauge('STABLE',
      'Always 1: the secret exists.', () => 1),
    kube_secret_type: info('STABLE',
      'Always 1: the type of the secret, such as Opaque or kubernetes.io/tls.', {
        type: (s) => s.type,
      }),
    kube_secret_annotations: annotations('ALPHA'),
    kube_secret_labels: labels('STABLE'),
    kube_secret_created: created('STABLE'),
    kube_secret_metadata_resource_version: resourceVersion('ALPHA'),
    kube_secret_owner: ownersAndController('ALPHA'),
    kube_secret_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1Secret>;
