// The dashboard of kubestate itself: is what it serves whole and fresh, and what does it cost.
import { apiServer, costs } from './kubestateProcess.ts';
import type { Dashboard, Row } from './model.ts';
import { ofKubestate } from './parts.ts';
import { instance } from './variables.ts';

const health: Row = {
  title: 'Is it well?',
  panels: [
    {
      kind: 'stat',
      title: 'Resources not synced',
      about:
        'Resources that are not served at all: `/readyz` on port 8081 has a line for each that ' +
        'says why, most often a permission that is missing.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        count(kube_state_metrics_resource_synced{instance=~"$instance"} == 0) or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Resources stale',
      about:
        'Resources of which the last known state is served because the API server cannot be ' +
        'followed; see that server first, then `/readyz` on port 8081.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        count(kube_state_metrics_resource_stale{instance=~"$instance"} == 1) or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Shards missing',
      about:
        'Shards that should be there and are not scraped: their objects have no series, so look ' +
        'at the StatefulSet’s pods and at the targets of Prometheus.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        max(kube_state_metrics_total_shards)
        - count(count by (shard_ordinal) (kube_state_metrics_shard_ordinal))`,
    },
    {
      kind: 'stat',
      title: 'Behind by',
      about:
        'Age of the oldest change that scrapes do not show yet: about a second is right, more ' +
        'than five is too little CPU or a case for shards.',
      unit: 's',
      trouble: { from: 5, near: 2 },
      query: 'max(kube_state_metrics_store_staleness_seconds{instance=~"$instance"})',
    },
    {
      kind: 'stat',
      title: 'Objects unread or cut',
      about:
        'Objects of the last hour that could not be read, lost a family, or were left out by a ' +
        'limit; the log names each of them once.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        round(
          sum(increase(kube_state_metrics_malformed_objects_total{instance=~"$instance"}[1h]))
          + sum(increase(kube_state_metrics_objects_dropped_total{instance=~"$instance"}[1h]))
          + (
            sum(increase(kube_state_metrics_render_errors_total{instance=~"$instance"}[1h]))
            or vector(0)
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Running',
      about:
        'Replicas and shards that Prometheus scrapes on port 8081; fewer than you installed is ' +
        'one that is down or is not scraped.',
      unit: 'none',
      trouble: { below: 1 },
      query: 'count(kube_state_metrics_build_info)',
    },
  ],
};

const held: Row = {
  title: 'What is served',
  panels: [
    {
      kind: 'table',
      title: 'Each resource now',
      about:
        'Where the series come from: what is large here and wanted by nobody is cheapest left ' +
        'out, with --resources, --metric-denylist or fewer allowed labels.',
      keys: { resource: 'Resource' },
      sort: '-Series',
      columns: [
        {
          title: 'Synced',
          unit: 'none',
          words: { 0: ['no', 'red'], 1: ['yes', 'green'] },
          query: `
            min by (resource) (kube_state_metrics_resource_synced{instance=~"$instance"})`,
        },
        {
          title: 'Stale',
          unit: 'none',
          words: { 0: ['no', 'green'], 1: ['yes', 'red'] },
          query: `
            max by (resource) (kube_state_metrics_resource_stale{instance=~"$instance"})`,
        },
        {
          title: 'Objects',
          unit: 'short',
          query: `
            sum by (resource) (kube_state_metrics_resource_objects{instance=~"$instance"})`,
        },
        {
          title: 'Series',
          unit: 'short',
          query: `
            sum by (resource) (kube_state_metrics_resource_series{instance=~"$instance"})`,
        },
        {
          title: 'Series an object',
          unit: 'short',
          query: `
            sum by (resource) (kube_state_metrics_resource_series{instance=~"$instance"})
            / (sum by (resource) (kube_state_metrics_resource_objects{instance=~"$instance"}) > 0)`,
        },
        {
          title: 'As text',
          unit: 'bytes',
          query: `
            sum by (resource) (kube_state_metrics_resource_bytes{instance=~"$instance"})`,
        },
        {
          title: 'Last event',
          unit: 's',
          query: `
            time() - max by (resource) (
              kube_state_metrics_resource_last_event_timestamp_seconds{instance=~"$instance"}
            )`,
        },
        {
          title: 'Last bookmark',
          unit: 's',
          trouble: { from: 900, near: 300 },
          query: `
            time() - max by (resource) (
              kube_state_metrics_resource_last_bookmark_timestamp_seconds{instance=~"$instance"}
            )`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Series by resource',
      about:
        'What Prometheus has to keep: a sudden step is a new label on an allow-list or a ' +
        'controller that makes objects without end.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          query: `
            sum by (resource) (kube_state_metrics_resource_series{instance=~"$instance"}) > 0`,
          legend: '{{resource}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Scrapes: how long they take',
      about:
        'Time to answer a scrape, half of them and the slowest; when it nears the scrape’s ' +
        'timeout, ask for gzip, give more CPU, or use shards.',
      unit: 's',
      queries: [
        {
          query: `
            histogram_quantile(0.5,
              sum by (le) (
                rate(http_request_duration_seconds_bucket{handler="metrics"}[$__rate_interval])
                ${ofKubestate}
              )
            )`,
          legend: 'half are faster than',
        },
        {
          query: `
            histogram_quantile(0.99,
              sum by (le) (
                rate(http_request_duration_seconds_bucket{handler="metrics"}[$__rate_interval])
                ${ofKubestate}
              )
            )`,
          legend: '99 % are faster than',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Scrapes: how many',
      about:
        'More than you configured is a second Prometheus or a person with curl; rejected ones ' +
        'came while too many were being answered, cut off ones read too slowly.',
      unit: 'ops',
      queries: [
        {
          query: `
            sum(
              rate(http_request_duration_seconds_count{handler="metrics"}[$__rate_interval])
              ${ofKubestate}
            )`,
          legend: 'answered',
        },
        {
          query: `
            sum(
              rate(
                kube_state_metrics_scrapes_rejected_total{instance=~"$instance"}[$__rate_interval]
              )
            )`,
          legend: 'rejected',
        },
        {
          query: `
            sum(
              rate(
                kube_state_metrics_scrapes_cut_off_total{instance=~"$instance"}[$__rate_interval]
              )
            )`,
          legend: 'cut off',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Changes on their way',
      about:
        'How far scrapes are behind the cluster: a line that climbs and does not fall is too ' +
        'little CPU for what changes.',
      unit: 's',
      queries: [
        {
          query: `
            max by (instance) (
              kube_state_metrics_store_staleness_seconds{instance=~"$instance"}
            )`,
          legend: '{{instance}}',
        },
      ],
    },
  ],
};

export const kubestate: Dashboard = {
  name: 'kubestate',
  title: 'kubestate itself',
  about: 'Is what kubestate serves whole and fresh, and what does it cost?',
  variables: [instance],
  rows: [health, held, apiServer, costs],
};
