// The nodes of the simulated cluster: creation, memory pressure, and unreachability.
import type { Node } from '../objects.ts';
import { hex, uuid } from '../random.ts';

const zones = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
const kubeletVersion = 'v1.36.0';

export interface NodePlan {
  /** The number of the node, from 0; the first ones are the control plane. */
  readonly index: number;
  readonly controlPlane: boolean;
  readonly random: () => number;
  readonly now: string;
}

interface Size {
  readonly type: string;
  readonly cpu: number;
  readonly memoryKi: number;
}

const controlPlaneSize: Size = { type: 'm7i.xlarge', cpu: 4, memoryKi: 16_116_936 };
const workerSizes: readonly Size[] = [
  { type: 'm7i.2xlarge', cpu: 8, memoryKi: 32_386_512 },
  { type: 'm7i.4xlarge', cpu: 16, memoryKi: 64_926_120 },
];

export function makeNode({ index, controlPlane, random, now }: NodePlan): Node {
  const name = controlPlane ? `control-plane-${index + 1}` : `worker-${index}`;
  const zone = zones[index % zones.length] as string;
  const size = controlPlane ? controlPlaneSize : (workerSizes[index % 2] as Size);
  const provider = hex(random, 17);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: uuid(random),
      creationTimestamp: now,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': size.type,
        'topology.kubernetes.io/region': 'eu-central-1',
        'topology.kubernetes.io/zone': zone,
        ...(controlPlane && { 'node-role.kubernetes.io/control-plane': '' }),
      },
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: {
      podCIDR: `10.${64 + (index >> 8)}.${index & 255}.0/24`,
      podCIDRs: [`10.${64 + (index >> 8)}.${index & 255}.0/24`],
      providerID: `aws:///${zone}/i-${provider}`,
      ...(controlPlane && {
        taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
      }),
    },
    status: {
      ...capacityOf(size),
      conditions: (['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'] as const).map(
        (type) => conditionOf(type, type === 'Ready' ? 'True' : 'False', now),
      ),
      addresses: [
        { type: 'InternalIP', address: `192.168.${index >> 8}.${index & 255}` },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        machineID: hex(random, 32),
        systemUUID: uuid(random),
        bootID: uuid(random),
        kernelVersion: '6.12.57',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        containerRuntimeVersion: 'containerd://2.2.0',
        kubeletVersion,
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
  };
}

/** Pod addresses of a node: its pod CIDR without those of the node itself. */
export const podAddressesMax = 253;

/** The pod address with a number, from 0, on a node. */
export function podAddress({ spec }: Node, number: number): string {
  const [range = '10.0.0.0'] = (spec.podCIDR ?? '').split('/');
  return range.replace(/\.0$/, `.${2 + (number % podAddressesMax)}`);
}

type Capacity = Pick<Node['status'], 'capacity' | 'allocatable'>;

function capacityOf({ cpu, memoryKi }: Size): Capacity {
  const shared = { 'hugepages-2Mi': '0', pods: '110' };
  const disk = { 'ephemeral-storage': '104845292Ki' };
  return {
    capacity: { cpu: String(cpu), ...disk, memory: `${memoryKi}Ki`, ...shared },
    // Capacity without the reservations of system and kubelet.
    allocatable: {
      cpu: `${cpu * 1_000 - 80}m`,
      'ephemeral-storage': '95551679124',
      memory: `${memoryKi - 1_048_576}Ki`,
      ...shared,
    },
  };
}

type Condition = NonNullable<Node['status']['conditions']>[number];

interface ConditionState {
  readonly reason: string;
  readonly message: string;
}

/** The conditions that a kubelet reports, by type and status. */
const kubeletStates: Readonly<Record<string, ConditionState>> = {
  'MemoryPressure False': {
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  'MemoryPressure True': {
    reason: 'KubeletHasInsufficientMemory',
    message: 'kubelet has insufficient memory available',
  },
  'DiskPressure False': {
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  'PIDPressure False': {
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  'Ready True': { reason: 'KubeletReady', message: 'kubelet is posting ready status' },
};

/** The condition that the node controller sets for an unreachable node. */
const unheard: ConditionState = {
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
};

function conditionOf(type: string, status: string, now: string, before?: Condition): Condition {
  const state = kubeletStates[`${type} ${status}`] ?? unheard;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
  return { type, status, lastHeartbeatTime: now, lastTransitionTime, ...state };
}

const memoryTaint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };
const awayTaints = (now: string): NonNullable<Node['spec']['taints']> =>
  ['NoSchedule', 'NoExecute'].map((effect) => ({
    key: 'node.kubernetes.io/unreachable',
    effect,
    timeAdded: now,
  }));

/** Sets or clears memory pressure. */
export function setMemoryPressure(node: Node, pressed: boolean, now: string): void {
  setConditions(node, { MemoryPressure: pressed ? 'True' : 'False' }, now);
  retaint(node, memoryTaint.key, pressed ? [memoryTaint] : []);
}

/** Marks a node as unreachable, or as reachable again. */
export function setAway(node: Node, away: boolean, now: string): void {
  const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];
  const states = Object.fromEntries(pressures.map((type) => [type, away ? 'Unknown' : 'False']));
  setConditions(node, { ...states, Ready: away ? 'Unknown' : 'True' }, now);
  retaint(node, 'node.kubernetes.io/unreachable', away ? awayTaints(now) : []);
}

export const isNodeReady = ({ status }: Node): boolean =>
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** Whether a node is ready and has no problem that excludes new pods. */
export const isNodeWell = (node: Node): boolean =>
  isNodeReady(node) &&
  !node.spec.unschedulable &&
  node.status.conditions?.some(({ type, status }) => type !== 'Ready' && status !== 'False') ===
    false;

function setConditions(node: Node, states: Readonly<Record<string, string>>, now: string): void {
  node.status.conditions = (node.status.conditions ?? []).map((condition) => {
    const status = states[condition.type];
    return status === undefined ? condition : conditionOf(condition.type, status, now, condition);
  });
}

function retaint(node: Node, key: string, taints: NonNullable<Node['spec']['taints']>): void {
  const others = (node.spec.taints ?? []).filter((taint) => taint.key !== key);
  const all = [...others, ...taints];
  if (all.length === 0) delete node.spec.taints;
  else node.spec.taints = all;
}
