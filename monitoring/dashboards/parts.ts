// Pieces of PromQL that many panels need, each a filter that follows a selector of pods' series.

/**
 * Of pods that have not ended: those that have hold nothing any more, though the API still shows
 * what they asked for.
 */
export const alive =
  'and on (namespace, pod, uid) kube_pod_status_phase{phase=~"Pending|Running"} == 1';

/** Of cAdvisor's series those of containers, without sandboxes and the sums of pods and nodes. */
export const containers = 'container!~"POD|", image!=""';

/** Why a container waits that will start in its turn. */
export const starting = 'ContainerCreating|PodInitializing';

/** Of the pods of the chosen workloads; a ReplicaSet is named by its Deployment and a hash. */
export const ofWorkload =
  'and on (namespace, pod) (' +
  'kube_pod_owner{owner_kind="ReplicaSet", owner_name=~"($workload)-[a-z0-9]+"} or ' +
  'kube_pod_owner{owner_kind!="ReplicaSet", owner_name=~"$workload"})';

/** After series that other programs have under the same names: those of kubestate only. */
export const ofKubestate =
  'and on (job, instance) kube_state_metrics_build_info{instance=~"$instance"}';
