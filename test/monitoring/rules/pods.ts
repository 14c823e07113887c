// Cases of pods.
import type { Case, Series } from './case.ts';

const names = { namespace: 'shop', pod: 'ads-0' };
const pod = 'namespace="shop",pod="ads-0",uid="u"';
const container = `${pod},container="ads"`;
const labels = { ...names, container: 'ads' };
const waiting = 'kube_pod_container_status_waiting_reason';
const initWaiting = 'kube_pod_init_container_status_waiting_reason';
const crash = 'reason="CrashLoopBackOff"';

const uses = 'kube_pod_spec_volumes_persistentvolumeclaims_info';
const attachment = 'kube_volumeattachment';
const claim = 'namespace="shop",persistentvolumeclaim="data"';

/** The pod uses a claim in this phase, of a StorageClass that binds this way. */
const claimed = (phase: string, bindingMode: string): Series => ({
  [`${uses}{${pod.replace('namespace="shop",', '')},${claim}}`]: 1,
  [`kube_persistentvolumeclaim_status_phase{${claim},phase="${phase}"}`]: 1,
  [`kube_persistentvolumeclaim_info{${claim},storageclass="ssd"}`]: 1,
  [`kube_storageclass_info{storageclass="ssd",volume_binding_mode="${bindingMode}"}`]: 1,
});

const unreachable = 'key="node.kubernetes.io/unreachable",effect="NoSchedule"';

/** The node of the pod cannot be reached, and has an alert. */
const onLostNode: Series = {
  [`kube_pod_info{${pod},node="n1"}`]: 1,
  'kube_node_status_condition{node="n1",condition="Ready",status="true"}': 0,
  [`kube_node_spec_taint{node="n1",${unreachable}}`]: 1,
};

/** It is about to be removed, and has none. */
const onLeavingNode: Series = {
  ...onLostNode,
  'kube_node_spec_taint{node="n1",key="ToBeDeletedByClusterAutoscaler",effect="NoSchedule"}': 1,
};

/** Its kubelet is not ready, which is an alert where the node is not cordoned. */
const onUnreadyNode = (cordoned: number): Series => ({
  [`kube_pod_info{${pod},node="n1"}`]: 1,
  'kube_node_status_condition{node="n1",condition="Ready",status="true"}': 0,
  'kube_node_status_condition{node="n1",condition="Ready",status="false"}': 1,
  'kube_node_spec_unschedulable{node="n1"}': cordoned,
});

