// Of the dashboard of workloads: what each wants and has, and how far its new version is.
import type { Row } from './model.ts';

export const rollouts: Row = {
  title: 'Rollouts',
  panels: [
    {
      kind: 'table',
      title: 'Deployments',
      about:
        'Wanted, of the new version, and available; ProgressDeadlineExceeded is a rollout that ' +
        'stands still, and paused ones roll out nothing until they are resumed.',
      keys: { namespace: 'Namespace', deployment: 'Deployment' },
      sort: '-Missing',
      columns: [
        {
          title: 'Missing',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            max by (namespace, deployment) (
              kube_deployment_spec_replicas{namespace=~"$namespace", deployment=~"$workload"}
              - kube_deployment_status_replicas_available
            )`,
        },
        {
          title: 'Wanted',
          unit: 'none',
          query: `
            max by (namespace, deployment) (
              kube_deployment_spec_replicas{namespace=~"$namespace", deployment=~"$workload"}
            )`,
        },
        {
          title: 'New',
          unit: 'none',
          query: `
            max by (namespace, deployment) (
              kube_deployment_status_replicas_updated{
                namespace=~"$namespace", deployment=~"$workload"
              }
            )`,
        },
        {
          title: 'Available',
          unit: 'none',
          query: `
            max by (namespace, deployment) (
              kube_deployment_status_replicas_available{
                namespace=~"$namespace", deployment=~"$workload"
              }
            )`,
        },
        {
          title: 'Paused',
          unit: 'none',
          words: { 0: ['no', 'text'], 1: ['yes', 'orange'] },
          query: `
            max by (namespace, deployment) (
              kube_deployment_spec_paused{namespace=~"$namespace", deployment=~"$workload"}
            )`,
        },
        {
          labels: { reason: 'Progress' },
          query: `
            max by (namespace, deployment, reason) (
              kube_deployment_status_condition{
                condition="Progressing", namespace=~"$namespace", deployment=~"$workload"
              } == 1
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Stateful sets',
      about:
        'Wanted, ready, and still of the old version; one that does not move waits for a pod ' +
        'that is not ready, or has a partition set.',
      width: 12,
      keys: { namespace: 'Namespace', statefulset: 'Stateful set' },
      sort: '-Missing',
      columns: [
        {
          title: 'Missing',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            max by (namespace, statefulset) (
              kube_statefulset_replicas{namespace=~"$namespace", statefulset=~"$workload"}
              - kube_statefulset_status_replicas_ready
            )`,
        },
        {
          title: 'Wanted',
          unit: 'none',
          query: `
            max by (namespace, statefulset) (
              kube_statefulset_replicas{namespace=~"$namespace", statefulset=~"$workload"}
            )`,
        },
        {
          title: 'Ready',
          unit: 'none',
          query: `
            max by (namespace, statefulset) (
              kube_statefulset_status_replicas_ready{
                namespace=~"$namespace", statefulset=~"$workload"
              }
            )`,
        },
        {
          title: 'Old',
          unit: 'none',
          trouble: { near: 1 },
          query: `
            max by (namespace, statefulset) (
              kube_statefulset_status_replicas{namespace=~"$namespace", statefulset=~"$workload"}
              - kube_statefulset_status_replicas_updated
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Daemon sets',
      about:
        'A pod for each node that should have one, and pods that are ready; misplaced ones run ' +
        'where they should not any more, often after a node’s labels changed.',
      width: 12,
      keys: { namespace: 'Namespace', daemonset: 'Daemon set' },
      sort: '-Missing',
      columns: [
        {
          title: 'Missing',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            max by (namespace, daemonset) (
              kube_daemonset_status_desired_number_scheduled{
                namespace=~"$namespace", daemonset=~"$workload"
              }
              - kube_daemonset_status_number_ready
            )`,
        },
        {
          title: 'Wanted',
          unit: 'none',
          query: `
            max by (namespace, daemonset) (
              kube_daemonset_status_desired_number_scheduled{
                namespace=~"$namespace", daemonset=~"$workload"
              }
            )`,
        },
        {
          title: 'New',
          unit: 'none',
          query: `
            max by (namespace, daemonset) (
              kube_daemonset_status_updated_number_scheduled{
                namespace=~"$namespace", daemonset=~"$workload"
              }
            )`,
        },
        {
          title: 'Misplaced',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            max by (namespace, daemonset) (
              kube_daemonset_status_number_misscheduled{
                namespace=~"$namespace", daemonset=~"$workload"
              }
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Autoscalers',
      about:
        'One that is at its most and wants more cannot follow the load: raise the most if the ' +
        'nodes have room, or find what makes the load.',
      keys: { namespace: 'Namespace', horizontalpodautoscaler: 'Autoscaler' },
      sort: '-At the most',
      columns: [
        {
          title: 'At the most',
          unit: 'none',
          words: { 0: ['no', 'text'], 1: ['yes', 'orange'] },
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_status_desired_replicas{namespace=~"$namespace"}
              >= bool kube_horizontalpodautoscaler_spec_max_replicas
            )`,
        },
        {
          title: 'Least',
          unit: 'none',
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_spec_min_replicas{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Now',
          unit: 'none',
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_status_current_replicas{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Desired',
          unit: 'none',
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_status_desired_replicas{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Most',
          unit: 'none',
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_spec_max_replicas{namespace=~"$namespace"}
            )`,
        },
        {
          labels: { scaletargetref_kind: 'Scales', scaletargetref_name: 'Named' },
          query: `
            group by (
              namespace, horizontalpodautoscaler, scaletargetref_kind, scaletargetref_name
            ) (kube_horizontalpodautoscaler_info{namespace=~"$namespace"})`,
        },
      ],
    },
  ],
};
