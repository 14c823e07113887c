// All resource tables by plural, in the order of the exposition.
import { isStateSet } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import type { AnyResource } from '../metrics/select.ts';
import { certificatesigningrequests } from './certificatesigningrequests.ts';
import { clusterrolebindings } from './clusterrolebindings.ts';
import { clusterroles } from './clusterroles.ts';
import { configmaps } from './configmaps.ts';
import { cronjobs } from './cronjobs.ts';
import { daemonsets } from './daemonsets.ts';
import { deployments } from './deployments.ts';
import { deviceclasses } from './deviceclasses.ts';
import { endpoints } from './endpoints.ts';
import { endpointslices } from './endpointslices.ts';
import { events } from './events.ts';
import { horizontalpodautoscalers } from './horizontalpodautoscalers.ts';
import { ingressclasses } from './ingressclasses.ts';
import { ingresses } from './ingresses.ts';
import { jobs } from './jobs.ts';
import { leases } from './leases.ts';
import { limitranges } from './limitranges.ts';
import { mutatingadmissionpolicies } from './mutatingadmissionpolicies.ts';
import { mutatingadmissionpolicybindings } from './mutatingadmissionpolicybindings.ts';
import { mutatingwebhookconfigurations } from './mutatingwebhookconfigurations.ts';
import { namespaces } from './namespaces.ts';
import { networkpolicies } from './networkpolicies.ts';
import { nodes } from './nodes.ts';
import { persistentvolumeclaims } from './persistentvolumeclaims.ts';
import { persistentvolumes } from './persistentvolumes.ts';
import { poddisruptionbudgets } from './poddisruptionbudgets.ts';
import { podOwnerWithApiVersion } from './podOwner.ts';
import { pods } from './pods.ts';
import { replicasets } from './replicasets.ts';
import { replicationcontrollers } from './replicationcontrollers.ts';
import { resourceclaims } from './resourceclaims.ts';
import { resourcequotas } from './resourcequotas.ts';
import { resourceslices } from './resourceslices.ts';
import { rolebindings } from './rolebindings.ts';
import { roles } from './roles.ts';
import { secrets } from './secrets.ts';
import { serviceaccounts } from './serviceaccounts.ts';
import { services } from './services.ts';
import { statefulsets } from './statefulsets.ts';
import { storageclasses } from './storageclasses.ts';
import { validatingadmissionpolicies } from './validatingadmissionpolicies.ts';
import { validatingadmissionpolicybindings } from './validatingadmissionpolicybindings.ts';
import { validatingwebhookconfigurations } from './validatingwebhookconfigurations.ts';
import { volumeattachments } from './volumeattachments.ts';

export const resources = {
  certificatesigningrequests,
  clusterrolebindings,
  clusterroles,
  configmaps,
  cronjobs,
  daemonsets,
  deployments,
  deviceclasses,
  endpoints,
  endpointslices,
  events,
  horizontalpodautoscalers,
  ingressclasses,
  ingresses,
  jobs,
  leases,
  limitranges,
  mutatingadmissionpolicies,
  mutatingadmissionpolicybindings,
  mutatingwebhookconfigurations,
  namespaces,
  networkpolicies,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  pods,
  replicasets,
  replicationcontrollers,
  resourceclaims,
  resourcequotas,
  resourceslices,
  rolebindings,
  roles,
  secrets,
  serviceaccounts,
  services,
  statefulsets,
  storageclasses,
  validatingadmissionpolicies,
  validatingadmissionpolicybindings,
  validatingwebhookconfigurations,
  volumeattachments,
} satisfies Readonly<Record<string, Resource<never>>>;

/** The tables as flags change their rows. */
export const tablesWith = ({
  podOwnerApiVersion,
}: {
  readonly podOwnerApiVersion: boolean;
}): Readonly<Record<ResourceName, AnyResource>> => {
  if (!podOwnerApiVersion) return resources;
  const families = { ...pods.families, kube_pod_owner: podOwnerWithApiVersion };
  return { ...resources, pods: { ...pods, families } };
};

/** The names of all families that are state sets. */
export const stateSetNames = (): string[] =>
  Object.values<AnyResource>(resources)
    .flatMap(({ families }) => Object.entries(families))
    .filter(([, row]) => isStateSet(row))
    .map(([name]) => name);

/** The plural and the table of a kind, in whatever version; undefined where it has none. */
export const tableOfKind = (
  group: string,
  kind: string,
): readonly [plural: string, table: AnyResource] | undefined =>
  Object.entries<AnyResource>(resources).find(
    ([, table]) => table.group === group && table.kind === kind,
  );

export type ResourceName = keyof typeof resources;

/** The name of any family of any resource. */
export type FamilyName = {
  [Name in ResourceName]: keyof (typeof resources)[Name]['families'];
}[ResourceName];
