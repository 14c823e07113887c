// Cases of pods.
import type { Case } from './case.ts';

const names = { namespace: 'shop', pod: 'ads-0' };
const pod = 'namespace="shop",pod="ads-0",uid="u"';
const container = `${pod},container="ads"`;
const labels = { ...names, container: 'ads' };
const waiting = 'kube_pod_container_status_waiting_reason';
const initWaiting = 'kube_pod_init_container_status_waiting_reason';
const crash = 'reason="CrashLoopBackOff"';

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
    ],
  },
  {
    alert: 'KubePodCrashLooping',
    fires: { series: { [`${initWaiting}{${container},${crash}}`]: 1 }, at: 15, labels },
    quiet: [],
  },
  {
    alert: 'KubeContainerOOMKilled',
    fires: {
      series: {
        [`kube_pod_container_status_restarts_total{${container}}`]: '0+0x30 1+0x9 2+0x60',
        [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
      },
      at: 41,
      labels,
      value: '2',
    },
    quiet: [
      {
        because: 'it restarted once only',
        series: {
          [`kube_pod_container_status_restarts_total{${container}}`]: '0+0x30 1+0x60',
          [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: 1,
        },
        at: 41,
      },
      {
        because: 'it exits with an error',
        series: {
          [`kube_pod_container_status_restarts_total{${container}}`]: '0+1x60',
          [`kube_pod_container_status_last_terminated_reason{${container},reason="Error"}`]: 1,
        },
        at: 41,
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
    alert: 'KubeContainerWaiting',
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
    ],
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
        because: 'KubePodCrashLooping fires for its init container',
        series: {
          [`kube_pod_status_phase{${pod},phase="Pending"}`]: 1,
          [`${initWaiting}{${container},${crash}}`]: 1,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubePodNotReady',
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
        because: 'its grace period has not ended',
        series: { [`kube_pod_deletion_timestamp{${pod}}`]: 3_600 },
        at: 30,
      },
    ],
  },
];
