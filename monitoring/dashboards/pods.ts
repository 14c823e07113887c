// The dashboard Pods: what state chosen pods and their containers are in, and what they use.
import type { Dashboard, Row } from './model.ts';
import { alive, containers, starting, waitingColours, yes } from './parts.ts';
import { usage, volumes } from './podUsage.ts';
import { cluster, namespace, pod } from './variables.ts';

const own = 'namespace=~"$namespace", pod=~"$pod"';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Pods not ready',
      about:
        'Pods that get no traffic from Services. The table below shows their phase, and the ' +
        'one of containers why they do not run.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Pods now', column: 'Ready' },
      query: `
        count(kube_pod_status_ready{condition!="true", ${own}} == 1 ${alive}) or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Containers that cannot start',
      about:
        'Containers and init containers that wait for anything but a normal start. The table of ' +
        'containers has the reason.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Containers now', column: 'Waiting' },
      query: `
        count(
          kube_pod_container_status_waiting_reason{reason!~"${starting}", ${own}} == 1
          or kube_pod_init_container_status_waiting_reason{reason!~"${starting}", ${own}} == 1
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Restarts in this time range',
      about:
        'Container restarts in this time range. Exit code and reason of the last one are in the ' +
        'table of containers; `kubectl logs --previous` has its log.',
      unit: 'none',
      trouble: { from: 20, near: 1 },
      next: { table: 'Containers now', column: 'Restarts' },
      query: `
        round(
          sum(
            increase(kube_pod_container_status_restarts_total{${own}}[$__range])
            and on (namespace, pod, uid) kube_pod_info
          )
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Highest memory of a limit',
      about:
        'The container nearest to its memory limit, where it is OOMKilled. Above 90 % raise the ' +
        'limit or fix the leak.',
      unit: 'percentunit',
      trouble: { from: 0.95, near: 0.85 },
      joins: 'cAdvisor',
      next: { table: 'Containers now', column: 'Memory of limit' },
      query: `
        max(
          max by (namespace, pod, container) (
            container_memory_working_set_bytes{${containers}, ${own}}
          )
          / on (namespace, pod, container)
          max by (namespace, pod, container) (
            kube_pod_container_resource_limits{resource="memory", ${own}}
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Highest CPU throttling',
      about:
        'The largest share of CPU periods in which a container was stopped at its limit. ' +
        'Raise the CPU limit where latency matters, or remove it.',
      unit: 'percentunit',
      trouble: { from: 0.5, near: 0.25 },
      joins: 'cAdvisor',
      next: { table: 'Containers now', column: 'CPU throttled' },
      query: `
        max(
          rate(container_cpu_cfs_throttled_periods_total{${containers}, ${own}}[$__rate_interval])
          / rate(container_cpu_cfs_periods_total{${containers}, ${own}}[$__rate_interval])
        )`,
    },
    {
      kind: 'stat',
      title: 'Age of the youngest',
      about:
        'Time since the youngest of these pods was created. After an incident it says whether ' +
        'the pod is still the one that had it.',
      unit: 's',
      next: { table: 'Pods now', column: 'Age' },
      query: `time() - max(kube_pod_created{${own}})`,
    },
  ],
};

