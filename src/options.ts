// The flags: one row each. Parser, types, --help and docs/cli.md derive from this table.
import {
  allowList,
  decimal,
  duration,
  type Flag,
  file,
  integer,
  list,
  text,
  toggle,
  type ValuesOf,
} from './flags.ts';

const cluster = 'The cluster';
const selection = 'What is served';
const serving = 'How it is served';
const sharding = 'Sharding';
const availability = 'High availability';
const configuring = 'The config file';
const logging = 'Logging';

const PORT_MAX = 65_535;
const SHARDS_MAX = 1_000_000;
const OBJECTS_MAX = 100_000_000;

/** What kube-state-metrics has for its own runtime, and charts and manifests pass. */
const ignored = <T>(group: string, kind: Flag<T>['kind'], initial: T, why: string) => ({
  kind,
  default: initial,
  help: 'Accepted, no effect here.',
  group,
  ignored: true,
  difference: `Accepted without effect, which is said in the log: ${why}.`,
});

const klog = <T>(kind: Flag<T>['kind'], initial: T) => ({
  ...ignored(logging, kind, initial, 'logs are JSON lines on stderr'),
  configKeys: [],
});

const goMemory = 'the Node that the image starts sizes its heap by the container itself';

/** A flag of custom resources, which are to come. */
const custom = <T>(kind: Flag<T>['kind'], initial: T, ...configKeys: string[]) => ({
  kind,
  default: initial,
  help: 'Known; using it stops the start, for custom resources come with a later version.',
  group: selection,
  later: true,
  configKeys,
  difference:
    'Using it stops the start with a sentence: custom resources come with a later version.',
});

const timeout = (initial: number, defaultText: string, help: string) =>
  ({ group: serving, kind: duration, default: initial, defaultText, help, fixed: true }) as const;

