// The transitions of a pod from pending to terminated. Each function changes the given pod.
import type { ApiObject, ContainerStatus, Node, Pod, PodTemplate } from '../objects.ts';
import { controllerReference } from '../objects.ts';
import { hex, imageDigest, uuid } from '../random.ts';

/** Annotations of a pod template that control the simulated behaviour. */
export const behaviour = {
  /** The first container crashes after this many seconds, each time. */
  crashesAfter: 'demo.kubestate.io/crashes-after-seconds',
  /** The containers exit after this many seconds. */
  runsFor: 'demo.kubestate.io/runs-for-seconds',
  /** The probability that a run fails, from 0 to 1. */
  fails: 'demo.kubestate.io/failure-probability',
} as const;

const graceSecondsDefault = 30;

export interface PodPlan {
  readonly name: string;
  readonly namespace: string;
  readonly owner: ApiObject;
  readonly template: PodTemplate;
  /** Labels in addition to those of the template. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly random: () => number;
  readonly now: string;
}

/** A new pod: pending, and not scheduled. */
export function newPod({ name, namespace, owner, template, labels, random, now }: PodPlan): Pod {
  const account = `kube-api-access-${hex(random, 5)}`;
  const mount = {
    name: account,
    readOnly: true,
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  };
  const spec = structuredClone(template.spec as Pod['spec']);
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    container.volumeMounts = [...(container.volumeMounts ?? []), mount];
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: name.startsWith(`${owner.metadata.name}-`)
        ? `${owner.metadata.name}-`
        : undefined,
      namespace,
      uid: uuid(random),
      creationTimestamp: now,
      labels: { ...template.metadata?.labels, ...labels },
      annotations: template.metadata?.annotations,
      ownerReferences: [controllerReference(owner)],
    },
    spec: {
      ...spec,
      serviceAccount: spec.serviceAccountName,
      priority: spec.priorityClassName === undefined ? 0 : 2_000_001_000,
      preemptionPolicy: 'PreemptLowerPriority',
      enableServiceLinks: true,
      tolerations: [...(spec.tolerations ?? []), ...defaultTolerations],
      volumes: [...(spec.volumes ?? []), apiAccess(account)],
    },
    status: { phase: 'Pending', qosClass: qosClassOf(spec) },
  };
}

/** The default tolerations: five minutes of an unreachable or unready node. */
const defaultTolerations = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

function apiAccess(name: string): NonNullable<Pod['spec']['volumes']>[number] {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3_607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      ],
    },
  };
}

