// ConfigMaps: their metadata. Their data is never requested.
import type { V1ConfigMap } from '@kubernetes/client-node';
import { metadata } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  resourceVersion,
} from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const configmaps = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (c) => c.metadata.namespace,
    configmap: (c) => c.metadata.name,
  },
  families: {
    kube_configmap_annotations: annotations('ALPHA'),
    kube_configmap_labels: labels('STABLE'),
    kube_configmap_info: metadata.gauge('STABLE',
      'Always 1: the ConfigMap exists.', () => 1),
    kube_configmap_created: created('STABLE'),
    kube_configmap_metadata_resource_version: resourceVersion('ALPHA'),
    kube_configmap_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ConfigMap>;
