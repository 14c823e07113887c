// The dashboard of workloads: do rollouts get through, what restarts, and for which reasons.
import type { Dashboard, Row } from './model.ts';
import { alive, containers, ofWorkload, starting } from './parts.ts';
import { namespace, workload } from './variables.ts';
import { rollouts } from './workloadRollouts.ts';
import { troubles } from './workloadTroubles.ts';

const health: Row = {
  title: 'Is it well?',
  panels: [
    {
      kind: 'stat',
      title: 'Deployments short of pods',
      about:
        'Deployments with fewer available pods than they want; the table below names them, and ' +
        'its pods say why further down.',
      unit: 'none',
      trouble: { from: 1 },
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
        'Deployments that made no progress within their deadline: mend the new version, or go ' +
        'back with `kubectl rollout undo`.',
      unit: 'none',
      trouble: { from: 1 },
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
      title: 'Stateful sets short of pods',
      about:
        'Stateful sets with fewer ready pods than they want; they go on one pod after the other, ' +
        'so the first that is not ready holds up the rest.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        count(
          kube_statefulset_replicas{namespace=~"$namespace", statefulset=~"$workload"}
          > kube_statefulset_status_replicas_ready
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Daemon sets short of pods',
      about:
        'Daemon sets that lack a ready pod on some node; compare with the nodes that are not ' +
        'ready on the dashboard of the cluster.',
      unit: 'none',
      trouble: { from: 1 },
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
        'Containers that wait for something other than their turn: a crash loop, an image that ' +
        'cannot be pulled, a Secret that is missing; reasons stand below.',
      unit: 'none',
      trouble: { from: 1 },
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
      title: 'Restarts in an hour',
      about:
        'How often containers were started again in the last hour; a few after a node was lost ' +
        'are nothing, a number that stays is a crash loop or a failing probe.',
      unit: 'none',
      trouble: { from: 20, near: 1 },
      query: `
        round(
          sum(
            increase(kube_pod_container_status_restarts_total{namespace=~"$namespace"}[1h])
            ${ofWorkload}
          )
        )
        or vector(0)`,
    },
  ],
};

const usage: Row = {
  title: 'Use against requests',
  panels: [
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'Use above the request is borrowed, and gone when the neighbours want theirs: raise the ' +
        'request; use far below it keeps room from others.',
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
        'Pods that use more than they request are the first to be evicted, and a container that ' +
        'reaches its limit is killed: raise what is too low, after looking for a leak.',
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
              container_memory_working_set_bytes{${containers}, namespace=~"$namespace"}
              ${ofWorkload}
            )`,
          legend: 'used',
          joins: 'cAdvisor',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Nearest to their memory limit',
      about:
        'The ten containers that are nearest to being killed for their memory: above 90 % raise ' +
        'the limit or mend the leak before it happens.',
      unit: 'percentunit',
      width: 24,
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
  about: 'Do rollouts get through, what restarts or cannot start, and for which reasons?',
  variables: [namespace, workload],
  rows: [health, rollouts, troubles, usage],
};
