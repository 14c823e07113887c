// The dashboard Workloads: rollouts, restarts, usage against requests.
import type { Dashboard, Row } from './model.ts';
import { alive, containers, ofWorkload, starting } from './parts.ts';
import { cluster, namespace, workload } from './variables.ts';
import { rollouts } from './workloadRollouts.ts';
import { troubles } from './workloadTroubles.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Deployments lacking pods',
      about:
        'Deployments with fewer available replicas than desired. A table below names ' +
        'them; the reasons are further down.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Deployments', column: 'Missing' },
      query: `
        count(
          kube_deployment_spec_replicas{namespace=~"$namespace", deployment=~"$workload"}
          > kube_deployment_status_replicas_available
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Rollouts stuck',
      about:
        'Deployments that exceeded their progress deadline: fix the new version, or roll ' +
        'back with `kubectl rollout undo`.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Deployments', column: 'Progress' },
      query: `
        sum(
          kube_deployment_status_condition{
            condition="Progressing", status="false",
            namespace=~"$namespace", deployment=~"$workload"
          }
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'StatefulSets lacking pods',
      about:
        'StatefulSets with fewer ready replicas than desired. Pods are updated in order, ' +
        'so the first that is not ready blocks the rest.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'StatefulSets', column: 'Missing' },
      query: `
        count(
          kube_statefulset_replicas{namespace=~"$namespace", statefulset=~"$workload"}
          > kube_statefulset_status_replicas_ready
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'DaemonSets lacking pods',
      about:
        'DaemonSets without a ready pod on some node. Compare with the nodes that are not ' +
        'ready on the Cluster dashboard.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'DaemonSets', column: 'Missing' },
      query: `
        count(
          kube_daemonset_status_desired_number_scheduled{
            namespace=~"$namespace", daemonset=~"$workload"
          }
          > kube_daemonset_status_number_ready
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Containers that cannot start',
      about:
        'Containers that are waiting: CrashLoopBackOff, an image that cannot be pulled, a ' +
        'missing Secret. The reasons are below.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Containers that are waiting', column: 'Reason' },
      query: `
        sum(
          kube_pod_container_status_waiting_reason{
            namespace=~"$namespace", reason!~"${starting}"
          }
          ${ofWorkload}
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Restarts in this time range',
      about:
        'Container restarts in this time range. A few after a node failure are normal; a ' +
        'steady number is a crash loop or a failing probe.',
      unit: 'none',
      trouble: { from: 20, near: 1 },
      next: { table: 'Containers that restarted in this time range', column: 'Restarts' },
      query: `
        round(
          sum(
            increase(kube_pod_container_status_restarts_total{namespace=~"$namespace"}[$__range])
            ${ofWorkload}
          )
        )
        or vector(0)`,
    },
  ],
};

const usage: Row = {
  title: 'Usage and requests',
  panels: [
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'Usage above the request is not guaranteed: raise the request. Usage far below it ' +
        'blocks capacity for others.',
      unit: 'suffix: cores',
      queries: [
        {
          query: `
            sum(
              kube_pod_container_resource_requests{resource="cpu", namespace=~"$namespace"}
              ${alive}
              ${ofWorkload}
            )`,
          legend: 'requested',
        },
        {
          query: `
            sum(
              rate(
                container_cpu_usage_seconds_total{
                  ${containers}, namespace=~"$namespace"
                }[$__rate_interval]
              )
              ${ofWorkload}
            )`,
          legend: 'used',
          joins: 'cAdvisor',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Memory',
      about:
        'Pods that use more than they request are evicted first, and a container at its ' +
        'limit is OOMKilled: raise what is too low, after checking for a leak.',
      unit: 'bytes',
      queries: [
        {
          query: `
            sum(
              kube_pod_container_resource_requests{resource="memory", namespace=~"$namespace"}
              ${alive}
              ${ofWorkload}
            )`,
          legend: 'requested',
        },
        {
          query: `
            sum(
              kube_pod_container_resource_limits{resource="memory", namespace=~"$namespace"}
              ${alive}
              ${ofWorkload}
            )`,
          legend: 'limits',
        },
        {
          query: `
            sum(
              max by (namespace, pod, container) (
                container_memory_working_set_bytes{${containers}, namespace=~"$namespace"}
              )
              ${ofWorkload}
            )`,
          legend: 'used',
          joins: 'cAdvisor',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Containers nearest to their memory limit',
      about:
        'The ten containers closest to being OOMKilled. Above 90 % raise the limit or fix ' +
        'the leak.',
      unit: 'percentunit',
      width: 24,
      link: 'pods',
      queries: [
        {
          query: `
            topk(10,
              max by (namespace, pod, container) (
                container_memory_working_set_bytes{${containers}, namespace=~"$namespace"}
                ${ofWorkload}
              )
              / on (namespace, pod, container)
              max by (namespace, pod, container) (
                kube_pod_container_resource_limits{resource="memory"}
              )
            )`,
          legend: '{{namespace}}/{{pod}}/{{container}}',
          joins: 'cAdvisor',
        },
      ],
    },
  ],
};

export const workloads: Dashboard = {
  name: 'workloads',
  title: 'Workloads',
  about: 'Do rollouts complete, which containers restart or cannot start, and why?',
  variables: [cluster, namespace, workload],
  rows: [health, rollouts, troubles, usage],
};
