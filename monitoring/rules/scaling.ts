// Alerts on HorizontalPodAutoscalers and PodDisruptionBudgets.
import type { RuleGroup } from './rule.ts';

export const scaling = {
  name: 'scaling',
  title: 'Autoscaling and disruption budgets',
  recordings: [],
  alerts: [
    {
      alert: 'KubeHpaMaxedOut',
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
    },
    {
      alert: 'KubeHpaReplicasMismatch',
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
        ) == 0`,
      summary:
        'HorizontalPodAutoscaler {namespace}/{horizontalpodautoscaler} has not reached its ' +
        'desired replicas.',
      description: 'It wants {value} replicas, and the number has not changed for 15 minutes.',
      steps: [
        'Check its target for a stuck rollout, an exhausted quota, or another controller that ' +
          'sets replicas: `kubectl describe horizontalpodautoscaler --namespace {namespace} ' +
          '{horizontalpodautoscaler}`.',
      ],
      because: 'Pods start within minutes; 15 minutes without a change are not scaling.',
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
      alert: 'KubePdbNotEnoughHealthyPods',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_current_healthy
        )
        < on (namespace, poddisruptionbudget)
        max by (namespace, poddisruptionbudget) (
          kube_poddisruptionbudget_status_desired_healthy
        )`,
      summary: 'PodDisruptionBudget {namespace}/{poddisruptionbudget} has too few healthy pods.',
      description:
        'Only {value} pods are healthy. None may be evicted, so drains of their nodes hang.',
      steps: [
        'Find the pods that are not ready; the selector is in `kubectl describe ' +
          'poddisruptionbudget --namespace {namespace} {poddisruptionbudget}`.',
      ],
      because: 'A rollout violates a strict budget for some minutes.',
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
          kube_poddisruptionbudget_status_desired_healthy
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
        'An hour without an allowed disruption is no rollout, but a budget that is too strict.',
    },
  ],
} satisfies RuleGroup;
