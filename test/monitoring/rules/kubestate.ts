// Cases of kubestate itself.
import type { Case, Series } from './case.ts';
import { replicaCases } from './kubestateReplicas.ts';

const target = 'job="ksm",instance="10.0.0.1:8081"';
const labels = { job: 'ksm', instance: '10.0.0.1:8081' };
const pods = `${target},resource="pods"`;
const podLabels = { ...labels, resource: 'pods' };

const self = (name: string) => `kube_state_metrics_${name}`;
/** A telemetry series of kubestate, with resource="pods". */
const ofPods = (name: string, value: number | string): Series => ({
  [`${self(name)}{${pods}}`]: value,
});
const requests = (name: string, result: string, value: number | string): Series => ({
  [`${self(name)}{${target},resource="*v1.Pod",result="${result}"}`]: value,
});
const relists = (reason: string, value: string): Series => ({
  [`${self('relists_total')}{${pods},reason="${reason}"}`]: value,
});

const buildInfo = `${self('build_info')}{${target}}`;
const droppedFrom = `${pods},family="kube_pod_info",budget="family"`;
const seriesDropped = `${self('series_dropped_total')}{${droppedFrom}}`;
const renderErrors = `${self('render_errors_total')}{${pods},family="kube_pod_info"}`;
const reloaded = `${self('last_config_reload_successful')}{${target},filename="config.yaml"}`;
const scrapes = (rejected: string, cutOff: string): Series => ({
  [`${self('scrapes_rejected_total')}{${target}}`]: rejected,
  [`${self('scrapes_cut_off_total')}{${target}}`]: cutOff,
});

/** Another replica, or port 8080, still serves the state. */
const served: Series = { 'kube_pod_info{namespace="x",pod="p"}': 1 };

