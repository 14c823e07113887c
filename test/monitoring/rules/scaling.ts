// Cases of HorizontalPodAutoscalers and PodDisruptionBudgets.
import type { Case, Series } from './case.ts';

const scaler = 'namespace="shop",horizontalpodautoscaler="search"';
const labels = { namespace: 'shop', horizontalpodautoscaler: 'search' };
const budget = 'namespace="shop",poddisruptionbudget="cart"';
const budgetLabels = { namespace: 'shop', poddisruptionbudget: 'cart' };

const conditions = 'kube_horizontalpodautoscaler_status_condition';

const scaled = (min: number, max: number, current: number | string, desired: number): Series => ({
  [`kube_horizontalpodautoscaler_spec_min_replicas{${scaler}}`]: min,
  [`kube_horizontalpodautoscaler_spec_max_replicas{${scaler}}`]: max,
  [`kube_horizontalpodautoscaler_status_current_replicas{${scaler}}`]: current,
  [`kube_horizontalpodautoscaler_status_desired_replicas{${scaler}}`]: desired,
});

/** Its target asks for five pods, and has three. */
const targetLacks = (kind: string, wanted: string, existing = 3): Series => {
  const label = kind.toLowerCase();
  const target = `scaletargetref_kind="${kind}",scaletargetref_name="search"`;
  return {
    [`kube_horizontalpodautoscaler_info{${scaler},${target}}`]: 1,
    [`kube_${label}_${wanted}{namespace="shop",${label}="search"}`]: 5,
    [`kube_${label}_status_replicas{namespace="shop",${label}="search"}`]: existing,
  };
};

const unable = (current: number): Series => ({
  [`${conditions}{${scaler},condition="ScalingActive",status="false"}`]: 1,
  [`kube_horizontalpodautoscaler_status_current_replicas{${scaler}}`]: current,
});

const budgeted = (pods: number, healthy: number, desired: number, allowed: number): Series => ({
  [`kube_poddisruptionbudget_status_expected_pods{${budget}}`]: pods,
  [`kube_poddisruptionbudget_status_current_healthy{${budget}}`]: healthy,
  [`kube_poddisruptionbudget_status_desired_healthy{${budget}}`]: desired,
  [`kube_poddisruptionbudget_status_pod_disruptions_allowed{${budget}}`]: allowed,
});

export const scalingCases: readonly Case[] = [
  {
    alert: 'KubeHpaAtMaximum',
    fires: { series: scaled(2, 6, 6, 6), at: 15, labels, value: '6' },
    quiet: [
      { because: 'it may add one more', series: scaled(2, 6, 5, 5), at: 30 },
      { because: 'its minimum equals its maximum', series: scaled(6, 6, 6, 6), at: 30 },
    ],
  },
  {
    alert: 'KubeHpaReplicasNotReached',
    fires: { series: scaled(2, 6, 3, 5), at: 15, labels, value: '5' },
    quiet: [
      { because: 'it has its desired replicas', series: scaled(2, 6, 5, 5), at: 30 },
      { because: 'replicas are added one by one', series: scaled(2, 90, '0+1x30', 80), at: 30 },
      {
        because: 'KubeDeploymentPodsMissing fires for its target',
        series: { ...scaled(2, 6, 3, 5), ...targetLacks('Deployment', 'spec_replicas') },
        at: 30,
      },
      {
        because: 'KubeStatefulSetPodsMissing fires for its target',
        series: { ...scaled(2, 6, 3, 5), ...targetLacks('StatefulSet', 'replicas') },
        at: 30,
      },
      {
        because: 'a rollout of its target is stuck with one pod more',
        series: { ...scaled(2, 6, 6, 5), ...targetLacks('Deployment', 'spec_replicas', 6) },
        at: 30,
      },
      {
        because: 'KubeHpaCannotScale fires',
        series: { ...scaled(2, 6, 3, 5), ...unable(3) },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeHpaCannotScale',
    fires: { series: unable(2), at: 15, labels: { ...labels, condition: 'ScalingActive' } },
    quiet: [{ because: 'at zero replicas scaling is disabled', series: unable(0), at: 30 }],
  },
  {
    alert: 'KubePdbUnsatisfiable',
    fires: { series: budgeted(2, 2, 3, 0), at: 15, labels: budgetLabels, value: '2' },
    quiet: [
      {
        because: 'a pod is not healthy, and has an alert of its own',
        series: budgeted(3, 1, 2, 0),
        at: 30,
      },
      { because: 'it has no pods', series: budgeted(0, 0, 2, 0), at: 30 },
    ],
  },
  {
    alert: 'KubePdbNoDisruptionsAllowed',
    fires: { series: budgeted(3, 3, 3, 0), at: 60, labels: budgetLabels, value: '3' },
    quiet: [
      { because: 'one disruption is allowed', series: budgeted(3, 3, 2, 1), at: 120 },
      { because: 'it has no pods', series: budgeted(0, 0, 0, 0), at: 120 },
      {
        because: 'a pod is not healthy, and has an alert of its own',
        series: budgeted(3, 2, 2, 0),
        at: 120,
      },
      {
        because: 'KubePdbUnsatisfiable fires',
        series: budgeted(2, 2, 3, 0),
        at: 120,
      },
    ],
  },
];
