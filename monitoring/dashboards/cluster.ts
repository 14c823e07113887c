// The dashboard Cluster: node health, requests against allocatable, quotas by namespace.
import { nodes } from './clusterNodes.ts';
import type { Dashboard, Row } from './model.ts';
import { alive, containers } from './parts.ts';
import { cluster as clusters, node } from './variables.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Nodes not ready',
      about:
        'Nodes whose kubelet stopped reporting or reports NotReady. A table below names ' +
        'them; if the machine is up, read the kubelet’s log there.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Nodes now', column: 'Ready' },
      query: `
        count(kube_node_status_condition{condition="Ready", status!="true"} == 1)
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Nodes under pressure',
      about:
        'Nodes short of memory, disk or process IDs, which evict pods: free resources ' +
        'there or move pods away.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Nodes now', column: 'Pressures' },
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
        'Nodes that were cordoned and accept no new pods. `kubectl uncordon` those ' +
        'forgotten after maintenance.',
      unit: 'none',
      trouble: { near: 1 },
      next: { table: 'Nodes now', column: 'Cordoned' },
      query: 'sum(kube_node_spec_unschedulable)',
    },
    {
      kind: 'stat',
      title: 'Unschedulable pods',
      about:
        'Pods that fit on no node. `kubectl describe pod` says what each node lacks; a table ' +
        'below names them.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Unschedulable pods now', column: 'Waiting for' },
      query: 'sum(kube_pod_status_unschedulable) or vector(0)',
    },
    {
      kind: 'stat',
      title: 'CPU if a node fails',
      about:
        'CPU requests against the allocatable CPU without the largest node. Above 100 % ' +
        'pods become unschedulable when that node fails: add one in time.',
      unit: 'percentunit',
      trouble: { from: 1, near: 0.9 },
      next: { table: 'Capacity of nodes now', column: 'CPU if it fails' },
      query: `
        max(
          sum by () (kube_pod_container_resource_requests{resource="cpu", node!=""} ${alive})
          / on () (
            sum by () (kube_node_status_allocatable{resource="cpu"})
            - on () max by () (kube_node_status_allocatable{resource="cpu"})
            > 0
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Memory if a node fails',
      about:
        'Memory requests against the allocatable memory without the largest node. Above ' +
        '100 % pods become unschedulable when that node fails: add one in time.',
      unit: 'percentunit',
      trouble: { from: 1, near: 0.9 },
      next: { table: 'Capacity of nodes now', column: 'Memory if it fails' },
      query: `
        max(
          sum by () (kube_pod_container_resource_requests{resource="memory", node!=""} ${alive})
          / on () (
            sum by () (kube_node_status_allocatable{resource="memory"})
            - on () max by () (kube_node_status_allocatable{resource="memory"})
            > 0
          )
        )`,
    },
  ],
};

const capacity: Row = {
  title: 'Requests and allocatable',
  panels: [
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'When requests approach allocatable, pods become unschedulable even if usage is ' +
        'low: lower requests far above usage, or add nodes.',
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
        'Limits may exceed allocatable, requests may not. Usage near allocatable leads to ' +
        'evictions: move or shrink the largest pods.',
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
              max by (namespace, pod, container) (container_memory_working_set_bytes{${containers}})
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
        'Every node has a maximum number of pods. Where it is reached, raise the kubelet’s ' +
        'maxPods or add nodes.',
      unit: 'short',
      width: 8,
      queries: [
        {
          query: 'sum(kube_node_status_allocatable{resource="pods", node=~"$node"})',
          legend: 'allocatable',
        },
        {
          query: `count(kube_pod_info{node=~"$node", node!=""} ${alive})`,
          legend: 'pods',
        },
      ],
    },
  ],
};

const unschedulable: Row = {
  title: 'Unschedulable pods',
  panels: [
    {
      kind: 'table',
      title: 'Unschedulable pods now',
      size: 'few',
      about:
        'Pods that fit on no node, with what they request. Compare that with what the nodes have ' +
        'left; else it is a taint, an affinity or a volume of another zone.',
      keys: { namespace: 'Namespace', pod: 'Pod' },
      links: { namespace: 'namespaces', pod: 'pods' },
      sort: '-Waiting for',
      columns: [
        {
          title: 'Waiting for',
          unit: 's',
          query: `
            time() - max by (namespace, pod) (
              kube_pod_created and on (namespace, pod, uid) kube_pod_status_unschedulable == 1
            )`,
        },
        {
          title: 'CPU requested',
          unit: 'suffix: cores',
          query: `
            sum by (namespace, pod) (
              kube_pod_container_resource_requests{resource="cpu"}
              and on (namespace, pod, uid) kube_pod_status_unschedulable == 1
            )`,
        },
        {
          title: 'Memory requested',
          unit: 'bytes',
          query: `
            sum by (namespace, pod) (
              kube_pod_container_resource_requests{resource="memory"}
              and on (namespace, pod, uid) kube_pod_status_unschedulable == 1
            )`,
        },
        {
          labels: { created_by_kind: 'Owner kind', created_by_name: 'Owner' },
          query: `
            group by (namespace, pod, created_by_kind, created_by_name) (
              kube_pod_info and on (namespace, pod, uid) kube_pod_status_unschedulable == 1
            )`,
        },
      ],
    },
  ],
};

const namespaces: Row = {
  title: 'Requests and quotas by namespace',
  panels: [
    {
      kind: 'table',
      title: 'Namespaces now',
      about:
        'Requests of each namespace and how much of them is used. An exhausted quota ' +
        'rejects new pods: check it first when a rollout creates none.',
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
          title: 'CPU share',
          unit: 'percentunit',
          bar: true,
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="cpu", node!=""} ${alive}
            )
            / on () group_left () sum by () (kube_node_status_allocatable{resource="cpu"})`,
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
          title: 'Memory share',
          unit: 'percentunit',
          bar: true,
          query: `
            sum by (namespace) (
              kube_pod_container_resource_requests{resource="memory", node!=""} ${alive}
            )
            / on () group_left () sum by () (kube_node_status_allocatable{resource="memory"})`,
        },
        {
          title: 'Memory used',
          unit: 'bytes',
          joins: 'cAdvisor',
          query: `
            sum by (namespace) (
              max by (namespace, pod, container) (container_memory_working_set_bytes{${containers}})
            )`,
        },
        {
          title: 'Lowest quota left',
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
  about: 'Are the nodes ready, how much of their capacity is requested, and by whom?',
  variables: [clusters, node],
  rows: [health, nodes, unschedulable, capacity, namespaces],
};
