// Alerts on several processes of kubestate that should be one: shards, and replicas of a leader.
import type { Alert } from './rule.ts';

export const replicas = [
  {
    alert: 'KubeStateMetricsShardsMissing',
    severity: 'critical',
    for: '15m',
    expr: `
      max by (job) (kube_state_metrics_total_shards)
      - on (job)
      count by (job) (count by (job, shard_ordinal) (kube_state_metrics_shard_ordinal))
      > 0`,
    summary: '{value} shards of kubestate are missing.',
    description: 'Objects that belong to them are not seen: sums are too low, alerts are silent.',
    steps: [
      'Look at the pods of {job}, and whether Prometheus scrapes port 8081 of each of them.',
      'Shards that are numbered by hand: is there one for each of 0 to --total-shards less 1?',
    ],
    because: 'A rollout takes shards one by one, and each is back within a minute or so.',
  },
  {
    alert: 'KubeStateMetricsShardingMismatch',
    severity: 'critical',
    for: '15m',
    expr: `
      max by (job) (kube_state_metrics_total_shards)
      - on (job)
      min by (job) (kube_state_metrics_total_shards)
      > 0`,
    summary: 'Shards of kubestate do not agree on how many there are.',
    description: 'Some objects are served twice and others not at all.',
    steps: [
      'Give all of {job} the same --total-shards. Shards that follow a StatefulSet: read the log ' +
        'of those that have not followed.',
    ],
    because: 'Scaling changes them one after the other, within a minute.',
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
      '{value} replicas lead, which is too few: followers serve nothing, so nothing is known of ' +
      'the cluster, or of what one shard holds.',
    steps: [
      'Look at the lease and who holds it: `kubectl get leases --all-namespaces`; then at the ' +
        'log of a replica: it may lack the right to write the lease.',
    ],
    because: 'Another replica takes over after eight seconds at the most.',
  },
  {
    alert: 'KubeStateMetricsSeveralLeaders',
    severity: 'warning',
    for: '2m',
    expr: `
      sum by (job) (kube_state_metrics_leader)
      > on (job)
      max by (job) (kube_state_metrics_total_shards)`,
    summary: 'kubestate has too many leaders.',
    description: '{value} replicas lead at once. Series are there twice, and sums are wrong.',
    steps: [
      'Do all replicas have the same --leader-elect-resource-name and namespace? One that is cut ' +
        'off from the API server goes on serving until it sees the other: look at its network.',
    ],
    because: 'Who led serves for three seconds more.',
  },
  {
    alert: 'KubeStateMetricsLeaderElectionFailing',
    severity: 'warning',
    for: '5m',
    expr: `
      time() - max by (job, instance) (
        kube_state_metrics_leader_election_last_contact_timestamp_seconds
      )
      > 60`,
    summary: 'kubestate at {instance} can neither read nor renew its lease.',
    description: 'Who leads goes on, but nobody could take over.',
    steps: [
      'Read its log: the right to get, create and update leases in its namespace, or the way to ' +
        'the API server.',
    ],
    because: 'The lease is looked at every few seconds; minutes are an outage, or a missing right.',
  },
] satisfies readonly Alert[];
