// Nodes: what they are, what they offer, and how they are.
import type { V1Node } from '@kubernetes/client-node';
import { type Emit, gauge, gauges, info } from '../metrics/family.ts';
import { quantity, resourceLabels } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { emitConditions, flag } from './conditions.ts';

const rolePrefix = 'node-role.kubernetes.io/';

// biome-ignore format: a table, a row each
export const nodes = {
  group: '',
  version: 'v1',
  kind: 'Node',
  scope: 'cluster',
  default: true,
  identity: {
    node: (n) => n.metadata.name,
  },
  families: {
    kube_node_annotations: annotations('ALPHA'),
    kube_node_created: created('STABLE'),
    kube_node_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_node_info: info('STABLE',
      'Always 1: the software of the node and the names by which the cloud and the network know it.', {
        kernel_version: (n) => n.status?.nodeInfo?.kernelVersion,
        os_image: (n) => n.status?.nodeInfo?.osImage,
        container_runtime_version: (n) => n.status?.nodeInfo?.containerRuntimeVersion,
        kubelet_version: (n) => n.status?.nodeInfo?.kubeletVersion,
        // Kubernetes gave the field up: kubelets no longer know the version, and KSM says this.
        kubeproxy_version: () => 'deprecated',
        provider_id: (n) => n.spec?.providerID,
        pod_cidr: (n) => n.spec?.podCIDR,
        system_uuid: (n) => n.status?.nodeInfo?.systemUUID,
        // A dual-stack node has two, of which KSM shows the last.
        internal_ip: (n) => n.status?.addresses?.findLast(({ type }) => type === 'InternalIP')?.address,
      }),
    kube_node_labels: labels('STABLE'),
    kube_node_role: gauges('ALPHA',
      'Always 1: one series for each role that a node-role.kubernetes.io label gives the node.', ['role'], (n, emit) => {
        for (const key in n.metadata.labels) {
          if (key.startsWith(rolePrefix)) emit(1, key.slice(rolePrefix.length));
        }
      }),
    kube_node_spec_pod_cidrs: gauges('ALPHA',
      'Always 1: one series for each range from which pods on the node get their addresses.', ['pod_cidr'], (n, emit) => {
        for (const cidr of n.spec?.podCIDRs ?? []) emit(1, cidr);
      }),
    kube_node_spec_taint: gauges('STABLE',
      'Always 1: one series for each taint, which keeps away pods that do not tolerate it.', ['key', 'value', 'effect'], (n, emit) => {
        for (const { key, value, effect } of n.spec?.taints ?? []) emit(1, key, value, effect);
      }),
    kube_node_spec_unschedulable: gauge('STABLE',
      'Whether the node is cordoned, so that no new pods are placed on it: 1 if so, else 0.', (n) => flag(n.spec?.unschedulable)),
    kube_node_status_allocatable: gauges('STABLE',
      'Amount of a resource that pods on the node may ask for, in the unit that the label names.', ['resource', 'unit'],
      (n, emit) => emitAmounts(n.status?.allocatable, emit)),
    kube_node_status_capacity: gauges('STABLE',
      'Amount of a resource that the node has in all, in the unit that the label names.', ['resource', 'unit'],
      (n, emit) => emitAmounts(n.status?.capacity, emit)),
    kube_node_status_condition: gauges('STABLE',
      'Whether a condition of the node has the status that the label names: 1 if so, else 0.', ['condition', 'status'], (n, emit) => emitConditions(n.status?.conditions, emit)),
    kube_node_status_addresses: gauges('ALPHA',
      'Always 1: one series for each address or name at which the node is reached.', ['type', 'address'], (n, emit) => {
        for (const { type, address } of n.status?.addresses ?? []) emit(1, type, address);
      }),
  },
} satisfies Resource<V1Node>;

function emitAmounts(
  amounts: Readonly<Record<string, string>> | null | undefined,
  emit: Emit<['resource', 'unit']>,
): void {
  for (const name in amounts) {
    const { resource, unit } = resourceLabels(name);
    if (unit !== undefined) emit(quantity(amounts[name]), resource, unit);
  }
}