export const podCases: readonly Case[] = [
  {
    alert: 'KubePodCrashLooping',
    fires: {
      // Waiting in four minutes of five, because short runs interrupt it.
      series: { [`${waiting}{${container},${crash}}`]: '1 1 1 1 _ 1 1 1 1 _ 1 1 1 1 _ 1 1 1 1' },
      at: 15,
      labels,
    },
    quiet: [
      {
        because: 'it crashed for five minutes, and has been running since',
        series: { [`${waiting}{${container},${crash}}`]: '1 1 1 1 1 stale' },
        at: 15,
      },
      {
        because: 'KubeContainerImagePullFailing covers its image',
        series: { [`${waiting}{${container},reason="ImagePullBackOff"}`]: 1 },
        at: 30,
      },
      {
        because: 'KubePodInitCrashLooping covers init containers',
        series: { [`${initWaiting}{${container},${crash}}`]: 1 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubePodInitCrashLooping',
    fires: { series: { [`${initWaiting}{${container},${crash}}`]: 1 }, at: 15, labels },
    quiet: [
      {
        because: 'KubePodCrashLooping covers the other containers',
        series: { [`${waiting}{${container},${crash}}`]: 1 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeContainerOOMKilled',
    fires: {
      series: {
        [`kube_pod_container_status_restarts_total{${container}}`]: '0+0x30 1+0x9 2+0x60',
        [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
      },
      at: 56,
      labels,
      value: '2',
    },
    quiet: [
      {
        because: 'KubePodCrashLooping fires',
        series: {
          [`kube_pod_container_status_restarts_total{${container}}`]: '0 1 2+0x60',
          [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
          [`${waiting}{${container},${crash}}`]: 1,
        },
        at: 30,
      },
      {
        because: 'it restarted once only',
        series: {
          [`kube_pod_container_status_restarts_total{${container}}`]: '0+0x30 1+0x60',
          [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
        },
        at: 56,
      },
      {
        because: 'it exits with an error',
        series: {
          [`kube_pod_container_status_restarts_total{${container}}`]: '0+1x60',
          [`kube_pod_container_status_last_terminated_reason{${container},reason="Error"}`]: 1,
        },
        at: 56,
      },
    ],
  },
  {
    alert: 'KubeContainerImagePullFailing',
    fires: {
      series: {
        [`${waiting}{${container},reason="ErrImagePull"}`]: '1 stale _ 1 stale _x15',
        [`${waiting}{${container},reason="ImagePullBackOff"}`]: '_ 1 1 stale 1+0x15',
      },
      at: 15,
      labels,
    },
    quiet: [
      {
        because: 'its image was pulled after ten minutes',
        series: { [`${waiting}{${container},reason="ErrImagePull"}`]: '1+0x10 stale' },
        at: 15,
      },
    ],
  },
  {
    alert: 'KubeContainerNotStarting',
    fires: {
      series: { [`${waiting}{${container},reason="CreateContainerConfigError"}`]: 1 },
      at: 15,
      labels: { ...labels, reason: 'CreateContainerConfigError' },
    },
    quiet: [
      {
        because: 'other alerts cover images and crashes, and waiting for init containers is normal',
        series: {
          [`${waiting}{${container},reason="ErrImagePull"}`]: 1,
          [`${waiting}{${container},${crash}}`]: 1,
          [`${waiting}{${container},reason="PodInitializing"}`]: 1,
        },
        at: 30,
      },
      {
        because: 'KubeVolumeAttachmentPending fires',
        series: {
          [`${waiting}{${container},reason="ContainerCreating"}`]: 1,
          ...claimed('Bound', 'Immediate'),
          [`kube_persistentvolumeclaim_info{${claim},storageclass="ssd",volumename="pv"}`]: 1,
          [`${attachment}_spec_source_persistentvolume{volumeattachment="va",volumename="pv"}`]: 1,
          [`${attachment}_status_attached{volumeattachment="va"}`]: 0,
        },
        at: 30,
      },
      {
        because: 'its node is unreachable',
        series: {
          [`${waiting}{${container},reason="ContainerCreating"}`]: 1,
          ...onLostNode,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubePodUnschedulable',
    fires: { series: { [`kube_pod_status_unschedulable{${pod}}`]: 1 }, at: 15, labels: names },
    quiet: [
      {
        because: 'it has a scheduling gate',
        series: {
          [`kube_pod_status_unschedulable{${pod}}`]: 1,
          [`kube_pod_status_reason{${pod},reason="SchedulingGated"}`]: 1,
        },
        at: 30,
      },
      {
        because: 'KubePersistentVolumeClaimPending fires for its claim',
        series: {
          [`kube_pod_status_unschedulable{${pod}}`]: 1,
          ...claimed('Pending', 'Immediate'),
        },
        at: 30,
      },
      {
        because: 'KubePersistentVolumeClaimLost fires for its claim',
        series: {
          [`kube_pod_status_unschedulable{${pod}}`]: 1,
          ...claimed('Lost', 'WaitForFirstConsumer'),
        },
        at: 30,
      },
    ],
  },
  {
    // The claim waits for the pod to be scheduled, not the other way round.
    alert: 'KubePodUnschedulable',
    fires: {
      series: {
        [`kube_pod_status_unschedulable{${pod}}`]: 1,
        ...claimed('Pending', 'WaitForFirstConsumer'),
      },
      at: 15,
      labels: names,
    },
    quiet: [],
  },
  {
    alert: 'KubePodPending',
    fires: {
      series: {
        [`kube_pod_status_phase{${pod},phase="Pending"}`]: 1,
        [`${waiting}{${container},reason="PodInitializing"}`]: 1,
      },
      at: 15,
      labels: names,
    },
    quiet: [
      {
        because: 'it runs',
        series: {
          [`kube_pod_status_phase{${pod},phase="Pending"}`]: 0,
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
        },
        at: 30,
      },
      {
        because: 'KubePodUnschedulable fires',
        series: {
          [`kube_pod_status_phase{${pod},phase="Pending"}`]: 1,
          [`kube_pod_status_unschedulable{${pod}}`]: 1,
        },
        at: 30,
      },
      {
        because: 'KubePersistentVolumeClaimPending fires for its claim',
        series: {
          [`kube_pod_status_phase{${pod},phase="Pending"}`]: 1,
          ...claimed('Pending', 'WaitForFirstConsumer'),
        },
        at: 30,
      },
      {
        because: 'its node is unreachable',
        series: { [`kube_pod_status_phase{${pod},phase="Unknown"}`]: 1, ...onLostNode },
        at: 30,
      },
      {
        because: 'KubePodInitCrashLooping fires',
        series: {
          [`kube_pod_status_phase{${pod},phase="Pending"}`]: 1,
          [`${initWaiting}{${container},${crash}}`]: 1,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubePodReadinessFailing',
    fires: {
      series: {
        [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
        [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
        [`kube_pod_owner{${pod},owner_kind="ReplicaSet"}`]: 1,
      },
      at: 15,
      labels: names,
    },
    quiet: [
      {
        because: 'its node is unreachable',
        series: {
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
          [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
          ...onLostNode,
        },
        at: 30,
      },
      {
        because: 'it succeeded',
        series: {
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 0,
          [`kube_pod_status_phase{${pod},phase="Succeeded"}`]: 1,
          [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
        },
        at: 30,
      },
      {
        because: 'it belongs to a job',
        series: {
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
          [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
          [`kube_pod_owner{${pod},owner_kind="Job"}`]: 1,
        },
        at: 30,
      },
      {
        because: 'it is terminating',
        series: {
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
          [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
          [`kube_pod_deletion_timestamp{${pod}}`]: 1,
        },
        at: 30,
      },
      {
        because: 'KubePodCrashLooping fires',
        series: {
          [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
          [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
          [`${waiting}{${container},${crash}}`]: 1,
        },
        at: 30,
      },
    ],
  },
  ...[onUnreadyNode(1), onLeavingNode].map((node) => ({
    // The node has no alert.
    alert: 'KubePodReadinessFailing',
    fires: {
      series: {
        [`kube_pod_status_phase{${pod},phase="Running"}`]: 1,
        [`kube_pod_status_ready{${pod},condition="false"}`]: 1,
        ...node,
      },
      at: 15,
      labels: names,
    },
    quiet: [],
  })),
  {
    alert: 'KubePodStuckTerminating',
    fires: {
      series: { [`kube_pod_deletion_timestamp{${pod}}`]: 60 },
      // Over 900 s after second 60 is minute 17, and five more.
      at: 22,
      labels: names,
      value: '21m 0s',
    },
    quiet: [
      {
        because: 'its node is unreachable',
        series: { [`kube_pod_deletion_timestamp{${pod}}`]: 60, ...onLostNode },
        at: 30,
      },
      {
        because: 'the kubelet of its node is not ready',
        series: { [`kube_pod_deletion_timestamp{${pod}}`]: 60, ...onUnreadyNode(0) },
        at: 30,
      },
      {
        because: 'its grace period has not ended',
        series: { [`kube_pod_deletion_timestamp{${pod}}`]: 3_600 },
        at: 30,
      },
    ],
  },
];
