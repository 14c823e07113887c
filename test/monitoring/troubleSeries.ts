// Series of all that makes a number of a dashboard red or orange, with the values if all is well.

/** Values in promtool's notation, a minute apart; without `well` the series is absent then. */
export interface TroubleSeries {
  readonly series: string;
  readonly ill: string;
  readonly well?: string;
}

const pod = 'namespace="shop",pod="cart-0",uid="1"';
const main = `${pod},container="main"`;
const image = 'image="registry.example.com/cart"';
const custom = 'namespace="shop",name="one"';
const steady = (value: number): string => `${value}x10`;
const both = (value: number): { ill: string; well: string } => ({
  ill: steady(value),
  well: steady(value),
});

const row = (series: string, ill: number, well?: number): TroubleSeries => ({
  series,
  ill: steady(ill),
  ...(well !== undefined && { well: steady(well) }),
});

const nodes: readonly TroubleSeries[] = [
  row('kube_node_status_condition{node="a",condition="Ready",status="true"}', 0, 1),
  row('kube_node_status_condition{node="a",condition="Ready",status="false"}', 1, 0),
  row('kube_node_status_condition{node="a",condition="DiskPressure",status="true"}', 1, 0),
  row('kube_node_spec_unschedulable{node="a"}', 1, 0),
  ...['cpu', 'memory'].flatMap((resource) => [
    { series: `kube_node_status_allocatable{node="a",resource="${resource}"}`, ...both(4) },
    { series: `kube_node_status_allocatable{node="b",resource="${resource}"}`, ...both(8) },
    row(`kube_pod_container_resource_requests{${main},node="a",resource="${resource}"}`, 5, 1),
  ]),
];

const pods: readonly TroubleSeries[] = [
  { series: `kube_pod_info{${pod},node="a"}`, ...both(1) },
  { series: `kube_pod_container_info{${main}}`, ...both(1) },
  { series: `kube_pod_created{${pod}}`, ...both(0) },
  { series: `kube_pod_status_phase{${pod},phase="Running"}`, ...both(1) },
  { series: `kube_pod_owner{${pod},owner_kind="StatefulSet",owner_name="cart"}`, ...both(1) },
  row(`kube_pod_status_ready{${pod},condition="true"}`, 0, 1),
  row(`kube_pod_status_ready{${pod},condition="false"}`, 1, 0),
  row(`kube_pod_status_unschedulable{${pod}}`, 1),
  row(`kube_pod_container_status_waiting_reason{${main},reason="CrashLoopBackOff"}`, 1),
  {
    series: `kube_pod_container_status_restarts_total{${main}}`,
    ill: '0+3x10',
    well: steady(3),
  },
  row('kube_pod_container_info{namespace="shop",pod="cart-0",uid="1",container="bare"}', 1),
  { series: `kube_pod_container_resource_limits{${main},resource="memory"}`, ...both(100) },
  row(`container_memory_working_set_bytes{${main},${image}}`, 99, 20),
  {
    series: `container_cpu_cfs_throttled_periods_total{${main},${image}}`,
    ill: '0+300x10',
    well: steady(3),
  },
  {
    series: `container_cpu_cfs_periods_total{${main},${image}}`,
    ill: '0+600x10',
    well: '0+600x10',
  },
];

const workloads: readonly TroubleSeries[] = [
  row('kube_deployment_spec_replicas{namespace="shop",deployment="cart"}', 2, 1),
  row('kube_deployment_status_replicas_available{namespace="shop",deployment="cart"}', 1, 1),
  row(
    'kube_deployment_status_condition{namespace="shop",deployment="cart",' +
      'condition="Progressing",status="false",reason="ProgressDeadlineExceeded"}',
    1,
    0,
  ),
  row('kube_statefulset_replicas{namespace="shop",statefulset="cart"}', 2, 1),
  row('kube_statefulset_status_replicas_ready{namespace="shop",statefulset="cart"}', 1, 1),
  row('kube_daemonset_status_desired_number_scheduled{namespace="shop",daemonset="cart"}', 2, 1),
  row('kube_daemonset_status_number_ready{namespace="shop",daemonset="cart"}', 1, 1),
];

const quota = 'namespace="shop",resourcequota="all"';

const namespaces: readonly TroubleSeries[] = [
  row('kube_namespace_status_phase{namespace="shop",phase="Terminating"}', 1, 0),
  row('kube_namespace_status_phase{namespace="shop",phase="Active"}', 0, 1),
  ...['pods', 'requests.memory'].flatMap((resource, index) => [
    { series: `kube_resourcequota{${quota},resource="${resource}",type="hard"}`, ...both(100) },
    row(`kube_resourcequota{${quota},resource="${resource}",type="used"}`, 95 + 5 * index, 1),
  ]),
];

