// Alerts on HorizontalPodAutoscalers and PodDisruptionBudgets.
import { shifted } from './conditions.ts';
import type { RuleGroup } from './rule.ts';

/** Workloads with fewer or more pods than they ask for, under the labels of who scales them. */
function withOtherCount(kind: string, wanted: string): string {
  const label = kind.toLowerCase();
  return `
label_replace(
  label_replace(
    max by (namespace, ${label}) (${wanted})
    != on (namespace, ${label})
    max by (namespace, ${label}) (kube_${label}_status_replicas),
    "scaletargetref_name", "$1", "${label}", "(.+)"
  ),
  "scaletargetref_kind", "${kind}", "${label}", ".+"
)`;
}

export const scaling = {
  name: 'scaling',
  title: 'Autoscaling and disruption budgets',
  recordings: [],
  alerts: [
    {
      alert: 'KubeHpaAtMaximum',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, horizontalpodautoscaler) (
          kube_horizontalpodautoscaler_status_current_replicas
        )
        >= on (namespace, horizontalpodautoscaler)
        max by (namespace, horizontalpodautoscaler) (
          kube_horizontalpodautoscaler_spec_max_replicas
        )
        > on (namespace, horizontalpodautoscaler)
        max by (namespace, horizontalpodautoscaler) (
          kube_horizontalpodautoscaler_spec_min_replicas
        )`,
      summary: 'HorizontalPodAutoscaler {namespace}/{horizontalpodautoscaler} is at its maximum.',
      description: 'It runs {value} replicas and cannot add more, whatever the load.',
      steps: [
        'Check whether the load is real: `kubectl describe horizontalpodautoscaler --namespace ' +
          '{namespace} {horizontalpodautoscaler}`. If so, raise maxReplicas, and check that the ' +
          'nodes have room.',
      ],
      because:
        'A short peak is what the maximum is for. Autoscalers whose minimum equals their maximum ' +
        'are excluded.',
      mixin: ['KubeHpaMaxedOut'],
    },
    {
      alert: 'KubeHpaReplicasNotReached',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, horizontalpodautoscaler) (
          kube_horizontalpodautoscaler_status_desired_replicas
        )
        != on (namespace, horizontalpodautoscaler)
        max by (namespace, horizontalpodautoscaler) (
          kube_horizontalpodautoscaler_status_current_replicas
        )
        and on (namespace, horizontalpodautoscaler)
        max by (namespace, horizontalpodautoscaler) (
          changes(kube_horizontalpodautoscaler_status_current_replicas[15m])
        ) == 0
        unless on (namespace, horizontalpodautoscaler)
        kube_horizontalpodautoscaler_status_condition{
          condition=~"AbleToScale|ScalingActive",status="false"
        } == 1
        unless on (namespace, horizontalpodautoscaler)
        (
          kube_horizontalpodautoscaler_info
          and on (namespace, scaletargetref_kind, scaletargetref_name)
          (${shifted(withOtherCount('Deployment', 'kube_deployment_spec_replicas'), 12)}
            or${shifted(withOtherCount('StatefulSet', 'kube_statefulset_replicas'), 12)}
          )
        )`,
      summary:
        'HorizontalPodAutoscaler {namespace}/{horizontalpodautoscaler} has not reached its ' +
        'desired replicas.',
      description: 'It wants {value} replicas, and the number has not changed for 15 minutes.',
      steps: [
        'Check whether something else sets the replicas of its target, a person or a GitOps ' +
          'tool: `kubectl describe horizontalpodautoscaler --namespace {namespace} ' +
          '{horizontalpodautoscaler}`.',
      ],
      because:
        'Pods start within minutes; 15 minutes without a change are not scaling. A target that ' +
        'lacks pods has an alert of its own, and so does an autoscaler that cannot scale.',
      mixin: ['KubeHpaReplicasMismatch'],
    },
    {
      alert: 'KubeHpaCannotScale',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, horizontalpodautoscaler, condition) (
          kube_horizontalpodautoscaler_status_condition{
            condition=~"AbleToScale|ScalingActive",status="false"
          } == 1
          unless on (namespace, horizontalpodautoscaler)
          kube_horizontalpodautoscaler_status_current_replicas == 0
        )`,
      summary:
        'HorizontalPodAutoscaler {namespace}/{horizontalpodautoscaler} cannot scale: {condition} ' +
        'is false.',
      description: 'It has no metrics, no permission, or no target to scale.',
      steps: [
        'Read the message of the condition: `kubectl describe horizontalpodautoscaler ' +
          '--namespace {namespace} {horizontalpodautoscaler}`.',
        'ScalingActive: check metrics-server or the metrics adapter, and that all containers ' +
          'have requests. AbleToScale: check that its target exists.',
      ],
      because:
        'New pods have no metrics for a minute or two. At zero replicas scaling is disabled on ' +
        'purpose.',
    },
    {
      alert: 'KubePdbUnsatisfiable',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_expected_pods
        )
        < on (namespace, poddisruptionbudget)
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_desired_healthy
        )
        > 0`,
      summary:
        'PodDisruptionBudget {namespace}/{poddisruptionbudget} asks for more pods than there are.',
      description:
        'It has {value} pods. None of them may ever be evicted, so drains of their nodes hang.',
      steps: [
        'Compare its minAvailable with the replicas of its workload, and its selector with the ' +
          'labels of the pods: `kubectl describe poddisruptionbudget --namespace {namespace} ' +
          '{poddisruptionbudget}`.',
      ],
      because:
        'A rollout may fall short for some minutes. Budgets without any pod block nothing; pods ' +
        'that exist and are not healthy have alerts of their own.',
      mixin: ['KubePdbNotEnoughHealthyPods'],
    },
    {
      alert: 'KubePdbNoDisruptionsAllowed',
      severity: 'info',
      for: '1h',
      expr: `
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_expected_pods > 0
          and on (namespace, poddisruptionbudget)
          kube_poddisruptionbudget_status_pod_disruptions_allowed == 0
        )
        and on (namespace, poddisruptionbudget)
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_current_healthy
        )
        >= on (namespace, poddisruptionbudget)
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_expected_pods
        )
        unless on (namespace, poddisruptionbudget)
        (
          max by (namespace, poddisruptionbudget) (
            kube_poddisruptionbudget_status_desired_healthy
          )
          > on (namespace, poddisruptionbudget)
          max by (namespace, poddisruptionbudget) (
            kube_poddisruptionbudget_status_expected_pods
          )
        )`,
      summary: 'PodDisruptionBudget {namespace}/{poddisruptionbudget} allows no evictions.',
      description:
        'All of its {value} pods are healthy and required: the next drain of one of their nodes ' +
        'will hang.',
      steps: [
        'Allow at least one disruption: more replicas, a lower minAvailable, or ' +
          'maxUnavailable: 1.',
      ],
      because:
        'An hour without an allowed disruption is no rollout, but a budget that is too strict. A ' +
        'pod that is not healthy has an alert of its own.',
    },
  ],
} satisfies RuleGroup;
