// The variables of the dashboards.
import type { Variable } from './model.ts';
import { perCluster } from './perCluster.ts';

/** The values of a label of the series that a selector gives, in the selected clusters. */
const valuesOf = (selector: string, label: string): string =>
  `label_values(${perCluster(selector)}, ${label})`;

/** Hidden unless there are several: see `dashboards.multicluster` of the chart. */
export const clusterOf = (family: string): Variable => ({
  name: 'cluster',
  label: 'Cluster',
  query: `label_values(${family}, cluster)`,
});

export const cluster = clusterOf('kube_node_info');

export const namespace: Variable = {
  name: 'namespace',
  label: 'Namespace',
  query: valuesOf('kube_namespace_status_phase', 'namespace'),
};

export const node: Variable = {
  name: 'node',
  label: 'Node',
  query: valuesOf('kube_node_info', 'node'),
};

export const pod: Variable = {
  name: 'pod',
  label: 'Pod',
  query: valuesOf('kube_pod_info{namespace=~"$namespace"}', 'pod'),
  all: false,
};

/** Deployments, StatefulSets and DaemonSets by name. */
export const workload: Variable = {
  name: 'workload',
  label: 'Workload',
  // Grafana accepts a query of one line only.
  query: `query_result(${perCluster(
    [
      'group by (deployment) (kube_deployment_created{namespace=~"$namespace"})',
      'group by (statefulset) (kube_statefulset_created{namespace=~"$namespace"})',
      'group by (daemonset) (kube_daemonset_created{namespace=~"$namespace"})',
    ].join(' or '),
  )})`,
  regex: '/(?:deployment|statefulset|daemonset)="([^"]+)"/',
};

export const cronjob: Variable = {
  name: 'cronjob',
  label: 'CronJob',
  query: valuesOf('kube_cronjob_info{namespace=~"$namespace"}', 'cronjob'),
};

export const instance: Variable = {
  name: 'instance',
  label: 'Instance',
  query: valuesOf('kube_state_metrics_build_info', 'instance'),
};
