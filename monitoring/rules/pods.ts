// Alerts on pods that do not start, crash, or are not ready. A pod fires one of them at a time.
import {
  crashLooping,
  onDetachedVolume,
  onPendingClaim,
  onUnboundClaim,
  onUnreadyNode,
  shifted,
} from './conditions.ts';
import type { RuleGroup } from './rule.ts';

const image = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
].join('|');

/** Crash loops have alerts of their own. */
const crash = 'CrashLoopBackOff';

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
          max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])
        ) >= 1`,
      summary: 'Container {container} of pod {namespace}/{pod} is crash looping.',
      description:
        'It has exited soon after every start for 15 minutes. The kubelet doubles the back-off ' +
        'between restarts, up to five minutes.',
      steps: [
        'Read the logs of the last run: `kubectl logs --namespace {namespace} {pod} ' +
          '--container {container} --previous`.',
        'Check the exit code and the events: `kubectl describe pod --namespace {namespace} ' +
          '{pod}`. 137 is SIGKILL, usually OOMKilled; 126 and 127 mean that the command cannot ' +
          'be run.',
        'If it began with a rollout, roll back: `kubectl rollout undo`.',
      ],
      because:
        'A crashing container runs briefly between two back-offs, so the expression looks at ' +
        'five minutes at a time; five minutes is also the longest back-off. 15 minutes let a ' +
        'container that waits for its database recover by itself.',
      mixin: ['KubePodCrashLooping'],
    },
    {
      alert: 'KubePodInitCrashLooping',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod, container) (
          max_over_time(
            kube_pod_init_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]
          )
        ) >= 1`,
      summary: 'Init container {container} of pod {namespace}/{pod} is crash looping.',
      description: 'The pod cannot start: its other containers wait for this one.',
      steps: [
        'Read the logs of the last run: `kubectl logs --namespace {namespace} {pod} ' +
          '--container {container} --previous`.',
        'Init containers usually wait for or migrate something: check that it can be reached.',
      ],
      because: 'As KubePodCrashLooping, which is about the other containers.',
      mixin: ['KubePodNotReady'],
    },
    {
      alert: 'KubeContainerOOMKilled',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod, container) (
          increase(kube_pod_container_status_restarts_total[1h]) >= 2
          and on (namespace, pod, uid, container)
          kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1
        )
        unless on (namespace, pod, container)${shifted(crashLooping, 8)}`,
      summary: 'Container {container} of pod {namespace}/{pod} is repeatedly OOMKilled.',
      description:
        'It restarted {value|whole} times within an hour, the last time because it exceeded its ' +
        'memory limit.',
      steps: [
        'Compare usage with the limit: `kubectl top pod --namespace {namespace} {pod} ' +
          '--containers`. Then raise the limit or fix the leak.',
        'If it is killed below its limit, the node is short of memory: look for ' +
          'KubeNodePressure and KubeMemoryOvercommit.',
      ],
      because:
        'One OOM kill may be a peak; two within an hour mean that the limit does not fit. A ' +
        'container that is killed soon after every start is crash looping within 15 minutes, and ' +
        'has that alert instead.',
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
      summary: 'The image of container {container} of pod {namespace}/{pod} cannot be pulled.',
      description: 'The container cannot start until the node has the image.',
      steps: [
        "Read the registry's answer in the events: `kubectl describe pod --namespace " +
          '{namespace} {pod}`.',
        'Not found: correct the image name or tag. Unauthorized: fix the imagePullSecret. ' +
          'Timeout or 429: check the network and the rate limits of the registry.',
      ],
      because:
        'The waiting reason changes from try to try, so all pull errors count as one. A registry ' +
        'may be down for minutes; after 15 minutes somebody has to act.',
      mixin: ['KubePodNotReady', 'KubeContainerWaiting'],
    },
    {
      alert: 'KubeContainerNotStarting',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, pod, container, reason) (
          kube_pod_container_status_waiting_reason{
            reason!~"${crash}|PodInitializing|${image}"
          }
          or
          kube_pod_init_container_status_waiting_reason{
            reason!~"${crash}|PodInitializing|${image}"
          }
        ) == 1
        unless on (namespace, pod)
        (${shifted(onDetachedVolume, 10)}
        )
        unless on (namespace, pod)
        (${shifted(onUnreadyNode, 10)}
        )`,
      summary: 'Container {container} of pod {namespace}/{pod} does not start: {reason}.',
      description: 'The pod is scheduled, but its kubelet cannot create the container.',
      steps: [
        'Find the cause in the events: `kubectl describe pod --namespace {namespace} {pod}`.',
        'CreateContainerConfigError: a ConfigMap, Secret or key that the pod refers to is ' +
          'missing. ContainerCreating: a volume is not mounted, or the pod network is not set ' +
          'up.',
      ],
      because:
        'Large images and slow volumes take less than 15 minutes. Reasons that other alerts ' +
        'cover are excluded, and so are waiting for init containers or for a volume to be ' +
        'attached (KubeVolumeAttachmentPending), and pods on a node that has an alert.',
      mixin: ['KubePodNotReady', 'KubeContainerWaiting'],
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
        )
        unless on (namespace, pod)
        (${shifted(onUnboundClaim, 10)}
        )`,
      summary: 'Pod {namespace}/{pod} is unschedulable.',
      description: 'No node satisfies its requests and constraints, so it does not run.',
      steps: [
        "Read the scheduler's message: `kubectl describe pod --namespace {namespace} {pod}`.",
        'Insufficient cpu or memory: add nodes or lower requests. Taints, node selectors, ' +
          'affinity: correct the pod or the node labels. Volume in another zone: move the pod or ' +
          'the volume.',
      ],
      because:
        'Cluster autoscalers need up to ten minutes for a new node. Pods with scheduling gates ' +
        'are held back on purpose and do not count; an unbound claim has an alert of its own.',
      mixin: ['KubePodNotReady'],
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
        )
        unless on (namespace, pod)
        (${shifted(onPendingClaim, 10)}
        )
        unless on (namespace, pod)
        (${shifted(onUnreadyNode, 10)}
        )`,
      summary: 'Pod {namespace}/{pod} stays pending.',
      description:
        'It reports no cause: the scheduler has not seen it, its kubelet does not respond, or an ' +
        'init container does not finish.',
      steps: [
        'See how far it came: `kubectl describe pod --namespace {namespace} {pod}`.',
        'No node and no event: check that kube-scheduler runs, and that a scheduler of the ' +
          'name in spec.schedulerName exists. A node is assigned: check its kubelet. An init ' +
          'container is running: read its logs.',
      ],
      because:
        'Unschedulable pods, waiting containers, pending claims and nodes that are not ready ' +
        'have alerts of their own.',
      mixin: ['KubePodNotReady'],
    },
    {
      alert: 'KubePodReadinessFailing',
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
        )
        unless on (namespace, pod)
        (${shifted(onUnreadyNode, 10)}
        )`,
      summary: 'Pod {namespace}/{pod} is running but not ready.',
      description: 'Services send it no traffic, and rollouts wait for it.',
      steps: [
        'See which readiness probe or readiness gate fails: `kubectl describe pod --namespace ' +
          '{namespace} {pod}`. Then read its logs.',
        'If several pods are affected, look for what they all depend on.',
      ],
      because:
        'Slow starts take minutes, not 15. Pods of jobs need not be ready; crashing pods and ' +
        'nodes that are not ready have other alerts.',
      mixin: ['KubePodNotReady'],
    },
    {
      alert: 'KubePodStuckTerminating',
      severity: 'warning',
      for: '5m',
      expr: `
        time() - max by (namespace, pod) (kube_pod_deletion_timestamp)
        > 900
        unless on (namespace, pod)
        (${shifted(onUnreadyNode, 10)}
        )`,
      summary: 'Pod {namespace}/{pod} is stuck terminating.',
      description:
        'Its grace period ended {value|humanizeDuration} ago. A StatefulSet cannot replace it ' +
        'until it is gone, and its volumes stay attached.',
      steps: [
        'Check its finalizers and its node: `kubectl get pod --namespace {namespace} {pod} ' +
          '--output yaml`.',
        'Finalizer: fix the controller that should remove it. Otherwise restart the kubelet and ' +
          'the container runtime. Use `kubectl delete --force` only as a last resort.',
      ],
      because:
        'The deletion timestamp includes the grace period; kubelets need seconds after it. ' +
        'Unmounting volumes takes less than 15 minutes. On a node that is not ready no pod ' +
        'terminates; the node has an alert of its own.',
    },
  ],
} satisfies RuleGroup;