const storage: readonly TroubleSeries[] = [
  ...['Pending', 'Lost'].map((phase) =>
    row(
      'kube_persistentvolumeclaim_status_phase{' +
        `namespace="shop",persistentvolumeclaim="${phase}",phase="${phase}"}`,
      1,
      0,
    ),
  ),
  ...['Failed', 'Released'].map((phase) =>
    row(`kube_persistentvolume_status_phase{persistentvolume="${phase}",phase="${phase}"}`, 1, 0),
  ),
  row('kubelet_volume_stats_used_bytes{namespace="shop",persistentvolumeclaim="a"}', 99, 9),
  {
    series: 'kubelet_volume_stats_capacity_bytes{namespace="shop",persistentvolumeclaim="a"}',
    ...both(100),
  },
];

const job = 'namespace="shop",job_name="import"';
const cronjob = (name: string): string => `namespace="shop",cronjob="${name}"`;

const jobs: readonly TroubleSeries[] = [
  row(`kube_job_failed{${job},condition="true"}`, 1, 0),
  row(`kube_job_status_start_time{${job}}`, 0, 0),
  row(`kube_cronjob_next_schedule_time{${cronjob('late')}}`, 60, 900),
  row(`kube_cronjob_spec_suspend{${cronjob('late')}}`, 0, 0),
  row(`kube_cronjob_spec_suspend{${cronjob('asleep')}}`, 1, 0),
];

const flux = 'customresource_kind="Kustomization",exported_namespace="shop"';
const vpa = 'namespace="shop",verticalpodautoscaler="cart"';
const snapshot = 'namespace="shop",volumesnapshot="nightly"';

const packs: readonly TroubleSeries[] = [
  row(`gatewayapi_gateway_status{${custom},type="Programmed"}`, 0, 1),
  row(
    'gatewayapi_httproute_status_parent_condition{' +
      `${custom},customresource_kind="HTTPRoute",parent_name="public",type="Accepted"}`,
    0,
    1,
  ),
  row(`gotk_resource_info{${flux},name="a",ready="False",suspended="false"}`, 1),
  row(`gotk_resource_info{${flux},name="b",ready="True",suspended="true"}`, 1),
  row(`gotk_resource_info{${flux},name="c",ready="True",suspended="false"}`, 1, 1),
  row(`capi_cluster_status_condition{${custom},type="Available",status="True"}`, 0, 1),
  row(`capi_cluster_status_condition{${custom},type="Available",status="False"}`, 1, 0),
  row(
    `capi_machine_status_condition{${custom},cluster_name="prod",type="Ready",status="False"}`,
    1,
    0,
  ),
  row(
    `kube_verticalpodautoscaler_status_condition{${vpa},type="RecommendationProvided",` +
      'status="False"}',
    1,
    0,
  ),
  row(
    `capi_machine_status_condition{${custom},cluster_name="prod",type="Ready",status="True"}`,
    0,
    1,
  ),
  row(
    `capi_machine_status_certificatesexpirydate{${custom},cluster_name="prod"}`,
    1_000,
    10_000_000,
  ),
  row(
    `kube_verticalpodautoscaler_status_condition{${vpa},type="RecommendationProvided",` +
      'status="True"}',
    0,
    1,
  ),
  row(`kube_volumesnapshot_status_ready_to_use{${snapshot}}`, 0, 1),
  row(`kube_volumesnapshot_status_error_time{${snapshot}}`, 100),
];

const of = (resource: string): string => `instance="a:8081",resource="${resource}"`;

const kubestate: readonly TroubleSeries[] = [
  row(`kube_state_metrics_resource_synced{${of('pods')}}`, 0, 1),
  row(`kube_state_metrics_resource_stale{${of('pods')}}`, 1, 0),
  {
    series: `kube_state_metrics_malformed_objects_total{${of('pods')}}`,
    ill: '0+5x10',
    well: steady(0),
  },
  row(`kube_state_metrics_objects_dropped_total{${of('pods')}}`, 0, 0),
  row('kube_state_metrics_store_staleness_seconds{instance="a:8081"}', 9, 1),
  row('kube_state_metrics_total_shards{instance="a:8081"}', 2, 2),
  row('kube_state_metrics_shard_ordinal{instance="a:8081",shard_ordinal="0"}', 0, 0),
  {
    series: 'kube_state_metrics_shard_ordinal{instance="b:8081",shard_ordinal="1"}',
    ill: '1x5 stale',
    well: steady(1),
  },
  {
    series: 'kube_state_metrics_build_info{instance="a:8081"}',
    ill: '1x5 stale',
    well: steady(1),
  },
];

export const troubleSeries: readonly TroubleSeries[] = [
  ...nodes,
  ...pods,
  ...workloads,
  ...namespaces,
  ...storage,
  ...jobs,
  ...packs,
  ...kubestate,
];
