// The dashboard Namespaces and quotas: quota usage, and the objects of each namespace.
import type { Dashboard, Row } from './model.ts';
import { alive, containers } from './parts.ts';
import { namespace } from './variables.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Namespaces',
      about: 'Selected namespaces, including those that are terminating.',
      unit: 'none',
      query: 'count(kube_namespace_status_phase{phase="Active", namespace=~"$namespace"})',
    },
    {
      kind: 'stat',
      title: 'Terminating',
      about:
        'Namespaces that are terminating. One that stays holds an object with a finalizer ' +
        'that nobody removes: see `kubectl describe namespace`.',
      unit: 'none',
      trouble: { near: 1 },
      query: `
        sum(kube_namespace_status_phase{phase="Terminating", namespace=~"$namespace"})`,
    },
    {
      kind: 'stat',
      title: 'Exhausted quotas',
      about:
        'Quota resources of which nothing is left: further requests are rejected, so raise ' +
        'the quota or remove objects. The tables below name them.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        count(
          kube_resourcequota{type="used", namespace=~"$namespace"}
          >= ignoring (type) (kube_resourcequota{type="hard"} > 0)
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Quotas above 90 %',
      about:
        'Quota resources of which less than a tenth is left. The next rollout, which needs ' +
        'old and new pods at once, may not fit.',
      unit: 'none',
      trouble: { near: 1 },
      query: `
        count(
          kube_resourcequota{type="used", namespace=~"$namespace"}
          / ignoring (type) (kube_resourcequota{type="hard"} > 0)
          > 0.9 < 1
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Pods',
      about: 'Pods that have not terminated, scheduled or not.',
      unit: 'none',
      query: `count(kube_pod_info{namespace=~"$namespace"} ${alive})`,
    },
    {
      kind: 'stat',
      title: 'Containers without memory requests',
      about:
        'Containers without a memory request are scheduled anywhere and evicted first: set ' +
        'requests, or a LimitRange for the namespace.',
      unit: 'none',
      trouble: { near: 1 },
      query: `
        count(
          kube_pod_container_info{namespace=~"$namespace"}
          ${alive}
          unless on (namespace, pod, container)
          kube_pod_container_resource_requests{resource="memory"}
        )
        or vector(0)`,
    },
  ],
};

const quotas: Row = {
  title: 'Quotas',
  panels: [
    {
      kind: 'table',
      title: 'CPU and object quotas',
      about:
        'What each quota allows and what is left of it. CPU is in cores, everything else ' +
        'is a count. An exhausted quota rejects new objects.',
      width: 12,
      keys: { namespace: 'Namespace', resourcequota: 'Quota', resource: 'Resource' },
      sort: '-Used',
      columns: [
        {
          title: 'Used',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 1, near: 0.9 },
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{
                type="used", namespace=~"$namespace", resource!~".*(memory|storage|hugepages-.*)"
              }
              / ignoring (type) (kube_resourcequota{type="hard"} > 0)
            )`,
        },
        {
          title: 'Left',
          unit: 'short',
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{
                type="hard", namespace=~"$namespace", resource!~".*(memory|storage|hugepages-.*)"
              }
              - ignoring (type) kube_resourcequota{type="used"}
            )`,
        },
        {
          title: 'Hard limit',
          unit: 'short',
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{
                type="hard", namespace=~"$namespace", resource!~".*(memory|storage|hugepages-.*)"
              }
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Memory and storage quotas',
      about:
        'What each quota allows and what is left of it, in bytes. A rollout needs room for ' +
        'old and new pods at once.',
      width: 12,
      keys: { namespace: 'Namespace', resourcequota: 'Quota', resource: 'Resource' },
      sort: '-Used',
      columns: [
        {
          title: 'Used',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 1, near: 0.9 },
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{
                type="used", namespace=~"$namespace", resource=~".*(memory|storage|hugepages-.*)"
              }
              / ignoring (type) (kube_resourcequota{type="hard"} > 0)
            )`,
        },
        {
          title: 'Left',
          unit: 'bytes',
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{
                type="hard", namespace=~"$namespace", resource=~".*(memory|storage|hugepages-.*)"
              }
              - ignoring (type) kube_resourcequota{type="used"}
            )`,
        },
        {
          title: 'Hard limit',
          unit: 'bytes',
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{
                type="hard", namespace=~"$namespace", resource=~".*(memory|storage|hugepages-.*)"
              }
            )`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Quota usage',
      about:
        'A steady slope shows when a quota will be exhausted; a jump to the top and back ' +
        'is a rollout that barely fits.',
      unit: 'percentunit',
      width: 24,
      queries: [
        {
          query: `
            max by (namespace, resourcequota, resource) (
              kube_resourcequota{type="used", namespace=~"$namespace"}
              / ignoring (type) (kube_resourcequota{type="hard"} > 0)
            )`,
          legend: '{{namespace}} {{resourcequota}} {{resource}}',
        },
      ],
    },
  ],
};

