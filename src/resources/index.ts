// The table of tables: every resource by its plural, in the order of the exposition.
import type { Resource } from '../metrics/resource.ts';
import { configmaps } from './configmaps.ts';
import { daemonsets } from './daemonsets.ts';
import { deployments } from './deployments.ts';
import { horizontalpodautoscalers } from './horizontalpodautoscalers.ts';
import { jobs } from './jobs.ts';
import { leases } from './leases.ts';
import { limitranges } from './limitranges.ts';
import { namespaces } from './namespaces.ts';
import { nodes } from './nodes.ts';
import { persistentvolumeclaims } from './persistentvolumeclaims.ts';
import { persistentvolumes } from './persistentvolumes.ts';
import { poddisruptionbudgets } from './poddisruptionbudgets.ts';
import { pods } from './pods.ts';
import { replicasets } from './replicasets.ts';
import { replicationcontrollers } from './replicationcontrollers.ts';
import { resourcequotas } from './resourcequotas.ts';
import { secrets } from './secrets.ts';
import { serviceaccounts } from './serviceaccounts.ts';
import { services } from './services.ts';
import { statefulsets } from './statefulsets.ts';
import { storageclasses } from './storageclasses.ts';
import { volumeattachments } from './volumeattachments.ts';

export const resources = {
  configmaps,
  daemonsets,
  deployments,
  horizontalpodautoscalers,
  jobs,
  leases,
  limitranges,
  namespaces,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  pods,
  replicasets,
  replicationcontrollers,
  resourcequotas,
  secrets,
  serviceaccounts,
  services,
  statefulsets,
  storageclasses,
  volumeattachments,
} satisfies Readonly<Record<string, Resource<never>>>;

export type ResourceName = keyof typeof resources;

/** The name of any family of any resource. */
export type FamilyName = {
  [Name in ResourceName]: keyof (typeof resources)[Name]['families'];
}[ResourceName];
