// Roles: their metadata. Rules are not read.
import type { V1Role } from '@kubernetes/client-node';
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
export const roles = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  scope: 'namespace',
  default: false,
  identity: {
    namespace: (r) => r.metadata.namespace,
    role: (r) => r.metadata.name,
  },
  families: {
    kube_role_annotations: annotations('ALPHA'),
    kube_role_labels: labels('ALPHA'),
    kube_role_info: metadata.gauge('ALPHA',
      'Always 1: the Role exists.', () => 1),
    kube_role_created: created('ALPHA'),
    kube_role_metadata_resource_version: resourceVersion('ALPHA'),
    kube_role_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1Role>;
