// Pods: where they run, how they are, and what their containers ask for and go through.
import type { V1Pod } from '@kubernetes/client-node';
import { type Emit, gauge, gauges, info, mapped } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
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
import { emitEach, emitStatuses, flag, ifSet, presence } from './conditions.ts';
import {
  appContainers,
  eachReason,
  eachResource,
  eachStatus,
  initContainers,
  lastExitCode,
  lastFinishedAt,
  pairsOf,
  startedAt,
} from './containers.ts';

type Pod = Received<V1Pod>;

// biome-ignore format: a table, a row each
export const pods = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (p) => p.metadata.namespace,
    pod: (p) => p.metadata.name,
    uid: (p) => p.metadata.uid,
  },
  families: {
    kube_pod_completion_time: gauge('STABLE',
      'Unix time in seconds at which the last of the terminated containers ended.', completionTime),
    kube_pod_container_info: gauges('STABLE',
      'Always 1: the image a container was asked to run, and the image and container it became.', ['container', 'image_spec', 'image', 'image_id', 'container_id'], (p, emit) => {
        for (const [spec, s] of pairsOf(appContainers, p)) emit(1, s.name, spec.image, s.image, s.imageID, s.containerID);
      }),
    kube_pod_container_resource_limits: gauges('STABLE',
      'Most of a resource that a container may use, in the unit that the label names.', ['container', 'node', 'resource', 'unit'], eachResource(appContainers, 'limits')),
    kube_pod_container_resource_requests: gauges('STABLE',
      'Amount of a resource that is set aside for a container, in the unit that the label names.', ['container', 'node', 'resource', 'unit'], eachResource(appContainers, 'requests')),
    kube_pod_container_state_started: gauges('STABLE',
      'Unix time in seconds at which the present run of a container, or its last if it ended, began.', ['container'], eachStatus(appContainers, startedAt)),
    kube_pod_container_status_last_terminated_reason: gauges('ALPHA',
      'Always 1: why the previous run of a container ended.', ['container', 'reason'], eachReason(appContainers, (s) => s.lastState?.terminated)),
    kube_pod_container_status_last_terminated_exitcode: gauges('ALPHA',
      'Exit code with which the previous run of a container ended.', ['container'], eachStatus(appContainers, lastExitCode)),
    kube_pod_container_status_last_terminated_timestamp: gauges('ALPHA',
      'Unix time in seconds at which the previous run of a container ended.', ['container'], eachStatus(appContainers, lastFinishedAt)),
    kube_pod_container_status_ready: gauges('STABLE',
      'Whether a container passes its readiness checks: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => flag(s.ready))),
    kube_pod_container_status_restarts_total: gauges('STABLE',
      'Times a container was started again after it had ended.', ['container'], eachStatus(appContainers, (s) => s.restartCount ?? 0), { type: 'counter' }),
    kube_pod_container_status_running: gauges('STABLE',
      'Whether a container is running: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => presence(s.state?.running))),
    kube_pod_container_status_terminated: gauges('STABLE',
      'Whether a container has ended and was not started again: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => presence(s.state?.terminated))),
    kube_pod_container_status_terminated_reason: gauges('ALPHA',
      'Always 1: why a container that has ended did so.', ['container', 'reason'], eachReason(appContainers, (s) => s.state?.terminated)),
    kube_pod_container_status_waiting: gauges('STABLE',
      'Whether a container waits to be started: 1 if so, else 0.', ['container'], eachStatus(appContainers, (s) => presence(s.state?.waiting))),
    kube_pod_container_status_waiting_reason: gauges('STABLE',
      'Always 1: why a container that waits is not started.', ['container', 'reason'], eachReason(appContainers, (s) => s.state?.waiting)),
    kube_pod_created: created('STABLE'),
    kube_pod_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_pod_info: info('STABLE',
      'Always 1: where the pod runs, who made it, and what tells it apart.', {
        host_ip: (p) => p.status?.hostIP,
        pod_ip: (p) => p.status?.podIP,
        node: (p) => p.spec?.nodeName,
        created_by_kind: (p) => controllerOf(p)?.kind,
        created_by_name: (p) => controllerOf(p)?.name,
        priority_class: (p) => p.spec?.priorityClassName,
        host_network: (p) => String(p.spec?.hostNetwork === true),
      }),
    kube_pod_ips: gauges('ALPHA',
      'Always 1: one series for each address of the pod, and whether it is of IPv4 or IPv6.', ['ip', 'ip_family'], (p, emit) => {
        for (const { ip } of p.status?.podIPs ?? []) {
          const family = ipFamily(ip);
          if (family !== undefined) emit(1, ip, family);
        }
      }),
    kube_pod_init_container_info: gauges('STABLE',
      'Always 1: the image an init container was asked to run, and the image and container it became; those that restart are sidecars.', ['container', 'image_spec', 'image', 'image_id', 'container_id', 'restart_policy'], (p, emit) => {
        for (const [spec, s] of pairsOf(initContainers, p)) emit(1, s.name, spec.image, s.image, s.imageID, s.containerID, spec.restartPolicy);
      }),
    kube_pod_init_container_resource_limits: gauges('ALPHA',
      'Most of a resource that an init container may use, in the unit that the label names.', ['container', 'node', 'resource', 'unit'], eachResource(initContainers, 'limits')),
    kube_pod_init_container_resource_requests: gauges('ALPHA',
      'Amount of a resource that is set aside for an init container, in the unit that the label names.', ['container', 'node', 'resource', 'unit'], eachResource(initContainers, 'requests')),
    kube_pod_init_container_state_started: gauges('ALPHA',
      'Unix time in seconds at which the present run of an init container, or its last if it ended, began.', ['container'], eachStatus(initContainers, startedAt)),
    kube_pod_init_container_status_last_terminated_reason: gauges('ALPHA',
      'Always 1: why the previous run of an init container ended.', ['container', 'reason'], eachReason(initContainers, (s) => s.lastState?.terminated)),
    kube_pod_init_container_status_last_terminated_exitcode: gauges('ALPHA',
      'Exit code with which the previous run of an init container ended.', ['container'], eachStatus(initContainers, lastExitCode)),
    kube_pod_init_container_status_last_terminated_timestamp: gauges('ALPHA',
      'Unix time in seconds at which the previous run of an init container ended.', ['container'], eachStatus(initContainers, lastFinishedAt)),
    kube_pod_init_container_status_ready: gauges('STABLE',
      'Whether an init container has done its work, or as a sidecar passes its checks: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => flag(s.ready))),
    kube_pod_init_container_status_restarts_total: gauges('STABLE',
      'Times an init container was started again after it had ended.', ['container'], eachStatus(initContainers, (s) => s.restartCount ?? 0), { type: 'counter' }),
    kube_pod_init_container_status_running: gauges('STABLE',
      'Whether an init container is running: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => presence(s.state?.running))),
    kube_pod_init_container_status_terminated: gauges('STABLE',
      'Whether an init container has ended and was not started again: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => presence(s.state?.terminated))),
    kube_pod_init_container_status_terminated_reason: gauges('ALPHA',
      'Always 1: why an init container that has ended did so.', ['container', 'reason'], eachReason(initContainers, (s) => s.state?.terminated)),
    kube_pod_init_container_status_waiting: gauges('STABLE',
      'Whether an init container waits to be started: 1 if so, else 0.', ['container'], eachStatus(initContainers, (s) => presence(s.state?.waiting))),
    kube_pod_init_container_status_waiting_reason: gauges('ALPHA',
      'Always 1: why an init container that waits is not started.', ['container', 'reason'], eachReason(initContainers, (s) => s.state?.waiting)),
    kube_pod_annotations: annotations('ALPHA'),
    kube_pod_labels: labels('STABLE'),
    kube_pod_overhead_cpu_cores: gauge('ALPHA',
      'CPU cores that running the pod itself costs, beside what its containers use.', (p) => ifSet(p.spec?.overhead?.cpu, quantity)),
    kube_pod_overhead_memory_bytes: gauge('ALPHA',
      'Bytes of memory that running the pod itself costs, beside what its containers use.', (p) => ifSet(p.spec?.overhead?.memory, wholeQuantity)),
    kube_pod_owner: ownersAndController('STABLE'),
    kube_pod_resourceclaim_info: gauges('ALPHA',
      'Always 1: one series for each claim to devices, with the ResourceClaim behind it and the template that one is made of.', ['claim_name', 'resourceclaim_name', 'resourceclaim_template_name'], emitResourceClaims),
    kube_pod_restart_policy: info('STABLE',
      'Always 1: when the containers of the pod are started again, as Always, OnFailure or Never.', {
        type: (p) => p.spec?.restartPolicy,
      }),
    kube_pod_runtimeclass_name_info: gauges('ALPHA',
      'Always 1: the runtime class with which the pod is run, if it names one.', ['runtimeclass_name'], (p, emit) => {
        const name = p.spec?.runtimeClassName;
        if (name !== undefined && name !== null) emit(1, name);
      }),
    kube_pod_spec_volumes_persistentvolumeclaims_info: gauges('STABLE',
      'Always 1: one series for each volume that claims persistent storage, and whether the claim lives and dies with the pod.', ['volume', 'persistentvolumeclaim', 'ephemeral'], (p, emit) => {
        for (const { volume, claim, ephemeral } of claimsOf(p)) emit(1, volume, claim, ephemeral);
      }),
    kube_pod_spec_volumes_persistentvolumeclaims_readonly: gauges('STABLE',
      'Whether a volume that claims persistent storage is mounted read-only: 1 if so, else 0.', ['volume', 'persistentvolumeclaim', 'ephemeral'], (p, emit) => {
        for (const { volume, claim, ephemeral, readOnly } of claimsOf(p)) emit(readOnly, volume, claim, ephemeral);
      }),
    kube_pod_start_time: gauge('STABLE',
      'Unix time in seconds at which the kubelet took the pod on, before any image was pulled.', (p) => ifSet(p.status?.startTime, unixSeconds)),
    kube_pod_status_phase: gauges('STABLE',
      'Whether the pod is in the phase that the label names: 1 if so, else 0.', ['phase'], (p, emit) => {
        if (p.status?.phase) emitEach(phases, p.status.phase, emit);
      }),
    kube_pod_status_qos_class: gauges('ALPHA',
      'Whether the pod is in the quality-of-service class that the label names: 1 if so, else 0.', ['qos_class'], (p, emit) => {
        if (p.status?.qosClass) emitEach(qosClasses, p.status.qosClass, emit);
      }),
    kube_pod_status_ready: gauges('STABLE',
      'Whether the readiness of the pod has the status that the label names: 1 if so, else 0.', ['condition'], statusesOf('Ready')),
    kube_pod_status_ready_time: gauges('ALPHA',
      'Unix time in seconds at which the pod last became ready to serve.', [], timesOf('Ready', 'True')),
    kube_pod_status_initialized_time: gauges('ALPHA',
      'Unix time in seconds at which the last init container of the pod was done.', [], timesOf('Initialized', 'True')),
    kube_pod_status_container_ready_time: gauges('ALPHA',
      'Unix time in seconds at which all containers of the pod last became ready.', [], timesOf('ContainersReady', 'True')),
    kube_pod_status_reason: gauges('ALPHA',
      'Always 1: one series for each known reason that the pod, a condition or a terminated container gives.', ['reason'], emitReasons),
    kube_pod_status_disruption_reason: gauges('ALPHA',
      'Always 1: what is about to end a pod that would else go on.', ['reason'], emitDisruption),
    kube_pod_status_scheduled: gauges('STABLE',
      'Whether the placing of the pod on a node has the status that the label names: 1 if so, else 0.', ['condition'], statusesOf('PodScheduled')),
    kube_pod_status_scheduled_time: gauges('STABLE',
      'Unix time in seconds at which the pod was placed on a node.', [], timesOf('PodScheduled', 'True')),
    kube_pod_status_unschedulable: gauges('STABLE',
      'Always 1: the scheduler has found no node for the pod.', [], (p, emit) => {
        if (p.status?.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'False')) emit(1);
      }),
    kube_pod_status_unscheduled_time: gauges('ALPHA',
      'Unix time in seconds since which the scheduler finds no node for the pod.', [], timesOf('PodScheduled', 'False')),
    kube_pod_tolerations: gauges('ALPHA',
      'Always 1: one series for each kind of taint that the pod tolerates, and for how many seconds.', ['key', 'operator', 'value', 'effect', 'toleration_seconds'], (p, emit) => {
        for (const t of p.spec?.tolerations ?? []) emit(1, t.key, t.operator, t.value, t.effect, t.tolerationSeconds?.toString());
      }),
    kube_pod_nodeselectors: mapped('ALPHA',
      'Always 1: the labels that a node must have to be given the pod, as nodeselector_*.', 'nodeselector', (p) => p.spec?.nodeSelector, { optIn: true }),
    kube_pod_service_account: info('ALPHA',
      'Always 1: the service account as which the pod speaks to the API server.', {
        service_account: (p) => p.spec?.serviceAccountName,
      }),
    kube_pod_scheduler: info('ALPHA',
      'Always 1: the scheduler that places the pod.', {
        name: (p) => p.spec?.schedulerName,
      }),
  },
} satisfies Resource<V1Pod>;

const phases = ['Pending', 'Succeeded', 'Failed', 'Unknown', 'Running'] as const;
const qosClasses = ['BestEffort', 'Burstable', 'Guaranteed'] as const;

/** The reasons that are shown as they are, to bound the series. */
const statusReasons: ReadonlySet<string> = new Set([
  ...['Evicted', 'NodeAffinity', 'NodeLost', 'PreemptionByScheduler', 'SchedulingGated'],
  ...['Shutdown', 'TerminationByKubelet', 'UnexpectedAdmissionError'],
]);
const disruptionReasons: ReadonlySet<string> = new Set([
  ...['DeletionByPodGC', 'DeletionByTaintManager', 'EvictionByEvictionAPI'],
  ...['PreemptionByScheduler', 'TerminationByKubelet'],
]);
const otherReason = 'Other';

function completionTime(pod: Pod): number | undefined {
  let last = 0;
  for (const { state } of appContainers.statuses(pod)) {
    if (state?.terminated) last = Math.max(last, unixSeconds(state.terminated.finishedAt));
  }
  return last > 0 ? last : undefined;
}

const controllerOf = (pod: Pod) =>
  pod.metadata.ownerReferences?.find(({ controller }) => controller);

function statusesOf(type: string): (pod: Pod, emit: Emit<['condition']>) => void {
  return (pod, emit) => emitStatuses(pod.status?.conditions, type, emit);
}

function timesOf(type: string, status: 'True' | 'False'): (pod: Pod, emit: Emit<[]>) => void {
  return (pod, emit) => {
    for (const condition of pod.status?.conditions ?? []) {
      if (condition.type !== type || condition.status !== status) continue;
      emit(unixSeconds(condition.lastTransitionTime));
    }
  };
}

/** A reason that is not known is shown as `Other` if it is the pod's own, and else not at all. */
function emitReasons(pod: Pod, emit: Emit<['reason']>): void {
  const own = pod.status?.reason;
  if (own) emit(1, statusReasons.has(own) ? own : otherReason);
  for (const { reason } of pod.status?.conditions ?? []) {
    if (reason && statusReasons.has(reason)) emit(1, reason);
  }
  for (const { state } of appContainers.statuses(pod)) {
    const reason = state?.terminated?.reason;
    if (reason && statusReasons.has(reason)) emit(1, reason);
  }
}

/** A disruption that was called off keeps its condition and its reason, with another status. */
function emitDisruption(pod: Pod, emit: Emit<['reason']>): void {
  for (const { type, status, reason } of pod.status?.conditions ?? []) {
    if (type !== 'DisruptionTarget' || status !== 'True' || !reason) continue;
    emit(1, disruptionReasons.has(reason) ? reason : otherReason);
  }
}

/** A claim names a ResourceClaim, or a template from which one is made and told in the status. */
function emitResourceClaims(
  pod: Pod,
  emit: Emit<['claim_name', 'resourceclaim_name', 'resourceclaim_template_name']>,
): void {
  for (const claim of pod.spec?.resourceClaims ?? []) {
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const source = resourceClaimName ?? resourceClaimTemplateName;
    if (source === undefined || source === null) continue;
    const made = pod.status?.resourceClaimStatuses?.find((status) => status.name === name);
    emit(1, name, resourceClaimName ?? made?.resourceClaimName, resourceClaimTemplateName);
  }
}

interface Claim {
  readonly volume: string;
  readonly claim: string;
  readonly ephemeral: 'true' | 'false';
  readonly readOnly: number;
}

/** The volumes that claim persistent storage. */
function claimsOf(pod: Pod): Claim[] {
  const claims: Claim[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim) {
      const { claimName, readOnly } = persistentVolumeClaim;
      claims.push({ volume: name, claim: claimName, ephemeral: 'false', readOnly: flag(readOnly) });
    } else if (ephemeral) {
      // The API fixes the name under which the claim is made for the pod.
      const claim = `${pod.metadata.name}-${name ?? ''}`;
      claims.push({ volume: name, claim, ephemeral: 'true', readOnly: 0 });
    }
  }
  return claims;
}
