// Part of the dashboard Cluster: conditions and capacity of each node.
import type { Row } from './model.ts';
import { alive } from './parts.ts';

/** A node that is not ready has no series of the first kind under --sparse-statesets. */
const isReady = 'condition="Ready", status="true", node=~"$node"';
const isNotReady = 'condition="Ready", status!="true", node=~"$node"';

export const nodes: Row = {
  title: 'Nodes',
  panels: [
    {
      kind: 'states',
      title: 'Ready',
      about:
        'The 20 nodes that were ready for the least part of the time. A band with gaps is a ' +
        'flapping node: cordon it, then check its network and kubelet.',
      link: 'cluster',
      query: `
        (
          max by (node) (kube_node_status_condition{${isReady}})
          or 0 * max by (node) (kube_node_status_condition{${isNotReady}})
        )
        and on (node)
        topk(20,
          sum by (node) (
            sum_over_time(kube_node_status_condition{${isNotReady}}[$__range] @ end())
            or 0 * sum_over_time(kube_node_status_condition{${isReady}}[$__range] @ end())
          )
          / sum by (node) (
            sum_over_time(
              kube_node_status_condition{condition="Ready", node=~"$node"}[$__range] @ end()
            )
          )
        )`,
      legend: '{{node}}',
      words: { 0: ['not ready', 'red'], 1: ['ready', 'green'] },
    },
    {
      kind: 'lines',
      title: 'Nodes with the most pods',
      about:
        'Pods that have not terminated, on the ten nodes with the most. A line that drops is a ' +
        'node that lost its pods; one far above the others leaves the scheduler no choice.',
      unit: 'short',
      link: 'cluster',
      queries: [
        {
          query: `topk(10, count by (node) (kube_pod_info{node=~"$node", node!=""} ${alive}))`,
          legend: '{{node}}',
        },
      ],
    },
    {
      kind: 'table',
      title: 'Nodes now',
      about:
        'Conditions of each node. Select one to see only its pods and its capacity; ' +
        '`kubectl describe node` has the reasons.',
      keys: { node: 'Node' },
      links: { node: 'cluster' },
      sort: 'Ready',
      columns: [
        {
          title: 'Ready',
          unit: 'none',
          words: { 0: ['no', 'red'], 1: ['yes', 'green'] },
          query: `
            max by (node) (kube_node_status_condition{${isReady}})
            or 0 * max by (node) (kube_node_status_condition{${isNotReady}})`,
        },
        {
          title: 'Pressures',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            sum by (node) (
              kube_node_status_condition{
                condition=~"MemoryPressure|DiskPressure|PIDPressure", status="true", node=~"$node"
              }
            )
            or 0 * max by (node) (kube_node_info{node=~"$node"})`,
        },
        {
          title: 'Cordoned',
          unit: 'none',
          words: { 0: ['no', 'text'], 1: ['yes', 'orange'] },
          query: 'max by (node) (kube_node_spec_unschedulable{node=~"$node"})',
        },
        {
          labels: { kubelet_version: 'Kubelet', os_image: 'System', internal_ip: 'Address' },
          query: `
            group by (node, kubelet_version, os_image, internal_ip) (
              kube_node_info{node=~"$node"}
            )`,
        },
        {
          title: 'Age',
          unit: 's',
          query: 'time() - max by (node) (kube_node_created{node=~"$node"})',
        },
      ],
    },
    {
      kind: 'table',
      title: 'Capacity of nodes now',
      about:
        'What is left of each node, and the requests of the whole cluster against what the ' +
        'others have: above 100 % pods become unschedulable when this node fails.',
      keys: { node: 'Node' },
      links: { node: 'cluster' },
      sort: '-CPU requested',
      columns: [
        {
          title: 'Pods left',
          unit: 'none',
          trouble: { below: 1 },
          query: `
            max by (node) (kube_node_status_allocatable{resource="pods", node=~"$node"})
            - on (node) (
              count by (node) (kube_pod_info{node=~"$node"} ${alive})
              or 0 * max by (node) (kube_node_info)
            )`,
        },
        {
          title: 'CPU left',
          unit: 'suffix: cores',
          query: `
            max by (node) (kube_node_status_allocatable{resource="cpu", node=~"$node"})
            - on (node) (
              sum by (node) (
                kube_pod_container_resource_requests{resource="cpu", node=~"$node"} ${alive}
              )
              or 0 * max by (node) (kube_node_info)
            )`,
        },
        {
          title: 'CPU requested',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.95, near: 0.85 },
          query: `
            sum by (node) (
              kube_pod_container_resource_requests{resource="cpu", node=~"$node", node!=""}
              ${alive}
            )
            / on (node) max by (node) (kube_node_status_allocatable{resource="cpu"})`,
        },
        {
          title: 'CPU used',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.9, near: 0.75 },
          joins: 'node_exporter',
          query: `
            max by (node) (
              label_replace(
                1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval])),
                "internal_ip", "$1", "instance", "(.+):[0-9]+"
              )
              * on (internal_ip) group_left (node) kube_node_info{node=~"$node"}
            )`,
        },
        {
          title: 'CPU if it fails',
          unit: 'percentunit',
          trouble: { from: 1, near: 0.9 },
          query: `
            sum by () (kube_pod_container_resource_requests{resource="cpu", node!=""} ${alive})
            / on () group_right () (
              sum by () (kube_node_status_allocatable{resource="cpu"})
              - on () group_right ()
              max by (node) (kube_node_status_allocatable{resource="cpu", node=~"$node"})
              > 0
            )`,
        },
        {
          title: 'Memory left',
          unit: 'bytes',
          query: `
            max by (node) (kube_node_status_allocatable{resource="memory", node=~"$node"})
            - on (node) (
              sum by (node) (
                kube_pod_container_resource_requests{resource="memory", node=~"$node"} ${alive}
              )
              or 0 * max by (node) (kube_node_info)
            )`,
        },
        {
          title: 'Memory requested',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.95, near: 0.85 },
          query: `
            sum by (node) (
              kube_pod_container_resource_requests{resource="memory", node=~"$node", node!=""}
              ${alive}
            )
            / on (node) max by (node) (kube_node_status_allocatable{resource="memory"})`,
        },
        {
          title: 'Memory used',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.9, near: 0.8 },
          joins: 'node_exporter',
          query: `
            max by (node) (
              label_replace(
                1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes,
                "internal_ip", "$1", "instance", "(.+):[0-9]+"
              )
              * on (internal_ip) group_left (node) kube_node_info{node=~"$node"}
            )`,
        },
        {
          title: 'Memory if it fails',
          unit: 'percentunit',
          trouble: { from: 1, near: 0.9 },
          query: `
            sum by () (kube_pod_container_resource_requests{resource="memory", node!=""} ${alive})
            / on () group_right () (
              sum by () (kube_node_status_allocatable{resource="memory"})
              - on () group_right ()
              max by (node) (kube_node_status_allocatable{resource="memory", node=~"$node"})
              > 0
            )`,
        },
      ],
    },
  ],
};
