// Alerts on autoscalers that are at their end, and on budgets that leave no room.
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
      summary: 'Autoscaler {namespace}/{horizontalpodautoscaler} is at its maximum.',
      description: 'It has {value} replicas and may not make more, whatever the load.',
      steps: [
        'See whether the load is real: `kubectl describe horizontalpodautoscaler --namespace ' +
          '{namespace} {horizontalpodautoscaler}`. If so, raise maxReplicas and see that the ' +
          'nodes have room.',
      ],
      because:
        'A short peak is what the maximum is for. One that may not scale at all is meant so.',
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
      summary: 'Autoscaler {namespace}/{horizontalpodautoscaler} does not get what it wants.',
      description: 'It wants {value} replicas, and nothing has changed for a while.',
      steps: [
        'Look at its target: is a rollout stuck, a quota full, or somebody else setting its ' +
          'replicas? `kubectl describe horizontalpodautoscaler --namespace {namespace} ' +
          '{horizontalpodautoscaler}`.',
      ],
      because: 'Making pods takes minutes; a quarter of an hour without one is not scaling.',
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
        'Autoscaler {namespace}/{horizontalpodautoscaler} cannot scale: {condition} is false.',
      description: 'It has no metrics to go by, or no right or target to scale.',
      steps: [
        'Read the message of the condition: `kubectl describe horizontalpodautoscaler ' +
          '--namespace {namespace} {horizontalpodautoscaler}`.',
        'ScalingActive: are metrics-server or the adapter of its metrics alive, and do all ' +
          'containers have requests? AbleToScale: does its target exist?',
      ],
      because:
        'New pods have no metrics for a minute or two. At zero replicas scaling is switched off, ' +
        'on purpose.',
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
      summary: 'Budget {namespace}/{poddisruptionbudget} has fewer healthy pods than it asks for.',
      description: 'Only {value} are healthy. No pod of it may be evicted, and nodes do not drain.',
      steps: [
        'Find the pods that are not ready: `kubectl describe poddisruptionbudget --namespace ' +
          '{namespace} {poddisruptionbudget}` has their selector.',
      ],
      because: 'A rollout goes below a strict budget for some minutes.',
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
      summary: 'Budget {namespace}/{poddisruptionbudget} leaves no room for any eviction.',
      description:
        'All of its {value} pods are wanted, though all are well: the next drain of one of their ' +
        'nodes will hang.',
      steps: ['Let it spare one: more replicas, a lower minAvailable, or maxUnavailable: 1.'],
      because: 'An hour without a pod to spare is no rollout, but the way the budget is written.',
    },
  ],
} satisfies RuleGroup;
