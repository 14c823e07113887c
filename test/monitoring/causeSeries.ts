// Series of objects in trouble: pods, workloads, nodes and claims.
import type { Series } from './rules/case.ts';

export type Labels = Readonly<Record<string, string>>;

export const shop = { namespace: 'shop' };

interface PodState {
  readonly phase?: 'Pending' | 'Running' | 'Failed';
  readonly ready?: boolean;
  readonly node?: string;
  readonly owner?: string;
  readonly waiting?: string;
  readonly initWaiting?: string;
  readonly unschedulable?: boolean;
  readonly claim?: string;
}

/** All that a pod in this state has. */
export function pod(name: string, state: PodState): Series {
  const { phase = 'Running', ready = false, node = 'n1', owner = 'ReplicaSet' } = state;
  const id = `namespace="shop",pod="${name}",uid="u-${name}"`;
  const waiting = `container="main",reason="${state.waiting ?? state.initWaiting}"`;
  const claimed = `persistentvolumeclaim="${state.claim}"`;
  return {
    [`kube_pod_info{${id}${state.unschedulable ? '' : `,node="${node}"`}}`]: 1,
    [`kube_pod_owner{${id},owner_kind="${owner}",owner_name="${name.replace(/-\w+$/, '')}"}`]: 1,
    [`kube_pod_created{${id}}`]: 0,
    ...Object.fromEntries(
      ['Pending', 'Running', 'Failed', 'Succeeded', 'Unknown'].map((each) => [
        `kube_pod_status_phase{${id},phase="${each}"}`,
        Number(each === phase),
      ]),
    ),
    [`kube_pod_status_ready{${id},condition="true"}`]: Number(ready),
    [`kube_pod_status_ready{${id},condition="false"}`]: Number(!ready),
    ...(state.unschedulable && { [`kube_pod_status_unschedulable{${id}}`]: 1 }),
    ...(state.waiting && { [`kube_pod_container_status_waiting_reason{${id},${waiting}}`]: 1 }),
    ...(state.initWaiting && {
      [`kube_pod_init_container_status_waiting_reason{${id},${waiting}}`]: 1,
    }),
    ...(state.claim && {
      [`kube_pod_spec_volumes_persistentvolumeclaims_info{${id},${claimed}}`]: 1,
    }),
  };
}

/** Pods one after the other, each of which is gone after ten minutes. */
export function replaced(workload: string, state: PodState): Series {
  const each = (i: number) =>
    Object.entries(pod(`${workload}-${i}`, state)).map(([name, value]) => {
      const lasting = name.startsWith('kube_pod_created') ? i * 600 : value;
      return [name, `${i === 0 ? '' : `_x${i * 10} `}${lasting}+0x8 stale`];
    });
  return Object.fromEntries(Array.from({ length: 12 }, (_, i) => each(i)).flat());
}

/** A container that runs for nine minutes, and then waits for five. */
export const slowCrashes = (name: string): Series => ({
  [`kube_pod_container_status_waiting_reason{namespace="shop",pod="${name}",uid="u-${name}",\
container="main",reason="CrashLoopBackOff"}`]: Array(10).fill('1 1 1 1 1 stale _x8').join(' '),
});

/** A Deployment whose rollout has made no progress, with its autoscaler and its budget. */
export function stuckDeployment(
  name: string,
  wanted: number,
  existing: number,
  ready: number,
): Series {
  const id = `namespace="shop",deployment="${name}"`;
  const scaler = `namespace="shop",horizontalpodautoscaler="${name}"`;
  const target = `scaletargetref_kind="Deployment",scaletargetref_name="${name}"`;
  const owner = `owner_kind="Deployment",owner_name="${name}"`;
  const budget = `namespace="shop",poddisruptionbudget="${name}"`;
  return {
    [`kube_deployment_spec_replicas{${id}}`]: wanted,
    [`kube_deployment_status_replicas{${id}}`]: existing,
    [`kube_deployment_status_replicas_ready{${id}}`]: ready,
    [`kube_deployment_status_replicas_available{${id}}`]: ready,
    [`kube_deployment_status_replicas_updated{${id}}`]: existing,
    [`kube_deployment_status_observed_generation{${id}}`]: 2,
    [`kube_deployment_metadata_generation{${id}}`]: 2,
    [`kube_deployment_status_condition{${id},condition="Progressing",status="false"}`]: 1,
    [`kube_replicaset_owner{namespace="shop",replicaset="${name}",${owner}}`]: 1,
    [`kube_horizontalpodautoscaler_info{${scaler},${target}}`]: 1,
    [`kube_horizontalpodautoscaler_spec_min_replicas{${scaler}}`]: 1,
    [`kube_horizontalpodautoscaler_spec_max_replicas{${scaler}}`]: 9,
    [`kube_horizontalpodautoscaler_status_current_replicas{${scaler}}`]: existing,
    [`kube_horizontalpodautoscaler_status_desired_replicas{${scaler}}`]: wanted,
    [`kube_poddisruptionbudget_status_expected_pods{${budget}}`]: wanted,
    [`kube_poddisruptionbudget_status_desired_healthy{${budget}}`]: wanted - 1,
    [`kube_poddisruptionbudget_status_current_healthy{${budget}}`]: ready,
    [`kube_poddisruptionbudget_status_pod_disruptions_allowed{${budget}}`]: Math.max(
      0,
      ready - wanted + 1,
    ),
  };
}