const content: Row = {
  title: 'Objects',
  panels: [
    {
      kind: 'table',
      title: 'Namespaces now',
      about:
        'Objects by kind. ConfigMaps or Secrets that only grow are left behind by a ' +
        'controller and slow down the API server.',
      keys: { namespace: 'Namespace' },
      links: { namespace: 'workloads' },
      sort: '-Pods',
      columns: [
        {
          title: 'Pods',
          unit: 'none',
          query: `count by (namespace) (kube_pod_info{namespace=~"$namespace"} ${alive})`,
        },
        {
          title: 'Deployments',
          unit: 'none',
          query: 'count by (namespace) (kube_deployment_created{namespace=~"$namespace"})',
        },
        {
          title: 'StatefulSets',
          unit: 'none',
          query: 'count by (namespace) (kube_statefulset_created{namespace=~"$namespace"})',
        },
        {
          title: 'CronJobs',
          unit: 'none',
          query: 'count by (namespace) (kube_cronjob_info{namespace=~"$namespace"})',
        },
        {
          title: 'Services',
          unit: 'none',
          query: 'count by (namespace) (kube_service_info{namespace=~"$namespace"})',
        },
        {
          title: 'Claims',
          unit: 'none',
          query: 'count by (namespace) (kube_persistentvolumeclaim_info{namespace=~"$namespace"})',
        },
        {
          title: 'ConfigMaps',
          unit: 'none',
          query: 'count by (namespace) (kube_configmap_info{namespace=~"$namespace"})',
        },
        {
          title: 'Secrets',
          unit: 'none',
          query: 'count by (namespace) (kube_secret_info{namespace=~"$namespace"})',
        },
        {
          title: 'Age',
          unit: 's',
          query: 'time() - max by (namespace) (kube_namespace_created{namespace=~"$namespace"})',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Pods by phase',
      about:
        'Pods that stay pending wait for a node or a volume; failed ones are left behind ' +
        'by Jobs and evictions. The Workloads dashboard names them.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          query: 'sum by (phase) (kube_pod_status_phase{namespace=~"$namespace"}) > 0',
          legend: '{{phase}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Pods by QoS class',
      about:
        'Under node pressure BestEffort pods are evicted first, then Burstable pods above ' +
        'their requests, Guaranteed pods last.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          query: `
            sum by (qos_class) (
              kube_pod_status_qos_class{namespace=~"$namespace"} == 1 ${alive}
            )`,
          legend: '{{qos_class}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'CPU requests and usage of the pods by namespace. Requests far above usage block ' +
        'capacity for others.',
      unit: 'suffix: cores',
      queries: [
        {
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="cpu", namespace=~"$namespace"}
              ${alive}
            )`,
          legend: '{{namespace}} requested',
        },
        {
          query: `
            sum by (namespace) (
              rate(
                container_cpu_usage_seconds_total{
                  ${containers}, namespace=~"$namespace"
                }[$__rate_interval]
              )
            )`,
          legend: '{{namespace}} used',
          joins: 'cAdvisor',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Memory',
      about:
        'Memory requests and usage of the pods by namespace. Pods above their requests are ' +
        'evicted first under node pressure.',
      unit: 'bytes',
      queries: [
        {
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="memory", namespace=~"$namespace"}
              ${alive}
            )`,
          legend: '{{namespace}} requested',
        },
        {
          query: `
            sum by (namespace) (
              container_memory_working_set_bytes{${containers}, namespace=~"$namespace"}
            )`,
          legend: '{{namespace}} used',
          joins: 'cAdvisor',
        },
      ],
    },
  ],
};

export const namespaces: Dashboard = {
  name: 'namespaces',
  title: 'Namespaces and quotas',
  about: 'How full are the quotas, what runs in each namespace, and what does it request?',
  variables: [namespace],
  rows: [health, quotas, content],
};
