// Cases of rollouts.
import type { Case } from './case.ts';

const deployment = 'namespace="shop",deployment="cart"';
const deploymentLabels = { namespace: 'shop', deployment: 'cart' };
const set = 'namespace="data",statefulset="kafka"';
const setLabels = { namespace: 'data', statefulset: 'kafka' };
const daemons = 'namespace="kube-system",daemonset="csi"';
const daemonLabels = { namespace: 'kube-system', daemonset: 'csi' };

const progressing = (status: string) =>
  `kube_deployment_status_condition{${deployment},condition="Progressing",status="${status}"}`;

/** A DaemonSet with these counts of nodes. */
const daemonSet = (desired: number, updated: number | string, available: number | string) => ({
  [`kube_daemonset_status_desired_number_scheduled{${daemons}}`]: desired,
  [`kube_daemonset_status_updated_number_scheduled{${daemons}}`]: updated,
  [`kube_daemonset_status_number_available{${daemons}}`]: available,
});

export const rolloutCases: readonly Case[] = [
  {
    alert: 'KubeDeploymentRolloutStuck',
    fires: {
      series: { [progressing('false')]: 1, [progressing('true')]: 0 },
      at: 5,
      labels: deploymentLabels,
    },
    quiet: [
      {
        because: 'it makes progress',
        series: { [progressing('false')]: 0, [progressing('true')]: 1 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeDeploymentReplicasMismatch',
    fires: {
      series: {
        [`kube_deployment_spec_replicas{${deployment}}`]: 3,
        [`kube_deployment_status_replicas_available{${deployment}}`]: 2,
        [`kube_deployment_status_replicas_updated{${deployment}}`]: 3,
      },
      at: 15,
      labels: deploymentLabels,
      value: '2',
    },
    quiet: [
      {
        because: 'a rollout is in progress',
        series: {
          [`kube_deployment_spec_replicas{${deployment}}`]: 30,
          [`kube_deployment_status_replicas_available{${deployment}}`]: 25,
          [`kube_deployment_status_replicas_updated{${deployment}}`]: '0+1x30',
        },
        at: 30,
      },
      {
        because: 'KubeDeploymentRolloutStuck fires',
        series: {
          [`kube_deployment_spec_replicas{${deployment}}`]: 3,
          [`kube_deployment_status_replicas_available{${deployment}}`]: 2,
          [`kube_deployment_status_replicas_updated{${deployment}}`]: 1,
          [progressing('false')]: 1,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeDeploymentGenerationMismatch',
    fires: {
      series: {
        [`kube_deployment_status_observed_generation{${deployment}}`]: 4,
        [`kube_deployment_metadata_generation{${deployment}}`]: 5,
      },
      at: 15,
      labels: deploymentLabels,
    },
    quiet: [
      {
        because: 'its last change was observed',
        series: {
          [`kube_deployment_status_observed_generation{${deployment}}`]: '4 5+0x30',
          [`kube_deployment_metadata_generation{${deployment}}`]: 5,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStatefulSetReplicasMismatch',
    fires: {
      series: {
        [`kube_statefulset_replicas{${set}}`]: 3,
        [`kube_statefulset_status_replicas_ready{${set}}`]: 1,
        [`kube_statefulset_status_replicas_updated{${set}}`]: 3,
      },
      at: 15,
      labels: setLabels,
      value: '1',
    },
    quiet: [
      {
        because: 'a rollout is in progress',
        series: {
          [`kube_statefulset_replicas{${set}}`]: 9,
          [`kube_statefulset_status_replicas_ready{${set}}`]: 8,
          [`kube_statefulset_status_replicas_updated{${set}}`]: '0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3',
        },
        at: 15,
      },
    ],
  },
  {
    alert: 'KubeStatefulSetUpdateNotRolledOut',
    fires: {
      series: {
        [`kube_statefulset_status_update_revision{${set},revision="kafka-2"}`]: 1,
        [`kube_statefulset_status_current_revision{${set},revision="kafka-1"}`]: 1,
        [`kube_statefulset_replicas{${set}}`]: 3,
        [`kube_statefulset_status_replicas_updated{${set}}`]: 1,
      },
      at: 15,
      labels: setLabels,
    },
    quiet: [
      {
        because: 'it has only one revision',
        series: {
          [`kube_statefulset_status_update_revision{${set},revision="kafka-2"}`]: 1,
          [`kube_statefulset_status_current_revision{${set},revision="kafka-2"}`]: 1,
          [`kube_statefulset_replicas{${set}}`]: 3,
          [`kube_statefulset_status_replicas_updated{${set}}`]: 0,
        },
        at: 30,
      },
      {
        because: 'pods are replaced one by one',
        series: {
          [`kube_statefulset_status_update_revision{${set},revision="kafka-2"}`]: 1,
          [`kube_statefulset_status_current_revision{${set},revision="kafka-1"}`]: 1,
          [`kube_statefulset_replicas{${set}}`]: 9,
          [`kube_statefulset_status_replicas_updated{${set}}`]: '0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3',
        },
        at: 15,
      },
    ],
  },
  {
    alert: 'KubeStatefulSetGenerationMismatch',
    fires: {
      series: {
        [`kube_statefulset_status_observed_generation{${set}}`]: 1,
        [`kube_statefulset_metadata_generation{${set}}`]: 2,
      },
      at: 15,
      labels: setLabels,
    },
    quiet: [
      {
        because: 'its last change was observed',
        series: {
          [`kube_statefulset_status_observed_generation{${set}}`]: 2,
          [`kube_statefulset_metadata_generation{${set}}`]: 2,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeDaemonSetRolloutStuck',
    fires: { series: daemonSet(6, 2, 5), at: 15, labels: daemonLabels, value: '2' },
    quiet: [
      { because: 'it runs on every node', series: daemonSet(6, 6, 6), at: 30 },
      {
        because: 'it is updated node by node',
        series: daemonSet(9, '1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4', 8),
        at: 15,
      },
    ],
  },
  {
    alert: 'KubeDaemonSetRolloutStuck',
    fires: { series: daemonSet(6, 6, 4), at: 15, labels: daemonLabels, value: '4' },
    quiet: [],
  },
  {
    alert: 'KubeDaemonSetNotScheduled',
    fires: {
      series: {
        ...daemonSet(6, 6, 6),
        [`kube_daemonset_status_current_number_scheduled{${daemons}}`]: 4,
      },
      at: 15,
      labels: daemonLabels,
      value: '2',
    },
    quiet: [
      {
        because: 'it runs on every node',
        series: {
          ...daemonSet(6, 6, 6),
          [`kube_daemonset_status_current_number_scheduled{${daemons}}`]: 6,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeDaemonSetMisScheduled',
    fires: {
      series: { [`kube_daemonset_status_number_misscheduled{${daemons}}`]: 1 },
      at: 15,
      labels: daemonLabels,
      value: '1',
    },
    quiet: [
      {
        because: 'it runs where it should',
        series: { [`kube_daemonset_status_number_misscheduled{${daemons}}`]: 0 },
        at: 30,
      },
    ],
  },
];
