// The table of all flags. Parser, types, --help, completion and docs/cli.md derive from its rows.
import {
  allowList,
  byteSize,
  decimal,
  duration,
  type Flag,
  file,
  integer,
  list,
  listOrAll,
  oneOf,
  promotions,
  selectors,
  text,
  toggle,
  type ValuesOf,
} from './flags.ts';

const cluster = 'Cluster';
const selection = 'Resources and metrics';
const customs = 'Custom resources';
const serving = 'HTTP server';
const sharding = 'Sharding';
const availability = 'High availability';
const configuring = 'Config file';
const logging = 'Logging';

const PORT_MAX = 65_535;
const SHARDS_MAX = 1_000_000;
const OBJECTS_MAX = 100_000_000;
const SERIES_MAX = 1_000_000_000;

/** A flag for the runtime of kube-state-metrics, accepted because charts and manifests pass it. */
const ignored = <T>(group: string, kind: Flag<T>['kind'], initial: T, why: string) => ({
  kind,
  default: initial,
  help: 'Accepted without effect.',
  group,
  ignored: true,
  difference: `Accepted without effect, with a log line: ${why}.`,
});

const klog = <T>(kind: Flag<T>['kind'], initial: T) => ({
  ...ignored(logging, kind, initial, 'logs are always JSON lines on stderr'),
  configKeys: [],
});

const goMemory = 'Node sizes its heap by the memory limit of the container';

const expressions =
  'The same, except for the syntax that [expressions](#expressions) lists, which is an error.';

const timeout = (initial: number, defaultText: string, help: string) =>
  ({
    group: serving,
    kind: duration,
    default: initial,
    defaultText,
    help,
    restartRequired: true,
  }) as const;

