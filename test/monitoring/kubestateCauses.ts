// Causes that concern kubestate itself, with all that follows, and the one alert that is to fire.
import type { Cause } from './causes.ts';
import type { Series } from './rules/case.ts';

const target = 'job="ksm",instance="a"';
const labels = { job: 'ksm', instance: 'a' };
const other = 'job="ksm",instance="b"';

/** Telemetry of a replica that runs well. */
const well = (of: string): Series => ({
  [`kube_state_metrics_build_info{${of}}`]: 1,
  [`kube_state_metrics_state_age_seconds{${of}}`]: 0,
  [`up{${of}}`]: 1,
});

const served: Series = { 'kube_namespace_created{namespace="shop"}': 1 };

/** What the API server refuses of a resource, from some minute on. */
const unread = (resource: string, stale: string, synced: string): Series => ({
  [`kube_state_metrics_resource_stale{${target},resource="${resource}"}`]: stale,
  [`kube_state_metrics_resource_synced{${target},resource="${resource}"}`]: synced,
  [`kube_state_metrics_list_total{${target},resource="*v1.${resource}",result="error"}`]: '0+1x90',
  [`kube_state_metrics_watch_total{${target},resource="*v1.${resource}",result="error"}`]: '0+1x90',
});

const bookmark = 'kube_state_metrics_resource_last_bookmark_timestamp_seconds';
const contact = 'kube_state_metrics_leader_election_last_contact_timestamp_seconds';

/** The API server cannot be reached. */
const away: Series = {
  ...served,
  ...well(target),
  [`kube_state_metrics_state_age_seconds{${target}}`]: '0+60x90',
  ...unread('pods', '1+0x90', '1+0x90'),
  ...unread('nodes', '1+0x90', '1+0x90'),
  [`${bookmark}{${target},resource="pods"}`]: 0,
  [`${bookmark}{${target},resource="nodes"}`]: 0,
  [`${contact}{${target}}`]: 0,
};

const shard = (of: string, ordinal: number, total: number): Series => ({
  [`kube_state_metrics_total_shards{${of}}`]: total,
  [`kube_state_metrics_shard_ordinal{${of},shard_ordinal="${ordinal}"}`]: ordinal,
});

export const kubestateCauses: readonly Cause[] = [
  {
    cause: 'kubestate is down',
    series: {
      [`kube_state_metrics_build_info{${target}}`]: '1 1 stale',
      [`up{${target}}`]: '1 1 0+0x60',
    },
    at: 40,
    fires: [['KubeStateMetricsDown', {}]],
  },
  {
    cause: 'one of two replicas is down',
    series: {
      ...served,
      ...well(other),
      [`kube_state_metrics_build_info{${target}}`]: '1 1 stale',
      [`up{${target}}`]: '1 1 0+0x60',
    },
    at: 40,
    fires: [['KubeStateMetricsTargetDown', labels]],
  },
  {
    cause: 'port 8081 of the only replica can no longer be scraped',
    series: {
      ...served,
      [`kube_state_metrics_build_info{${target}}`]: '1 1 stale',
      [`up{${target}}`]: '1 1 0+0x60',
    },
    at: 40,
    fires: [['KubeStateMetricsTelemetryMissing', {}]],
  },
  {
    cause: 'a shard is down',
    series: {
      ...served,
      ...well(other),
      ...shard(other, 0, 2),
      [`kube_state_metrics_build_info{${target}}`]: '1 1 stale',
      [`up{${target}}`]: '1 1 0+0x60',
    },
    at: 40,
    fires: [['KubeStateMetricsShardsAbsent', { job: 'ksm' }]],
  },
  {
    cause: 'shards disagree on their number',
    series: {
      ...served,
      ...well(target),
      ...well(other),
      ...shard(target, 0, 2),
      ...shard(other, 1, 3),
    },
    at: 40,
    fires: [['KubeStateMetricsShardsDisagree', { job: 'ksm' }]],
  },
  {
    cause: 'static shards have different --server-side-sharding',
    series: {
      ...served,
      ...well(target),
      ...well(other),
      ...shard(target, 0, 2),
      ...shard(other, 1, 2),
      [`kube_state_metrics_shard_scheme{${target},scheme="jump-hash"}`]: 1,
      [`kube_state_metrics_shard_scheme{${other},scheme="uid-range"}`]: 1,
    },
    at: 40,
    fires: [['KubeStateMetricsShardSchemesDiffer', { job: 'ksm' }]],
  },
  {
    cause: 'no replica leads',
    series: {
      ...well(target),
      ...well(other),
      ...shard(target, 0, 1),
      [`kube_state_metrics_leader{${target}}`]: 0,
      [`kube_state_metrics_leader{${other}}`]: 0,
    },
    at: 40,
    fires: [['KubeStateMetricsNoLeader', { job: 'ksm' }]],
  },
  {
    cause: 'the API server is away',
    series: away,
    at: 25,
    fires: [['KubeStateMetricsStale', labels]],
  },
  {
    cause: 'the API server is away for an hour',
    series: away,
    at: 60,
    fires: [['KubeStateMetricsStateOld', labels]],
  },
  {
    cause: 'a resource is forbidden',
    series: { ...served, ...well(target), ...unread('secrets', '0+0x90', '0+0x90') },
    at: 40,
    fires: [['KubeStateMetricsNotSynced', { ...labels, resource: 'secrets' }]],
  },
  {
    cause: 'everything is forbidden',
    series: {
      ...well(target),
      ...unread('secrets', '0+0x90', '0+0x90'),
      ...unread('pods', '0+0x90', '0+0x90'),
    },
    at: 40,
    fires: [['KubeStateMetricsDown', {}]],
  },
  {
    cause: 'the API server fails now and then',
    series: {
      ...served,
      ...well(target),
      ...unread('secrets', '0+0x90', '1+0x90'),
      ...unread('pods', '0+0x90', '1+0x90'),
    },
    at: 40,
    fires: [['KubeStateMetricsWatchesFailing', labels]],
  },
  {
    cause: 'a proxy holds the watches back',
    series: {
      ...served,
      ...well(target),
      [`${bookmark}{${target},resource="pods"}`]: 0,
      [`${bookmark}{${target},resource="nodes"}`]: 0,
    },
    at: 40,
    fires: [['KubeStateMetricsWatchSilent', labels]],
  },
  {
    cause: 'port 8081 is not scraped',
    series: { ...served, [`up{${target}}`]: 1 },
    at: 40,
    fires: [['KubeStateMetricsTelemetryMissing', {}]],
  },
];
