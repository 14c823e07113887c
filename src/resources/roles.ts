// Roles: permissions within one namespace.
import type { V1Role } from '@kubernetes/client-node';
import { metadataGauge } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels, resourceVersion } from '../metrics/stock.ts';

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
    kube_role_info: metadataGauge('ALPHA',
      'Always 1: there is a role of this name in the namespace.', () => 1),
    kube_role_created: created('ALPHA'),
    kube_role_metadata_resource_version: resourceVersion('ALPHA'),
  },
} satisfies Resource<V1Role>;