function qosClassOf({ containers, initContainers = [] }: Pod['spec']): string {
  const all = [...containers, ...initContainers].map(({ resources }) => resources ?? {});
  if (all.every(({ requests, limits }) => !requests && !limits)) return 'BestEffort';
  const guaranteed = all.every(({ requests, limits }) =>
    ['cpu', 'memory'].every((name) => limits?.[name] && limits[name] === requests?.[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

export function bind(pod: Pod, node: string, now: string): void {
  pod.spec.nodeName = node;
  setCondition(pod, 'PodScheduled', { status: 'True' }, now);
}

/** The pod is unschedulable for now. */
export function failToSchedule(pod: Pod, message: string, now: string): void {
  const state = { status: 'False', reason: 'Unschedulable', message };
  setCondition(pod, 'PodScheduled', state, now);
}

/** The kubelet has accepted the pod, and its containers are being created. */
export function prepare(pod: Pod, node: Node, now: string): void {
  const { spec, status } = pod;
  const ip = node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  // A pod created by a client may lack a phase.
  status.phase ??= 'Pending';
  status.qosClass ??= qosClassOf(spec);
  status.hostIP = ip;
  status.hostIPs = [{ ip }];
  status.startTime = now;
  const waiting = (name: string, image: string, reason: string): ContainerStatus => ({
    name,
    image,
    imageID: '',
    state: { waiting: { reason } },
    lastState: {},
    ready: false,
    started: false,
    restartCount: 0,
  });
  const inits = spec.initContainers ?? [];
  const state = inits.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  if (inits.length > 0) {
    status.initContainerStatuses = inits.map(({ name, image = '' }) =>
      waiting(name, image, 'PodInitializing'),
    );
  }
  status.containerStatuses = spec.containers.map(({ name, image = '' }) =>
    waiting(name, image, state),
  );
  setCondition(pod, 'PodReadyToStartContainers', { status: 'False' }, now);
  const initialized = inits.length === 0 ? 'True' : 'False';
  setCondition(pod, 'Initialized', { status: initialized }, now);
  setReady(pod, now);
}

/** All containers are running, but not ready yet. */
export function run(pod: Pod, ip: string, now: string, random: () => number): void {
  const { spec, status } = pod;
  status.phase = 'Running';
  status.podIP = spec.hostNetwork ? status.hostIP : ip;
  status.podIPs = [{ ip: status.podIP ?? '' }];
  for (const container of status.initContainerStatuses ?? []) {
    identify(container, random);
    container.state = { terminated: terminated(container, now, now, 0) };
    container.ready = true;
  }
  const resources = new Map(spec.containers.map((container) => [container.name, container]));
  for (const container of status.containerStatuses ?? []) {
    identify(container, random);
    container.state = { running: { startedAt: now } };
    container.started = true;
    container.resources = resources.get(container.name)?.resources;
    container.allocatedResources = container.resources?.requests;
  }
  setCondition(pod, 'PodReadyToStartContainers', { status: 'True' }, now);
  setCondition(pod, 'Initialized', { status: 'True' }, now);
}

/** The readiness probes succeed. */
export function becomeReady(pod: Pod, now: string): void {
  for (const container of pod.status.containerStatuses ?? []) container.ready = true;
  setReady(pod, now);
}

/** The node controller marks the pod as not ready because its node is unreachable, or as ready. */
export function markReady(pod: Pod, ready: boolean, now: string): void {
  if (ready) setReady(pod, now);
  else setCondition(pod, 'Ready', { status: 'False' }, now);
}

/** The first container crashes. */
export function crash(pod: Pod, now: string): void {
  const [container] = pod.status.containerStatuses ?? [];
  if (container === undefined) return;
  const startedAt = container.state?.running?.startedAt ?? now;
  container.state = { terminated: terminated(container, startedAt, now, 1) };
  container.ready = false;
  container.started = false;
  setReady(pod, now);
}

/** The crashed container is in CrashLoopBackOff. */
export function backOff(pod: Pod, seconds: number): void {
  const [container] = pod.status.containerStatuses ?? [];
  if (container?.state?.terminated === undefined) return;
  container.lastState = { terminated: container.state.terminated };
  const wait = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
  const { name, namespace, uid } = pod.metadata;
  const what = `container=${container.name} pod=${name}_${namespace}(${uid})`;
  const message = `back-off ${wait} restarting failed ${what}`;
  container.state = { waiting: { reason: 'CrashLoopBackOff', message } };
}

/** The crashed container is restarted. */
export function restart(pod: Pod, now: string, random: () => number): void {
  const [container] = pod.status.containerStatuses ?? [];
  if (container === undefined) return;
  const ended = container.state?.terminated;
  if (ended !== undefined) container.lastState = { terminated: ended };
  container.restartCount += 1;
  identify(container, random);
  container.state = { running: { startedAt: now } };
  container.started = true;
}

/** All containers have terminated, and the pod has succeeded or failed. */
export function finish(pod: Pod, exitCode: number, now: string): void {
  pod.status.phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  for (const container of pod.status.containerStatuses ?? []) {
    const startedAt = container.state?.running?.startedAt ?? now;
    container.state = { terminated: terminated(container, startedAt, now, exitCode) };
    container.ready = false;
    container.started = false;
  }
  const reason = exitCode === 0 ? 'PodCompleted' : 'PodFailed';
  setCondition(pod, 'PodReadyToStartContainers', { status: 'False' }, now);
  if (exitCode === 0) setCondition(pod, 'Initialized', { status: 'True', reason }, now);
  for (const type of ['Ready', 'ContainersReady']) {
    setCondition(pod, type, { status: 'False', reason }, now);
  }
}

/** The kubelet evicts the pod because of memory pressure. */
export function evict(pod: Pod, now: string): void {
  finish(pod, 137, now);
  pod.status.reason = 'Evicted';
  pod.status.message = 'The node was low on resource: memory.';
  const state = {
    status: 'True',
    reason: 'TerminationByKubelet',
    message: 'The node was low on resource: memory.',
  };
  setCondition(pod, 'DisruptionTarget', state, now);
}

/** The pod is terminating, with its grace period. */
export function askToEnd(pod: Pod, now: string): void {
  pod.metadata.deletionTimestamp = now;
  pod.metadata.deletionGracePeriodSeconds =
    pod.spec.terminationGracePeriodSeconds ?? graceSecondsDefault;
}

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** Whether the pod is neither terminated nor terminating, so that its controller counts it. */
export const isActive = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && status.phase !== 'Succeeded' && status.phase !== 'Failed';

interface ConditionState {
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Sets Ready and ContainersReady from the containers. */
function setReady(pod: Pod, now: string): void {
  const unready = (pod.status.containerStatuses ?? []).filter(({ ready }) => !ready);
  const names = unready.map(({ name }) => name).join(' ');
  const state =
    unready.length === 0
      ? { status: 'True' }
      : {
          status: 'False',
          reason: 'ContainersNotReady',
          message: `containers with unready status: [${names}]`,
        };
  setCondition(pod, 'Ready', state, now);
  setCondition(pod, 'ContainersReady', state, now);
}

function setCondition(pod: Pod, type: string, state: ConditionState, now: string): void {
  const { conditions = [] } = pod.status;
  pod.status.conditions = conditions;
  const before = conditions.find((condition) => condition.type === type);
  const lastTransitionTime = before?.status === state.status ? before.lastTransitionTime : now;
  const { generation: observedGeneration } = pod.metadata;
  const after = { type, ...state, observedGeneration, lastTransitionTime };
  if (before === undefined) conditions.push(after);
  else conditions[conditions.indexOf(before)] = after;
}

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

function terminated(
  { containerID }: ContainerStatus,
  startedAt: string,
  finishedAt: string,
  exitCode: number,
): Terminated {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { exitCode, reason, startedAt, finishedAt, containerID };
}

function identify(container: ContainerStatus, random: () => number): void {
  container.imageID = `${container.image.replace(/:[^:/]*$/, '')}@${imageDigest(container.image)}`;
  container.containerID = `containerd://${hex(random, 64)}`;
}