// biome-ignore format: one row per flag
export const flags = {
  kubeconfig: { group: cluster, kind: file, default: undefined,
    help: 'Kubeconfig file of the cluster to watch.' },
  context: { group: cluster, kind: { ...text, placeholder: 'NAME' }, default: undefined, defaultText: 'its current-context', extension: true,
    help: 'Context of the kubeconfig to use.' },
  apiserver: { group: cluster, kind: { ...text, placeholder: 'URL' }, default: undefined,
    help: 'URL of the API server; overrides the one of the kubeconfig.' },
  'use-apiserver-cache': { group: cluster, kind: toggle, default: false, configKeys: ['use_api_server_cache'],
    help: 'Serve every list from the API server\'s watch cache (resourceVersion=0), even if it may be older than what was seen before. By default only the first list may come from it.' },

  'kube-api-protobuf': { group: cluster, kind: toggle, default: true, extension: true,
    help: 'Ask the API server for built-in resources as protobuf, which takes less CPU to read than JSON. What cannot be read so is asked for as JSON.' },
  'consistency-check-interval': { group: cluster, kind: duration, default: 0, defaultText: 'off', extension: true,
    help: 'Interval at which the store is compared with the API server; resources that differ are listed again. 10s or more, 0 is off. Each check lists the metadata of all objects.' },

  config: { group: configuring, kind: file, default: undefined, configKeys: [],
    help: 'YAML file that overrides flags; it is reloaded when it changes.' },
  'continue-without-config': { group: configuring, kind: toggle, default: false,
    help: 'Start with the flags alone if the file of --config is missing or invalid.' },

  resources: { group: selection, kind: list, default: [], defaultText: 'all default resources', suggests: 'resources',
    help: 'Resources to serve, by plural: pods,nodes. May be repeated.' },
  namespaces: { group: selection, kind: list, default: [], defaultText: 'all',
    help: 'Namespaces to watch. May be repeated. Up to eight are watched one by one; more by one cluster-wide watch, if RBAC allows it.' },
  'namespaces-denylist': { group: selection, kind: list, default: [], defaultText: 'none',
    help: 'Namespaces to exclude. May be repeated.' },
  'namespace-selector': { group: selection, kind: { ...text, placeholder: 'SELECTOR' }, default: undefined, defaultText: 'all', extension: true,
    help: 'Label selector of namespaces, such as team=a: only they and the objects in them are served, beside other cluster-scoped resources. Followed as labels change.' },
  'object-selector': { group: selection, kind: selectors, default: [], defaultText: 'all objects', extension: true,
    help: 'Label selector of the objects of one resource, such as pods:team=a,tier!=db. May be repeated; those of the same resource must all match.' },
  node: { group: selection, kind: { ...list, placeholder: 'NODE,NODE' }, default: [], defaultText: 'all',
    help: 'Serve only the pods on these nodes, with one watch per node. Requires --resources=pods. May be repeated.' },
  'track-unscheduled-pods': { group: selection, kind: toggle, default: false,
    help: 'Serve the pods that are not scheduled to a node, in addition to those of --node. Requires --resources=pods.' },
  'object-limit': { group: selection, kind: integer(0, OBJECTS_MAX), default: 0, defaultText: 'none',
    help: 'Maximum number of objects per resource. Objects beyond it are dropped and counted; a dropped object is added at its next change or relist once there is room.' },
  'deleted-grace': { group: selection, kind: duration, default: 0, defaultText: 'off', extension: true,
    help: 'Time for which the series of a deleted object are still served, marked by kube_<resource>_deletion_timestamp, so that one more scrape sees its last state: 60s. They are dropped at once when the name is created again. At most 10000 objects are kept.' },
  'series-budget-per-family': { group: selection, kind: integer(0, SERIES_MAX), default: 0, defaultText: 'none', extension: true,
    help: 'Maximum number of series per metric. An object that would exceed it loses that metric; those that have it keep it. Dropped series are counted and logged.' },
  'series-budget-per-namespace': { group: selection, kind: integer(0, SERIES_MAX), default: 0, defaultText: 'none', extension: true,
    help: 'Maximum number of series per namespace, over all metrics. An object that would exceed it loses the metrics that are too many. Dropped series are counted and logged.' },
  'metric-allowlist': { group: selection, kind: list, default: [], defaultText: 'all',
    help: 'Metrics to serve: regular expressions (regexp2 syntax) that match anywhere in the name. Cannot be combined with --metric-denylist.',
    difference: expressions },
  'metric-denylist': { group: selection, kind: list, default: [], defaultText: 'none',
    help: 'Metrics not to serve: regular expressions (regexp2 syntax) that match anywhere in the name. Cannot be combined with --metric-allowlist.',
    difference: expressions },
  'metric-opt-in-list': { group: selection, kind: list, default: [], defaultText: 'none',
    help: 'Opt-in metrics to serve: regular expressions (RE2 syntax) that match anywhere in the name.',
    difference: expressions },
  profile: { group: selection, kind: oneOf('minimal', 'mixin', 'full'), default: 'full', extension: true,
    help: 'Metrics to serve of built-in resources: minimal has what the alerts of kubernetes-mixin query, mixin also what its recording rules and dashboards do, full all. Metrics that --metric-opt-in-list, --metric-labels-allowlist or --metric-annotations-allowlist ask for are added. Cannot be combined with --metric-allowlist or --metric-denylist.' },
  'sparse-statesets': { group: selection, kind: listOrAll, default: false, defaultText: 'off', suggests: 'stateSets', extension: true,
    help: 'Leave out the series of value 0 of state sets, such as kube_pod_status_phase: of all, or of these metrics. Queries that compare them with 0 find nothing then.' },
  'pod-owner-api-version': { group: selection, kind: toggle, default: false, extension: true,
    help: 'Add the labels owner_group and owner_api_version to kube_pod_owner, which tell owners of the same kind in different API groups apart.' },
  'metric-labels-allowlist': { group: selection, kind: allowList, default: undefined, configKeys: ['labels_allow_list'],
    help: 'Label keys to show in kube_<resource>_labels: pods=[app,tier],nodes=[*].' },
  'metric-annotations-allowlist': { group: selection, kind: allowList, default: undefined, configKeys: ['annotations_allow_list'],
    help: 'Annotation keys to show in kube_<resource>_annotations: pods=[app,tier],nodes=[*].' },
  'promote-labels': { group: selection, kind: promotions, default: [], defaultText: 'none', extension: true,
    help: 'Label keys that all metrics of a resource show, of the object itself or of its workload, namespace or node: pods=[team],namespaces=[team]->pods. The object\'s own label goes before an inherited one. Metrics that count over many objects do not get them. May be repeated.' },
  'custom-resource-state-config': { group: customs, kind: { ...text, placeholder: 'YAML' }, default: undefined, configKeys: ['custom_resource_config'],
    help: 'Custom-resource configuration as YAML: metrics of resources that kubestate has no table for. Overrides --custom-resource-state-config-file.' },
  'custom-resource-state-config-file': { group: customs, kind: { ...file, placeholder: 'PATH' }, default: undefined, configKeys: ['custom_resource_state_config_file', 'custom_resource_config_file'],
    help: 'File of custom-resource configuration, or a folder of .yaml and .yml files; reloaded when it changes. If the flag is repeated, the last one counts.',
    difference: 'A folder is accepted too. A wrong rule is left out with a log line; kube-state-metrics serves no custom resource then.' },
  'custom-resource-state-only': { group: customs, kind: toggle, default: false, configKeys: ['custom_resources_only'],
    help: 'Serve custom resources only.',
    difference: 'Without a custom-resource configuration it is an error; kube-state-metrics serves nothing.' },
  'continue-without-custom-resource-state-config-file': { group: customs, kind: toggle, default: false,
    help: 'Start even if a file of --custom-resource-state-config-file is missing or invalid; it is served once it is right.' },
  'custom-resource-pack': { group: customs, kind: list, default: [], defaultText: 'none', suggests: 'packs', extension: true,
    help: 'Custom-resource configurations that come with kubestate: gateway-api, flux, cluster-api, vertical-pod-autoscaler, volume-snapshot. May be repeated.' },

  host: { group: serving, kind: { ...text, placeholder: 'ADDRESS' }, default: '::', restartRequired: true,
    help: 'Address to listen on for the metrics of the cluster.' },
  port: { group: serving, kind: integer(0, PORT_MAX), default: 8080, restartRequired: true,
    help: 'Port to listen on for the metrics of the cluster.' },
  'telemetry-host': { group: serving, kind: { ...text, placeholder: 'ADDRESS' }, default: '::', restartRequired: true,
    help: 'Address to listen on for the metrics of kubestate itself.' },
  'telemetry-port': { group: serving, kind: integer(0, PORT_MAX), default: 8081, restartRequired: true,
    help: 'Port to listen on for the metrics of kubestate itself.' },
  'enable-gzip-encoding': { group: serving, kind: toggle, default: true,
    help: 'Compress responses for clients that accept gzip.',
    difference: 'On by default, because it costs next to nothing here.' },
  'hot-text-limit': { group: serving, kind: byteSize, default: undefined, defaultText: 'a quarter of the memory limit less 24Mi, at most 100M', extension: true,
    help: 'Maximum size of the text that is kept uncompressed because it changed lately, such as 64Mi. More makes changes cheaper; 0 compresses every change at once.' },
  'serve-before-sync': { group: serving, kind: toggle, default: false, extension: true,
    help: 'Answer scrapes before the first list of every resource is complete.' },
  'explorer': { group: serving, kind: toggle, default: true, restartRequired: true, extension: true,
    help: 'Serve the explorer: what is exported and what it costs, at / and below /api/v1.' },
  'tls-config': { group: serving, kind: file, default: undefined, restartRequired: true,
    help: 'Web configuration file of both ports, in the format of Prometheus\' exporters: TLS, headers, users.' },
  'auth-filter': { group: serving, kind: toggle, default: false, restartRequired: true,
    help: 'Require a bearer token whose user may get /metrics, checked by TokenReview and SubjectAccessReview.' },
  'enable-profiling': { group: serving, kind: toggle, default: false, restartRequired: true, extension: true,
    help: 'Serve CPU profiles and heap snapshots of kubestate at /debug/profile/ of the telemetry port. Requires --auth-filter, or users in the file of --tls-config.' },
  'server-read-timeout': timeout(60_000, '1m', 'Time limit to read a request.'),
  'server-read-header-timeout': timeout(5_000, '5s', 'Time limit to read the headers of a request.'),
  'server-write-timeout': timeout(60_000, '1m', 'Time limit to write a response.'),
  'server-idle-timeout': timeout(300_000, '5m', 'Time after which an idle connection is closed.'),

  shard: { group: sharding, kind: integer(0, SHARDS_MAX), default: 0,
    help: 'Shard of this process, from 0.' },
  'total-shards': { group: sharding, kind: integer(1, SHARDS_MAX), default: 1,
    help: 'Total number of shards.' },
  pod: { group: sharding, kind: { ...text, placeholder: 'NAME' }, default: undefined,
    help: 'Name of the pod of this process. Its ordinal in its StatefulSet is the shard; with --leader-elect the pod gets the leader label instead, and --shard is the shard. Requires --pod-namespace.',
    difference: 'Without --pod-namespace it is an error; kube-state-metrics ignores it. `spec.ordinals.start` is taken into account.' },
  'pod-namespace': { group: sharding, kind: { ...text, placeholder: 'NAME' }, default: undefined, configKeys: ['namespace'],
    help: 'Namespace of the pod of this process. Requires --pod.',
    difference: 'Without --pod it is an error; kube-state-metrics ignores it.' },
  'server-side-sharding': { group: sharding, kind: oneOf('auto', 'true', 'false'), default: 'false', configKeys: [], extension: true,
    help: 'Ask the API server for the objects of this shard only (Kubernetes 1.36, feature gate ShardedListAndWatch). auto does so in a StatefulSet; true also with --shard, and then all shards must have it. Where the server cannot, each shard filters.' },

  'leader-elect': { group: availability, kind: toggle, default: false, restartRequired: true, extension: true,
    help: 'Elect a leader among the replicas: only the leader serves metrics, and its pod gets a label that the Service selects. Requires POD_NAME and POD_NAMESPACE, or --pod and --pod-namespace.' },
  'leader-elect-resource-name': { group: availability, kind: { ...text, placeholder: 'NAME' }, default: undefined, defaultText: 'kube-state-metrics, or kube-state-metrics-shard-N if there are several shards', restartRequired: true, extension: true,
    help: 'Name of the Lease, in the namespace of the pod, and value of the label kubestate.io/leader. Replicas with the same name elect one leader.' },
  'leader-elect-lease-duration': { group: availability, kind: duration, default: 6_000, defaultText: '6s', restartRequired: true, extension: true,
    help: 'Time without a renewal of the Lease after which another replica takes over, in whole seconds.' },

  'auto-gomemlimit': { ...ignored('Other', toggle, false, goMemory), configKeys: ['auto-gomemlimit'] },
  'auto-gomemlimit-ratio': { ...ignored('Other', decimal(0, 1), 0.9, goMemory), configKeys: ['auto-gomemlimit-ratio'] },

  v: { group: logging, short: 'v', kind: integer(0, 20), default: 0, configKeys: [],
    help: 'Log verbosity; 4 and above include debug lines.' },
  add_dir_header: klog(toggle, false),
  alsologtostderr: klog(toggle, false),
  alsologtostderrthreshold: klog(text, undefined),
  legacy_stderr_threshold_behavior: klog(toggle, true),
  log_backtrace_at: klog(text, undefined),
  log_dir: klog(text, undefined),
  log_file: klog(text, undefined),
  log_file_max_size: klog(text, undefined),
  logtostderr: klog(toggle, true),
  one_output: klog(toggle, false),
  skip_headers: klog(toggle, false),
  skip_log_headers: klog(toggle, false),
  stderrthreshold: klog(text, undefined),
  vmodule: klog(text, undefined),

  help: { group: 'Other', short: 'h', kind: toggle, default: false, configKeys: [], help: 'Show this help.' },
  version: { group: 'Other', extension: true, kind: toggle, default: false, configKeys: [],
    help: 'Print the version, like the command version.' },
} satisfies Record<string, Flag<unknown>>;

export type Options = ValuesOf<typeof flags>;