// biome-ignore format: one row per flag
export const flags = {
  kubeconfig: { group: cluster, kind: file, default: undefined,
    help: 'Kubeconfig file with the cluster to watch and the credentials for it.' },
  apiserver: { group: cluster, kind: { ...text, placeholder: 'URL' }, default: undefined,
    help: 'URL of the API server; takes the place of the one that the kubeconfig names.' },
  'use-apiserver-cache': { group: cluster, kind: toggle, default: false, configKeys: ['use_api_server_cache'],
    help: 'Take every list from the API server\'s memory, with resourceVersion=0, even where it may be older than what was seen before. Without it only the first ordinary list is.' },

  'consistency-check-interval': { group: cluster, kind: duration, default: 0, defaultText: 'off', own: true,
    help: 'Compare uid and version of all that is held with the API server about this often, and list again what differs; 10s at the least, 0 for never. Each time, the metadata of every object is listed.' },

  config: { group: configuring, kind: file, default: undefined, configKeys: [],
    help: 'YAML file of settings; what it sets overrides the flags, and changes to it are followed.' },
  'continue-without-config': { group: configuring, kind: toggle, default: false,
    help: 'Start by the flags alone where the file of --config is missing or wrong.' },

  resources: { group: selection, kind: list, default: [], defaultText: 'all that are on by default', suggests: 'resources',
    help: 'Resources to serve, by plural: pods,nodes. May be repeated.' },
  namespaces: { group: selection, kind: list, default: [], defaultText: 'all',
    help: 'Namespaces to watch. May be repeated. More than eight are watched as one, where that is allowed.' },
  'namespaces-denylist': { group: selection, kind: list, default: [], defaultText: 'none',
    help: 'Namespaces to leave out. May be repeated.' },
  node: { group: selection, kind: { ...list, placeholder: 'NODE,NODE' }, default: [], defaultText: 'all',
    help: 'Nodes whose pods to serve, each by a watch of its own; with --resources=pods only. May be repeated.' },
  'track-unscheduled-pods': { group: selection, kind: toggle, default: false,
    help: 'Serve the pods that are on no node yet, beside those of --node if that is given; with --resources=pods only.' },
  'object-limit': { group: selection, kind: integer(0, OBJECTS_MAX), default: 0, defaultText: 'none',
    help: 'The most objects to hold of each resource. What is held stays; what comes beyond is left out and counted, and has another chance with its next change or list, once others have gone.' },
  'metric-allowlist': { group: selection, kind: list, default: [], defaultText: 'all',
    help: 'Families to serve: regular expressions, unanchored. Excludes --metric-denylist.' },
  'metric-denylist': { group: selection, kind: list, default: [], defaultText: 'none',
    help: 'Families not to serve: regular expressions, unanchored. Excludes --metric-allowlist.' },
  'metric-opt-in-list': { group: selection, kind: list, default: [], defaultText: 'none',
    help: 'Families to serve that are off unless named here.',
    difference: 'ECMAScript expressions instead of RE2: on names of families they agree, and the spellings that only RE2 has are refused.' },
  'metric-labels-allowlist': { group: selection, kind: allowList, default: undefined, configKeys: ['labels_allow_list'],
    help: 'Label keys that kube_<resource>_labels shows: pods=[app,tier],nodes=[*].' },
  'metric-annotations-allowlist': { group: selection, kind: allowList, default: undefined, configKeys: ['annotations_allow_list'],
    help: 'Annotation keys that kube_<resource>_annotations shows, written in the same way.' },
  'custom-resource-state-config': custom(text, undefined, 'custom_resource_config'),
  'custom-resource-state-config-file': custom(file, undefined, 'custom_resource_state_config_file', 'custom_resource_config_file'),
  'custom-resource-state-only': custom(toggle, false, 'custom_resources_only'),
  'continue-without-custom-resource-state-config-file': custom(toggle, false, 'continue_without_custom_resource_state_config_file'),

  host: { group: serving, kind: { ...text, placeholder: 'ADDRESS' }, default: '::', fixed: true,
    help: 'Address to serve the cluster\'s metrics on.' },
  port: { group: serving, kind: integer(0, PORT_MAX), default: 8080, fixed: true,
    help: 'Port to serve the cluster\'s metrics on.' },
  'telemetry-host': { group: serving, kind: { ...text, placeholder: 'ADDRESS' }, default: '::', fixed: true,
    help: 'Address to serve the metrics about kubestate itself on.' },
  'telemetry-port': { group: serving, kind: integer(0, PORT_MAX), default: 8081, fixed: true,
    help: 'Port to serve the metrics about kubestate itself on.' },
  'enable-gzip-encoding': { group: serving, kind: toggle, default: true,
    help: 'Compress responses for the clients that ask for it.',
    difference: 'On unless set to false: it costs next to nothing here.' },
  'serve-before-sync': { group: serving, kind: toggle, default: false, own: true,
    help: 'Answer scrapes before every resource has had its first complete list.' },
  'tls-config': { group: serving, kind: file, default: undefined, fixed: true,
    help: 'Web configuration of both ports, as Prometheus\' exporters have it: TLS, headers, users.' },
  'auth-filter': { group: serving, kind: toggle, default: false, fixed: true,
    help: 'Let in only bearer tokens that the API server takes and whose users may get /metrics.' },
  'server-read-timeout': timeout(60_000, '1m', 'Longest time to read a request.'),
  'server-read-header-timeout': timeout(5_000, '5s', 'Longest time to read a request\'s headers.'),
  'server-write-timeout': timeout(60_000, '1m', 'Longest time to write a response.'),
  'server-idle-timeout': timeout(300_000, '5m', 'How long an idle connection is kept.'),

  shard: { group: sharding, kind: integer(0, SHARDS_MAX), default: 0,
    help: 'Which shard this process is, counted from 0.' },
  'total-shards': { group: sharding, kind: integer(1, SHARDS_MAX), default: 1,
    help: 'How many shards there are.' },
  pod: { group: sharding, kind: { ...text, placeholder: 'NAME' }, default: undefined,
    help: 'Name of the pod we run in, one of a StatefulSet: its place there is the shard. Needs --pod-namespace. With --leader-elect it names the pod that bears the label, and the shard is that of --shard.',
    difference: 'Without --pod-namespace it is refused, where kube-state-metrics passes over it. `spec.ordinals.start` counts.' },
  'pod-namespace': { group: sharding, kind: { ...text, placeholder: 'NAME' }, default: undefined, configKeys: ['namespace'],
    help: 'Namespace of the pod we run in; needs --pod.',
    difference: 'Without --pod it is refused, where kube-state-metrics passes over it.' },

  'leader-elect': { group: availability, kind: toggle, default: false, fixed: true, own: true,
    help: 'Elect one of several replicas: it alone serves, and its pod bears a label that the Service selects. Needs the names in POD_NAME and POD_NAMESPACE, or --pod and --pod-namespace.' },
  'leader-elect-resource-name': { group: availability, kind: { ...text, placeholder: 'NAME' }, default: undefined, defaultText: 'kube-state-metrics, with -shard-N behind it for one of several shards', fixed: true, own: true,
    help: 'Name of the Lease, in the namespace of the pod; replicas of one name elect one leader. It is the value of the label kubestate.io/leader.' },
  'leader-elect-lease-duration': { group: availability, kind: duration, default: 6_000, defaultText: '6s', fixed: true, own: true,
    help: 'After so long without a word from the leader another replica takes its place; whole seconds.' },

  'auto-gomemlimit': { ...ignored('Other', toggle, false, goMemory), configKeys: ['auto-gomemlimit'] },
  'auto-gomemlimit-ratio': { ...ignored('Other', decimal(0, 1), 0.9, goMemory), configKeys: ['auto-gomemlimit-ratio'] },

  v: { group: logging, short: 'v', kind: integer(0, 20), default: 0, configKeys: [],
    help: 'Verbosity; from 4 on, debugging lines are logged too.' },
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

  help: { group: 'Other', short: 'h', kind: toggle, default: false, configKeys: [], help: 'Show this page.' },
} satisfies Record<string, Flag<unknown>>;

export type Options = ValuesOf<typeof flags>;
