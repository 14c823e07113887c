// Causes with all that follows from each of them, and the one alert that is to fire.
import { type Inhibition, inhibitions } from '../../monitoring/rules/inhibition.ts';
import type { Series } from './rules/case.ts';

type Labels = Readonly<Record<string, string>>;

export interface Cause {
  readonly cause: string;
  readonly series: Series;
  /** When to look, in minutes. */
  readonly at: number;
  /** The alerts with their labels, by name; one that an inhibit rule silences may be among them. */
  readonly fires: readonly (readonly [alert: string, labels: Labels])[];
}

/** Those that Alertmanager sends: without the targets of a source that fires, too. */
export const sent = (fires: Cause['fires']): Cause['fires'] =>
  fires.filter(([alert, labels]) => !fires.some(([by, of]) => silences(by, of, alert, labels)));

const silences = (source: string, of: Labels, target: string, labels: Labels): boolean =>
  inhibitions.some(
    ({ source: by, targets, equal = [] }: Inhibition) =>
      by === source && targets.includes(target) && equal.every((name) => of[name] === labels[name]),
  );

const shop = { namespace: 'shop' };

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
function pod(name: string, state: PodState): Series {
  const { phase = 'Running', ready = false, node = 'n1', owner = 'ReplicaSet' } = state;
  const id = `namespace="shop",pod="${name}",uid="u-${name}"`;
  const waiting = `container="main",reason="${state.waiting ?? state.initWaiting}"`;
  const claimed = `persistentvolumeclaim="${state.claim}"`;
  return {
    [`kube_pod_info{${id}${state.unschedulable ? '' : `,node="${node}"`}}`]: 1,
    [`kube_pod_owner{${id},owner_kind="${owner}",owner_name="${name.replace(/-\w+$/, '')}"}`]: 1,
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

/** A Deployment whose rollout has made no progress, with its autoscaler and its budget. */
function stuckDeployment(name: string, wanted: number, existing: number, ready: number): Series {
  const id = `namespace="shop",deployment="${name}"`;
  const scaler = `namespace="shop",horizontalpodautoscaler="${name}"`;
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
    [`kube_horizontalpodautoscaler_info{${scaler},scaletargetref_kind="Deployment",scaletargetref_name="${name}"}`]: 1,
    [`kube_horizontalpodautoscaler_spec_min_replicas{${scaler}}`]: 1,
    [`kube_horizontalpodautoscaler_spec_max_replicas{${scaler}}`]: 9,
    [`kube_horizontalpodautoscaler_status_current_replicas{${scaler}}`]: existing,
    [`kube_horizontalpodautoscaler_status_desired_replicas{${scaler}}`]: wanted,
    [`kube_poddisruptionbudget_status_expected_pods{${budget}}`]: wanted,
    [`kube_poddisruptionbudget_status_desired_healthy{${budget}}`]: wanted - 1,
    [`kube_poddisruptionbudget_status_current_healthy{${budget}}`]: ready,
    [`kube_poddisruptionbudget_status_pod_disruptions_allowed{${budget}}`]: 0,
  };
}

/** A StatefulSet in the middle of an update. */
function stuckSet(wanted: number, existing: number, ready: number): Series {
  const id = 'namespace="shop",statefulset="db"';
  return {
    [`kube_statefulset_replicas{${id}}`]: wanted,
    [`kube_statefulset_status_replicas{${id}}`]: existing,
    [`kube_statefulset_status_replicas_ready{${id}}`]: ready,
    [`kube_statefulset_status_replicas_updated{${id}}`]: 1,
    [`kube_statefulset_status_current_revision{${id},revision="db-1"}`]: 1,
    [`kube_statefulset_status_update_revision{${id},revision="db-2"}`]: 1,
    [`kube_statefulset_status_observed_generation{${id}}`]: 2,
    [`kube_statefulset_metadata_generation{${id}}`]: 2,
  };
}

function daemonSet(desired: number, updated: number, ready: number): Series {
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

const nodes = (...states: ('true' | 'false' | 'unknown')[]): Series =>
  Object.assign({}, ...states.map((ready, i) => node(`n${i + 1}`, ready)));

function claim(phase: string, bindingMode: string): Series {
  const id = 'namespace="shop",persistentvolumeclaim="data"';
  return {
    [`kube_persistentvolumeclaim_status_phase{${id},phase="${phase}"}`]: 1,
    [`kube_persistentvolumeclaim_info{${id},storageclass="ssd",volumename="pv"}`]: 1,
    [`kube_storageclass_info{storageclass="ssd",volume_binding_mode="${bindingMode}"}`]: 1,
  };
}

const container = 'namespace="shop",pod="web-1",uid="u-web-1",container="main"';
const killed = (restarts: string): Series => ({
  [`kube_pod_container_status_restarts_total{${container}}`]: restarts,
  [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
});

const quota = (used: number): Series => ({
  'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="hard"}': 20,
  'kube_resourcequota{namespace="shop",resourcequota="q",resource="pods",type="used"}': used,
});

const ofPod = (name: string): Labels => ({ ...shop, pod: name });
const ofContainer = (name: string): Labels => ({ ...shop, pod: name, container: 'main' });

const ofWorkloads: readonly Cause[] = [
  {
    cause: 'a pod finds no node',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { phase: 'Pending', unschedulable: true }),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 40,
    fires: [['KubePodUnschedulable', ofPod('web-1')]],
  },
  {
    cause: 'a container runs out of memory soon after every start',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { waiting: 'CrashLoopBackOff' }),
      ...killed('0+1x60'),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 40,
    fires: [['KubePodCrashLooping', ofContainer('web-1')]],
  },
  {
    cause: 'a container runs out of memory now and then',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { ready: true }),
      ...killed('0+0x9 1+0x19 2+0x19 3+0x30'),
    },
    at: 55,
    fires: [['KubeContainerOOMKilled', ofContainer('web-1')]],
  },
  {
    cause: 'an init container crashes',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { phase: 'Pending', initWaiting: 'CrashLoopBackOff' }),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 40,
    fires: [['KubePodInitCrashLooping', ofContainer('web-1')]],
  },
  {
    cause: 'the image of the next pod of an update cannot be pulled',
    series: {
      ...nodes('true', 'true'),
      ...pod('db-2', { phase: 'Pending', waiting: 'ImagePullBackOff', owner: 'StatefulSet' }),
      ...stuckSet(3, 3, 2),
    },
    at: 90,
    fires: [['KubeContainerImagePullFailing', ofContainer('db-2')]],
  },
  {
    cause: 'the first of the pods, which are created in order, is not ready',
    series: {
      ...nodes('true', 'true'),
      ...pod('db-0', { owner: 'StatefulSet' }),
      ...stuckSet(3, 1, 0),
    },
    at: 40,
    fires: [['KubePodReadinessFailing', ofPod('db-0')]],
  },
  {
    cause: 'a Secret is missing',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', { phase: 'Pending', waiting: 'CreateContainerConfigError' }),
      ...stuckDeployment('web', 2, 2, 1),
    },
    at: 90,
    fires: [
      [
        'KubeContainerNotStarting',
        { ...ofContainer('web-1'), reason: 'CreateContainerConfigError' },
      ],
    ],
  },
  {
    cause: 'a webhook rejects the pods',
    series: { ...nodes('true', 'true'), ...stuckDeployment('web', 3, 1, 1) },
    at: 40,
    fires: [['KubeDeploymentPodsMissing', { ...shop, deployment: 'web' }]],
  },
  {
    cause: 'a quota rejects the pods',
    series: { ...nodes('true', 'true'), ...stuckDeployment('web', 3, 1, 1), ...quota(20) },
    at: 40,
    fires: [
      ['KubeDeploymentPodsMissing', { ...shop, deployment: 'web' }],
      ['KubeQuotaFullyUsed', { ...shop, resourcequota: 'q', resource: 'pods' }],
    ],
  },
  {
    cause: 'a webhook rejects the pods of a new revision',
    series: { ...nodes('true', 'true'), ...stuckDeployment('web', 3, 3, 3) },
    at: 40,
    fires: [['KubeDeploymentRolloutBlocked', { ...shop, deployment: 'web' }]],
  },
  {
    cause: 'a partition holds the update of a StatefulSet back',
    series: { ...nodes('true', 'true'), ...stuckSet(3, 3, 3) },
    at: 40,
    fires: [['KubeStatefulSetRolloutStuck', { ...shop, statefulset: 'db' }]],
  },
  {
    cause: 'the updated pod of a DaemonSet crashes',
    series: {
      ...nodes('true', 'true', 'true'),
      ...pod('agent-1', { waiting: 'CrashLoopBackOff', owner: 'DaemonSet' }),
      ...daemonSet(3, 1, 2),
    },
    at: 40,
    fires: [['KubePodCrashLooping', ofContainer('agent-1')]],
  },
  {
    cause: 'a pod of a job cannot pull its image for half a day',
    series: {
      ...nodes('true', 'true'),
      ...pod('report-1', { phase: 'Pending', waiting: 'ErrImagePull', owner: 'Job' }),
      'kube_job_status_start_time{namespace="shop",job_name="report"}': 0,
      'kube_job_status_active{namespace="shop",job_name="report"}': 1,
    },
    at: 12 * 60 + 20,
    fires: [['KubeContainerImagePullFailing', ofContainer('report-1')]],
  },
  {
    cause: 'a job fails',
    series: {
      ...nodes('true', 'true'),
      ...pod('report-1', { phase: 'Failed', owner: 'Job' }),
      'kube_job_status_start_time{namespace="shop",job_name="report"}': 0,
      'kube_job_status_active{namespace="shop",job_name="report"}': 0,
      'kube_job_failed{namespace="shop",job_name="report",condition="true"}': 1,
    },
    at: 40,
    fires: [['KubeJobRunFailed', { ...shop, job_name: 'report' }]],
  },
  {
    cause: 'a finalizer keeps a pod of a deleted namespace',
    series: {
      ...nodes('true', 'true'),
      ...pod('web-1', {}),
      'kube_pod_deletion_timestamp{namespace="shop",pod="web-1",uid="u-web-1"}': 60,
      'kube_namespace_status_phase{namespace="shop",phase="Terminating"}': 1,
    },
    at: 90,
    fires: [['KubePodStuckTerminating', ofPod('web-1')]],
  },
];

