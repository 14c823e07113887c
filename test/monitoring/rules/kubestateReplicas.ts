// Cases of shards and leader election.
import type { Case, Series } from './case.ts';

const labels = { job: 'ksm' };

/** A replica: its shard, the total, and whether it is the leader. */
function replica(address: string, index: number, total: number, leads?: number): Series {
  const target = `job="ksm",instance="${address}"`;
  return {
    [`kube_state_metrics_total_shards{${target}}`]: total,
    [`kube_state_metrics_shard_ordinal{${target},shard_ordinal="${index}"}`]: index,
    ...(leads !== undefined && { [`kube_state_metrics_leader{${target}}`]: leads }),
  };
}

/** How a replica divides objects. */
const schemeOf = (address: string, scheme: string): Series => ({
  [`kube_state_metrics_shard_scheme{job="ksm",instance="${address}",scheme="${scheme}"}`]: 1,
});

const contact = 'kube_state_metrics_leader_election_last_contact_timestamp_seconds';
const contacted = `${contact}{job="ksm",instance="a"}`;

export const replicaCases: readonly Case[] = [
  {
    alert: 'KubeStateMetricsShardsAbsent',
    fires: { series: { ...replica('a', 0, 3), ...replica('b', 2, 3) }, at: 15, labels, value: '1' },
    quiet: [
      {
        because: 'all shards are up',
        series: { ...replica('a', 0, 2), ...replica('b', 1, 2) },
        at: 30,
      },
      { because: 'it is not sharded', series: replica('a', 0, 1), at: 30 },
      {
        because: 'KubeStateMetricsShardsDisagree fires',
        series: { ...replica('a', 0, 2), ...replica('b', 1, 3) },
        at: 30,
      },
      {
        because: 'two replicas of one shard are one shard',
        series: { ...replica('a', 0, 1), ...replica('b', 0, 1) },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsShardsDisagree',
    fires: { series: { ...replica('a', 0, 2), ...replica('b', 1, 3) }, at: 15, labels },
    quiet: [
      { because: 'they agree', series: { ...replica('a', 0, 2), ...replica('b', 1, 2) }, at: 30 },
    ],
  },
  {
    alert: 'KubeStateMetricsShardSchemesDiffer',
    fires: {
      series: {
        ...replica('a', 0, 2),
        ...replica('b', 1, 2),
        ...schemeOf('a', 'jump-hash'),
        ...schemeOf('b', 'uid-range'),
      },
      at: 15,
      labels,
    },
    quiet: [
      {
        because: 'they are the same',
        series: { ...schemeOf('a', 'uid-range'), ...schemeOf('b', 'uid-range') },
        at: 30,
      },
      {
        because: 'the roll-out is over in time',
        series: {
          ...schemeOf('a', 'uid-range'),
          'kube_state_metrics_shard_scheme{job="ksm",instance="b",scheme="jump-hash"}': '1x9 stale',
          'kube_state_metrics_shard_scheme{job="ksm",instance="b",scheme="uid-range"}': '_x9 1x30',
        },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsNoLeader',
    fires: {
      series: { ...replica('a', 0, 1, 0), ...replica('b', 0, 1, 0) },
      at: 2,
      labels,
      value: '0',
    },
    quiet: [
      {
        because: 'one leads',
        series: { ...replica('a', 0, 1, 1), ...replica('b', 0, 1, 0) },
        at: 30,
      },
      { because: 'leader election is off', series: replica('a', 0, 1), at: 30 },
    ],
  },
  {
    alert: 'KubeStateMetricsSeveralLeaders',
    fires: {
      series: { ...replica('a', 0, 1, 1), ...replica('b', 0, 1, 1) },
      at: 2,
      labels,
      value: '2',
    },
    quiet: [
      {
        because: 'each shard has its own',
        series: { ...replica('a', 0, 2, 1), ...replica('b', 1, 2, 1) },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeStateMetricsLeaderElectionFailing',
    fires: {
      // More than 60 s after second 60 is minute 3, and five more.
      series: { [contacted]: '0 60+0x30' },
      at: 8,
      labels: { job: 'ksm', instance: 'a' },
    },
    quiet: [
      { because: 'it is renewed', series: { [contacted]: '0+60x30' }, at: 30 },
      {
        because: 'KubeStateMetricsStale fires',
        series: {
          [contacted]: '0 60+0x30',
          'kube_state_metrics_resource_stale{job="ksm",instance="b",resource="pods"}': 1,
        },
        at: 30,
      },
    ],
  },
];
