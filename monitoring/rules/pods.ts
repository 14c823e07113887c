// Alerts on pods that do not come up, or do not stay up: each pod is told of by one of them.
import type { RuleGroup } from './rule.ts';

const image = [
  ...['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'],
  ...['ImageInspectError', 'RegistryUnavailable', 'SignatureValidationFailed'],
].join('|');

export const pods = {
  name: 'pods',
  title: 'Pods',
  recordings: [],
  alerts: [
    {
      alert: 'KubePodCrashLooping',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod, container) (
          max_over_time(
            kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]
          )
          or
          max_over_time(
            kube_pod_init_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]
          )
        ) == 1`,
      summary: 'Container {container} of pod {namespace}/{pod} ends again and again.',
      description:
        'It has ended soon after each start for a quarter of an hour, and waits longer and ' +
        'longer before the next.',
      steps: [
        'Read what it said last: `kubectl logs --namespace {namespace} {pod} --container ' +
          '{container} --previous`.',
        'See its exit code and events: `kubectl describe pod --namespace {namespace} {pod}`. 137 ' +
          'is a kill, mostly for memory; 126 and 127 are a command that cannot be run.',
        'If it began with a rollout, take that back: `kubectl rollout undo`.',
      ],
      because:
        'A container that crashes runs for a moment between two waits, so five minutes are ' +
        'looked at as one; they are also the longest wait there is. A quarter of an hour lets ' +
        'one that waits for its database come up by itself.',
    },
    {
      alert: 'KubeContainerOOMKilled',
      severity: 'warning',
      expr: `
        max by (namespace, pod, container) (
          increase(kube_pod_container_status_restarts_total[1h]) >= 2
          and on (namespace, pod, uid, container)
          kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1
        )`,
      summary: 'Container {container} of pod {namespace}/{pod} is killed for want of memory.',
      description:
        'It restarted {value|whole} times within an hour, and the last time because it went over ' +
        'its memory limit.',
      steps: [
        'Compare what it uses with its limit: `kubectl top pod --namespace {namespace} {pod} ' +
          '--containers`, then raise the limit or find the leak.',
        'If it is killed below its limit, its node is short of memory: look for KubeNodePressure ' +
          'and KubeMemoryOvercommit.',
      ],
      because:
        'One kill may be a peak; two in an hour are a limit that does not fit. It does not wait, ' +
        'because the hour already does.',
    },
    {
      alert: 'KubeContainerImagePullFailing',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod, container) (
          kube_pod_container_status_waiting_reason{reason=~"${image}"}
          or
          kube_pod_init_container_status_waiting_reason{reason=~"${image}"}
        ) == 1`,
      summary: 'Container {container} of pod {namespace}/{pod} does not get its image.',
      description: 'The node cannot pull it, so the container cannot start.',
      steps: [
        "See the registry's answer among the events: `kubectl describe pod --namespace " +
          '{namespace} {pod}`.',
        'Not found: correct the name or tag. Unauthorized: mend the imagePullSecret. A timeout ' +
          'or 429: look at the network and the limits of the registry.',
      ],
      because:
        'Reasons change from try to try, so they are taken together. A registry may be away for ' +
        'minutes; after a quarter of an hour somebody has to act.',
    },
    {
      alert: 'KubeContainerWaiting',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod, container, reason) (
          kube_pod_container_status_waiting_reason{
            reason!~"CrashLoopBackOff|PodInitializing|${image}"
          }
          or
          kube_pod_init_container_status_waiting_reason{
            reason!~"CrashLoopBackOff|PodInitializing|${image}"
          }
        ) == 1`,
      summary: 'Container {container} of pod {namespace}/{pod} is not started: {reason}.',
      description: 'The pod has a node, but its kubelet cannot make the container.',
      steps: [
        'See why among the events: `kubectl describe pod --namespace {namespace} {pod}`.',
        'CreateContainerConfigError: a ConfigMap, Secret or key that it names is missing. ' +
          'ContainerCreating: a volume is not attached, or the network is not set up.',
      ],
      because:
        'A quarter of an hour is more than large images and slow volumes take. What other alerts ' +
        'here tell is left out, and so is waiting for init containers.',
    },
    {
      alert: 'KubePodUnschedulable',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod) (
          kube_pod_status_unschedulable == 1
          unless on (namespace, pod, uid)
          kube_pod_status_reason{reason="SchedulingGated"} == 1
        )`,
      summary: 'Pod {namespace}/{pod} finds no node.',
      description: 'No node has what it asks for, so it does not run.',
      steps: [
        'See what the scheduler misses: `kubectl describe pod --namespace {namespace} {pod}`.',
        'Insufficient cpu or memory: add nodes or lower requests. Taints, selectors, affinity: ' +
          'correct the pod or the labels of nodes. A volume in another zone: move either.',
      ],
      because:
        'Autoscalers need up to ten minutes for a new node. Pods that are held back on purpose, ' +
        'by scheduling gates, do not count.',
    },
    {
      alert: 'KubePodPending',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod) (
          kube_pod_status_phase{phase=~"Pending|Unknown"} == 1
          unless on (namespace, pod, uid)
          kube_pod_status_unschedulable == 1
          unless on (namespace, pod, uid)
          kube_pod_container_status_waiting_reason{reason!="PodInitializing"} == 1
          unless on (namespace, pod, uid)
          kube_pod_init_container_status_waiting_reason{reason!="PodInitializing"} == 1
        )`,
      summary: 'Pod {namespace}/{pod} does not begin to run.',
      description:
        'Nobody has said why: no scheduler has looked at it, its kubelet is silent, or an init ' +
        'container does not come to an end.',
      steps: [
        'See how far it came: `kubectl describe pod --namespace {namespace} {pod}`.',
        'No node and no event: is the scheduler alive, and is there one of the name in ' +
          'spec.schedulerName? A node: is its kubelet well? An init container that runs: read ' +
          'its logs.',
      ],
      because:
        'What is unschedulable, or has a container that waits, is told by another alert after ' +
        'the same time.',
    },
    {
      alert: 'KubePodNotReady',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod) (
          kube_pod_status_ready{condition="false"} == 1
          and on (namespace, pod, uid)
          kube_pod_status_phase{phase="Running"} == 1
          unless on (namespace, pod, uid)
          kube_pod_deletion_timestamp
          unless on (namespace, pod, uid)
          kube_pod_owner{owner_kind="Job"}
          unless on (namespace, pod, uid)
          max_over_time(kube_pod_container_status_waiting_reason[5m]) == 1
        )`,
      summary: 'Pod {namespace}/{pod} runs, but is not ready.',
      description: 'Its Services send it nothing, and rollouts wait for it.',
      steps: [
        'See which probe or readiness gate fails: `kubectl describe pod --namespace {namespace} ' +
          '{pod}`, then read its logs.',
        'If it is all pods of a node, look at the node.',
      ],
      because:
        'Slow starters take minutes, not a quarter of an hour. Pods of jobs are ready or not as ' +
        'they please; those that crash or fail have other alerts.',
    },
    {
      alert: 'KubePodStuckTerminating',
      severity: 'warning',
      for: '5m',
      expr: 'time() - max by (namespace, pod) (kube_pod_deletion_timestamp) > 900',
      summary: 'Pod {namespace}/{pod} does not go away.',
      description:
        'Its time to end was over {value|humanizeDuration} ago. A StatefulSet starts no other ' +
        'under its name, and its volumes stay attached.',
      steps: [
        'See its node and its finalizers: `kubectl get pod --namespace {namespace} {pod} ' +
          '--output yaml`.',
        'A node that is gone for good: delete the Node object. A finalizer: mend the controller ' +
          'that should remove it. Only then think of `kubectl delete --force`.',
      ],
      because:
        'The timestamp already holds the grace period; kubelets need seconds after it. A quarter ' +
        'of an hour is more than unmounting takes.',
    },
  ],
} satisfies RuleGroup;
