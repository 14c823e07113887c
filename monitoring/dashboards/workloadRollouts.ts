// Part of the dashboard Workloads: desired and actual replicas, and the progress of rollouts.
import type { Row } from './model.ts';

export const rollouts: Row = {
  title: 'Rollouts',
  panels: [
    {
      kind: 'table',
      title: 'Deployments',
      size: 'many',
      about:
        'Desired, updated and available replicas. ProgressDeadlineExceeded is a stuck ' +
        'rollout; paused deployments roll out nothing until resumed.',
      keys: { namespace: 'Namespace', deployment: 'Deployment' },
      links: { namespace: 'namespaces', deployment: 'workloads' },
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
          title: 'Desired',
          unit: 'none',
          query: `
            max by (namespace, deployment) (
              kube_deployment_spec_replicas{namespace=~"$namespace", deployment=~"$workload"}
            )`,
        },
        {
          title: 'Updated',
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
          colours: { ProgressDeadlineExceeded: 'red', ReplicaSetCreateError: 'red' },
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
      title: 'StatefulSets',
      about:
        'Desired and ready replicas, and those of the old revision. One that does not ' +
        'progress waits for a pod that is not ready, or has a partition.',
      width: 12,
      keys: { namespace: 'Namespace', statefulset: 'StatefulSet' },
      links: { namespace: 'namespaces', statefulset: 'workloads' },
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
          title: 'Desired',
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
          title: 'Old revision',
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
      title: 'DaemonSets',
      about:
        'Desired and ready pods. Misscheduled pods run on nodes where they should not, ' +
        'often after a change of the node’s labels.',
      width: 12,
      keys: { namespace: 'Namespace', daemonset: 'DaemonSet' },
      links: { namespace: 'namespaces', daemonset: 'workloads' },
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
          title: 'Desired',
          unit: 'none',
          query: `
            max by (namespace, daemonset) (
              kube_daemonset_status_desired_number_scheduled{
                namespace=~"$namespace", daemonset=~"$workload"
              }
            )`,
        },
        {
          title: 'Updated',
          unit: 'none',
          query: `
            max by (namespace, daemonset) (
              kube_daemonset_status_updated_number_scheduled{
                namespace=~"$namespace", daemonset=~"$workload"
              }
            )`,
        },
        {
          title: 'Misscheduled',
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
      title: 'HorizontalPodAutoscalers',
      size: 'few',
      about:
        'An autoscaler at its maximum cannot follow the load: raise maxReplicas if the ' +
        'nodes have room, or find the cause of the load.',
      keys: { namespace: 'Namespace', horizontalpodautoscaler: 'Autoscaler' },
      links: { namespace: 'namespaces' },
      sort: '-At maximum',
      columns: [
        {
          title: 'At maximum',
          unit: 'none',
          words: { 0: ['no', 'text'], 1: ['yes', 'orange'] },
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_status_desired_replicas{namespace=~"$namespace"}
              >= bool kube_horizontalpodautoscaler_spec_max_replicas
            )`,
        },
        {
          title: 'Min',
          unit: 'none',
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_spec_min_replicas{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Current',
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
          title: 'Max',
          unit: 'none',
          query: `
            max by (namespace, horizontalpodautoscaler) (
              kube_horizontalpodautoscaler_spec_max_replicas{namespace=~"$namespace"}
            )`,
        },
        {
          labels: { scaletargetref_kind: 'Scales', scaletargetref_name: 'Owner' },
          query: `
            group by (
              namespace, horizontalpodautoscaler, scaletargetref_kind, scaletargetref_name
            ) (kube_horizontalpodautoscaler_info{namespace=~"$namespace"})`,
        },
      ],
    },
  ],
};