export const kubestateCases: readonly Case[] = [
  {
    alert: 'KubeStateMetricsDown',
    fires: { series: { [`up{${target}}`]: 0 }, at: 10, labels: {} },
    quiet: [
      {
        because: 'it serves pods, though no namespaces',
        series: { 'kube_pod_info{namespace="x",pod="p"}': 1 },
        at: 30,
      },
      {
        because: 'it serves namespaces, though no pods',
        series: { 'kube_namespace_created{namespace="x"}': 1 },
        at: 30,
      },
      {
        because: 'KubeStateMetricsNoLeader fires',
        series: { [`${self('leader')}{${target}}`]: 0 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsTelemetryMissing',
    fires: { series: served, at: 15, labels: {} },
    quiet: [
      { because: 'it is scraped', series: { ...served, [buildInfo]: 1 }, at: 30 },
      { because: 'KubeStateMetricsDown fires', series: { [`up{${target}}`]: 0 }, at: 30 },
    ],
  },
  {
    alert: 'KubeStateMetricsTargetDown',
    fires: {
      series: {
        ...served,
        [buildInfo]: '1 1 stale',
        [`up{${target}}`]: '1 1 0+0x30',
        [`${self('build_info')}{job="ksm",instance="b"}`]: 1,
      },
      at: 12,
      labels,
    },
    quiet: [
      {
        because: 'there is no other, and KubeStateMetricsTelemetryMissing fires',
        series: { ...served, [buildInfo]: '1 1 stale', [`up{${target}}`]: '1 1 0+0x30' },
        at: 30,
      },
      { because: 'it is up', series: { ...served, [buildInfo]: 1, [`up{${target}}`]: 1 }, at: 30 },
      { because: 'another program is down', series: { ...served, [`up{${target}}`]: 0 }, at: 30 },
      {
        because: 'KubeStateMetricsDown fires',
        series: { [buildInfo]: '1 1 stale', [`up{${target}}`]: '1 1 0+0x30' },
        at: 30,
      },
      {
        because: 'KubeStateMetricsShardsAbsent fires',
        series: {
          ...served,
          [buildInfo]: '1 1 stale',
          [`up{${target}}`]: '1 1 0+0x30',
          [`${self('build_info')}{job="ksm",instance="b"}`]: 1,
          [`${self('total_shards')}{job="ksm",instance="b"}`]: 2,
          [`${self('shard_ordinal')}{job="ksm",instance="b",shard_ordinal="1"}`]: 1,
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsNotSynced',
    fires: {
      series: { ...served, ...ofPods('resource_synced', 0), ...ofPods('resource_absent', 0) },
      at: 10,
      labels: podLabels,
    },
    quiet: [
      {
        because: 'it is synced',
        series: { ...served, ...ofPods('resource_synced', 1), ...ofPods('resource_absent', 0) },
        at: 30,
      },
      {
        because: 'the API server does not have it',
        series: { ...served, ...ofPods('resource_synced', 0), ...ofPods('resource_absent', 1) },
        at: 30,
      },
      {
        because: 'KubeStateMetricsDown fires',
        series: ofPods('resource_synced', 0),
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsStale',
    fires: {
      series: {
        ...ofPods('resource_stale', 1),
        [`${self('resource_stale')}{${target},resource="nodes"}`]: 1,
        [`${self('state_age_seconds')}{${target}}`]: '0+60x60',
      },
      at: 10,
      labels,
      value: '2',
    },
    quiet: [
      {
        because: 'KubeStateMetricsStateOld fires',
        series: {
          ...ofPods('resource_stale', 1),
          [`${self('state_age_seconds')}{${target}}`]: '0+60x60',
        },
        at: 40,
      },
      {
        because: 'the API server recovered',
        series: ofPods('resource_stale', '1 1 1 0+0x30'),
        at: 10,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsStateOld',
    fires: {
      series: { [`${self('state_age_seconds')}{${target}}`]: '0 0+60x40' },
      at: 32,
      labels,
      value: '31m 0s',
    },
    quiet: [
      {
        because: 'everything is synced',
        series: { [`${self('state_age_seconds')}{${target}}`]: 0 },
        at: 60,
      },
      {
        because: 'the API server was down for the time of an upgrade',
        series: { [`${self('state_age_seconds')}{${target}}`]: '0+60x30 0x60' },
        at: 40,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsWatchSilent',
    fires: {
      // Over 900 s after second 60 is minute 17, and five more.
      series: {
        ...ofPods('resource_last_bookmark_timestamp_seconds', '0 60+0x30'),
        ...ofPods('resource_stale', 0),
      },
      at: 22,
      labels,
      value: '1',
    },
    quiet: [
      {
        because: 'one bookmark comes a minute',
        series: ofPods('resource_last_bookmark_timestamp_seconds', '0+60x40'),
        at: 40,
      },
      {
        because: 'KubeStateMetricsStale fires',
        series: {
          ...ofPods('resource_last_bookmark_timestamp_seconds', 0),
          ...ofPods('resource_stale', 1),
        },
        at: 40,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsServingLate',
    fires: {
      series: { [`${self('store_staleness_seconds')}{${target}}`]: 7.5 },
      at: 5,
      labels,
      value: '7.5s',
    },
    quiet: [
      {
        because: 'a flush takes up to a second',
        series: { [`${self('store_staleness_seconds')}{${target}}`]: 1 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsDrift',
    fires: { series: ofPods('resource_drift_objects', 2), at: 30, labels: podLabels, value: '2' },
    quiet: [
      {
        because: 'it was repaired',
        series: ofPods('resource_drift_objects', '2+0x9 0+0x60'),
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsListsFailing',
    fires: { series: requests('list_total', 'error', '0+1x60'), at: 16, labels },
    quiet: [
      {
        because: 'KubeStateMetricsStale fires',
        series: { ...requests('list_total', 'error', '0+1x60'), ...ofPods('resource_stale', 1) },
        at: 30,
      },
      {
        because: 'KubeStateMetricsNotSynced fires',
        series: { ...requests('list_total', 'error', '0+1x60'), ...ofPods('resource_synced', 0) },
        at: 30,
      },
      {
        because: 'KubeStateMetricsWatchesFailing fires',
        series: {
          ...requests('list_total', 'error', '0+1x60'),
          ...requests('watch_total', 'error', '0+1x60'),
        },
        at: 30,
      },
      { because: 'one list failed', series: requests('list_total', 'error', '0 0 1+0x60'), at: 30 },
      { because: 'lists succeed', series: requests('list_total', 'success', '0+1x60'), at: 30 },
    ],
  },
  {
    alert: 'KubeStateMetricsWatchesFailing',
    fires: { series: requests('watch_total', 'error', '0+1x60'), at: 16, labels },
    quiet: [
      {
        because: 'KubeStateMetricsStale fires',
        series: { ...requests('watch_total', 'error', '0+1x60'), ...ofPods('resource_stale', 1) },
        at: 30,
      },
      {
        because: 'KubeStateMetricsNotSynced fires',
        series: { ...requests('watch_total', 'error', '0+1x60'), ...ofPods('resource_synced', 0) },
        at: 30,
      },
      { because: 'one watch failed', series: requests('watch_total', 'error', '0 1+0x60'), at: 30 },
      { because: 'watches succeed', series: requests('watch_total', 'success', '0+1x60'), at: 30 },
    ],
  },
  {
    alert: 'KubeStateMetricsRelisting',
    fires: { series: relists('gone', '0+1x60'), at: 7, labels: podLabels, value: '7' },
    quiet: [
      { because: 'it has just begun to shard', series: relists('resharded', '0+1x60'), at: 30 },
      { because: 'it is rare', series: relists('gone', '0+0x20 1+0x20 2+0x20'), at: 60 },
    ],
  },
  {
    alert: 'KubeStateMetricsRenderErrors',
    fires: {
      series: { [renderErrors]: '_x5 1+0x60' },
      at: 5,
      labels: { ...podLabels, family: 'kube_pod_info' },
      value: '1',
    },
    quiet: [{ because: 'it was long ago', series: { [renderErrors]: '_x5 1+0x200' }, at: 100 }],
  },
  {
    alert: 'KubeStateMetricsMalformedObjects',
    fires: {
      series: ofPods('malformed_objects_total', '0+0x20 1+0x60'),
      at: 21,
      labels: podLabels,
      value: '1',
    },
    quiet: [{ because: 'there are none', series: ofPods('malformed_objects_total', 0), at: 30 }],
  },
  {
    alert: 'KubeStateMetricsObjectsDropped',
    fires: { series: ofPods('objects_dropped_total', '0+0x20 4+0x60'), at: 21, labels: podLabels },
    quiet: [{ because: 'there are none', series: ofPods('objects_dropped_total', 0), at: 30 }],
  },
  {
    alert: 'KubeStateMetricsSeriesDropped',
    fires: {
      series: { [seriesDropped]: '_x21 3+0x60' },
      at: 21,
      labels: { ...podLabels, family: 'kube_pod_info' },
    },
    quiet: [{ because: 'it was long ago', series: { [seriesDropped]: '_x5 3+0x200' }, at: 100 }],
  },
  {
    alert: 'KubeStateMetricsScrapesTurnedAway',
    fires: { series: scrapes('0+0x30', '0+0x20 3+0x60'), at: 21, labels, value: '3' },
    quiet: [{ because: 'there are none', series: scrapes('2+0x60', '2+0x60'), at: 60 }],
  },
  {
    alert: 'KubeStateMetricsConfigReloadFailed',
    fires: { series: { [reloaded]: 0 }, at: 5, labels: { ...labels, filename: 'config.yaml' } },
    quiet: [{ because: 'it was corrected', series: { [reloaded]: '0 0 1+0x30' }, at: 5 }],
  },
  ...replicaCases,
];
