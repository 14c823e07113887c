// Alerts on Deployments, StatefulSets and DaemonSets with stuck rollouts or missing replicas.
import type { RuleGroup } from './rule.ts';

const observed =
  'Controllers observe a change within seconds; 15 minutes outlast an upgrade of the control ' +
  'plane.';

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
      description: 'It has made no progress within spec.progressDeadlineSeconds.',
      steps: [
        'See which pods do not become ready: `kubectl rollout status --namespace {namespace} ' +
          'deployment/{deployment}` and `kubectl describe deployment --namespace {namespace} ' +
          '{deployment}`.',
        'Fix them, or roll back: `kubectl rollout undo --namespace {namespace} ' +
          'deployment/{deployment}`.',
        'FailedCreate: a quota or an admission webhook rejects its pods.',
      ],
      because:
        'The deadline, ten minutes by default, has already passed; five more minutes let a last ' +
        'pod become ready.',
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
      summary: 'Deployment {namespace}/{deployment} has too few available replicas.',
      description: 'Only {value} replicas are available, and no rollout is in progress.',
      steps: [
        'Find the pods that are not available: `kubectl get pods --namespace {namespace}`. ' +
          'Alerts on these pods say more.',
        'If all existing pods are ready but some are missing, read the events of its ' +
          'ReplicaSet.',
      ],
      because:
        'Fewer replicas are normal during a rollout, so only deployments without a change in the ' +
        'last ten minutes count. A stuck rollout has an alert of its own.',
    },
    {
      alert: 'KubeDeploymentGenerationMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, deployment) (kube_deployment_status_observed_generation)
        < on (namespace, deployment)
        max by (namespace, deployment) (kube_deployment_metadata_generation)`,
      summary: 'The last change of deployment {namespace}/{deployment} was not observed.',
      description: 'The deployment controller lags behind or does not run.',
      steps: [
        'Check kube-controller-manager: its logs, and its lease in kube-system.',
        'If only this deployment is affected, read its events: `kubectl describe deployment ' +
          '--namespace {namespace} {deployment}`.',
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
      summary: 'StatefulSet {namespace}/{statefulset} has too few ready replicas.',
      description:
        'Only {value} replicas are ready. Pods are created in order: one that is not ready ' +
        'blocks all after it.',
      steps: [
        'Check the first pod that is not ready: `kubectl get pods --namespace {namespace}`, ' +
          'then `kubectl describe pod`.',
        'Pending: check that its claim is bound and its volume attached.',
      ],
      because:
        'As for deployments, only StatefulSets without a change in the last ten minutes count.',
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
      summary: 'The rolling update of StatefulSet {namespace}/{statefulset} does not progress.',
      description: 'Some of its pods still run the old revision.',
      steps: [
        'Check the pod that was replaced last: `kubectl rollout status --namespace {namespace} ' +
          'statefulset/{statefulset}`.',
        'If it cannot become ready, fix the template and delete that pod: a StatefulSet does ' +
          'not replace a broken pod by itself.',
        'A partition or the OnDelete strategy stops updates on purpose: silence the alert for ' +
          'it.',
      ],
      because:
        'One pod may take minutes to start; ten minutes without progress and a `for` of 15 are ' +
        'longer.',
    },
    {
      alert: 'KubeStatefulSetGenerationMismatch',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, statefulset) (kube_statefulset_status_observed_generation)
        < on (namespace, statefulset)
        max by (namespace, statefulset) (kube_statefulset_metadata_generation)`,
      summary: 'The last change of StatefulSet {namespace}/{statefulset} was not observed.',
      description: 'The StatefulSet controller lags behind or does not run.',
      steps: [
        'Check kube-controller-manager: its logs, and its lease in kube-system.',
        'If only this StatefulSet is affected, read its events: `kubectl describe statefulset ' +
          '--namespace {namespace} {statefulset}`.',
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
      description: 'It is available on {value} of its nodes, and its rollout makes no progress.',
      steps: [
        'See which nodes lack it: `kubectl get pods --namespace {namespace} --output wide` and ' +
          '`kubectl rollout status --namespace {namespace} daemonset/{daemonset}`.',
        'A pod fails on one node only: check that node. With the OnDelete strategy, delete the ' +
          'old pods or silence the alert.',
      ],
      because:
        'Rollouts go node by node; ten minutes without progress and a `for` of 15 mean that it ' +
        'is stuck.',
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
      description: 'No pod was created for these nodes.',
      steps: [
        'See what rejects its pods: `kubectl describe daemonset --namespace {namespace} ' +
          '{daemonset}`. It is a quota, an admission webhook, or a controller that does not run.',
      ],
      because: 'A new node gets its DaemonSet pods within seconds.',
    },
    {
      alert: 'KubeDaemonSetMisScheduled',
      severity: 'info',
      for: '15m',
      expr: 'max by (namespace, daemonset) (kube_daemonset_status_number_misscheduled) > 0',
      summary: 'DaemonSet {namespace}/{daemonset} runs on {value} nodes where it should not.',
      description: 'The labels or taints of these nodes changed after its pods were created.',
      steps: [
        'Compare its node selector and tolerations with the nodes: `kubectl describe daemonset ' +
          '--namespace {namespace} {daemonset}`. Then delete the misscheduled pods.',
      ],
      because: 'It does no immediate harm. New and cordoned nodes show it briefly.',
    },
  ],
} satisfies RuleGroup;
