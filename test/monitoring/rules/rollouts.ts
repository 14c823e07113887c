// Cases of rollouts.
import type { Case, Series } from './case.ts';

const deployment = 'namespace="shop",deployment="cart"';
const deploymentLabels = { namespace: 'shop', deployment: 'cart' };
const set = 'namespace="data",statefulset="kafka"';
const setLabels = { namespace: 'data', statefulset: 'kafka' };
const daemons = 'namespace="kube-system",daemonset="csi"';
const daemonLabels = { namespace: 'kube-system', daemonset: 'csi' };

const progressing = (status: string) =>
  `kube_deployment_status_condition{${deployment},condition="Progressing",status="${status}"}`;

/** A DaemonSet with these counts of nodes. */
const daemonSet = (desired: number, updated: number | string, ready: number): Series => ({
  [`kube_daemonset_status_desired_number_scheduled{${daemons}}`]: desired,
  [`kube_daemonset_status_updated_number_scheduled{${daemons}}`]: updated,
  [`kube_daemonset_status_number_ready{${daemons}}`]: ready,
});

/** A Deployment that asks for so many pods, with so many in existence and ready. */
const pods = (wanted: number, existing: number | string, ready: number): Series => ({
  [`kube_deployment_spec_replicas{${deployment}}`]: wanted,
  [`kube_deployment_status_replicas{${deployment}}`]: existing,
  [`kube_deployment_status_replicas_ready{${deployment}}`]: ready,
});
const setPods = (wanted: number, existing: number | string, ready: number): Series => ({
  [`kube_statefulset_replicas{${set}}`]: wanted,
  [`kube_statefulset_status_replicas{${set}}`]: existing,
  [`kube_statefulset_status_replicas_ready{${set}}`]: ready,
});
const generations = (kind: string, labels: string): Series => ({
  [`kube_${kind}_status_observed_generation{${labels}}`]: 1,
  [`kube_${kind}_metadata_generation{${labels}}`]: 2,
});
const revisions = (current: string, update: string, updated: number | string): Series => ({
  [`kube_statefulset_status_update_revision{${set},revision="${update}"}`]: 1,
  [`kube_statefulset_status_current_revision{${set},revision="${current}"}`]: 1,
  [`kube_statefulset_status_replicas_updated{${set}}`]: updated,
});
const ONE_BY_ONE = '0 0 0 0 1 1 1 1 2 2 2 2 3 3 3 3';

export const rolloutCases: readonly Case[] = [
  {
    alert: 'KubeDeploymentRolloutBlocked',
    fires: {
      series: { ...pods(3, 3, 3), [progressing('false')]: 1, [progressing('true')]: 0 },
      at: 15,
      labels: deploymentLabels,
    },
    quiet: [
      {
        because: 'it makes progress',
        series: { ...pods(3, 3, 3), [progressing('false')]: 0, [progressing('true')]: 1 },
        at: 30,
      },
      {
        because: 'its new pod is not ready, and has an alert of its own',
        series: { ...pods(3, 4, 3), [progressing('false')]: 1 },
        at: 30,
      },
      {
        because: 'KubeDeploymentPodsMissing fires',
        series: { ...pods(3, 2, 2), [progressing('false')]: 1 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeDeploymentPodsMissing',
    fires: { series: pods(3, 1, 1), at: 15, labels: deploymentLabels, value: '2' },
    quiet: [
      { because: 'a pod is not ready, and has an alert of its own', series: pods(3, 3, 2), at: 30 },
      { because: 'its pods are being created', series: pods(3, '1+0x10 3+0x30', 1), at: 15 },
      {
        because: 'KubeDeploymentGenerationMismatch fires',
        series: { ...pods(3, 1, 1), ...generations('deployment', deployment) },
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
    alert: 'KubeStatefulSetPodsMissing',
    fires: { series: setPods(3, 1, 1), at: 15, labels: setLabels, value: '2' },
    quiet: [
      {
        because: 'its first pod is not ready, and has an alert of its own',
        series: setPods(3, 1, 0),
        at: 30,
      },
      { because: 'all of its pods exist', series: setPods(3, 3, 3), at: 30 },
      {
        because: 'KubeStatefulSetGenerationMismatch fires',
        series: { ...setPods(3, 1, 1), ...generations('statefulset', set) },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStatefulSetRolloutStuck',
    fires: {
      series: { ...setPods(3, 3, 3), ...revisions('kafka-1', 'kafka-2', 1) },
      at: 15,
      labels: setLabels,
    },
    quiet: [
      {
        because: 'it has only one revision',
        series: { ...setPods(3, 3, 3), ...revisions('kafka-2', 'kafka-2', 0) },
        at: 30,
      },
      {
        because: 'the pod that was updated is not ready, and has an alert of its own',
        series: { ...setPods(3, 3, 2), ...revisions('kafka-1', 'kafka-2', 1) },
        at: 30,
      },
      {
        because: 'pods are replaced one by one',
        series: { ...setPods(9, 9, 9), ...revisions('kafka-1', 'kafka-2', ONE_BY_ONE) },
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
    alert: 'KubeDaemonSetUpdateStuck',
    fires: { series: daemonSet(6, 2, 6), at: 15, labels: daemonLabels, value: '2' },
    quiet: [
      { because: 'it is updated on every node', series: daemonSet(6, 6, 6), at: 30 },
      {
        because: 'a pod of it is not ready, and has an alert of its own',
        series: daemonSet(6, 2, 5),
        at: 30,
      },
      {
        because: 'it is updated node by node',
        series: daemonSet(9, '1 1 1 1 2 2 2 2 3 3 3 3 4 4 4 4', 9),
        at: 15,
      },
    ],
  },
  {
    alert: 'KubeDaemonSetNotScheduled',
    fires: {
      series: {
        ...daemonSet(6, 6, 6),
        [`kube_daemonset_status_current_number_scheduled{${daemons}}`]: 4,
      },
      at: 10,
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
