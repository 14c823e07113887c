// Pods: placement, phase, conditions, containers, requests and limits.
import type { V1Pod } from '@kubernetes/client-node';
import {
  counts,
  type Emit,
  type EmitState,
  type Identity,
  inherited,
  joined,
  spec,
  status,
} from '../metrics/family.ts';
import { history } from '../metrics/history.ts';
import type { KubeObject } from '../metrics/object.ts';
import { quantity, wholeQuantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  ownersAndController,
} from '../metrics/stock.ts';
import { unixSeconds } from '../metrics/time.ts';
import { ipFamily } from './addresses.ts';
import { conditionStates, emitCondition, flag, ifSet, isSet, presence } from './conditions.ts';
import {
  appContainers,
  eachReason,
  eachResource,
  eachStatus,
  eachStatusResource,
  imagesOf,
  initContainers,
  lastExitCode,
  lastFinishedAt,
  nodeOf,
  type PodSpec,
  type PodStatus,
  pairsOf,
  startedAt,
} from './containers.ts';
import { emitPodDisplay, takeInitContainers } from './podDisplay.ts';
import { emitPodResources, podResourceLabels, takeResources } from './podResources.ts';

/** Of terminations by workload. */
export const terminationLabels = [
  'namespace',
  'workload',
  'workload_type',
  'container',
  'reason',
] as const;
const phases = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'] as const;
const qosClasses = ['BestEffort', 'Burstable', 'Guaranteed'] as const;
/** Reasons of the conditions of a resize; others become `Other`. */
const pendingReasons = ['Deferred', 'Infeasible'];
const progressReasons = ['', 'Error'];