/** A StatefulSet in the middle of an update. */
export function stuckSet(wanted: number, existing: number, ready: number): Series {
  const id = 'namespace="shop",statefulset="db"';
  return {
    [`kube_statefulset_replicas{${id}}`]: wanted,
    [`kube_statefulset_status_replicas{${id}}`]: existing,
    [`kube_statefulset_status_replicas_ready{${id}}`]: ready,
    [`kube_statefulset_status_replicas_available{${id}}`]: ready,
    [`kube_statefulset_status_replicas_updated{${id}}`]: 1,
    [`kube_statefulset_status_current_revision{${id},revision="db-1"}`]: 1,
    [`kube_statefulset_status_update_revision{${id},revision="db-2"}`]: 1,
    [`kube_statefulset_status_observed_generation{${id}}`]: 2,
    [`kube_statefulset_metadata_generation{${id}}`]: 2,
  };
}

export function daemonSet(desired: number, updated: number, ready: number): Series {
  const id = 'namespace="shop",daemonset="agent"';
  return {
    [`kube_daemonset_status_desired_number_scheduled{${id}}`]: desired,
    [`kube_daemonset_status_current_number_scheduled{${id}}`]: desired,
    [`kube_daemonset_status_updated_number_scheduled{${id}}`]: updated,
    [`kube_daemonset_status_number_ready{${id}}`]: ready,
    [`kube_daemonset_status_number_available{${id}}`]: ready,
    [`kube_daemonset_status_number_misscheduled{${id}}`]: 0,
  };
}

function node(name: string, ready: 'true' | 'false' | 'unknown'): Series {
  const taint = 'key="node.kubernetes.io/unreachable",value="",effect="NoSchedule"';
  return {
    [`kube_node_info{node="${name}"}`]: 1,
    [`kube_node_spec_unschedulable{node="${name}"}`]: 0,
    ...Object.fromEntries(
      ['true', 'false', 'unknown'].map((status) => [
        `kube_node_status_condition{node="${name}",condition="Ready",status="${status}"}`,
        Number(status === ready),
      ]),
    ),
    ...(ready === 'unknown' && { [`kube_node_spec_taint{node="${name}",${taint}}`]: 1 }),
  };
}

/** The kubelet of a cordoned node is not ready. */
export const cordoned = (name: string): Series => ({
  ...node(name, 'false'),
  [`kube_node_spec_unschedulable{node="${name}"}`]: 1,
});

export const nodes = (...states: ('true' | 'false' | 'unknown')[]): Series =>
  Object.assign({}, ...states.map((ready, i) => node(`n${i + 1}`, ready)));

export function claim(phase: string, bindingMode: string): Series {
  const id = 'namespace="shop",persistentvolumeclaim="data"';
  return {
    [`kube_persistentvolumeclaim_status_phase{${id},phase="${phase}"}`]: 1,
    [`kube_persistentvolumeclaim_info{${id},storageclass="ssd",volumename="pv"}`]: 1,
    [`kube_storageclass_info{storageclass="ssd",volume_binding_mode="${bindingMode}"}`]: 1,
  };
}

const container = 'namespace="shop",pod="web-1",uid="u-web-1",container="main"';
export const killed = (restarts: string): Series => ({
  [`kube_pod_container_status_restarts_total{${container}}`]: restarts,
  [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
});

export const quota = (used: number): Series => ({
  'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="hard"}': 20,
  'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="used"}': used,
});

export const ofPod = (name: string): Labels => ({ ...shop, pod: name });
export const ofContainer = (name: string): Labels => ({ ...shop, pod: name, container: 'main' });
