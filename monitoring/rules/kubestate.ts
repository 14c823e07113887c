// Alerts on kubestate itself: whether the metrics that other alerts need are complete and fresh.
import { shifted } from './conditions.ts';
import { missingShards, replicas } from './kubestateReplicas.ts';
import type { RuleGroup } from './rule.ts';

const readyz = '`/readyz` on its port 8081 has a line for each resource, with the reason.';

/** Resources that were never read, or are not now, have alerts of their own. */
const unlessUnread = `
        unless on (job, instance)
        (
          kube_state_metrics_resource_stale == 1
          or
          (
            kube_state_metrics_resource_synced == 0
            unless on (job, instance, resource)
            kube_state_metrics_resource_absent == 1
          )
        )`;

export const kubestate = {
  name: 'kubestate',
  title: 'kubestate itself',
  recordings: [],
  alerts: [
    {
      alert: 'KubeStateMetricsDown',
      severity: 'critical',
      for: '10m',
      expr: `
        absent(kube_pod_info or kube_namespace_created)
        unless on ()
        sum(kube_state_metrics_leader) == 0`,
      summary: 'Prometheus receives no cluster state metrics.',
      description:
        'kubestate is down, not synced, or not scraped on port 8080. Until it is back, no alert ' +
        'on cluster objects can fire.',
      steps: [
        'Check its pods: `kubectl get pods --all-namespaces --selector ' +
          'app.kubernetes.io/name=kube-state-metrics`. Then check their logs and `/readyz` on ' +
          'port 8081.',
        'Pods are ready: check the target in Prometheus under Status, Targets.',
      ],
      because:
        'With 100,000 pods a restart takes less than a minute; ten minutes cover a lost node. ' +
        'Where replicas run and none leads, KubeStateMetricsNoLeader fires instead. Turn this ' +
        'one off if you serve neither pods nor namespaces.',
    },
    {
      alert: 'KubeStateMetricsTelemetryMissing',
      severity: 'warning',
      for: '15m',
      expr: `
        absent(kube_state_metrics_build_info)
        and on ()
        (kube_pod_info or kube_namespace_created)`,
      summary: 'Prometheus receives no metrics about kubestate itself.',
      description: 'Port 8081 is not scraped, so stale or incomplete state would go unnoticed.',
      steps: [
        'Add port 8081 of the Service to the scrape targets; with the chart: ' +
          'selfMonitor.enabled=true.',
      ],
      because:
        'No data is lost yet, so it can wait for a rollout to end. Without any data ' +
        'KubeStateMetricsDown fires instead.',
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
        ) == 0
        and on ()
        (kube_pod_info or kube_namespace_created)
        and on ()
        kube_state_metrics_build_info
        unless on (job)${shifted(missingShards, 8)}`,
      summary: 'kubestate at {instance} can no longer be scraped.',
      description:
        'It was up within the last hour. Objects are still served, and at least one other ' +
        'process of kubestate reports on itself.',
      steps: ['Check the error of target {instance} in Prometheus, then the pod behind it.'],
      because:
        'Ten minutes cover a lost node and the start of a pod elsewhere. A pod that is gone for ' +
        'good is no longer a target. If objects are missing, KubeStateMetricsDown or ' +
        'KubeStateMetricsShardsAbsent fires instead; if no other process can be scraped on port ' +
        '8081, KubeStateMetricsTelemetryMissing does.',
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
        ) == 0
        and on ()
        (kube_pod_info or kube_namespace_created)`,
      summary: 'kubestate could not list {resource}.',
      description: 'There are no series of this resource, and alerts on it cannot fire.',
      steps: [
        readyz,
        'Forbidden: let its service account list and watch the resource, as the ClusterRole of ' +
          'the chart does, or remove {resource} from --resources.',
      ],
      because:
        'The first list of 100,000 pods takes less than a minute. Resources that an older API ' +
        'server does not serve are not counted. Where nothing is served at all, ' +
        'KubeStateMetricsDown fires instead.',
    },
    {
      alert: 'KubeStateMetricsStale',
      severity: 'warning',
      for: '10m',
      expr: `
        count by (job, instance) (kube_state_metrics_resource_stale == 1)
        unless on (job, instance)
        kube_state_metrics_state_age_seconds > 1800`,
      summary: 'kubestate at {instance} serves stale state of {value} resources.',
      description: 'It was complete once; since then the API server cannot be read.',
      steps: [
        readyz,
        'All resources: check the API server, the network and the token. One resource: check ' +
          'its RBAC rules.',
      ],
      because:
        'Ten minutes cover an upgrade of a control plane with a single API server. After half an ' +
        'hour KubeStateMetricsStateOld takes its place.',
    },
    {
      alert: 'KubeStateMetricsStateOld',
      severity: 'critical',
      expr: 'max by (job, instance) (kube_state_metrics_state_age_seconds) > 1800',
      summary: 'The state that kubestate at {instance} serves is {value|humanizeDuration} old.',
      description:
        'It cannot follow the API server. Alerts on cluster objects may be missing or outdated, ' +
        'because their metrics are of that time.',
      steps: [
        'The first line of `/readyz` on port 8081 has the time of the state and the reason.',
        'API server unreachable: check it from another pod, then network policies and any proxy ' +
          'in between. Requests rejected: check the token and the ClusterRoleBinding.',
      ],
      because:
        'KubeStateMetricsStale fires after ten minutes. Half an hour is longer ' +
        'than an upgrade of a control plane, and longer than the `for` of most alerts here.',
    },
    {
      alert: 'KubeStateMetricsWatchSilent',
      severity: 'warning',
      for: '5m',
      expr: `
        count by (job, instance) (
          time() - kube_state_metrics_resource_last_bookmark_timestamp_seconds > 900
          unless on (job, instance, resource)
          kube_state_metrics_resource_stale == 1
        )`,
      summary: 'Watches of kubestate at {instance} are silent: {value} of them.',
      description:
        'Their last bookmarks came more than 15 minutes ago. The API server sends one a minute; ' +
        'without bookmarks events may be missing, too.',
      steps: [
        readyz,
        'Check for a proxy or load balancer that buffers streams between kubestate and the API ' +
          'server; --consistency-check-interval shows whether events are missing.',
      ],
      because:
        'A silent watch is reopened after ten minutes at the latest, so 15 minutes mean that ' +
        'this did not help.',
    },
    {
      alert: 'KubeStateMetricsServingLate',
      severity: 'warning',
      for: '5m',
      expr: 'max by (job, instance) (kube_state_metrics_store_staleness_seconds) > 5',
      summary: 'Changes reach the scrapes of kubestate {value|humanizeDuration} late.',
      description: 'The process does not have enough CPU for the rate of changes.',
      steps: ['Raise or remove its CPU limit; then consider shards: `--total-shards`.'],
      because:
        'Changes are flushed within a second; five seconds at one scrape may be a burst, but not ' +
        'at five scrapes in a row.',
    },
    {
      alert: 'KubeStateMetricsDrift',
      severity: 'warning',
      for: '30m',
      expr: 'max by (job, instance, resource) (kube_state_metrics_resource_drift_objects) > 0',
      summary: '{value} objects of {resource} differ from those of the API server.',
      description: 'Events were missed, and listing the resource again has not repaired it.',
      steps: [
        'The log of kubestate names the first ten: compare one with `kubectl get`, and report ' +
          'what you find.',
        'Several API servers that disagree, as after a restored etcd, look the same.',
      ],
      because:
        'The resource is listed again as soon as a difference is found, and checked again 90 s ' +
        'later.',
    },
    {
      alert: 'KubeStateMetricsListsFailing',
      severity: 'warning',
      for: '15m',
      expr: `
        sum by (job, instance) (
          rate(kube_state_metrics_list_total{result="error"}[5m])
        ) > 0
        unless on (job, instance)
        rate(kube_state_metrics_watch_total{result="error"}[5m]) > 0${unlessUnread}`,
      summary: 'Lists of kubestate at {instance} fail.',
      description: 'It cannot check or renew its state of some resources.',
      steps: [readyz, 'Then check the log of kubestate, and the load of the API server.'],
      because:
        'It retries within seconds, so errors in every five minutes of 15 are no coincidence. ' +
        'Where state is stale or missing, another alert says so.',
      mixin: ['KubeStateMetricsListErrors'],
    },
    {
      alert: 'KubeStateMetricsWatchesFailing',
      severity: 'warning',
      for: '15m',
      expr: `
        sum by (job, instance) (
          rate(kube_state_metrics_watch_total{result="error"}[5m])
        ) > 0${unlessUnread}`,
      summary: 'Watches of kubestate at {instance} fail.',
      description: 'It sees changes of some resources late.',
      steps: [readyz, 'Then check the log of kubestate, and the load of the API server.'],
      because:
        'It retries within seconds, so errors in every five minutes of 15 are no coincidence. ' +
        'Where state is stale or missing, another alert says so.',
      mixin: ['KubeStateMetricsWatchErrors'],
    },
    {
      alert: 'KubeStateMetricsRelisting',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource) (
          increase(kube_state_metrics_relists_total{reason=~"gone|version-refused|drift"}[1h])
        ) > 6`,
      summary: 'kubestate relists {resource} too often.',
      description:
        'It relisted {value|whole} times in an hour, because the API server drops its watch ' +
        'history too soon. That is load for both.',
      steps: [
        'Check the reasons: `kube_state_metrics_relists_total` by reason. gone: the watch ' +
          'cache of the API server is too small for the rate of changes, or etcd compacts too ' +
          'often.',
      ],
      because:
        'A restart of an API server costs one list per resource; more than six an hour are a ' +
        'pattern.',
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
      summary: 'Some objects of {resource} have no metric {family}.',
      description:
        'Rendering failed {value|whole} times in the last hour. Other metrics and objects are ' +
        'not affected.',
      steps: [
        'The log of kubestate names the object and the error: report both. It is a bug of ' +
          'kubestate, or a mistake in the custom resource configuration.',
      ],
      because:
        'It should never happen, so one counts. The first error has no earlier series to compare ' +
        'with.',
    },
    {
      alert: 'KubeStateMetricsMalformedObjects',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource) (
          increase(kube_state_metrics_malformed_objects_total[1h])
        ) > 0`,
      summary: 'kubestate cannot decode some objects of {resource}.',
      description: '{value|whole} in the last hour; their series are missing or stale.',
      steps: [
        'The log of kubestate names them: check one with `kubectl get --output yaml`, and ' +
          'report it.',
      ],
      because: 'An API server does not send such objects, so one counts.',
    },
    {
      alert: 'KubeStateMetricsObjectsDropped',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource) (
          increase(kube_state_metrics_objects_dropped_total[1h])
        ) > 0`,
      summary: 'kubestate drops objects of {resource}: --object-limit is reached.',
      description: 'Sums and counts over this resource are too low.',
      steps: [
        'Raise --object-limit and the memory limit with it, exclude namespaces or resources, ' +
          'or shard. Find the namespace with most objects: `topk(5, count by (namespace) ' +
          '(kube_pod_info))`.',
      ],
      because: 'The limit is set on purpose, and reaching it must not go unnoticed.',
    },
    {
      alert: 'KubeStateMetricsSeriesDropped',
      severity: 'warning',
      expr: `
        sum by (job, instance, resource, family) (
          increase(kube_state_metrics_series_dropped_total[1h]) > 0
          or
          kube_state_metrics_series_dropped_total
          unless
          kube_state_metrics_series_dropped_total offset 1h
        )`,
      summary: 'kubestate drops series of {family}: a series budget is reached.',
      description: 'Some objects of {resource} have no such metric: sums and counts are too low.',
      steps: [
        'The log of kubestate says which metric or namespace has reached its budget: ' +
          '`series left out`. Find the namespaces that make most of it, such as by ' +
          '`topk(5, count by (namespace) (kube_pod_info))`.',
        'Delete what should not be there, drop the metric by --metric-denylist, or raise ' +
          '--series-budget-per-family or --series-budget-per-namespace.',
      ],
      because: 'The budget is set on purpose, and reaching it must not go unnoticed.',
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
      summary: 'kubestate rejects scrapes.',
      description:
        '{value|whole} in 15 minutes: too many at once, or clients that read too slowly.',
      steps: [
        'Check which clients scrape it, and how often. A slow scrape points at a slow network or ' +
          'a proxy in between: `http_request_duration_seconds`.',
      ],
      because: 'One or two Prometheus servers never come near the limit.',
    },
    {
      alert: 'KubeStateMetricsConfigReloadFailed',
      severity: 'warning',
      for: '5m',
      expr: `
        max by (job, instance, filename) (
          kube_state_metrics_last_config_reload_successful
        ) == 0`,
      summary: 'kubestate rejected its changed configuration {filename}.',
      description: 'It keeps running with the previous one; after a restart it would not start.',
      steps: ['Its log has the line and the mistake: correct the file or revert it.'],
      because: 'Five minutes leave time for whoever is editing it.',
    },
    ...replicas,
  ],
} satisfies RuleGroup;
