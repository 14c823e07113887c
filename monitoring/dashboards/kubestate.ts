// The dashboard of kubestate itself: completeness and freshness of what it serves, and scrapes.
import { apiServer, costs, replicas } from './kubestateProcess.ts';
import type { Dashboard, Row } from './model.ts';
import { ofKubestate } from './parts.ts';
import { clusterOf, instance } from './variables.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Resources not synced',
      about:
        'Resources that are not served. `/readyz` on port 8081 has a line with the reason ' +
        'for each, usually missing permissions.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Resources now', column: 'Synced' },
      query: `
        count(kube_state_metrics_resource_synced{instance=~"$instance"} == 0) or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Stale resources',
      about:
        'Resources whose last known state is served because the API server cannot be ' +
        'followed. Check the API server, then `/readyz` on port 8081.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Resources now', column: 'Stale' },
      query: `
        count(kube_state_metrics_resource_stale{instance=~"$instance"} == 1) or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Missing shards',
      about:
        'Shards that should exist and are not scraped. Their objects have no series: check ' +
        'the StatefulSet’s pods and the Prometheus targets.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Shards now', column: 'Scraped' },
      query: `
        sum(
          max by () (kube_state_metrics_total_shards)
          - on () count by () (count by (shard_ordinal) (kube_state_metrics_shard_ordinal))
        )`,
    },
    {
      kind: 'stat',
      title: 'Flush delay',
      about:
        'Age of the oldest change that kubestate has received and scrapes do not show yet. About ' +
        'a second is normal; more than five means too little CPU, or that shards are needed.',
      unit: 's',
      trouble: { from: 5, near: 2 },
      next: { table: 'Replicas now', column: 'Flush delay' },
      query: 'max(kube_state_metrics_store_staleness_seconds{instance=~"$instance"})',
    },
    {
      kind: 'stat',
      title: 'Objects not served',
      about:
        'Objects of the last hour that could not be decoded, lost a family, or exceeded a ' +
        'limit. The log names each of them once.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Resources now', column: 'Not served' },
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
      title: 'Replicas up',
      about: 'Replicas and shards that Prometheus scrapes on port 8081.',
      unit: 'none',
      trouble: { below: 1 },
      next: { table: 'Replicas now', column: 'Scraped' },
      query: 'count(kube_state_metrics_build_info{instance=~"$instance"}) or vector(0)',
    },
  ],
};

const held: Row = {
  title: 'Served state',
  panels: [
    {
      kind: 'table',
      title: 'Resources now',
      size: 'many',
      about:
        'Where the series come from. Drop what nobody needs with --resources, ' +
        '--metric-denylist or shorter label allow-lists.',
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
          title: 'Series per object',
          unit: 'short',
          query: `
            sum by (resource) (kube_state_metrics_resource_series{instance=~"$instance"})
            / (sum by (resource) (kube_state_metrics_resource_objects{instance=~"$instance"}) > 0)`,
        },
        {
          title: 'Bytes',
          unit: 'bytes',
          query: `
            sum by (resource) (kube_state_metrics_resource_bytes{instance=~"$instance"})`,
        },
        {
          title: 'Not served',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            round(
              sum by (resource) (
                increase(kube_state_metrics_malformed_objects_total{instance=~"$instance"}[1h])
              )
              + on (resource) sum by (resource) (
                increase(kube_state_metrics_objects_dropped_total{instance=~"$instance"}[1h])
              )
              + on (resource) (
                sum by (resource) (
                  increase(kube_state_metrics_render_errors_total{instance=~"$instance"}[1h])
                )
                or on (resource) 0 * max by (resource) (
                  kube_state_metrics_malformed_objects_total{instance=~"$instance"}
                )
              )
            )`,
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
        'What Prometheus has to store. A sudden step is a new label on an allow-list, or a ' +
        'controller that creates objects without limit.',
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
      title: 'Scrape duration',
      about:
        'Time to answer a scrape. When it approaches the scrape timeout, enable gzip, add ' +
        'CPU, or use shards.',
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
          legend: 'median',
        },
        {
          query: `
            histogram_quantile(0.99,
              sum by (le) (
                rate(http_request_duration_seconds_bucket{handler="metrics"}[$__rate_interval])
                ${ofKubestate}
              )
            )`,
          legend: '99th percentile',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Scrape rate',
      about:
        'More scrapes than configured are a second Prometheus or a manual client. ' +
        'Rejected: too many at once. Cut off: the client read too slowly.',
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
      title: 'Flush delay over time',
      about:
        'From the arrival of a change to the scrapes that show it; delays before the arrival are ' +
        'not part of it. A line that keeps climbing is too little CPU for the rate of changes.',
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
  about: 'Is what kubestate serves complete and fresh, and what does it cost?',
  variables: [clusterOf('kube_state_metrics_build_info'), instance],
  rows: [health, replicas, held, apiServer, costs],
};
