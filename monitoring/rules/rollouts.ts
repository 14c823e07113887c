// Alerts on Deployments, StatefulSets and DaemonSets that lack pods, or whose rollout is blocked.
import { shifted, unobserved } from './conditions.ts';
import type { RuleGroup } from './rule.ts';
import { unavailableWorkloads } from './unavailable.ts';

const observed =
  'Controllers observe a change within seconds; 15 minutes outlast an upgrade of the control ' +
  'plane.';

export const rollouts = {
  name: 'rollouts',
  title: 'Rollouts and replicas',
  recordings: [],
  alerts: [
    {
      alert: 'KubeDeploymentRolloutBlocked',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, deployment) (
          kube_deployment_status_condition{condition="Progressing",status="false"}
        ) == 1
        and on (namespace, deployment)
        (
          max by (namespace, deployment) (kube_deployment_status_replicas_ready)
          >= on (namespace, deployment)
          max by (namespace, deployment) (kube_deployment_spec_replicas)
        )
        and on (namespace, deployment)
        (
          max by (namespace, deployment) (kube_deployment_status_replicas_ready)
          == on (namespace, deployment)
          max by (namespace, deployment) (kube_deployment_status_replicas)
        )`,
      summary: 'The rollout of deployment {namespace}/{deployment} is blocked.',
      description:
        'All its pods are ready, but it made no progress within spec.progressDeadlineSeconds: ' +
        'new pods cannot be created.',
      steps: [
        'Read its conditions and events: `kubectl describe deployment --namespace {namespace} ' +
          '{deployment}`.',
        'FailedCreate: a quota or an admission webhook rejects its pods.',
        'Correct that, or roll back: `kubectl rollout undo --namespace {namespace} ' +
          'deployment/{deployment}`.',
      ],
      because:
        'The deadline, ten minutes by default, has passed already. New pods that are not ready ' +
        'have alerts of their own, which name the cause.',
      mixin: ['KubeDeploymentRolloutStuck'],
    },
    {
      alert: 'KubeDeploymentPodsMissing',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, deployment) (kube_deployment_spec_replicas)
        - on (namespace, deployment)
        max by (namespace, deployment) (kube_deployment_status_replicas)
        > 0${shifted(unobserved('deployment'), 8)}`,
      summary: 'Deployment {namespace}/{deployment} lacks {value} pods.',
      description: 'They were not created, or are deleted as soon as they are.',
      steps: [
        'Read the events of its ReplicaSet: `kubectl describe replicaset --namespace {namespace}`.',
        'FailedCreate: a quota or an admission webhook rejects its pods, or their service ' +
          'account is missing.',
      ],
      because:
        'Pods are created within seconds. Those that exist and are not available have alerts of ' +
        'their own, or KubeDeploymentPodsUnavailable.',
      mixin: ['KubeDeploymentReplicasMismatch', 'KubeHpaReplicasMismatch'],
    },
    unavailableWorkloads.deployment,
    {
      alert: 'KubeDeploymentGenerationMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, deployment) (kube_deployment_status_observed_generation)
        != on (namespace, deployment)
        max by (namespace, deployment) (kube_deployment_metadata_generation)`,
      summary: 'The last change of deployment {namespace}/{deployment} was not observed.',
      description: 'The deployment controller lags behind or does not run.',
      steps: [
        'Check kube-controller-manager: its logs, and its lease in kube-system.',
        'If only this deployment is affected, read its events: `kubectl describe deployment ' +
          '--namespace {namespace} {deployment}`.',
      ],
      because: observed,
      mixin: ['KubeDeploymentGenerationMismatch'],
    },
    {
      alert: 'KubeStatefulSetPodsMissing',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (kube_statefulset_replicas)
        - on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_status_replicas)
        > 0
        and on (namespace, statefulset)
        (
          max by (namespace, statefulset) (kube_statefulset_status_replicas_ready)
          == on (namespace, statefulset)
          max by (namespace, statefulset) (kube_statefulset_status_replicas)
        )${shifted(unobserved('statefulset'), 8)}`,
      summary: 'StatefulSet {namespace}/{statefulset} lacks {value} pods.',
      description: 'All pods that exist are ready, but the next one is not created.',
      steps: [
        'Read its events: `kubectl describe statefulset --namespace {namespace} {statefulset}`.',
        'FailedCreate: a quota or an admission webhook rejects its pod or the claim of the pod.',
      ],
      because:
        'Pods are created in order, the next one within seconds after the last is ready. One ' +
        'that is not ready has an alert of its own.',
      mixin: ['KubeStatefulSetReplicasMismatch'],
    },
    unavailableWorkloads.statefulSet,
    {
      alert: 'KubeStatefulSetRolloutStuck',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (
          kube_statefulset_status_update_revision
          unless on (namespace, statefulset, revision)
          kube_statefulset_status_current_revision
        )
        and on (namespace, statefulset)
        (
          max by (namespace, statefulset) (kube_statefulset_status_replicas_updated)
          < on (namespace, statefulset)
          max by (namespace, statefulset) (kube_statefulset_replicas)
        )
        and on (namespace, statefulset)
        (
          max by (namespace, statefulset) (kube_statefulset_status_replicas_ready)
          == on (namespace, statefulset)
          max by (namespace, statefulset) (kube_statefulset_replicas)
        )
        and on (namespace, statefulset)
        max by (namespace, statefulset) (
          changes(kube_statefulset_status_replicas_updated[10m])
        ) == 0`,
      summary: 'The rolling update of StatefulSet {namespace}/{statefulset} does not progress.',
      description: 'All its pods are ready, but some of them still run the old revision.',
      steps: [
        'Read its events: `kubectl describe statefulset --namespace {namespace} {statefulset}`.',
        'A partition or the OnDelete strategy stops updates on purpose: finish the update, or ' +
          'silence the alert for it.',
      ],
      because:
        'One pod may take minutes to start; ten minutes without progress and a `for` of 15 are ' +
        'longer. A pod that is not ready blocks the update, and has an alert of its own.',
      mixin: ['KubeStatefulSetUpdateNotRolledOut'],
    },
    {
      alert: 'KubeStatefulSetGenerationMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (kube_statefulset_status_observed_generation)
        != on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_metadata_generation)`,
      summary: 'The last change of StatefulSet {namespace}/{statefulset} was not observed.',
      description: 'The StatefulSet controller lags behind or does not run.',
      steps: [
        'Check kube-controller-manager: its logs, and its lease in kube-system.',
        'If only this StatefulSet is affected, read its events: `kubectl describe statefulset ' +
          '--namespace {namespace} {statefulset}`.',
      ],
      because: observed,
      mixin: ['KubeStatefulSetGenerationMismatch'],
    },
    {
      alert: 'KubeDaemonSetUpdateStuck',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, daemonset) (kube_daemonset_status_updated_number_scheduled)
        < on (namespace, daemonset)
        max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled)
        and on (namespace, daemonset)
        (
          max by (namespace, daemonset) (kube_daemonset_status_number_ready)
          == on (namespace, daemonset)
          max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled)
        )
        and on (namespace, daemonset)
        max by (namespace, daemonset) (
          changes(kube_daemonset_status_updated_number_scheduled[10m])
        ) == 0`,
      summary: 'The update of DaemonSet {namespace}/{daemonset} does not progress.',
      description: 'It is ready on every node, but up to date on {value} of them only.',
      steps: [
        'Read its events: `kubectl describe daemonset --namespace {namespace} {daemonset}`.',
        'With the OnDelete strategy, delete the old pods or silence the alert.',
      ],
      because:
        'Rollouts go node by node; ten minutes without progress and a `for` of 15 mean that it ' +
        'is stuck. A pod that is not ready blocks it, and has an alert of its own.',
      mixin: ['KubeDaemonSetRolloutStuck'],
    },
    {
      alert: 'KubeDaemonSetNotScheduled',
      severity: 'warning',
      for: '10m',
      expr: `
        max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled)
        - on (namespace, daemonset)
        max by (namespace, daemonset) (kube_daemonset_status_current_number_scheduled)
        > 0`,
      summary: 'DaemonSet {namespace}/{daemonset} is missing on {value} nodes.',
      description: 'No pod was created for these nodes.',
      steps: [
        'See what rejects its pods: `kubectl describe daemonset --namespace {namespace} ' +
          '{daemonset}`. It is a quota, an admission webhook, or a controller that does not run.',
      ],
      because: 'A new node gets its DaemonSet pods within seconds.',
      mixin: ['KubeDaemonSetNotScheduled', 'KubeDaemonSetRolloutStuck'],
    },
    unavailableWorkloads.daemonSet,
    {
      alert: 'KubeDaemonSetMisScheduled',
      severity: 'warning',
      for: '15m',
      expr: 'max by (namespace, daemonset) (kube_daemonset_status_number_misscheduled) > 0',
      summary: 'DaemonSet {namespace}/{daemonset} runs on {value} nodes where it should not.',
      description: 'The labels or taints of these nodes changed after its pods were created.',
      steps: [
        'Compare its node selector and tolerations with the nodes: `kubectl describe daemonset ' +
          '--namespace {namespace} {daemonset}`. Then delete the misscheduled pods.',
      ],
      because: 'New nodes show it briefly. It does no immediate harm.',
      mixin: ['KubeDaemonSetMisScheduled', 'KubeDaemonSetRolloutStuck'],
    },
  ],
} satisfies RuleGroup;
