// Of the dashboard of kubestate itself: its talk with the API server, and its process.
import type { Row } from './model.ts';
import { ofKubestate } from './parts.ts';

export const apiServer: Row = {
  title: 'The API server, as seen from here',
  panels: [
    {
      kind: 'lines',
      title: 'Lists and watches that failed',
      about:
        'What fails most, by what was asked of the API server: one kind alone is a permission ' +
        'or a resource that is gone, all at once the server or the way to it.',
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
      title: 'Watches opened again, and lists made anew',
      about:
        'Watches end every few minutes and are opened again; lists after the start are not ' +
        'normal, and many for “gone” mean a server that forgets too soon.',
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
  title: 'The process',
  panels: [
    {
      kind: 'lines',
      title: 'Memory',
      about:
        'Resident memory, which the container’s limit counts; a line that nears it ends in a ' +
        'kill, so raise the limit, serve less, or use shards.',
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
        'CPU that is used; at the container’s limit scrapes get slow and changes late, so raise ' +
        'it before anything else.',
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
      title: 'Longest run of the event loop',
      about:
        'How long the process worked without looking up, in the last minute, by the CPU and by ' +
        'the clock: above a second probes may fail, and the clock alone is a busy node.',
      unit: 's',
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
    {
      kind: 'table',
      title: 'Versions',
      about:
        'What each replica is and runs on; two versions for longer than an upgrade takes is a ' +
        'rollout that is stuck.',
      width: 12,
      keys: { instance: 'Instance' },
      sort: 'Instance',
      columns: [
        {
          labels: { version: 'Version', goversion: 'Runs on' },
          query: `
            group by (instance, version, goversion) (
              kube_state_metrics_build_info{instance=~"$instance"}
            )`,
        },
        {
          title: 'Up for',
          unit: 's',
          query: `
            time() - max by (instance) (process_start_time_seconds ${ofKubestate})`,
        },
      ],
    },
  ],
};
