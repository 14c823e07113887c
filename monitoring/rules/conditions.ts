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

/** Pods on a node that is not ready. */
export const onUnreadyNode = `
kube_pod_info
and on (node)
kube_node_status_condition{condition="Ready",status="true"} == 0`;

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
