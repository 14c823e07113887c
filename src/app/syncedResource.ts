// SyncedResource is a resource that is served: its table, its store, and the sync that fills it.
import type { Options } from '../config/options.ts';
import { type Behind, type ResourceStatus, stateOf } from '../http/readiness.ts';
import type { Client } from '../kube/client.ts';
import { checkResults } from '../kube/consistency.ts';
import { relistReasons, restartReasons } from '../kube/reasons.ts';
import type { SaySelection } from '../kube/shardSelection.ts';
import type { ReflectorObserver } from '../kube/types.ts';
import type { Clock } from '../lib/clock.ts';
import { ConfigError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { logOnce } from '../lib/logThrottle.ts';
import type { Selected } from '../metrics/select.ts';
import { type Store, sinkOf } from '../store/types.ts';
import { type ObjectHistory, withHistory } from '../sync/historySink.ts';
import { ObjectLimit } from '../sync/objectLimit.ts';
import { ResourceSync } from '../sync/resourceSync.ts';
import type { Scope } from '../sync/scope.ts';
import type { SelectedNamespaces } from '../sync/selectedNamespaces.ts';
import type { OpenLabelValues, SelfMetrics } from '../telemetry/registry.ts';
import type { NamedResource, ResourceTelemetry } from '../telemetry/state.ts';
import type { FollowedSources } from './labelSources.ts';

/** Consistency checks that are more frequent would load the API server more than the watches do. */
const checkMsMin = 10_000;

export interface SyncedResource extends Selected {
  /** What logs, readiness and self-metrics call it: its plural; of a custom one the whole name. */
  readonly name: string;
  readonly store: Store;
  readonly sync: ResourceSync;
}

export interface SyncParts {
  readonly options: Options;
  readonly client: Client;
  readonly scope: Scope;
  /** Those of --namespace-selector; undefined without it. */
  readonly namespaces: SelectedNamespaces | undefined;
  /** What objects inherit labels from. */
  readonly sources: FollowedSources;
  readonly selfMetrics: SelfMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly saySelection: SaySelection;
  /** Follows objects of which every event is read; undefined where nobody does. */
  readonly history?: ObjectHistory | undefined;
  /** What some self-metrics call its objects; by default `*v1.Pod` of the table's names. */
  readonly goType?: string;
}

/** The resource with a sync that fills the store once it runs. */
export function syncedResource(
  one: Selected,
  name: string,
  store: Store,
  parts: SyncParts,
): SyncedResource {
  const { plural, resource, representation, deferSpec, builtIn, labelSelector, everyEvent } = one;
  const { options, client, scope, namespaces, sources, clock, random, log, goType, history } =
    parts;
  const checkMs = checkMsOf(options);
  const warn = logOnce(log);
  const { version, kind } = resource;
  const observer = observerOf({ resource: name, version, kind, goType }, checkMs, parts);
  const objectsMax = options['object-limit'];
  const onDropped = (objects: number): void => {
    observer.dropped(objects);
    const keys = { resource: name, limit: objectsMax };
    warn('limit', keys, 'objects left out: the limit is reached');
  };
  const followed = everyEvent && history ? { history, store, openLists: 0 } : undefined;
  // Of what the API server selects by labels, only the last state says whether it was deleted.
  const isKeptBySelector = options['deleted-grace'] > 0 && labelSelector !== undefined;
  const sync = new ResourceSync({
    client,
    observer,
    clock,
    random,
    log,
    scope,
    representation,
    deferSpec,
    // A rule about custom resources may read any field; ours read those that the messages have.
    protobuf: builtIn && options['kube-api-protobuf'],
    collections: scope.collections(plural, resource, labelSelector),
    namespaces: resource.scope === 'namespace' ? namespaces : undefined,
    sources: one.inherits.flatMap((source) => sources.get(source) ?? []),
    sinkOf: (part, hasLeft) => {
      const sink = sinkOf(store, part, hasLeft);
      return followed === undefined ? sink : withHistory(sink, followed);
    },
    onScopeGrows: (namespace) => store.scopeGrows?.(namespace),
    onScopeShrinks: () => store.scopeShrinks?.((name) => namespaces?.has(name) !== false),
    versionsOf: (part) => store.versions(part),
    saySelection: parts.saySelection,
    limit: objectsMax === 0 ? undefined : new ObjectLimit(objectsMax, onDropped),
    everyEvent: everyEvent || resource.everyEvent || isKeptBySelector,
    fromMemory: options['use-apiserver-cache'],
    checks: checkMs === undefined ? undefined : { intervalMs: checkMs, onResult: observer.check },
  });
  return { ...one, name, store, sync };
}

/** Counts for a resource; objects that cannot be read are logged once each. */
export function observerOf(
  resource: NamedResource,
  checkMs: number | undefined,
  { selfMetrics, log }: Pick<SyncParts, 'selfMetrics' | 'log'>,
): ReflectorObserver {
  const counted = selfMetrics.observer(resource, openValuesWith(checkMs));
  const warn = logOnce(log);
  return {
    ...counted,
    malformed(object, err) {
      counted.malformed();
      warn(
        object,
        { resource: resource.resource, object, err },
        'object or event left out: it cannot be read',
      );
    },
  };
}

/** The time between checks of consistency; undefined where they are off. */
export function checkMsOf({ 'consistency-check-interval': ms }: Options): number | undefined {
  if (ms === 0) return undefined;
  if (ms >= checkMsMin) return ms;
  throw new ConfigError({
    flag: '--consistency-check-interval',
    expected: `0 or at least ${checkMsMin / 1_000}s`,
    got: `${ms / 1_000}s`,
    hint: 'each check lists the metadata of every object',
  });
}

/** All label values that a reflector may count: a series has to exist before its first event. */
const openValuesWith = (checkMs: number | undefined): OpenLabelValues => ({
  relist: Object.keys(relistReasons),
  watchRestart: Object.keys(restartReasons),
  check: checkMs === undefined ? [] : checkResults,
});

/** What self-metrics read of a resource. */
export const telemetryOf = (one: SyncedResource, clock: Clock): ResourceTelemetry => ({
  resource: one.name,
  version: one.resource.version,
  kind: one.resource.kind,
  store: one.store,
  synced: () => one.sync.statuses.every(({ synced }) => synced),
  absent: () => one.sync.statuses.some(({ absent }) => absent),
  serverSelects: () => one.sync.serverSelects,
  stale: () => stateOf(statusOf(one, clock)) === 'stale',
  drift: () => one.sync.drift,
});

/** The status of a resource is that of its slowest reflector. */
export function statusOf(
  { name, sync }: { readonly name: string; readonly sync: Pick<ResourceSync, 'statuses'> },
  clock: Clock,
): ResourceStatus {
  const { statuses } = sync;
  const waiting = statuses.find(({ synced, refused }) => !synced && !refused);
  const refused = statuses.find(({ synced }) => !synced);
  const behind = statuses.find((status) => status.behind !== undefined);
  return {
    resource: name,
    synced: refused === undefined,
    refused: waiting === undefined && refused !== undefined,
    detail: (waiting ?? refused ?? behind ?? statuses[0])?.detail ?? '',
    behind: behindOf(statuses, clock),
  };
}

/** The delay of the reflector that is furthest behind; undefined while none is. */
export function behindOf(statuses: ResourceSync['statuses'], clock: Clock): Behind | undefined {
  const behind = statuses.flatMap((status) => status.behind ?? []);
  const [oldest] = behind.sort((one, other) => one.sinceMs - other.sinceMs);
  if (oldest === undefined) return undefined;
  const ageMs = clock.now() - oldest.sinceMs;
  return { ageMs, untilMs: clock.wall() - ageMs, why: oldest.why };
}
