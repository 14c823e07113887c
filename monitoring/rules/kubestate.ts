// Alerts on kubestate itself: whether what all the other rules go by is there, whole and fresh.
import { replicas } from './kubestateReplicas.ts';
import type { RuleGroup } from './rule.ts';

const readyz = 'Its `/readyz` on port 8081 has a line for each resource, with the reason.';

export const kubestate = {
  name: 'kubestate',
  title: 'kubestate itself',
  recordings: [],
  alerts: [
    {
      alert: 'KubeStateMetricsDown',
      severity: 'critical',
      for: '10m',
      expr: 'absent(kube_pod_info or kube_namespace_created)',
      summary: "Prometheus gets nothing of the cluster's state.",
      description:
        'kubestate is down, not synced, or not scraped on its port 8080. All alerts on objects ' +
        'of the cluster are blind until it is back.',
      steps: [
        'Look at its pods: `kubectl get pods --all-namespaces --selector ' +
          'app.kubernetes.io/name=kube-state-metrics`, then at their logs and at `/readyz` on ' +
          'port 8081.',
        'They are well: look at the target in Prometheus, under Status, Targets.',
      ],
      because:
        'With 100,000 pods a restart takes less than a minute; ten leave room for a node that is ' +
        'lost. An installation that serves neither pods nor namespaces should leave this rule ' +
        'out.',
    },
    {
      alert: 'KubeStateMetricsTelemetryMissing',
      severity: 'warning',
      for: '15m',
      expr: 'absent(kube_state_metrics_build_info)',
      summary: 'Prometheus gets nothing that kubestate says about itself.',
      description:
        'Port 8081 is not scraped, so nobody would be told that what is served is old or not ' +
        'whole.',
      steps: [
        'Add port 8081 of the Service to the targets: by the chart, selfMonitor.enabled=true.',
      ],
      because: 'Nothing is lost yet, so it can wait for a rollout to end.',
    },
    {
      alert: 'KubeStateMetricsTargetDown',
      severity: 'warning',
      for: '10m',
      expr: `
        max by (job, instance) (
          up == 0
          and on (job, instance)
          present_over_time(kube_state_metrics_build_info[1h])
        ) == 0`,
      summary: 'kubestate at {instance} can no longer be scraped.',
      description: 'It answered within the last hour. If it is a shard, its objects are missing.',
      steps: ['See what Prometheus says of the target {instance}, then look at the pod behind it.'],
      because:
        'Ten minutes are a node that is lost and a pod that starts elsewhere. A pod that is gone ' +
        'for good is no target any more.',
    },
    {
      alert: 'KubeStateMetricsNotSynced',
      severity: 'warning',
      for: '10m',
      expr: `
        max by (job, instance, resource) (
          kube_state_metrics_resource_synced == 0
          unless on (job, instance, resource)
          kube_state_metrics_resource_absent == 1
        ) == 0`,
      summary: 'kubestate has not got a first list of {resource}.',
      description: 'There are no series of this resource, and alerts on it are silent.',
      steps: [
        readyz,
        'Forbidden: let its service account list and watch them, as the ClusterRole of the chart ' +
          'does, or take {resource} out of --resources.',
      ],
      because:
        'The first list of 100,000 pods takes less than a minute. What the API server does not ' +
        'have at all, as an older one lacks newer resources, is not missing.',
    },
    {
      alert: 'KubeStateMetricsStale',
      severity: 'warning',
      for: '10m',
      expr: 'max by (job, instance, resource) (kube_state_metrics_resource_stale) == 1',
      summary: 'What kubestate serves of {resource} is old.',
      description: 'It was right once; since then the API server cannot be read.',
      steps: [
        readyz,
        'All resources at once: the API server, the network or the token. One: its rights.',
      ],
      because: 'Ten minutes are an upgrade of a control plane with one API server.',
    },
    {
      alert: 'KubeStateMetricsWatchSilent',
      severity: 'warning',
      for: '5m',
      expr: `
        time() - max by (job, instance, resource) (
          kube_state_metrics_resource_last_bookmark_timestamp_seconds
          unless on (job, instance, resource)
          kube_state_metrics_resource_stale == 1
        )
        > 900`,
      summary: 'The watch of {resource} is silent.',
      description:
        'Its last bookmark came {value|humanizeDuration} ago. The API server sends one a minute; ' +
        'without them changes may be missing too.',
      steps: [
        readyz,
        'Look for a proxy or load balancer between it and the API server that holds back what is ' +
          'streamed; --consistency-check-interval shows whether changes are missing.',
      ],
      because:
        'A silent watch is opened again after ten minutes at the latest, so a quarter of an hour ' +
        'means that this did not help.',
    },
    {
      alert: 'KubeStateMetricsServingLate',
      severity: 'warning',
      for: '5m',
      expr: 'max by (job, instance) (kube_state_metrics_store_staleness_seconds) > 5',
      summary: 'Changes reach the scrapes of kubestate {value|humanizeDuration} late.',
      description: 'The process has not enough CPU for what changes.',
      steps: [
        'Raise its CPU limit, or take the limit away; then think of shards: `--total-shards`.',
      ],
      because: 'Batches are served after a second; five at one scrape may be a burst, not at five.',
    },
    {
      alert: 'KubeStateMetricsDrift',
      severity: 'warning',
      for: '30m',
      expr: 'max by (job, instance, resource) (kube_state_metrics_resource_drift_objects) > 0',
      summary: '{value} objects of {resource} are not what the API server has.',
      description: 'Events were missed, and listing the resource again has not healed it.',
      steps: [
        'The log of kubestate names the first ten of them: compare one with `kubectl get`, and ' +
          'report what you find.',
        'Several API servers that do not agree, as after a restored etcd, look the same.',
      ],
      because: 'It is listed again as soon as it is found, and looked at again 90 s later.',
    },
    {
      alert: 'KubeStateMetricsListErrors',
      severity: 'warning',
      for: '15m',
      expr: `
        sum by (job, instance, resource) (
          rate(kube_state_metrics_list_total{result="error"}[5m])
        ) > 0`,
      summary: 'kubestate fails to list {resource}.',
      description: 'What it serves of them is old, or not there at all.',
      steps: [readyz, 'Then see the log of kubestate, and the load of the API server.'],
      because:
        'It tries again within seconds, so errors in every five minutes of a quarter of an hour ' +
        'are no accident.',
    },
    {
      alert: 'KubeStateMetricsWatchErrors',
      severity: 'warning',
      for: '15m',
      expr: `
        sum by (job, instance, resource) (
          rate(kube_state_metrics_watch_total{result="error"}[5m])
        ) > 0`,
      summary: 'kubestate fails to watch {resource}.',
      description: 'It does not see what changes.',
      steps: [readyz, 'Then see the log of kubestate, and the load of the API server.'],
      because:
        'It tries again within seconds, so errors in every five minutes of a quarter of an hour ' +
        'are no accident.',
    },
    {
      alert: 'KubeStateMetricsRelisting',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource) (
          increase(kube_state_metrics_relists_total{reason=~"gone|version-refused|drift"}[1h])
        ) > 6`,
      summary: 'kubestate lists {resource} again and again.',
      description:
        'It had to {value|whole} times in an hour: the API server keeps forgetting what is ' +
        'watched. That is load for it and for kubestate.',
      steps: [
        'See the reasons: `kube_state_metrics_relists_total` by reason. gone: the watch cache of ' +
          'the API server is too small for its churn, or its etcd compacts too often.',
      ],
      because:
        'A restart of an API server costs one list a resource; more than six an hour are a habit.',
    },
    {
      alert: 'KubeStateMetricsRenderErrors',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource, family) (
          increase(kube_state_metrics_render_errors_total[1h]) > 0
          or
          kube_state_metrics_render_errors_total
          unless
          kube_state_metrics_render_errors_total offset 1h
        )`,
      summary: 'Objects of {resource} lack {family}.',
      description:
        'Rendering it failed {value|whole} times in the last hour. Other families and objects ' +
        'are not touched.',
      steps: [
        'The log of kubestate names the object and the error: report both, they are a mistake of ' +
          'ours, or of the custom resource configuration.',
      ],
      because: 'It should never happen, so one counts. The first one has no series before it.',
    },
    {
      alert: 'KubeStateMetricsMalformedObjects',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource) (
          increase(kube_state_metrics_malformed_objects_total[1h])
        ) > 0`,
      summary: 'kubestate cannot read some objects of {resource}.',
      description: '{value|whole} in the last hour; their series are missing or old.',
      steps: [
        'The log of kubestate names them: look at one with `kubectl get --output yaml`, and ' +
          'report it.',
      ],
      because: 'An API server sends no such thing by itself; one is one too many.',
    },
    {
      alert: 'KubeStateMetricsObjectsDropped',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource) (
          increase(kube_state_metrics_objects_dropped_total[1h])
        ) > 0`,
      summary: 'kubestate leaves out objects of {resource}: its --object-limit is reached.',
      description: 'Sums and counts over this resource are too low.',
      steps: [
        'Raise --object-limit and the memory with it, take out namespaces or resources, or ' +
          'shard; and find out who makes so many: `topk(5, count by (namespace) ' +
          '(kube_pod_info))`.',
      ],
      because: 'The limit is set on purpose, and that it is reached must not go unseen.',
    },
    {
      alert: 'KubeStateMetricsScrapesTurnedAway',
      severity: 'warning',
      expr: `
        sum by (job, instance) (
          increase(kube_state_metrics_scrapes_rejected_total[15m])
          + on (job, instance)
          increase(kube_state_metrics_scrapes_cut_off_total[15m])
        ) > 0`,
      summary: 'kubestate has turned scrapes away.',
      description:
        '{value|whole} in a quarter of an hour: too many at a time, or readers that are too slow.',
      steps: [
        'See who scrapes it, and how often. A scrape that lasts long has a slow network or a ' +
          'proxy between: `http_request_duration_seconds`.',
      ],
      because: 'One Prometheus, or two, never come near the limit.',
    },
    {
      alert: 'KubeStateMetricsConfigReloadFailed',
      severity: 'warning',
      for: '5m',
      expr: `
        max by (job, instance, filename) (
          kube_state_metrics_last_config_reload_successful
        ) == 0`,
      summary: 'kubestate has refused its configuration {filename}.',
      description: 'It goes on with the one before, until it restarts: then it will not start.',
      steps: ['Its log has the line and what is wrong with it: correct the file or take it back.'],
      because: 'Five minutes are for who is at it.',
    },
    ...replicas,
  ],
} satisfies RuleGroup;
