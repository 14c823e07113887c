// What other tools ask for that kube-state-metrics has as little as we, each with the reason.

/** Something asked for and not there; fits all families and tools where it names none. */
export interface Oddity {
  readonly tool?: string;
  readonly family?: string;
  readonly label?: string;
  /** A value that the label, which is there, never has. */
  readonly value?: string;
  readonly reason: string;
}

// biome-ignore format: a table, a row each
export const oddities: readonly Oddity[] = [
  { label: 'job', reason: 'Prometheus puts it on all that it scrapes from a target' },
  { label: 'cluster', reason: 'an external label, which whoever has several clusters sets' },
  { label: 'cluster_id', reason: 'an external label, which Kubecost sets in its Prometheus' },
  { label: 'region', tool: 'grafana13332', reason: "an external label of the dashboard's author" },
  { label: 'cloud_google_com_gke_preemptible', tool: 'kubecost-dash', reason: "a node's label, which Kubecost's Prometheus joins by a recording rule of its own" },
  { label: 'pod_template_hash', tool: 'awesome-alerts/alert', reason: 'asked to be empty, as an absent label is' },
  { family: 'kube_deployment_status_replicas_unavailable', label: 'pod', tool: 'dotdc', reason: 'a deployment is no pod: that panel is empty with kube-state-metrics too' },
  { family: 'kube_persistentvolumeclaim_resource_requests_storage_bytes', label: 'storageclass', tool: 'kubecost-dash', reason: 'kube_persistentvolumeclaim_info has it; no release has had it here' },
  { label: 'container', value: 'POD', reason: "cAdvisor's name for a pod's sandbox, excluded here for nothing" },
  { family: 'kube_persistentvolumeclaim_info', label: 'storageclass', value: '.*ssd.*', tool: 'kubecost-dash', reason: 'an expression where one panel compares for equality, excluded for nothing' },
  { family: 'kube_replicaset_owner', label: 'owner_kind', value: '<none>', tool: 'opencost', reason: 'what release 1 had for no owner; asked for beside the empty label of release 2' },
  { family: 'kube_replicaset_owner', label: 'owner_name', value: '<none>', tool: 'opencost', reason: 'what release 1 had for no owner; asked for beside the empty label of release 2' },
  { family: 'kube_hpa_labels', tool: 'dotdc', reason: 'kube_horizontalpodautoscaler_labels since release 2' },
  { family: 'kube_node_status_capacity_cpu_cores', tool: 'opencost', reason: 'of release 1; asked for beside kube_node_status_capacity' },
  { family: 'kube_node_status_capacity_memory_bytes', tool: 'opencost', reason: 'of release 1; asked for beside kube_node_status_capacity' },
  { family: 'kube_service_port', tool: 'coroot', reason: 'no release has had it' },
];
