// The variables of the dashboards.
import type { Variable } from './model.ts';

export const namespace: Variable = {
  name: 'namespace',
  label: 'Namespace',
  query: 'label_values(kube_namespace_status_phase, namespace)',
};

export const node: Variable = {
  name: 'node',
  label: 'Node',
  query: 'label_values(kube_node_info, node)',
};

/** Deployments, StatefulSets and DaemonSets by name. */
export const workload: Variable = {
  name: 'workload',
  label: 'Workload',
  // Grafana accepts a query of one line only.
  query: `query_result(${[
    'group by (deployment) (kube_deployment_created{namespace=~"$namespace"})',
    'group by (statefulset) (kube_statefulset_created{namespace=~"$namespace"})',
    'group by (daemonset) (kube_daemonset_created{namespace=~"$namespace"})',
  ].join(' or ')})`,
  regex: '/(?:deployment|statefulset|daemonset)="([^"]+)"/',
};

export const cronjob: Variable = {
  name: 'cronjob',
  label: 'CronJob',
  query: 'label_values(kube_cronjob_info{namespace=~"$namespace"}, cronjob)',
};

export const instance: Variable = {
  name: 'instance',
  label: 'Instance',
  query: 'label_values(kube_state_metrics_build_info, instance)',
};