const ofVolumes: readonly Cause[] = [
  {
    cause: 'a volume cannot be provisioned',
    series: {
      ...nodes('true', 'true'),
      ...claim('Pending', 'Immediate'),
      ...pod('db-0', {
        phase: 'Pending',
        unschedulable: true,
        claim: 'data',
        owner: 'StatefulSet',
      }),
      ...stuckSet(3, 1, 0),
    },
    at: 40,
    fires: [['KubePersistentVolumeClaimPending', { ...shop, persistentvolumeclaim: 'data' }]],
  },
  {
    cause: 'a pod finds no node, for which its volume waits',
    series: {
      ...nodes('true', 'true'),
      ...claim('Pending', 'WaitForFirstConsumer'),
      ...pod('db-0', {
        phase: 'Pending',
        unschedulable: true,
        claim: 'data',
        owner: 'StatefulSet',
      }),
      ...stuckSet(3, 1, 0),
    },
    at: 40,
    fires: [['KubePodUnschedulable', ofPod('db-0')]],
  },
  {
    cause: 'a volume cannot be attached',
    series: {
      ...nodes('true', 'true'),
      ...claim('Bound', 'Immediate'),
      ...pod('db-0', {
        phase: 'Pending',
        waiting: 'ContainerCreating',
        claim: 'data',
        owner: 'StatefulSet',
      }),
      ...stuckSet(3, 1, 0),
      'kube_volumeattachment_info{volumeattachment="va",attacher="csi",node="n1"}': 1,
      'kube_volumeattachment_spec_source_persistentvolume{volumeattachment="va",volumename="pv"}': 1,
      'kube_volumeattachment_status_attached{volumeattachment="va"}': 0,
    },
    at: 90,
    fires: [['KubeVolumeAttachmentPending', { volumeattachment: 'va', node: 'n1' }]],
  },
];

