// ClusterRoles: their metadata. Rules are not read.
import type { V1ClusterRole } from '@kubernetes/client-node';
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
export const clusterroles = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  scope: 'cluster',
  default: false,
  identity: {
    clusterrole: (r) => r.metadata.name,
  },
  families: {
    kube_clusterrole_annotations: annotations('ALPHA'),
    kube_clusterrole_labels: labels('ALPHA'),
    kube_clusterrole_info: metadata.gauge('ALPHA',
      'Always 1: the ClusterRole exists.', () => 1),
    kube_clusterrole_created: created('ALPHA'),
    kube_clusterrole_metadata_resource_version: resourceVersion('ALPHA'),
    kube_clusterrole_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ClusterRole>;