// biome-ignore format: a table, a row each
export const pods = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  scope: 'namespace',
  default: true,
  exactIntegers: ['tolerationSeconds'],
  identity: {
    namespace: (p) => p.metadata.namespace,
    pod: (p) => p.metadata.name,
    uid: (p) => p.metadata.uid,
  },
  families: {
    kube_pod_completion_time: status.gauge('STABLE',
      'Unix time in seconds at which the last terminated container of the pod finished.', completionTime),
    kube_pod_container_info: joined('STABLE',
      'Always 1: the image of a container as the spec names it, and the image and IDs that run.', ['container', 'image_spec', 'image', 'image_id', 'container_id'],
      imagesOf(appContainers), (images, { status }, emit) => {
        for (const [[, image], s] of pairsOf(appContainers, images, status)) emit(1, s.name, image, s.image, s.imageID, s.containerID);
      }),
    kube_pod_container_resource_limits: spec.gauges('STABLE',
      'Limit of a container for a resource, in the unit of the label.', ['container', 'node', 'resource', 'unit'], eachResource(appContainers, 'limits')),
    kube_pod_container_resource_requests: spec.gauges('STABLE',
      'Request of a container for a resource, in the unit of the label.', ['container', 'node', 'resource', 'unit'], eachResource(appContainers, 'requests')),
    kube_pod_container_state_started: status.gauges('STABLE',
      'Unix time in seconds at which a running or terminated container started.', ['container'], eachStatus(appContainers, startedAt)),
    kube_pod_container_status_last_terminated_reason: status.gauges('ALPHA',
      'Always 1: the reason of the last termination before the container was restarted, such as OOMKilled.', ['container', 'reason'], eachReason(appContainers, (s) => s.lastState?.terminated)),
    kube_pod_container_status_last_terminated_exitcode: status.gauges('ALPHA',
      'Exit code of the last termination before the container was restarted.', ['container'], eachStatus(appContainers, lastExitCode)),
    kube_pod_container_status_last_terminated_timestamp: status.gauges('ALPHA',
      'Unix time in seconds of the last termination before the container was restarted.', ['container'], eachStatus(appContainers, lastFinishedAt)),
    kube_pod_container_status_ready: status.gauges('STABLE',
      'Whether the container is ready: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => flag(s.ready))),
    kube_pod_container_status_restarts_total: status.gauges('STABLE',
      'Number of restarts of the container.', ['container'], eachStatus(appContainers, (s) => s.restartCount ?? 0), { type: 'counter' }),
    kube_pod_container_status_running: status.gauges('STABLE',
      'Whether the container is running: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => presence(s.state?.running))),
    kube_pod_container_status_terminated: status.gauges('STABLE',
      'Whether the container is terminated: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => presence(s.state?.terminated))),
    kube_pod_container_status_terminated_reason: status.gauges('ALPHA',
      'Always 1: the reason why the container is terminated, such as OOMKilled or Completed.', ['container', 'reason'], eachReason(appContainers, (s) => s.state?.terminated)),
    kube_pod_container_status_waiting: status.gauges('STABLE',
      'Whether the container is waiting: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => presence(s.state?.waiting))),
    kube_pod_container_status_waiting_reason: status.gauges('STABLE',
      'Always 1: the reason why the container is waiting, such as CrashLoopBackOff or ImagePullBackOff.', ['container', 'reason'], eachReason(appContainers, (s) => s.state?.waiting)),
    kube_pod_created: created('STABLE'),
    kube_pod_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_pod_info: joined('STABLE',
      'Always 1: the node, addresses, controller, priority class and host network of the pod.', ['host_ip', 'pod_ip', 'node', 'created_by_kind', 'created_by_name', 'priority_class', 'host_network'],
      (s) => ({ node: s?.nodeName, priorityClass: s?.priorityClassName, hostNetwork: String(s?.hostNetwork === true) }),
      ({ node, priorityClass, hostNetwork }, { metadata, status }, emit) => {
        const by = metadata.ownerReferences?.find(({ controller }) => controller);
        emit(1, status?.hostIP, status?.podIP, node, by?.kind, by?.name, priorityClass, hostNetwork);
      }),
    kube_pod_ips: status.gauges('ALPHA',
      'Always 1: one series for each IP address of the pod, with its IP family (4 or 6).', ['ip', 'ip_family'], (s, emit) => {
        for (const { ip } of s?.podIPs ?? []) {
          const family = ipFamily(ip);
          if (family !== undefined) emit(1, ip, family);
        }
      }),
    kube_pod_init_container_info: joined('STABLE',
      'Always 1: the image of an init container as the spec names it, the image and IDs that run, and its restart policy, which is Always for a sidecar.', ['container', 'image_spec', 'image', 'image_id', 'container_id', 'restart_policy'],
      imagesOf(initContainers), (images, { status }, emit) => {
        for (const [[, image, policy], s] of pairsOf(initContainers, images, status)) emit(1, s.name, image, s.image, s.imageID, s.containerID, policy);
      }),
    kube_pod_init_container_resource_limits: spec.gauges('ALPHA',
      'Limit of an init container for a resource, in the unit of the label.', ['container', 'node', 'resource', 'unit'], eachResource(initContainers, 'limits')),
    kube_pod_init_container_resource_requests: spec.gauges('ALPHA',
      'Request of an init container for a resource, in the unit of the label.', ['container', 'node', 'resource', 'unit'], eachResource(initContainers, 'requests')),
    kube_pod_init_container_state_started: status.gauges('ALPHA',
      'Unix time in seconds at which a running or terminated init container started.', ['container'], eachStatus(initContainers, startedAt)),
    kube_pod_init_container_status_last_terminated_reason: status.gauges('ALPHA',
      'Always 1: the reason of the last termination before the init container was restarted.', ['container', 'reason'], eachReason(initContainers, (s) => s.lastState?.terminated)),
    kube_pod_init_container_status_last_terminated_exitcode: status.gauges('ALPHA',
      'Exit code of the last termination before the init container was restarted.', ['container'], eachStatus(initContainers, lastExitCode)),
    kube_pod_init_container_status_last_terminated_timestamp: status.gauges('ALPHA',
      'Unix time in seconds of the last termination before the init container was restarted.', ['container'], eachStatus(initContainers, lastFinishedAt)),
    kube_pod_init_container_status_ready: status.gauges('STABLE',
      'Whether the init container has completed, or as a sidecar is ready: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => flag(s.ready))),
    kube_pod_init_container_status_restarts_total: status.gauges('STABLE',
      'Number of restarts of the init container.', ['container'], eachStatus(initContainers, (s) => s.restartCount ?? 0), { type: 'counter' }),
    kube_pod_init_container_status_running: status.gauges('STABLE',
      'Whether the init container is running: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => presence(s.state?.running))),
    kube_pod_init_container_status_terminated: status.gauges('STABLE',
      'Whether the init container is terminated: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => presence(s.state?.terminated))),
    kube_pod_init_container_status_terminated_reason: status.gauges('ALPHA',
      'Always 1: the reason why the init container is terminated.', ['container', 'reason'], eachReason(initContainers, (s) => s.state?.terminated)),
    kube_pod_init_container_status_waiting: status.gauges('STABLE',
      'Whether the init container is waiting: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => presence(s.state?.waiting))),
    kube_pod_init_container_status_waiting_reason: status.gauges('ALPHA',
      'Always 1: the reason why the init container is waiting.', ['container', 'reason'], eachReason(initContainers, (s) => s.state?.waiting)),
    kube_pod_annotations: annotations('ALPHA'),
    kube_pod_labels: labels('STABLE'),
    kube_pod_overhead_cpu_cores: spec.gauge('ALPHA',
      'CPU overhead of the pod in cores, beside the requests of its containers.', (s) => ifSet(s?.overhead?.cpu, quantity)),
    kube_pod_overhead_memory_bytes: spec.gauge('ALPHA',
      'Memory overhead of the pod in bytes, beside the requests of its containers.', (s) => ifSet(s?.overhead?.memory, wholeQuantity)),
    kube_pod_owner: ownersAndController('STABLE'),
    kube_pod_resourceclaim_info: joined('ALPHA',
      'Always 1: one series for each resource claim of the pod, with its ResourceClaim and ResourceClaimTemplate.', ['claim_name', 'resourceclaim_name', 'resourceclaim_template_name'], resourceClaimsOf, emitResourceClaims),
    kube_pod_restart_policy: spec.info('STABLE',
      'Always 1: the restart policy of the pod: Always, OnFailure or Never.', {
        type: (s) => s?.restartPolicy,
      }),
    kube_pod_runtimeclass_name_info: spec.gauges('ALPHA',
      'Always 1: the RuntimeClass of the pod, if it has one.', ['runtimeclass_name'], (s, emit) => {
        const name = s?.runtimeClassName;
        if (name !== undefined && name !== null) emit(1, name);
      }),
    kube_pod_spec_volumes_persistentvolumeclaims_info: spec.gauges('STABLE',
      'Always 1: one series for each volume that uses a PersistentVolumeClaim, and whether the claim is ephemeral.', ['volume', 'persistentvolumeclaim', 'ephemeral'], (s, emit, pod) => {
        for (const { volume, claim, ephemeral } of claimsOf(s, pod)) emit(1, volume, claim, ephemeral);
      }),
    kube_pod_spec_volumes_persistentvolumeclaims_readonly: spec.gauges('STABLE',
      'Whether a volume that uses a PersistentVolumeClaim is mounted read-only: 1 if so, else 0.', ['volume', 'persistentvolumeclaim', 'ephemeral'], (s, emit, pod) => {
        for (const { volume, claim, ephemeral, readOnly } of claimsOf(s, pod)) emit(readOnly, volume, claim, ephemeral);
      }),
    kube_pod_start_time: status.gauge('STABLE',
      'Unix time in seconds at which the kubelet accepted the pod, before it pulled any image.', (s) => ifSet(s?.startTime, unixSeconds)),
    kube_pod_status_phase: status.stateSet('STABLE',
      'Whether the pod is in this phase: 1 if so, else 0.', ['phase'], phases, (s, emit) => {
        if (s?.phase) emit(s.phase);
      }),
    kube_pod_status_qos_class: status.stateSet('ALPHA',
      'Whether the pod is of this QoS class: 1 if so, else 0.', ['qos_class'], qosClasses, (s, emit) => {
        if (s?.qosClass) emit(s.qosClass);
      }),
    kube_pod_status_ready: status.stateSet('STABLE',
      'Whether the Ready condition of the pod has this status: 1 if so, else 0.', ['condition'], conditionStates, stateOf('Ready')),
    kube_pod_status_ready_time: status.gauges('ALPHA',
      'Unix time in seconds at which the pod last became ready.', [], timesOf('Ready', 'True')),
    kube_pod_status_initialized_time: status.gauges('ALPHA',
      'Unix time in seconds at which all init containers of the pod had completed.', [], timesOf('Initialized', 'True')),
    kube_pod_status_container_ready_time: status.gauges('ALPHA',
      'Unix time in seconds at which all containers of the pod last became ready.', [], timesOf('ContainersReady', 'True')),
    kube_pod_status_reason: status.gauges('ALPHA',
      'Always 1: one series for each known reason in the status of the pod, such as Evicted or NodeLost.', ['reason'], emitReasons),
    kube_pod_status_disruption_reason: status.gauges('ALPHA',
      'Always 1: the reason of the DisruptionTarget condition of the pod, such as EvictionByEvictionAPI.', ['reason'], emitDisruption),
    kube_pod_status_scheduled: status.stateSet('STABLE',
      'Whether the PodScheduled condition of the pod has this status: 1 if so, else 0.', ['condition'], conditionStates, stateOf('PodScheduled')),
    kube_pod_status_scheduled_time: status.gauges('STABLE',
      'Unix time in seconds at which the pod was scheduled to a node.', [], timesOf('PodScheduled', 'True')),
    kube_pod_status_unschedulable: status.gauges('STABLE',
      'Always 1: the pod is not scheduled to a node: its PodScheduled condition is False.', [], (s, emit) => {
        if (s?.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'False')) emit(1);
      }),
    kube_pod_status_unscheduled_time: status.gauges('ALPHA',
      'Unix time in seconds since which the PodScheduled condition of the pod is False.', [], timesOf('PodScheduled', 'False')),
    kube_pod_tolerations: spec.gauges('ALPHA',
      'Always 1: one series for each toleration of the pod.', ['key', 'operator', 'value', 'effect', 'toleration_seconds'], (s, emit) => {
        for (const t of s?.tolerations ?? []) emit(1, t.key, t.operator, t.value, t.effect, t.tolerationSeconds?.toString());
      }),
    kube_pod_nodeselectors: spec.mapped('ALPHA',
      'Always 1: the node selector of the pod, as nodeselector_*.', 'nodeselector', (s) => s?.nodeSelector, { optIn: true }),
    kube_pod_service_account: spec.info('ALPHA',
      'Always 1: the service account of the pod.', {
        service_account: (s) => s?.serviceAccountName,
      }),
    kube_pod_scheduler: spec.info('ALPHA',
      'Always 1: the scheduler of the pod.', {
        name: (s) => s?.schedulerName,
      }),
    kube_pod_container_status_resource_requests: joined('ALPHA',
      'Request of a container that is in effect on the node, which differs from the spec while a resize is not done, in the unit of the label.', ['container', 'node', 'resource', 'unit'],
      nodeOf, eachStatusResource(appContainers, (s) => s.resources?.requests), { optIn: true }),
    kube_pod_container_status_resource_limits: joined('ALPHA',
      'Limit of a container that is in effect on the node, which differs from the spec while a resize is not done, in the unit of the label.', ['container', 'node', 'resource', 'unit'],
      nodeOf, eachStatusResource(appContainers, (s) => s.resources?.limits), { optIn: true }),
    kube_pod_container_status_allocated_resources: joined('ALPHA',
      'Amount of a resource that the node has allocated to a container, in the unit of the label.', ['container', 'node', 'resource', 'unit'],
      nodeOf, eachStatusResource(appContainers, (s) => s.allocatedResources), { optIn: true }),
    kube_pod_init_container_status_resource_requests: joined('ALPHA',
      'Request of an init container that is in effect on the node, which differs from the spec while a resize is not done, in the unit of the label.', ['container', 'node', 'resource', 'unit'],
      nodeOf, eachStatusResource(initContainers, (s) => s.resources?.requests), { optIn: true }),
    kube_pod_init_container_status_resource_limits: joined('ALPHA',
      'Limit of an init container that is in effect on the node, which differs from the spec while a resize is not done, in the unit of the label.', ['container', 'node', 'resource', 'unit'],
      nodeOf, eachStatusResource(initContainers, (s) => s.resources?.limits), { optIn: true }),
    kube_pod_init_container_status_allocated_resources: joined('ALPHA',
      'Amount of a resource that the node has allocated to an init container, in the unit of the label.', ['container', 'node', 'resource', 'unit'],
      nodeOf, eachStatusResource(initContainers, (s) => s.allocatedResources), { optIn: true }),
    kube_pod_resource_request: joined('ALPHA',
      'Amount of a resource that the pod requests in all, as the scheduler counts it: containers, init containers, sidecars, overhead, pod-level resources and resizes.', podResourceLabels,
      takeResources('requests'), emitPodResources('requests'), { optIn: true }),
    kube_pod_resource_limit: joined('ALPHA',
      'Limit of the pod for a resource in all, counted as kube_pod_resource_request is.', podResourceLabels,
      takeResources('limits'), emitPodResources('limits'), { optIn: true }),
    kube_pod_status_display: joined('ALPHA',
      'Always 1: the status of the pod as kubectl shows it, such as CrashLoopBackOff, Init:0/2 or Terminating.', ['status'],
      takeInitContainers, emitPodDisplay, { optIn: true }),
    kube_pod_container_terminations_total: history('ALPHA',
      'Number of times that a container, init container or sidecar has ended since kubestate first saw the pod, by the reason; unknown where no state showed it.', ['container', 'reason'], { optIn: true }),
    kube_pod_container_terminations_by_workload_total: { ...counts<KubeObject, typeof terminationLabels>('ALPHA',
      'Number of times that a container of the pods of a workload has ended since kubestate first saw the pods, also of pods that are gone, by the reason.', terminationLabels, () => undefined, { optIn: true }), everyEvent: true, inherits: 'workloads' },
    kube_pod_status_resize_pending: status.gauges('ALPHA',
      'Always 1: the pod was asked to resize in place and waits: Deferred where the node has no room now, Infeasible where it never will.', ['reason'], resizeReasons('PodResizePending', pendingReasons), { optIn: true }),
    kube_pod_status_resize_in_progress: status.gauges('ALPHA',
      'Always 1: the node resizes the pod in place; the reason is Error where that failed, and else empty.', ['reason'], resizeReasons('PodResizeInProgress', progressReasons), { optIn: true }),
    kube_pod_workload: inherited('ALPHA',
      'Always 1: what is at the top of the owners that control the pod, such as its Deployment or CronJob, with the kind in lower case as workload_type; barepod without any, staticpod where the node controls it.',
      'workloads', ['workload', 'workload_type'], { optIn: true }),
  },
} satisfies Resource<V1Pod>;

/** Reasons that are shown by name; others become `Other`, to limit cardinality. */
const statusReasons: ReadonlySet<string> = new Set([
  'Evicted',
  'NodeAffinity',
  'NodeLost',
  'PreemptionByScheduler',
  'SchedulingGated',
  'Shutdown',
  'TerminationByKubelet',
  'UnexpectedAdmissionError',
]);
const disruptionReasons: ReadonlySet<string> = new Set([
  'DeletionByPodGC',
  'DeletionByTaintManager',
  'EvictionByEvictionAPI',
  'PreemptionByScheduler',
  'TerminationByKubelet',
]);
const otherReason = 'Other';

function completionTime(s: PodStatus): number | undefined {
  let last = 0;
  for (const { state } of appContainers.statuses(s)) {
    if (state?.terminated) last = Math.max(last, unixSeconds(state.terminated.finishedAt));
  }
  return last > 0 ? last : undefined;
}

function stateOf(type: string): (s: PodStatus, emit: EmitState<['condition']>) => void {
  return (s, emit) => emitCondition(s?.conditions, type, emit);
}

function timesOf(type: string, status: 'True' | 'False'): (s: PodStatus, emit: Emit<[]>) => void {
  return (s, emit) => {
    for (const condition of s?.conditions ?? []) {
      if (condition.type !== type || condition.status !== status) continue;
      emit(unixSeconds(condition.lastTransitionTime));
    }
  };
}

/** An unknown reason is shown as `Other` if it is the pod's own, and else not at all. */
function emitReasons(s: PodStatus, emit: Emit<['reason']>): void {
  const own = s?.reason;
  if (own) emit(1, statusReasons.has(own) ? own : otherReason);
  for (const { reason } of s?.conditions ?? []) {
    if (reason && statusReasons.has(reason)) emit(1, reason);
  }
  for (const { state } of appContainers.statuses(s)) {
    const reason = state?.terminated?.reason;
    if (reason && statusReasons.has(reason)) emit(1, reason);
  }
}

/** Shown for any status of the condition, even False, as in KSM. */
function emitDisruption(s: PodStatus, emit: Emit<['reason']>): void {
  for (const { type, reason } of s?.conditions ?? []) {
    if (type !== 'DisruptionTarget') continue;
    emit(1, reason && disruptionReasons.has(reason) ? reason : otherReason);
  }
}

/** A series while the condition of a resize holds, with its reason if that is a known one. */
function resizeReasons(
  type: string,
  known: readonly string[],
): (s: PodStatus, emit: Emit<['reason']>) => void {
  return (s, emit) => {
    for (const condition of s?.conditions ?? []) {
      if (condition.type !== type || condition.status !== 'True') continue;
      const reason = condition.reason ?? '';
      emit(1, known.includes(reason) ? reason : otherReason);
    }
  };
}

function resourceClaimsOf(s: PodSpec) {
  return (s?.resourceClaims ?? []).map(
    ({ name, resourceClaimName, resourceClaimTemplateName }) => ({
      name,
      claim: resourceClaimName,
      template: resourceClaimTemplateName,
    }),
  );
}

/** A claim names a ResourceClaim, or a template; the status then names the claim made from it. */
function emitResourceClaims(
  claims: ReturnType<typeof resourceClaimsOf>,
  { status }: { readonly status?: PodStatus },
  emit: Emit<['claim_name', 'resourceclaim_name', 'resourceclaim_template_name']>,
): void {
  for (const { name, claim, template } of claims) {
    if (!isSet(claim ?? template)) continue;
    const made = status?.resourceClaimStatuses?.find((one) => one.name === name);
    emit(1, name, claim ?? made?.resourceClaimName, template);
  }
}

interface Claim {
  readonly volume: string;
  readonly claim: string;
  readonly ephemeral: 'true' | 'false';
  readonly readOnly: number;
}

/** The volumes that use a PersistentVolumeClaim. */
function claimsOf(s: PodSpec, pod: Identity): Claim[] {
  const claims: Claim[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of s?.volumes ?? []) {
    if (persistentVolumeClaim) {
      const { claimName, readOnly } = persistentVolumeClaim;
      claims.push({ volume: name, claim: claimName, ephemeral: 'false', readOnly: flag(readOnly) });
    } else if (ephemeral) {
      // The API defines this name of the claim of an ephemeral volume.
      const claim = `${pod.name}-${name ?? ''}`;
      claims.push({ volume: name, claim, ephemeral: 'true', readOnly: 0 });
    }
  }
  return claims;
}
