// ClusterRoleBindings: the ClusterRole that each grants cluster-wide.
import type { V1ClusterRoleBinding } from '@kubernetes/client-node';
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
export const clusterrolebindings = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  scope: 'cluster',
  default: false,
  identity: {
    clusterrolebinding: (b) => b.metadata.name,
  },
  families: {
    kube_clusterrolebinding_annotations: annotations('ALPHA'),
    kube_clusterrolebinding_labels: labels('ALPHA'),
    kube_clusterrolebinding_info: info('ALPHA',
      'Always 1: the ClusterRole that the binding grants cluster-wide.', {
        roleref_kind: (b) => b.roleRef?.kind,
        roleref_name: (b) => b.roleRef?.name,
      }),
    kube_clusterrolebinding_created: created('ALPHA'),
    kube_clusterrolebinding_metadata_resource_version: resourceVersion('ALPHA'),
    kube_clusterrolebinding_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1ClusterRoleBinding>;
