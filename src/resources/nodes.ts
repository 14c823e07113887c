// Nodes: versions, addresses, roles, taints, capacity and conditions.
import type { V1Node } from '@kubernetes/client-node';
import { type Emit, joined, metadata, spec, status } from '../metrics/family.ts';
import { quantity, resourceLabels } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { conditionStates, emitConditions, flag } from './conditions.ts';

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
    kube_node_info: joined('STABLE',
      'Always 1: the software versions, provider ID, pod CIDR, system UUID and internal IP of the node.', ['kernel_version', 'os_image', 'container_runtime_version', 'kubelet_version', 'kubeproxy_version', 'provider_id', 'pod_cidr', 'system_uuid', 'internal_ip'],
      (s) => ({ providerId: s?.providerID, podCidr: s?.podCIDR }),
      ({ providerId, podCidr }, { status }, emit) => {
        const { kernelVersion, osImage, containerRuntimeVersion, kubeletVersion, systemUUID } = status?.nodeInfo ?? {};
        // KSM shows the last one of a dual-stack node.
        const internalIp = status?.addresses?.findLast(({ type }) => type === 'InternalIP')?.address;
        // Kubernetes removed the version of kube-proxy; KSM serves this constant.
        emit(1, kernelVersion, osImage, containerRuntimeVersion, kubeletVersion, 'deprecated', providerId, podCidr, systemUUID, internalIp);
      }),
    kube_node_labels: labels('STABLE'),
    kube_node_role: metadata.gauges('ALPHA',
      'Always 1: one series for each role of the node, from its node-role.kubernetes.io labels.', ['role'], (m, emit) => {
        for (const key in m.labels) {
          if (key.startsWith(rolePrefix)) emit(1, key.slice(rolePrefix.length));
        }
      }),
    kube_node_spec_pod_cidrs: spec.gauges('ALPHA',
      'Always 1: one series for each pod CIDR of the node.', ['pod_cidr'], (s, emit) => {
        for (const cidr of s?.podCIDRs ?? []) emit(1, cidr);
      }),
    kube_node_spec_taint: spec.gauges('STABLE',
      'Always 1: one series for each taint of the node.', ['key', 'value', 'effect'], (s, emit) => {
        for (const { key, value, effect } of s?.taints ?? []) emit(1, key, value, effect);
      }),
    kube_node_spec_unschedulable: spec.gauge('STABLE',
      'Whether the node is cordoned (unschedulable for new pods): 1 if so, else 0.', (s) => flag(s?.unschedulable)),
    kube_node_status_allocatable: status.gauges('STABLE',
      'Amount of a resource that pods can request on the node, in the unit of the label.', ['resource', 'unit'],
      (s, emit) => emitAmounts(s?.allocatable, emit)),
    kube_node_status_capacity: status.gauges('STABLE',
      'Total amount of a resource of the node, in the unit of the label.', ['resource', 'unit'],
      (s, emit) => emitAmounts(s?.capacity, emit)),
    kube_node_status_condition: status.stateSet('STABLE',
      'Whether a condition of the node has this status: 1 if so, else 0.', ['condition', 'status'], conditionStates, (s, emit) => emitConditions(s?.conditions, emit)),
    kube_node_status_addresses: status.gauges('ALPHA',
      'Always 1: one series for each address of the node and its type.', ['type', 'address'], (s, emit) => {
        for (const { type, address } of s?.addresses ?? []) emit(1, type, address);
      }),
    kube_node_status_display: joined('ALPHA',
      'Always 1: the status of the node as kubectl shows it, such as Ready, NotReady or Ready,SchedulingDisabled.', ['status'],
      (s) => s?.unschedulable === true,
      (unschedulable, { status }, emit) => {
        // The last condition of a type counts, as in Go.
        const ready = status?.conditions?.findLast(({ type }) => type === 'Ready');
        const display = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
        emit(1, unschedulable ? `${display},SchedulingDisabled` : display);
      }, { optIn: true }),
  },
} satisfies Resource<V1Node>;

function emitAmounts(
  amounts: Readonly<Record<string, string>> | null | undefined,
  emit: Emit<['resource', 'unit']>,
): void {
  for (const name in amounts) {
    const { resource, units } = resourceLabels(name);
    for (const unit of units) emit(quantity(amounts[name]), resource, unit);
  }
}
