// Rules for Alertmanager: an alert that names a cause silences those on what follows from it.

export interface Inhibition {
  /** The alert on the cause. */
  readonly source: string;
  /** Alerts of ours or of kubernetes-mixin that follow from it. */
  readonly targets: readonly [string, ...string[]];
  /** Labels that both have in common; absent if the cause concerns the whole cluster. */
  readonly equal?: readonly string[];
}

export const inhibitions: readonly Inhibition[] = [
  {
    source: 'KubeNodesNotReady',
    targets: ['KubeNodeUnreachable', 'KubeletNotReady', 'KubeNodeNotReady'],
  },
  {
    source: 'KubeControlPlaneLeaseExpired',
    targets: [
      'KubePodPending',
      'KubePodNotReady',
      'KubeDeploymentGenerationMismatch',
      'KubeStatefulSetGenerationMismatch',
      'KubeDaemonSetNotScheduled',
      'KubeCronJobMissedSchedule',
      'KubeSchedulerDown',
      'KubeControllerManagerDown',
    ],
  },
  {
    source: 'KubeDeploymentPodsMissing',
    targets: ['KubeQuotaFullyUsed', 'KubeQuotaAlmostFull'],
    equal: ['namespace'],
  },
  {
    source: 'KubeStatefulSetPodsMissing',
    targets: ['KubeQuotaFullyUsed', 'KubeQuotaAlmostFull'],
    equal: ['namespace'],
  },
  {
    source: 'KubeStateMetricsStale',
    targets: ['KubeStateMetricsListErrors', 'KubeStateMetricsWatchErrors'],
  },
];
