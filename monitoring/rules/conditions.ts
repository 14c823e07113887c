// Conditions that several alerts share: what has an alert of its own, for which others are silent.

/** An expression that begins with a line break, so many columns further to the right. */
export const shifted = (expr: string, columns: number): string =>
  expr.replaceAll('\n', `\n${' '.repeat(columns)}`);

/** Claims that are pending although the scheduler does not have to choose a node first. */
const unboundClaims = `
kube_persistentvolumeclaim_status_phase{phase="Pending"} == 1
unless on (namespace, persistentvolumeclaim)
(
  kube_persistentvolumeclaim_info
  and on (storageclass)
  kube_storageclass_info{volume_binding_mode="WaitForFirstConsumer"}
)`;

const detachedClaims = `
kube_persistentvolumeclaim_info
and on (volumename)
(
  kube_volumeattachment_spec_source_persistentvolume
  and on (volumeattachment)
  kube_volumeattachment_status_attached == 0
)`;

const podsWithClaims = (claims: string): string => `
kube_pod_spec_volumes_persistentvolumeclaims_info
and on (namespace, persistentvolumeclaim)
(${shifted(claims, 2)}
)`;

/** Pods that no scheduler can place, because a claim of theirs is unbound or lost. */
export const onUnboundClaim = podsWithClaims(`
(${shifted(unboundClaims, 2)}
)
or
kube_persistentvolumeclaim_status_phase{phase="Lost"} == 1`);

/** Pods that wait for a claim of theirs, whatever its StorageClass. */
export const onPendingClaim = podsWithClaims(`
kube_persistentvolumeclaim_status_phase{phase=~"Pending|Lost"} == 1`);

/** Pods that wait for a volume which is not attached to their node. */
export const onDetachedVolume = podsWithClaims(detachedClaims);

/** Taints of nodes that are about to go. */
const leaving = [
  'ToBeDeletedByClusterAutoscaler',
  'cloud.google.com/impending-node-termination',
  'aws-node-termination-handler/spot-itn',
].join('|');

/** Nodes for which KubeNodeUnreachable fires. */
export const unreachableNodes = `
kube_node_spec_taint{key="node.kubernetes.io/unreachable",effect="NoSchedule"}
unless on (node, effect)
kube_node_spec_taint{key=~"${leaving}"}`;

/** Nodes for which KubeletNotReady fires. */
export const unreadyKubelets = `
kube_node_status_condition{condition="Ready",status="false"} == 1
and on (node)
kube_node_spec_unschedulable == 0`;

/** Pods on a node that has an alert of its own, because it is not ready. */
export const onUnreadyNode = `
kube_pod_info
and on (node)
(
  (${shifted(unreachableNodes, 4)}
  )
  or
  (${shifted(unreadyKubelets, 4)}
  )
)`;

const CRASH = 'reason="CrashLoopBackOff"';

/** Containers for which KubePodCrashLooping fires: 15 minutes in a row, minute by minute. */
export const crashLooping = `
count_over_time(
  (
    max by (namespace, pod, container) (
      max_over_time(
        kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]
      )
    ) >= 1
  )[15m:1m]
) >= 15`;

const crashes = (range: string): string => `
max_over_time(kube_pod_container_status_waiting_reason{${CRASH}}[${range}]) == 1
or
max_over_time(kube_pod_init_container_status_waiting_reason{${CRASH}}[${range}]) == 1`;

/** Containers that run for more than five minutes between crashes, too long for a crash loop. */
const slowCrashes = `
max_over_time(
  (
    (${shifted(crashes('15m'), 6)}
    )
    unless on (namespace, pod, uid, container)
    (${shifted(crashes('5m'), 6)}
    )
  )[15m:1m]
)`;

/** Pods that have an alert of their own, their node or their claim: 15 minutes in one state. */
export const podsWithAlerts = `
(
  min_over_time(kube_pod_status_ready{condition="false"}[15m]) == 1
  unless on (namespace, pod, uid)
  max_over_time(kube_pod_status_ready{condition!="false"}[15m]) == 1
  or
  kube_pod_status_phase{phase=~"Pending|Unknown"} == 1
  or${shifted(crashes('5m'), 2)}
)
and on (namespace, pod, uid)
kube_pod_created < time() - 900
unless on (namespace, pod, uid)
kube_pod_status_phase{phase=~"Succeeded|Failed"} == 1
unless on (namespace, pod, uid)
kube_pod_deletion_timestamp > time() - 1200
unless on (namespace, pod, uid)
(${shifted(slowCrashes, 2)}
)`;

/** The controller does not run, which has an alert of its own. */
export const unobserved = (kind: string): string => `
unless on (namespace, ${kind})
(
  max by (namespace, ${kind}) (kube_${kind}_status_observed_generation)
  != on (namespace, ${kind})
  max by (namespace, ${kind}) (kube_${kind}_metadata_generation)
)`;
