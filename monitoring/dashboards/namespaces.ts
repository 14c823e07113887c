// The dashboard of namespaces: how full their quotas are, and what runs in them.
import type { Dashboard, Row } from './model.ts';
import { alive, containers } from './parts.ts';
import { namespace } from './variables.ts';

const health: Row = {
  title: 'Is it well?',
  panels: [
    {
      kind: 'stat',
      title: 'Namespaces',
      about: 'How many namespaces are chosen above, those that are being deleted included.',
      unit: 'none',
      query: 'count(kube_namespace_status_phase{phase="Active", namespace=~"$namespace"})',
    },
    {
      kind: 'stat',
      title: 'Being deleted',
      about:
        'Namespaces that are on their way out; one that stays here holds an object whose ' +
        'finalizer nobody answers, so see `kubectl describe namespace`.',
      unit: 'none',
      trouble: { near: 1 },
      query: `
        sum(kube_namespace_status_phase{phase="Terminating", namespace=~"$namespace"})`,
    },
    {
      kind: 'stat',
      title: 'Quotas used up',
      about:
        'Resources of which a quota leaves nothing: what asks for more is refused, so raise the ' +
        'quota or remove something; the tables below name them.',
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
      title: 'Quotas nearly used up',
      about:
        'Resources of which less than a tenth of a quota is left: the next rollout, which needs ' +
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
      about: 'Pods that have not ended, with and without a node.',
      unit: 'none',
      query: `count(kube_pod_info{namespace=~"$namespace"} ${alive})`,
    },
    {
      kind: 'stat',
      title: 'Containers without requests',
      about:
        'Containers that ask for no memory: the scheduler takes them for nothing and they are ' +
        'evicted first, so give them requests, or the namespace a LimitRange.',
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
      title: 'Quotas of CPU and of objects',
      about:
        'What each quota allows and what is left of it; CPU is in cores, everything else is ' +
        'counted, and a quota that is full refuses what comes next.',
      width: 12,
      keys: { namespace: 'Namespace', resourcequota: 'Quota', resource: 'Resource' },
      sort: '-Used up',
      columns: [
        {
          title: 'Used up',
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
          title: 'Allowed',
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
      title: 'Quotas of memory and of storage',
      about:
        'What each quota allows and what is left of it, in bytes; a rollout needs room for old ' +
        'and new pods at once, so leave it some.',
      width: 12,
      keys: { namespace: 'Namespace', resourcequota: 'Quota', resource: 'Resource' },
      sort: '-Used up',
      columns: [
        {
          title: 'Used up',
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
          title: 'Allowed',
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
      title: 'How full quotas are',
      about:
        'One that climbs steadily runs full on a day that can be read from the slope; one that ' +
        'jumps to its top and back is a rollout that only just fits.',
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
  title: 'What runs there',
  panels: [
    {
      kind: 'table',
      title: 'Each namespace now',
      about:
        'How many objects of each kind there are; ConfigMaps or Secrets that only ever grow are ' +
        'left behind by some controller, and slow the API server down for all.',
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
          title: 'Stateful sets',
          unit: 'none',
          query: 'count by (namespace) (kube_statefulset_created{namespace=~"$namespace"})',
        },
        {
          title: 'Cron jobs',
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
        'Pending pods that stay wait for room or for a volume, failed ones are what Jobs and ' +
        'evictions left behind; the dashboard of workloads says which and why.',
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
      title: 'Pods by class of service',
      about:
        'When a node runs short, BestEffort pods go first, then Burstable ones above their ' +
        'requests, Guaranteed ones last: what must stay belongs to the last.',
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
        'What the namespaces’ pods request and use together; a request far above the use is room ' +
        'that nobody else gets.',
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
        'What the namespaces’ pods request and use together; use above the requests is the first ' +
        'to be evicted when a node runs short.',
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
  about: 'How full are the quotas, what runs in each namespace, and what does it ask for?',
  variables: [namespace],
  rows: [health, quotas, content],
};
