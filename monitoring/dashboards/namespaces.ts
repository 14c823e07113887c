// The dashboard Namespaces and quotas: quota usage, and the objects of each namespace.
import type { Dashboard, Row } from './model.ts';
import { content } from './namespaceContent.ts';
import { alive } from './parts.ts';
import { cluster, namespace } from './variables.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Namespaces',
      about: 'Selected namespaces, including those that are terminating.',
      unit: 'none',
      next: { table: 'Namespaces now', column: 'Phase' },
      query: 'count(group by (namespace) (kube_namespace_status_phase{namespace=~"$namespace"}))',
    },
    {
      kind: 'stat',
      title: 'Terminating',
      about:
        'Namespaces that are terminating. One that stays holds an object with a finalizer ' +
        'that nobody removes: see `kubectl describe namespace`.',
      unit: 'none',
      trouble: { near: 1 },
      next: { table: 'Namespaces now', column: 'Phase' },
      query: `
        sum(kube_namespace_status_phase{phase="Terminating", namespace=~"$namespace"})
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Exhausted quotas',
      about:
        'Quota resources of which nothing is left: further requests are rejected, so raise ' +
        'the quota or remove objects. The tables below name them.',
      unit: 'none',
      trouble: { from: 1 },
      next: [
        { table: 'CPU and object quotas', column: 'Used' },
        { table: 'Memory and storage quotas', column: 'Used' },
      ],
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
      next: [
        { table: 'CPU and object quotas', column: 'Used' },
        { table: 'Memory and storage quotas', column: 'Used' },
      ],
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
      next: { dashboard: 'workloads' },
      query: `count(kube_pod_info{namespace=~"$namespace"} ${alive})`,
    },
    {
      kind: 'stat',
      title: 'Without memory requests',
      about:
        'Containers without a memory request are scheduled anywhere and evicted first: set ' +
        'requests, or a LimitRange for the namespace.',
      unit: 'none',
      trouble: { near: 1 },
      next: { table: 'Containers without memory requests', column: 'Pods' },
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
      links: { namespace: 'namespaces' },
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
      links: { namespace: 'namespaces' },
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
      title: 'Fullest quotas',
      about:
        'The ten fullest. A steady slope shows when a quota will be exhausted; a jump to the ' +
        'top and back is a rollout that barely fits.',
      unit: 'percentunit',
      width: 24,
      queries: [
        {
          query: `
            topk(10,
              max by (namespace, resourcequota, resource) (
                kube_resourcequota{type="used", namespace=~"$namespace"}
                / ignoring (type) (kube_resourcequota{type="hard"} > 0)
              )
            )`,
          legend: '{{namespace}} {{resourcequota}} {{resource}}',
        },
      ],
    },
  ],
};

export const namespaces: Dashboard = {
  name: 'namespaces',
  title: 'Namespaces and quotas',
  about: 'How full are the quotas, what runs in each namespace, and what does it request?',
  variables: [cluster, namespace],
  rows: [health, quotas, content],
};
