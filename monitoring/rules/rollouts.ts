// Alerts on Deployments, StatefulSets and DaemonSets that are not what they should become.
import type { RuleGroup } from './rule.ts';

const observed =
  'Controllers see a change within seconds; a quarter of an hour outlasts an upgrade of the ' +
  'control plane.';

export const rollouts = {
  name: 'rollouts',
  title: 'Rollouts and replicas',
  recordings: [],
  alerts: [
    {
      alert: 'KubeDeploymentRolloutStuck',
      severity: 'warning',
      for: '5m',
      expr: `
        max by (namespace, deployment) (
          kube_deployment_status_condition{condition="Progressing",status="false"}
        ) == 1`,
      summary: 'The rollout of deployment {namespace}/{deployment} is stuck.',
      description:
        'It has made no progress for the time that spec.progressDeadlineSeconds gives it.',
      steps: [
        'See which pods do not come up: `kubectl rollout status --namespace {namespace} ' +
          'deployment/{deployment}` and `kubectl describe deployment --namespace {namespace} ' +
          '{deployment}`.',
        'Mend them, or go back: `kubectl rollout undo --namespace {namespace} ' +
          'deployment/{deployment}`.',
        'FailedCreate: a quota or an admission webhook refuses its pods.',
      ],
      because:
        'The deadline, ten minutes unless it is set, has passed before this begins; five more ' +
        'let a last pod arrive.',
    },
    {
      alert: 'KubeDeploymentReplicasMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, deployment) (kube_deployment_status_replicas_available)
        < on (namespace, deployment)
        max by (namespace, deployment) (kube_deployment_spec_replicas)
        and on (namespace, deployment)
        max by (namespace, deployment) (
          changes(kube_deployment_status_replicas_updated[10m])
        ) == 0
        unless on (namespace, deployment)
        kube_deployment_status_condition{condition="Progressing",status="false"} == 1`,
      summary: 'Deployment {namespace}/{deployment} lacks pods.',
      description: 'Only {value} of its pods are available, and no rollout explains it.',
      steps: [
        'Find the pods that are not: `kubectl get pods --namespace {namespace}`; alerts on them ' +
          'say more.',
        'If all of these are well, but there are too few: see the events of its ReplicaSet.',
      ],
      because:
        'While a rollout changes its pods, fewer are normal; so it counts only after ten minutes ' +
        'without a change. A rollout that is stuck has an alert of its own.',
    },
    {
      alert: 'KubeDeploymentGenerationMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, deployment) (kube_deployment_status_observed_generation)
        < on (namespace, deployment)
        max by (namespace, deployment) (kube_deployment_metadata_generation)`,
      summary: 'Nobody has taken up the last change of deployment {namespace}/{deployment}.',
      description: 'The controller of deployments is behind, or does not work.',
      steps: [
        'Look whether kube-controller-manager is well: its logs, and its lease in kube-system.',
        'If it is only this one, see its events: `kubectl describe deployment --namespace ' +
          '{namespace} {deployment}`.',
      ],
      because: observed,
    },
    {
      alert: 'KubeStatefulSetReplicasMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (kube_statefulset_status_replicas_ready)
        < on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_replicas)
        and on (namespace, statefulset)
        max by (namespace, statefulset) (
          changes(kube_statefulset_status_replicas_updated[10m])
        ) == 0`,
      summary: 'StatefulSet {namespace}/{statefulset} lacks pods.',
      description:
        'Only {value} of its pods are ready. Pods are made in order: one that is not ready holds ' +
        'up all after it.',
      steps: [
        'Look at the first pod that is not ready: `kubectl get pods --namespace {namespace}`, ' +
          'then `kubectl describe pod`.',
        'Pending: is its claim bound, and its volume attached?',
      ],
      because:
        'As with deployments, ten minutes without a change mean that no rollout explains it.',
    },
    {
      alert: 'KubeStatefulSetUpdateNotRolledOut',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (
          kube_statefulset_status_update_revision
          unless on (namespace, statefulset, revision)
          kube_statefulset_status_current_revision
        )
        and on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_status_replicas_updated)
        < on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_replicas)
        and on (namespace, statefulset)
        max by (namespace, statefulset) (
          changes(kube_statefulset_status_replicas_updated[10m])
        ) == 0`,
      summary: 'The update of StatefulSet {namespace}/{statefulset} does not go on.',
      description: 'Some of its pods still are of the old revision.',
      steps: [
        'Look at the pod that was replaced last: `kubectl rollout status --namespace {namespace} ' +
          'statefulset/{statefulset}`.',
        'If it cannot become ready, mend the template and delete that pod: a StatefulSet does ' +
          'not replace a broken pod by itself.',
        'A partition, or the strategy OnDelete, stops it on purpose: silence the alert for it.',
      ],
      because:
        'One pod may take minutes to start; ten without any progress, and then 15, are more.',
    },
    {
      alert: 'KubeStatefulSetGenerationMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (kube_statefulset_status_observed_generation)
        < on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_metadata_generation)`,
      summary: 'Nobody has taken up the last change of StatefulSet {namespace}/{statefulset}.',
      description: 'The controller of StatefulSets is behind, or does not work.',
      steps: [
        'Look whether kube-controller-manager is well: its logs, and its lease in kube-system.',
        'If it is only this one, see its events: `kubectl describe statefulset --namespace ' +
          '{namespace} {statefulset}`.',
      ],
      because: observed,
    },
    {
      alert: 'KubeDaemonSetRolloutStuck',
      severity: 'warning',
      for: '15m',
      expr: `
        (
          max by (namespace, daemonset) (kube_daemonset_status_updated_number_scheduled)
          < on (namespace, daemonset)
          max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled)
          or
          max by (namespace, daemonset) (kube_daemonset_status_number_available)
          < on (namespace, daemonset)
          max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled)
        )
        and on (namespace, daemonset)
        max by (namespace, daemonset) (
          changes(kube_daemonset_status_updated_number_scheduled[10m])
        ) == 0
        and on (namespace, daemonset)
        max by (namespace, daemonset) (
          changes(kube_daemonset_status_number_available[10m])
        ) == 0`,
      summary: 'DaemonSet {namespace}/{daemonset} is not up to date and available on every node.',
      description: 'It is on {value} of its nodes, and nothing has changed for a while.',
      steps: [
        'See which nodes lack it: `kubectl get pods --namespace {namespace} --output wide` and ' +
          '`kubectl rollout status --namespace {namespace} daemonset/{daemonset}`.',
        'A pod that does not come up on one node only: look at that node. With the strategy ' +
          'OnDelete, delete the old pods or silence the alert.',
      ],
      because:
        'Rollouts go node by node; ten minutes without any progress, and then 15, are stuck.',
    },
    {
      alert: 'KubeDaemonSetNotScheduled',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled)
        - on (namespace, daemonset)
        max by (namespace, daemonset) (kube_daemonset_status_current_number_scheduled)
        > 0`,
      summary: 'DaemonSet {namespace}/{daemonset} is missing on {value} nodes.',
      description: 'No pod of it has been made there.',
      steps: [
        'See what refuses its pods: `kubectl describe daemonset --namespace {namespace} ' +
          '{daemonset}`: a quota, an admission webhook, or a controller that does not work.',
      ],
      because: 'A new node gets its pods within seconds.',
    },
    {
      alert: 'KubeDaemonSetMisScheduled',
      severity: 'info',
      for: '15m',
      expr: 'max by (namespace, daemonset) (kube_daemonset_status_number_misscheduled) > 0',
      summary: 'DaemonSet {namespace}/{daemonset} runs on {value} nodes where it should not.',
      description: 'The labels or taints of these nodes have changed since its pods were made.',
      steps: [
        'Compare its selector and tolerations with the nodes: `kubectl describe daemonset ' +
          '--namespace {namespace} {daemonset}`; then delete the pods that are in the wrong ' +
          'place.',
      ],
      because: 'It harms nobody at once. Nodes that come or are cordoned show it for a moment.',
    },
  ],
} satisfies RuleGroup;