const ofNodes: readonly Cause[] = [
  {
    cause: 'a node is lost, with pods of all kinds',
    series: {
      ...nodes('unknown', 'true', 'true', 'true', 'true', 'true'),
      // One is not ready, one is to be evicted, one is only starting.
      ...pod('agent-1', { owner: 'DaemonSet' }),
      ...pod('web-1', {}),
      'kube_pod_deletion_timestamp{namespace="shop",pod="web-1",uid="u-web-1"}': 60,
      ...pod('web-2', { phase: 'Pending', waiting: 'ContainerCreating' }),
      ...stuckDeployment('web', 2, 2, 1),
      ...daemonSet(6, 6, 5),
    },
    at: 60,
    fires: [['KubeNodeUnreachable', { node: 'n1' }]],
  },
  {
    cause: 'the container runtime of a node fails',
    series: {
      ...nodes('false', 'true', 'true', 'true', 'true', 'true'),
      ...pod('agent-1', { owner: 'DaemonSet' }),
      ...daemonSet(6, 6, 5),
      'kube_node_status_condition{node="n1",condition="NetworkUnavailable",status="true"}': 1,
    },
    at: 60,
    fires: [['KubeletNotReady', { node: 'n1' }]],
  },
  {
    cause: 'a zone is lost',
    series: {
      ...nodes('unknown', 'unknown', 'true', 'true'),
      ...pod('agent-1', { owner: 'DaemonSet' }),
    },
    at: 60,
    fires: [
      ['KubeNodesNotReady', {}],
      ['KubeNodeUnreachable', { node: 'n1' }],
      ['KubeNodeUnreachable', { node: 'n2' }],
    ],
  },
  {
    cause: 'no controller manager is active',
    series: {
      ...nodes('true', 'true'),
      'kube_lease_renew_time{namespace="kube-system",lease="kube-controller-manager"}': 0,
      ...stuckDeployment('web', 3, 1, 1),
      'kube_deployment_metadata_generation{namespace="shop",deployment="web"}': 3,
      'kube_deployment_status_condition{namespace="shop",deployment="web",condition="Progressing",status="false"}': 0,
    },
    at: 40,
    fires: [
      ['KubeControlPlaneLeaseExpired', { lease: 'kube-controller-manager' }],
      ['KubeDeploymentGenerationMismatch', { ...shop, deployment: 'web' }],
    ],
  },
];

export const clusterCauses: readonly Cause[] = [...ofWorkloads, ...ofVolumes, ...ofNodes];
