// Part of the dashboard of kubestate itself: replicas, requests to the API server, the process.
import type { Row } from './model.ts';
import { ofKubestate } from './parts.ts';

/** Whether what has these labels is scraped: 1 if so, 0 if it only was in this time range. */
const scraped = (labels: string, series: string): string => `
            group by (${labels}) (${series}{instance=~"$instance"})
            or 0 * group by (${labels}) (
              last_over_time(${series}{instance=~"$instance"}[$__range])
            )`;

export const replicas: Row = {
  title: 'Replicas and shards',
  panels: [
    {
      kind: 'table',
      title: 'Replicas now',
      size: 'few',
      about:
        'Each process. One that is no longer scraped was replaced in this time range, or is ' +
        'gone; two versions for longer than an upgrade takes are a stuck rollout.',
      width: 16,
      keys: { instance: 'Instance' },
      links: { instance: 'kubestate' },
      sort: 'Scraped',
      columns: [
        {
          title: 'Scraped',
          unit: 'none',
          words: { 0: ['no longer', 'orange'], 1: ['yes', 'green'] },
          query: scraped('instance', 'kube_state_metrics_build_info'),
        },
        {
          labels: { version: 'Version', goversion: 'Node.js' },
          query: `
            group by (instance, version, goversion) (
              kube_state_metrics_build_info{instance=~"$instance"}
            )`,
        },
        {
          title: 'Uptime',
          unit: 's',
          query: `
            time() - max by (instance) (process_start_time_seconds ${ofKubestate})`,
        },
        {
          title: 'Flush delay',
          unit: 's',
          trouble: { from: 5, near: 2 },
          query: `
            max by (instance) (
              kube_state_metrics_store_staleness_seconds{instance=~"$instance"}
            )`,
        },
        {
          title: 'Memory',
          unit: 'bytes',
          query: `max by (instance) (process_resident_memory_bytes ${ofKubestate})`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Shards now',
      size: 'few',
      about:
        'The shards that are scraped, or were in this time range; one that never was is the ' +
        'gap in the list. All have about as many objects, and more while their number changes.',
      width: 8,
      keys: { shard_ordinal: 'Shard' },
      sort: 'Shard',
      columns: [
        {
          title: 'Scraped',
          unit: 'none',
          words: { 0: ['no longer', 'red'], 1: ['yes', 'green'] },
          query: scraped('shard_ordinal', 'kube_state_metrics_shard_ordinal'),
        },
        {
          title: 'Objects',
          unit: 'short',
          query: `
            sum by (shard_ordinal) (
              kube_state_metrics_resource_objects{instance=~"$instance"}
              * on (instance) group_left (shard_ordinal)
              group by (instance, shard_ordinal) (kube_state_metrics_shard_ordinal)
            )`,
        },
      ],
    },
  ],
};

export const apiServer: Row = {
  title: 'API server',
  panels: [
    {
      kind: 'lines',
      title: 'Failed lists and watches',
      about:
        'One resource alone is a missing permission or a resource that was removed; all at ' +
        'once are the API server or the network.',
      unit: 'ops',
      queries: [
        {
          query: `
            topk(5,
              sum by (resource) (
                rate(
                  kube_state_metrics_list_total{
                    result="error", instance=~"$instance"
                  }[$__rate_interval]
                )
              )
            )`,
          legend: 'list {{resource}}',
        },
        {
          query: `
            topk(5,
              sum by (resource) (
                rate(
                  kube_state_metrics_watch_total{
                    result="error", instance=~"$instance"
                  }[$__rate_interval]
                )
              )
            )`,
          legend: 'watch {{resource}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Watch restarts and relists',
      about:
        'Watches end every few minutes and are reopened. Relists after the start are not ' +
        'normal; many with reason gone mean a watch cache that is too small.',
      unit: 'ops',
      queries: [
        {
          query: `
            sum by (reason) (
              rate(
                kube_state_metrics_watch_restarts_total{instance=~"$instance"}[$__rate_interval]
              )
            )`,
          legend: 'watch: {{reason}}',
        },
        {
          query: `
            sum by (reason) (
              rate(
                kube_state_metrics_relists_total{
                  reason!="start", instance=~"$instance"
                }[$__rate_interval]
              )
            )`,
          legend: 'list: {{reason}}',
        },
      ],
    },
  ],
};

export const costs: Row = {
  title: 'Process',
  panels: [
    {
      kind: 'lines',
      title: 'Memory',
      about:
        'Resident memory, which counts against the container’s limit. When it approaches ' +
        'the limit, raise the limit, serve less, or use shards.',
      unit: 'bytes',
      queries: [
        {
          query: `process_resident_memory_bytes ${ofKubestate}`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'CPU',
      about:
        'CPU usage. At the container’s limit scrapes get slow and changes late, so raise ' +
        'the limit first.',
      unit: 'suffix: cores',
      queries: [
        {
          query: `rate(process_cpu_seconds_total[$__rate_interval]) ${ofKubestate}`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Longest event loop block',
      about:
        'Longest time without a turn of the event loop in the last minute, in CPU time and ' +
        'wall time. Above a second probes may fail; high wall time alone is a busy node.',
      unit: 's',
      width: 24,
      queries: [
        {
          query: `
            max by (instance) (
              kube_state_metrics_event_loop_longest_run_cpu_seconds{
                window="1m", instance=~"$instance"
              }
            )`,
          legend: '{{instance}} CPU',
        },
        {
          query: `
            max by (instance) (
              kube_state_metrics_event_loop_longest_delay_seconds{
                window="1m", instance=~"$instance"
              }
            )`,
          legend: '{{instance}} clock',
        },
      ],
    },
  ],
};
