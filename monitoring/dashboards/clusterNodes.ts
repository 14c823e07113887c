// Part of the dashboard Cluster: conditions and free capacity of each node.
import type { Row } from './model.ts';
import { alive } from './parts.ts';

export const nodes: Row = {
  title: 'Nodes',
  panels: [
    {
      kind: 'states',
      title: 'Ready',
      about:
        'When each node was ready. A band with gaps is a flapping node: cordon it, then ' +
        'check its network and kubelet.',
      query: `
        max by (node) (
          kube_node_status_condition{condition="Ready", status="true", node=~"$node"}
        )`,
      legend: '{{node}}',
      words: { 0: ['not ready', 'red'], 1: ['ready', 'green'] },
    },
    {
      kind: 'lines',
      title: 'Pods by node',
      about:
        'Pods that have not terminated, by node. A line that drops is a node that lost its ' +
        'pods; one far above the others leaves the scheduler no choice.',
      unit: 'short',
      queries: [
        {
          query: `count by (node) (kube_pod_info{node=~"$node", node!=""} ${alive})`,
          legend: '{{node}}',
        },
      ],
    },
    {
      kind: 'table',
      title: 'Nodes now',
      about:
        'Conditions and free capacity of each node. Usage comes from node_exporter, ' +
        'matched by the node’s internal address.',
      keys: { node: 'Node' },
      sort: 'Ready',
      columns: [
        {
          title: 'Ready',
          unit: 'none',
          words: { 0: ['no', 'red'], 1: ['yes', 'green'] },
          query: `
            max by (node) (
              kube_node_status_condition{condition="Ready", status="true", node=~"$node"}
            )`,
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
            )`,
        },
        {
          title: 'Cordoned',
          unit: 'none',
          words: { 0: ['no', 'text'], 1: ['yes', 'orange'] },
          query: 'max by (node) (kube_node_spec_unschedulable{node=~"$node"})',
        },
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
          labels: { kubelet_version: 'Kubelet' },
          query: 'group by (node, kubelet_version) (kube_node_info{node=~"$node"})',
        },
        {
          title: 'Age',
          unit: 's',
          query: 'time() - max by (node) (kube_node_created{node=~"$node"})',
        },
      ],
    },
  ],
};
