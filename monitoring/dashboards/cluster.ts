// The dashboard of the whole cluster: are its nodes well, and how much of them is given away.
import { nodes } from './clusterNodes.ts';
import type { Dashboard, Row } from './model.ts';
import { alive, containers } from './parts.ts';
import { node } from './variables.ts';

const health: Row = {
  title: 'Is it well?',
  panels: [
    {
      kind: 'stat',
      title: 'Nodes not ready',
      about:
        'Nodes whose kubelet is silent or says it is unfit; find them in the table below, and if ' +
        'the machine is up, read the kubelet’s log there.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        count(kube_node_status_condition{condition="Ready", status="true"} == 0)
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Nodes under pressure',
      about:
        'Nodes short of memory, disk or process ids: they evict pods, so free some of it there ' +
        'or move pods away.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        count(
          count by (node) (
            kube_node_status_condition{
              condition=~"MemoryPressure|DiskPressure|PIDPressure", status="true"
            } == 1
          )
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Nodes cordoned',
      about:
        'Nodes that take no new pods because somebody said so; one that was forgotten after its ' +
        'maintenance wants `kubectl uncordon`.',
      unit: 'none',
      trouble: { near: 1 },
      query: 'sum(kube_node_spec_unschedulable)',
    },
    {
      kind: 'stat',
      title: 'Pods without a node',
      about:
        'Pods that the scheduler finds no room for; `kubectl describe pod` says what each node ' +
        'lacks, and the dashboard of workloads names them.',
      unit: 'none',
      trouble: { from: 1 },
      query: 'sum(kube_pod_status_unschedulable) or vector(0)',
    },
    {
      kind: 'stat',
      title: 'CPU if a node is lost',
      about:
        'CPU that pods request, against what is allocatable without the largest node: above ' +
        '100 % the loss of that node leaves pods without a place, so add one in time.',
      unit: 'percentunit',
      trouble: { from: 1, near: 0.9 },
      query: `
        sum(kube_pod_container_resource_requests{resource="cpu", node!=""} ${alive})
        /
        (
          sum(kube_node_status_allocatable{resource="cpu"})
          - max(kube_node_status_allocatable{resource="cpu"})
        )`,
    },
    {
      kind: 'stat',
      title: 'Memory if a node is lost',
      about:
        'Memory that pods request, against what is allocatable without the largest node: above ' +
        '100 % the loss of that node leaves pods without a place, so add one in time.',
      unit: 'percentunit',
      trouble: { from: 1, near: 0.9 },
      query: `
        sum(kube_pod_container_resource_requests{resource="memory", node!=""} ${alive})
        /
        (
          sum(kube_node_status_allocatable{resource="memory"})
          - max(kube_node_status_allocatable{resource="memory"})
        )`,
    },
  ],
};

const capacity: Row = {
  title: 'Requests against what is allocatable',
  panels: [
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'When requests come near what is allocatable, pods find no place though little may be ' +
        'used: lower requests that are far above use, or add nodes.',
      unit: 'suffix: cores',
      width: 8,
      queries: [
        {
          query: 'sum(kube_node_status_allocatable{resource="cpu", node=~"$node"})',
          legend: 'allocatable',
        },
        {
          query: `
            sum(
              kube_pod_container_resource_requests{resource="cpu", node=~"$node", node!=""}
              ${alive}
            )`,
          legend: 'requested',
        },
        {
          query: `
            sum(
              rate(container_cpu_usage_seconds_total{${containers}}[$__rate_interval])
              and on (namespace, pod) kube_pod_info{node=~"$node"}
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
        'Limits may exceed what is allocatable, requests may not; use near what is allocatable ' +
        'ends in evictions, so move or shrink what takes most of it.',
      unit: 'bytes',
      width: 8,
      queries: [
        {
          query: 'sum(kube_node_status_allocatable{resource="memory", node=~"$node"})',
          legend: 'allocatable',
        },
        {
          query: `
            sum(
              kube_pod_container_resource_requests{resource="memory", node=~"$node", node!=""}
              ${alive}
            )`,
          legend: 'requested',
        },
        {
          query: `
            sum(
              kube_pod_container_resource_limits{resource="memory", node=~"$node", node!=""}
              ${alive}
            )`,
          legend: 'limits',
        },
        {
          query: `
            sum(
              container_memory_working_set_bytes{${containers}}
              and on (namespace, pod) kube_pod_info{node=~"$node"}
            )`,
          legend: 'used',
          joins: 'cAdvisor',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Pods',
      about:
        'Nodes take so many pods and no more, whatever their size: where this is what is full, ' +
        'raise the kubelet’s maxPods or add nodes.',
      unit: 'short',
      width: 8,
      queries: [
        {
          query: 'sum(kube_node_status_allocatable{resource="pods", node=~"$node"})',
          legend: 'allocatable',
        },
        {
          query: `count(kube_pod_info{node=~"$node", node!=""} ${alive})`,
          legend: 'there',
        },
      ],
    },
  ],
};

const namespaces: Row = {
  title: 'Namespaces: what they take, and what they have left',
  panels: [
    {
      kind: 'table',
      title: 'Each namespace now',
      about:
        'Who has asked for most of the cluster and how much of it is used; a quota with nothing ' +
        'left refuses new pods, so look there first when a rollout makes none.',
      keys: { namespace: 'Namespace' },
      links: { namespace: 'namespaces' },
      sort: '-CPU requested',
      columns: [
        {
          title: 'Pods',
          unit: 'none',
          query: `count by (namespace) (kube_pod_info ${alive})`,
        },
        {
          title: 'CPU requested',
          unit: 'suffix: cores',
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="cpu", node!=""} ${alive}
            )`,
        },
        {
          title: 'CPU of the cluster',
          unit: 'percentunit',
          bar: true,
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="cpu", node!=""} ${alive}
            )
            / scalar(sum(kube_node_status_allocatable{resource="cpu"}))`,
        },
        {
          title: 'CPU used',
          unit: 'suffix: cores',
          joins: 'cAdvisor',
          query: `
            sum by (namespace) (
              rate(container_cpu_usage_seconds_total{${containers}}[$__rate_interval])
            )`,
        },
        {
          title: 'Memory requested',
          unit: 'bytes',
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="memory", node!=""} ${alive}
            )`,
        },
        {
          title: 'Memory of the cluster',
          unit: 'percentunit',
          bar: true,
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="memory", node!=""} ${alive}
            )
            / scalar(sum(kube_node_status_allocatable{resource="memory"}))`,
        },
        {
          title: 'Memory used',
          unit: 'bytes',
          joins: 'cAdvisor',
          query: `
            sum by (namespace) (container_memory_working_set_bytes{${containers}})`,
        },
        {
          title: 'Least left of a quota',
          unit: 'percentunit',
          trouble: { below: 0.1 },
          query: `
            min by (namespace) (
              1 - kube_resourcequota{type="used"}
              / ignoring (type) (kube_resourcequota{type="hard"} > 0)
            )`,
        },
      ],
    },
  ],
};

export const cluster: Dashboard = {
  name: 'cluster',
  title: 'Cluster',
  about: 'Are the nodes well, how much of them is given away, and to whom?',
  variables: [node],
  rows: [health, nodes, capacity, namespaces],
};
