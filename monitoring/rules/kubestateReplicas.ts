// Alerts on shards and on leader election.
import type { Alert } from './rule.ts';

/** How many shards are not there. */
export const missingShards = `
max by (job) (kube_state_metrics_total_shards)
- on (job)
count by (job) (count by (job, shard_ordinal) (kube_state_metrics_shard_ordinal))
> 0`;

/** Shards that disagree on their number. */
const disagreement = `
max by (job) (kube_state_metrics_total_shards)
- on (job)
min by (job) (kube_state_metrics_total_shards)
> 0`;

export const replicas = [
  {
    alert: 'KubeStateMetricsShardsAbsent',
    severity: 'critical',
    for: '15m',
    expr: `${missingShards}
unless on (job)${disagreement}`,
    summary: '{value} shards of kubestate are missing.',
    description: 'Their objects are not served: sums are too low, and alerts on them cannot fire.',
    steps: [
      'Check the pods of {job}, and that Prometheus scrapes port 8081 of each of them.',
      'Static shards: check that there is one for each number from 0 to --total-shards minus ' +
        '1.',
    ],
    because:
      'A rollout restarts shards one by one, and each is back within about a minute. Where they ' +
      'disagree on their number, that is the alert.',
    mixin: ['KubeStateMetricsShardsMissing'],
  },
  {
    alert: 'KubeStateMetricsShardsDisagree',
    severity: 'critical',
    for: '15m',
    expr: disagreement,
    summary: 'Shards of kubestate disagree on their number.',
    description: 'Some objects are served twice and others not at all.',
    steps: [
      'Give all of {job} the same --total-shards. Shards of a StatefulSet: read the log of ' +
        'those that have not followed.',
    ],
    because: 'Scaling reaches them one after the other, within a minute.',
    mixin: ['KubeStateMetricsShardingMismatch'],
  },
  {
    alert: 'KubeStateMetricsShardSchemesDiffer',
    severity: 'critical',
    for: '15m',
    expr: `
      count by (job) (count by (job, scheme) (kube_state_metrics_shard_scheme))
      > 1`,
    summary: 'Shards of kubestate divide the objects in different ways.',
    description:
      'Static shards serve some objects twice and others not at all. Those of a StatefulSet ' +
      'serve what either way gives them until all are rolled out: sums are too high.',
    steps: [
      'Give all of {job} the same --server-side-sharding. See which has which: ' +
        '`kube_state_metrics_shard_scheme`.',
      'Shards of a StatefulSet: check that its roll-out goes on: `kubectl rollout status`.',
    ],
    because: 'A roll-out restarts shards one by one, and each is back within about a minute.',
  },
  {
    alert: 'KubeStateMetricsNoLeader',
    severity: 'critical',
    for: '2m',
    expr: `
      sum by (job) (kube_state_metrics_leader)
      < on (job)
      max by (job) (kube_state_metrics_total_shards)`,
    summary: 'kubestate has no leader.',
    description:
      '{value} replicas lead, which is too few: followers serve nothing, so the state of the ' +
      'cluster, or of a shard, is missing.',
    steps: [
      'Check the lease and its holder: `kubectl get leases --all-namespaces`. Then read the ' +
        'log of a replica: it may lack permission to write the lease.',
    ],
    because: 'Another replica takes over within eight seconds.',
  },
  {
    alert: 'KubeStateMetricsSeveralLeaders',
    severity: 'warning',
    for: '2m',
    expr: `
      sum by (job) (kube_state_metrics_leader)
      > on (job)
      max by (job) (kube_state_metrics_total_shards)`,
    summary: 'kubestate has more than one leader.',
    description: '{value} replicas lead at once. Series are duplicated, and sums are wrong.',
    steps: [
      'Check that all replicas have the same --leader-elect-resource-name and namespace. A ' +
        'replica that is cut off from the API server keeps serving until it sees the other ' +
        'one: check its network.',
    ],
    because: 'A former leader keeps serving for three seconds.',
  },
  {
    alert: 'KubeStateMetricsLeaderElectionFailing',
    severity: 'warning',
    for: '5m',
    expr: `
      time() - max by (job, instance) (
        kube_state_metrics_leader_election_last_contact_timestamp_seconds
      )
      > 60
      unless on (job)
      kube_state_metrics_resource_stale == 1`,
    summary: 'kubestate at {instance} can neither read nor renew its lease.',
    description: 'The leader keeps serving, but no other replica could take over.',
    steps: [
      'Read its log: it lacks permission to get, create and update leases in its namespace, ' +
        'or it cannot reach the API server.',
    ],
    because:
      'The lease is read every few seconds; minutes mean an outage or a missing permission. ' +
      'Where the API server cannot be read at all, KubeStateMetricsStale says so.',
  },
] satisfies readonly Alert[];
