// RoleBindings: the Role or ClusterRole that each grants in its namespace.
import type { V1RoleBinding } from '@kubernetes/client-node';
import { info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  resourceVersion,
} from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const rolebindings = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  scope: 'namespace',
  default: false,
  identity: {
    namespace: (b) => b.metadata.namespace,
    rolebinding: (b) => b.metadata.name,
  },
  families: {
    kube_rolebinding_annotations: annotations('ALPHA'),
    kube_rolebinding_labels: labels('ALPHA'),
    kube_rolebinding_info: info('ALPHA',
      'Always 1: the Role or ClusterRole that the binding grants in its namespace.', {
        roleref_kind: (b) => b.roleRef?.kind,
        roleref_name: (b) => b.roleRef?.name,
      }),
    kube_rolebinding_created: created('ALPHA'),
    kube_rolebinding_metadata_resource_version: resourceVersion('ALPHA'),
    kube_rolebinding_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1RoleBinding>;
