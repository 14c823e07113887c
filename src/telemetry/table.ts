// The metrics about kubestate itself, in the order of the exposition on :8081: one row a family.
import type { Longest } from '../app/eventLoop.ts';
import type { ElectionWork } from '../leader/status.ts';
import type { Claim } from '../sync/claims.ts';
import {
  counted,
  countedBy,
  counter,
  gauge,
  lastSeen,
  open,
  perResource,
  type ReadRow,
  type Row,
  type Sample,
  set,
} from './rows.ts';
import { buildLabels } from './state.ts';

/** The buckets of Prometheus' client libraries, which kube-state-metrics has. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const ports = ['metrics', 'telemetry'];
const results = ['success', 'error'] as const;
const file = { filename: open, type: open };
const windows = { window: open };
const inWindows = ({ minute, start }: Longest): Sample[] => [
  [{ window: '1m' }, minute],
  [{ window: 'start' }, start],
];
const isOneOfSeveral = (shard: Claim | undefined): shard is Claim => (shard?.total ?? 0) > 1;

// biome-ignore format: a table, a row each
export const selfFamilies = {
  kube_state_metrics_connections: set('gauge',
    'Open connections by port.',
    { port: ports }),
  kube_state_metrics_connections_limited_total: set('counter',
    'Connections beyond the limit of a port. Outcome: closed-idle, the longest idle connection was closed; turned-away, only probes were answered; refused, the connection was closed at once; sent-ahead, too many pipelined requests.',
    { port: ports, outcome: ['closed-idle', 'turned-away', 'refused', 'sent-ahead'] }),
  http_request_duration_seconds: set('histogram',
    'Time from a request for /metrics to the end of its response.',
    { handler: open, method: open }, durationBuckets),
  kube_state_metrics_scrapes_in_flight: set('gauge',
    'Scrapes that are being answered now.'),
  kube_state_metrics_scrapes_rejected_total: set('counter',
    'Scrapes refused with 503 because too many were in flight.'),
  kube_state_metrics_scrapes_cut_off_total: set('counter',
    'Scrapes ended early because the client read too slowly and held an old snapshot.'),
  kube_state_metrics_build_info: gauge(
    'Always 1. The labels tell the version of kubestate and of Node.',
    ({ build }) => [[buildLabels(build), 1]],
    { branch: open, client_go_version: open, goarch: open, goos: open, goversion: open, revision: open, tags: open, version: open }),
  kube_state_metrics_config_hash: set('gauge',
    'Hash of the configuration file that is in force.', file),
  kube_state_metrics_last_config_reload_successful: set('gauge',
    'Whether the configuration file as last read is in force: 1 if so, else 0.', file),
  kube_state_metrics_last_config_reload_success_timestamp_seconds: set('gauge',
    'When a configuration file last came into force, in seconds since the epoch.', file),
  kube_state_metrics_custom_resource_state_add_events_total: set('counter',
    'CustomResourceDefinitions that were found, at the start or later.'),
  kube_state_metrics_custom_resource_state_update_events_total: set('counter',
    'Changes of CustomResourceDefinitions.'),
  kube_state_metrics_custom_resource_state_delete_events_total: set('counter',
    'CustomResourceDefinitions that were deleted.'),
  kube_state_metrics_custom_resource_state_cache: gauge(
    'CustomResourceDefinitions that are known; 0 without a custom-resource configuration.',
    ({ customs }) => customs.definitions),
  kube_state_metrics_custom_resource_rules_disabled: gauge(
    'Rules of a custom-resource configuration that are wrong, and not served.',
    ({ customs }) => customs.disabledRules.map(({ filename, rules }) => [{ filename }, rules]),
    { filename: open }),
  kube_state_metrics_custom_resource_rule_errors_total: set('counter',
    'Objects to which a rule of the custom-resource configuration could not be applied: they have no series of it.',
    { filename: open, line: open, family: open }),
  kube_state_metrics_shard_ordinal: gauge(
    'Ordinal of this shard, counted from 0.',
    ({ shard }) => shard === undefined ? [] : [[{ shard_ordinal: String(shard.index) }, shard.index]],
    { shard_ordinal: open }),
  kube_state_metrics_shard_scheme: gauge(
    'Always 1. Scheme: how the flags of this shard divide objects, by jump-hash as kube-state-metrics does, or by uid-range with --server-side-sharding.',
    ({ shard }) => isOneOfSeveral(shard) ? [[{ scheme: shard.scheme }, 1]] : [],
    { scheme: open }),
  kube_state_metrics_shard_objects: gauge(
    'Objects in memory of this shard; during a change of the shards also those that another shard will serve, or no longer does.',
    ({ shard, resources }) => !isOneOfSeveral(shard) ? [] : resources.map(({ resource, store }) => [{ shard_ordinal: String(shard.index), resource }, store.size.objects]),
    { shard_ordinal: open, resource: open }),
  kube_state_metrics_shard_server_side: perResource(
    'Whether the API server sends the objects of this shard only: 1 if so, 0 if each shard receives and filters all. Only with --server-side-sharding.', (r) => r.serverSelects()),
  kube_state_metrics_shard_foreign_objects_total: counted('foreignObject',
    'Objects of other shards that the API server sent although it had confirmed the selector of this one; the first one ends server-side sharding of the resource.'),
  kube_state_metrics_total_shards: gauge(
    'Number of shards; 0 until the StatefulSet of this pod was read.',
    ({ shard }) => shard?.total ?? 0),
  kube_state_metrics_list_total: countedBy('list',
    'Lists that ended, streamed or paged, by result.', 'result', results, 'goType'),
  kube_state_metrics_watch_total: countedBy('watch',
    'Watches requested from the API server, by result.', 'result', results, 'goType'),
  kube_state_metrics_relists_total: countedBy('relist',
    'Lists begun, the first one included, by reason.', 'reason', open),
  kube_state_metrics_watch_restarts_total: countedBy('watchRestart',
    'Watches opened again at the version where the last one ended, by reason.', 'reason', open),
  kube_state_metrics_consistency_checks_total: countedBy('check',
    'Comparisons of the objects in memory with those of the API server, by result.', 'result', open),
  kube_state_metrics_malformed_objects_total: counted('malformed',
    'Objects and watch events that could not be read.'),
  kube_state_metrics_objects_dropped_total: counted('dropped',
    'Objects, and changes of them, dropped because of --object-limit.'),
  kube_state_metrics_render_errors_total: set('counter',
    'Objects that lost a family because it could not be rendered.',
    { resource: open, family: open }),
  kube_state_metrics_series_dropped_total: set('counter',
    'Series dropped because of --series-budget-per-family or --series-budget-per-namespace, counted at each change of their object. Budget: family or namespace.',
    { resource: open, family: open, budget: open }),
  kube_state_metrics_counters_full_total: set('counter',
    'Objects, and changes of them, that count in a series without label values because their family has 10000 others.',
    { resource: open, family: open }),
  kube_state_metrics_resource_objects: perResource(
    'Objects in memory.', ({ store }) => store.size.objects),
  kube_state_metrics_resource_series: perResource(
    'Series of the objects in memory, including changes that scrapes do not show yet.', ({ store }) => store.size.series),
  kube_state_metrics_resource_bytes: perResource(
    'Length of the series as text, uncompressed and without HELP and TYPE.', ({ store }) => store.size.bytes),
  kube_state_metrics_resource_synced: perResource(
    'Whether the first list is complete: 1 if so, else 0.', (r) => r.synced()),
  kube_state_metrics_resource_absent: perResource(
    'Whether the API server does not have the resource at all: 1 if so, else 0.', (r) => r.absent()),
  kube_state_metrics_resource_stale: perResource(
    'Whether stale state is served: 1 if no watch was open and no list completed for 30 s, else 0.', (r) => r.stale()),
  kube_state_metrics_resource_drift_objects: perResource(
    'Objects that differed from those of the API server at the last consistency check.', (r) => r.drift()),
  kube_state_metrics_state_age_seconds: gauge(
    'Time since the resource that is most behind was last followed; 0 while every watch is open, even a silent one.',
    ({ stateAgeMs }) => stateAgeMs / 1000),
  kube_state_metrics_store_staleness_seconds: gauge(
    'Flush delay: age of the oldest change that was received, or may wait to be read, and that scrapes do not show yet; 0 if there is none.',
    ({ stores }) => stores.stalenessMs() / 1000),
  kube_state_metrics_store_pending_bytes: gauge(
    'Length of the text that scrapes do not show yet; deletions have none.',
    ({ stores }) => stores.work().pendingBytes),
  kube_state_metrics_store_stored_bytes: gauge(
    'Length of the text that scrapes are served from: compressed, except for what changed lately.',
    ({ stores }) => stores.work().storedBytes),
  kube_state_metrics_store_hot_bytes: gauge(
    'Length of the text that is not compressed because it changed lately.',
    ({ stores }) => stores.work().hotBytes),
  kube_state_metrics_store_hot_limit_bytes: gauge(
    'Limit of the text that is not compressed, as --hot-text-limit sets it.',
    ({ stores }) => stores.work().hotBytesMax),
  kube_state_metrics_store_segments_rebuilt_total: counter(
    'Segments written because their text changed.',
    ({ stores }) => stores.work().segments),
  kube_state_metrics_store_segments_compressed_total: counter(
    'Segments compressed: new ones of a list, and those that did not change for a while.',
    ({ stores }) => stores.work().compressed),
  kube_state_metrics_store_segments_decompressed_total: counter(
    'Segments decompressed because their text changed; many mean that the hot text limit is low.',
    ({ stores }) => stores.work().decompressed),
  kube_state_metrics_store_batches_total: counter(
    'Flushes: batches of changes that were written and served.',
    ({ stores }) => stores.work().flushes),
  kube_state_metrics_store_batch_seconds_total: counter(
    'Time from the start to the end of each flush, summed.',
    ({ stores }) => stores.work().seconds),
  kube_state_metrics_promoted_labels_waiting_objects: gauge(
    'Objects whose series may still have labels from before a change of their workload, namespace or node.',
    ({ stores }) => stores.work().promotion.waiting),
  kube_state_metrics_promoted_labels_changed_objects_total: counter(
    'Objects whose series got other labels because their workload, namespace or node changed.',
    ({ stores }) => stores.work().promotion.changed),
  kube_state_metrics_owner_objects: gauge(
    'Objects whose owner is in memory, to find the workloads of pods; resource is that of the object.',
    ({ owners }) => [...(owners?.objects ?? [])].map(([resource, objects]) => [{ resource }, objects]),
    { resource: open }),
  kube_state_metrics_owner_problems_total: counter(
    'Owners of pods whose workload could not be found to the end. Problem: cycle, owners control each other; depth, too many owners above each other; namespace, an owner is in another namespace.',
    ({ owners }) => Object.entries(owners?.problems ?? {}).map(([problem, count]) => [{ problem }, count]),
    { problem: open }),
  kube_state_metrics_event_loop_longest_run_cpu_seconds: gauge(
    'Longest turn of the event loop, by CPU time of the main thread.',
    ({ loop }) => inWindows(loop.runCpu), windows),
  kube_state_metrics_event_loop_longest_delay_seconds: gauge(
    'Longest turn of the event loop by the clock, whether the main thread was busy or not scheduled.',
    ({ loop }) => inWindows(loop.delay), windows),
  kube_state_metrics_resource_last_event_timestamp_seconds: lastSeen('event',
    'When the last watch event came, in seconds since the epoch; that of the latest collection where --namespaces or --node make several.'),
  kube_state_metrics_resource_last_bookmark_timestamp_seconds: lastSeen('bookmark',
    'When the last bookmark of a watch came, in seconds since the epoch; that of the latest collection where --namespaces or --node make several.'),
} satisfies Readonly<Record<string, Row>>;

/** Served with --leader-elect only. */
// biome-ignore format: a table, a row each
export const electionFamilies = {
  kube_state_metrics_leader: gauge(
    'Whether this replica is the leader, and serves: 1 if so, else 0.', ({ leads }) => Number(leads)),
  kube_state_metrics_leader_transitions_total: counter(
    'How often this replica became the leader, or a follower again.',
    ({ began, ceased }) => [[{ to: 'leader' }, began], [{ to: 'follower' }, ceased]],
    { to: open }),
  kube_state_metrics_leader_election_failures_total: counter(
    'Failed requests for the Lease or for the label of the pod; the last known leader stays the leader.', ({ failures }) => failures),
  kube_state_metrics_leader_election_last_contact_timestamp_seconds: gauge(
    'When the Lease was last read or renewed, in seconds since the epoch; 0 for never.', ({ contactMs }) => (contactMs ?? 0) / 1000),
} satisfies Readonly<Record<string, ReadRow<ElectionWork>>>;