const state: Row = {
  title: 'State',
  panels: [
    {
      kind: 'table',
      title: 'Pods now',
      size: 'few',
      about:
        'Phase, place and owner of each pod. A pending pod without a node waits for the ' +
        'scheduler; one with a node waits for an image or a volume.',
      keys: { namespace: 'Namespace', pod: 'Pod' },
      links: { namespace: 'namespaces', pod: 'pods', node: 'cluster' },
      sort: 'Ready',
      columns: [
        {
          labels: { phase: 'Phase' },
          colours: { Running: 'green', Pending: 'orange', Failed: 'red', Unknown: 'red' },
          query: `max by (namespace, pod, phase) (kube_pod_status_phase{${own}} == 1)`,
        },
        {
          title: 'Ready',
          unit: 'none',
          words: yes,
          query: `
            max by (namespace, pod) (kube_pod_status_ready{condition="true", ${own}} ${alive})
            or 0 * max by (namespace, pod) (
              kube_pod_status_ready{condition!="true", ${own}} ${alive}
            )`,
        },
        {
          labels: {
            node: 'Node',
            created_by_kind: 'Owner kind',
            created_by_name: 'Owner',
            pod_ip: 'Address',
          },
          query: `
            group by (namespace, pod, node, created_by_kind, created_by_name, pod_ip) (
              kube_pod_info{${own}}
            )`,
        },
        {
          labels: { qos_class: 'QoS class' },
          query: `
            max by (namespace, pod, qos_class) (kube_pod_status_qos_class{${own}} == 1)`,
        },
        {
          title: 'Age',
          unit: 's',
          query: `time() - max by (namespace, pod) (kube_pod_created{${own}})`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Containers now',
      about:
        'Why containers wait, and why they ended before: 137 with OOMKilled is memory, 137 ' +
        'without it a probe or a slow shutdown; other exit codes are the program’s own.',
      keys: { namespace: 'Namespace', pod: 'Pod', container: 'Container' },
      links: { namespace: 'namespaces', pod: 'pods' },
      sort: '-Restarts',
      columns: [
        {
          labels: { reason: 'Waiting' },
          colours: waitingColours,
          query: `
            max by (namespace, pod, container, reason) (
              kube_pod_container_status_waiting_reason{${own}} == 1
              or kube_pod_init_container_status_waiting_reason{${own}} == 1
            )`,
        },
        {
          title: 'Restarts',
          unit: 'none',
          trouble: { from: 20, near: 1 },
          query: `
            round(
              sum by (namespace, pod, container) (
                increase(kube_pod_container_status_restarts_total{${own}}[$__range])
                and on (namespace, pod, uid) kube_pod_info
              )
            )`,
        },
        {
          title: 'Last exit code',
          unit: 'none',
          query: `
            max by (namespace, pod, container) (
              kube_pod_container_status_last_terminated_exitcode{${own}}
            )`,
        },
        {
          title: 'Last ended',
          unit: 's',
          query: `
            time() - max by (namespace, pod, container) (
              kube_pod_container_status_last_terminated_timestamp{${own}}
            )`,
        },
        {
          labels: { last_reason: 'Last reason' },
          colours: { OOMKilled: 'red', Error: 'orange' },
          query: `
            max by (namespace, pod, container, last_reason) (
              label_replace(
                kube_pod_container_status_last_terminated_reason{${own}} == 1,
                "last_reason", "$1", "reason", "(.+)"
              )
            )`,
        },
        {
          title: 'Memory of limit',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.95, near: 0.85 },
          joins: 'cAdvisor',
          query: `
            max by (namespace, pod, container) (
              container_memory_working_set_bytes{${containers}, ${own}}
            )
            / on (namespace, pod, container)
            max by (namespace, pod, container) (
              kube_pod_container_resource_limits{resource="memory", ${own}}
            )`,
        },
        {
          title: 'CPU throttled',
          unit: 'percentunit',
          trouble: { from: 0.5, near: 0.25 },
          joins: 'cAdvisor',
          query: `
            max by (namespace, pod, container) (
              rate(
                container_cpu_cfs_throttled_periods_total{${containers}, ${own}}[$__rate_interval]
              )
              / rate(container_cpu_cfs_periods_total{${containers}, ${own}}[$__rate_interval])
              and on (namespace, pod, container) kube_pod_container_info
            )`,
        },
        {
          labels: { image_spec: 'Image' },
          query: `
            group by (namespace, pod, container, image_spec) (
              kube_pod_container_info{${own}} or kube_pod_init_container_info{${own}}
            )`,
        },
      ],
    },
  ],
};

export const pods: Dashboard = {
  name: 'pods',
  title: 'Pods',
  about: 'In what state are these pods and their containers, why, and what do they use?',
  variables: [cluster, namespace, pod],
  rows: [health, state, usage, volumes],
};
