// Part of the dashboard Namespaces: the objects of each namespace, and what its pods request.
import type { Row } from './model.ts';
import { alive, containers } from './parts.ts';

export const content: Row = {
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
          labels: { phase: 'Phase' },
          colours: { Terminating: 'orange' },
          query: `
            max by (namespace, phase) (kube_namespace_status_phase{namespace=~"$namespace"} == 1)`,
        },
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
      kind: 'table',
      title: 'Containers without memory requests',
      size: 'few',
      about:
        'They are scheduled anywhere and evicted first. Set a request of what they use, or a ' +
        'default for the namespace with a LimitRange.',
      keys: { namespace: 'Namespace', container: 'Container' },
      links: { namespace: 'workloads' },
      sort: '-Pods',
      columns: [
        {
          title: 'Pods',
          unit: 'none',
          trouble: { near: 1 },
          query: `
            count by (namespace, container) (
              kube_pod_container_info{namespace=~"$namespace"}
              ${alive}
              unless on (namespace, pod, container)
              kube_pod_container_resource_requests{resource="memory"}
            )`,
        },
        {
          title: 'Largest memory used',
          unit: 'bytes',
          joins: 'cAdvisor',
          query: `
            max by (namespace, container) (
              container_memory_working_set_bytes{${containers}, namespace=~"$namespace"}
              and on (namespace, pod, container) kube_pod_container_info
              unless on (namespace, pod, container)
              kube_pod_container_resource_requests{resource="memory"}
            )`,
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
        'The ten namespaces that request most, and those that use most. Requests far above usage ' +
        'block capacity for others.',
      unit: 'suffix: cores',
      link: 'workloads',
      queries: [
        {
          query: `
            topk(10,
              sum by (namespace) (
                kube_pod_container_resource_requests{resource="cpu", namespace=~"$namespace"}
                ${alive}
              )
            )`,
          legend: '{{namespace}} requested',
        },
        {
          query: `
            topk(10,
              sum by (namespace) (
                rate(
                  container_cpu_usage_seconds_total{
                    ${containers}, namespace=~"$namespace"
                  }[$__rate_interval]
                )
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
        'The ten namespaces that request most, and those that use most. Pods above their ' +
        'requests are evicted first under node pressure.',
      unit: 'bytes',
      link: 'workloads',
      queries: [
        {
          query: `
            topk(10,
              sum by (namespace) (
                kube_pod_container_resource_requests{resource="memory", namespace=~"$namespace"}
                ${alive}
              )
            )`,
          legend: '{{namespace}} requested',
        },
        {
          query: `
            topk(10,
              sum by (namespace) (
                max by (namespace, pod, container) (
                  container_memory_working_set_bytes{${containers}, namespace=~"$namespace"}
                )
              )
            )`,
          legend: '{{namespace}} used',
          joins: 'cAdvisor',
        },
      ],
    },
  ],
};
