// Part of the dashboard Pods: readiness, restarts, CPU and memory over time, and volumes.
import type { Line, Row } from './model.ts';
import { containers, yes } from './parts.ts';

const own = 'namespace=~"$namespace", pod=~"$pod"';
const keys = 'namespace, pod, container';
const legend = '{{pod}}/{{container}}';

export const usage: Row = {
  title: 'Over time',
  panels: [
    {
      kind: 'states',
      title: 'Ready',
      about:
        'When each pod was ready. Short gaps are a readiness probe that fails at times; long ' +
        'ones a start that takes long, or a dependency that is away.',
      query: `
        max by (namespace, pod) (kube_pod_status_ready{condition="true", ${own}})
        or 0 * max by (namespace, pod) (kube_pod_status_ready{condition!="true", ${own}})`,
      legend: '{{namespace}}/{{pod}}',
      words: { 0: ['not ready', 'red'], 1: ['ready', 'green'] },
    },
    {
      kind: 'states',
      title: 'Running',
      about:
        'When each container ran. A comb is a crash loop: the gaps are the waits between its ' +
        'starts, which double up to five minutes.',
      query: `max by (${keys}) (kube_pod_container_status_running{${own}})`,
      legend,
      words: yes,
    },
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'Usage by container, with what was requested and the limit. At the limit a container is ' +
        'throttled; above the request it is only as fast as its node has time.',
      unit: 'suffix: cores',
      queries: compared('cpu', {
        query: `
          sum by (${keys}) (
            rate(container_cpu_usage_seconds_total{${containers}, ${own}}[$__rate_interval])
          )`,
        legend: `${legend} used`,
        joins: 'cAdvisor',
      }),
    },
    {
      kind: 'lines',
      title: 'Memory',
      about:
        'Usage by container, with what was requested and the limit. A line that climbs to the ' +
        'limit and drops is a container that is OOMKilled.',
      unit: 'bytes',
      queries: compared('memory', {
        query: `
          max by (${keys}) (container_memory_working_set_bytes{${containers}, ${own}})`,
        legend: `${legend} used`,
        joins: 'cAdvisor',
      }),
    },
    {
      kind: 'lines',
      title: 'Restarts',
      about:
        'Restarts of each container. Regular ones are a leak or a failing liveness probe, one ' +
        'after a rollout is the new version.',
      unit: 'short',
      width: 24,
      queries: [
        {
          query: `
            sum by (${keys}) (
              increase(kube_pod_container_status_restarts_total{${own}}[$__rate_interval])
            )`,
          legend,
        },
      ],
    },
  ],
};

/** Usage, requests and limits of a resource by container. */
function compared(resource: 'cpu' | 'memory', used: Line): Line[] {
  const declared = (what: 'requests' | 'limits'): string => `
    max by (${keys}) (kube_pod_container_resource_${what}{resource="${resource}", ${own}})`;
  return [
    used,
    { query: declared('requests'), legend: `${legend} requested` },
    { query: declared('limits'), legend: `${legend} limit` },
  ];
}

const claim = 'namespace, persistentvolumeclaim';

export const volumes: Row = {
  title: 'Volumes',
  panels: [
    {
      kind: 'table',
      title: 'Claims of these pods',
      size: 'few',
      about:
        'A pod waits until all of its claims are Bound. A full volume stops what writes to it: ' +
        'expand the claim where its StorageClass allows that.',
      keys: { namespace: 'Namespace', pod: 'Pod', persistentvolumeclaim: 'Claim' },
      links: { namespace: 'namespaces', pod: 'pods', persistentvolumeclaim: 'storage' },
      sort: 'Claim',
      columns: [
        {
          labels: { phase: 'Phase' },
          colours: { Bound: 'green', Pending: 'red', Lost: 'red' },
          query: `
            max by (namespace, pod, persistentvolumeclaim, phase) (
              kube_pod_spec_volumes_persistentvolumeclaims_info{${own}}
              * on (${claim}) group_left (phase)
              (max by (${claim}, phase) (kube_persistentvolumeclaim_status_phase) == 1)
            )`,
        },
        {
          title: 'Requested',
          unit: 'bytes',
          query: `
            max by (namespace, pod, persistentvolumeclaim) (
              kube_pod_spec_volumes_persistentvolumeclaims_info{${own}}
              * on (${claim}) group_left ()
              max by (${claim}) (kube_persistentvolumeclaim_resource_requests_storage_bytes)
            )`,
        },
        {
          title: 'Usage',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.95, near: 0.85 },
          joins: 'kubelet',
          query: `
            max by (namespace, pod, persistentvolumeclaim) (
              kube_pod_spec_volumes_persistentvolumeclaims_info{${own}}
              * on (${claim}) group_left ()
              max by (${claim}) (
                kubelet_volume_stats_used_bytes / kubelet_volume_stats_capacity_bytes
              )
            )`,
        },
      ],
    },
  ],
};
