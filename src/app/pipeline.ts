// Pipeline is one configuration at work: a client, the stores, and reflectors that fill them.
import type { Options } from '../config/options.ts';
import type { Readiness, ResourceStatus } from '../http/readiness.ts';
import type { Client } from '../kube/client.ts';
import type { ReflectorReport } from '../kube/types.ts';
import type { WatchTicks } from '../kube/watchTicks.ts';
import type { Clock } from '../lib/clock.ts';
import { ConfigError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { LogRing } from '../lib/logRing.ts';
import { logOnce } from '../lib/logThrottle.ts';
import { keyOf } from '../lib/objectKey.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import type { UnusedPattern } from '../metrics/allowlist.ts';
import { compile, type OnRenderError } from '../metrics/render.ts';
import { type Selection, select } from '../metrics/select.ts';
import { resources, tablesWith } from '../resources/index.ts';
import { familiesOf } from '../resources/profiles.ts';
import type { PodTerminations, Terminations } from '../resources/terminations.ts';
import { countersMax } from '../store/counters.ts';
import { openSegmentStores } from '../store/open.ts';
import type { Store, StoreSize, Stores } from '../store/types.ts';
import type { Claim } from '../sync/claims.ts';
import { scopeOf } from '../sync/scope.ts';
import { SelectedNamespaces } from '../sync/selectedNamespaces.ts';
import { openSharding, type Sharding } from '../sync/sharding.ts';
import { noopObserver, type SelfMetrics } from '../telemetry/registry.ts';
import type { ServedState } from '../telemetry/state.ts';
import { connect } from './connect.ts';
import { CustomResources, type CustomSetup, customChoicesOf } from './customResources.ts';
import { deletedGraceOf, keepDeleted, logUnmarked, servesSameObjects } from './deletedGrace.ts';
import { hotTextLimitOf } from './hotTextLimit.ts';
import {
  type FollowedSources,
  labelSourcesOf,
  ownersReportOf,
  sourceStatuses,
} from './labelSources.ts';
import { roomyMemoryMin } from './nodeOptions.ts';
import { seriesBudgetOf } from './seriesBudgets.ts';
import {
  behindOf,
  checkMsOf,
  type SyncedResource,
  type SyncParts,
  statusOf,
  syncedResource,
  telemetryOf,
} from './syncedResource.ts';
import { workloadTerminationsOf } from './workloadTerminations.ts';

/** The process without its terminal, and the log of the command. */
export type RunContext = Omit<ProcessContext, 'print' | 'onHangup'> & {
  readonly log: Logger;
  /** The last warnings of that log, where the command keeps them. */
  readonly logRing?: LogRing;
};

/** The pipeline of one configuration; a new one runs beside it until it takes over. */
export interface Pipeline extends ServedState {
  readonly options: Options;
  readonly client: Client;
  readonly stores: Stores;
  readonly readiness: Readiness;
  /** Size of the store of each resource, by plural. */
  sizes(): ReadonlyMap<string, StoreSize>;
  /** Where the reflectors of each resource stand, by the name that readiness has. */
  reflectors(): ReadonlyMap<string, readonly ReflectorReport[]>;
  /** As of `Sharding`. */
  readonly claims: readonly Claim[];
  /** Patterns of the allow-lists that have matched no key so far. */
  unusedPatterns(): readonly UnusedPattern[];
  /**
   * Called before this pipeline takes the place of another one: what that has counted goes on here,
   * and deleted objects that are kept there are kept here. Resolves once that is served.
   */
  continue(from: Pipeline): Promise<void>;
  /** Starts to fill the stores; called once. */
  start(): void;
  /** Called before `stop`: resolves when other shards have had time to take over its objects. */
  handOver(): Promise<void>;
  /** Ends watches and connections; resolves when nothing is left. */
  stop(): Promise<void>;
}

interface Parts extends RunContext {
  readonly timeSlicer: TimeSlicer;
  readonly ticks: WatchTicks;
  readonly selfMetrics: SelfMetrics;
  readonly terminations: Terminations;
}

/**
 * Makes the pipeline of these options, not started yet; `custom` is what they say of custom
 * resources, `replaced` the pipeline whose place it will take. Rejects with ConfigError where they
 * are wrong, and with `Stopped` where a signal stops the process meanwhile.
 */
export async function openPipeline(
  options: Options,
  parts: Parts,
  custom?: CustomSetup,
  replaced?: Pick<Pipeline, 'claims'>,
): Promise<Pipeline> {
  const selection = await selectBy(options, custom);
  logSelection(selection, options, parts.log);
  checkMsOf(options);
  const { client, close: disconnect } = connect(options, parts);
  const ending = new AbortController();
  const { clock, random, log, stop } = parts;
  let relist = (): void => undefined;
  let synced: () => readonly SyncedResource[] = () => [];
  let stores: Stores | undefined;
  let history: PodTerminations | undefined;
  try {
    const sharding = await openSharding(options, {
      client,
      clock,
      random,
      log,
      relist: () => relist(),
      isCaughtUp: () => synced().every(({ sync }) => sync.isCaughtUp),
      listMs: () => Math.max(0, ...synced().map(({ sync }) => sync.listMs)),
      observer: noopObserver,
      signal: ending.signal,
      stop,
      served: replaced?.claims,
    });
    stop.throwIfAborted();
    const scope = scopeOf(options, sharding.ownership);
    // Each step compiles its code and does not wait: other work gets a turn in between.
    await clock.turn();
    let core: readonly SyncedResource[] = [];
    const areHeirsSynced = (): boolean =>
      core.every(({ sync }) => sync.statuses.every(({ synced }) => synced));
    const sourceParts = { client, scope, areHeirsSynced, clock, random, log };
    const sources = labelSourcesOf(selection, options, sourceParts);
    if (selection.resources.some(({ everyEvent }) => everyEvent)) {
      history = parts.terminations.open(sharding.counts);
    }
    stores = openStores(selection, { sources, history }, options, parts);
    if (history) history.workloads = workloadTerminationsOf(stores, sources);
    await clock.turn();
    const namespaces = selectedNamespaces(options, client, parts);
    const saySelection = logOnce(log);
    const shared = { namespaces, sources, history, saySelection };
    const syncParts: SyncParts = { options, client, scope, ...shared, ...parts };
    const { byResource } = stores;
    core = selection.resources.map((one) =>
      syncedResource(one, one.plural, byResource.get(one.plural) as Store, syncParts),
    );
    const more = { selection, stores, coreTables: resources };
    const customs = custom && new CustomResources({ ...syncParts, ...custom, ...more });
    relist = () => {
      for (const { sync } of core) sync.relist('resharded');
      customs?.relist('resharded');
    };
    synced = () => [...core, ...(customs?.resources ?? [])];
    const followed = { core, customs, namespaces, sources, history };
    const opened = { options, selection, client, parts, ...followed, stores, sharding, ending };
    return pipelineOf({ ...opened, disconnect });
  } catch (error) {
    history?.close();
    await stores?.close();
    await disconnect();
    throw error;
  }
}

const flushFailed = 'changes could not be compressed, retrying';

/** Serves what a tick has brought; after a failure the store tries again by itself. */
async function flush(stores: Pick<Stores, 'flushed'>, log: Logger): Promise<void> {
  await stores.flushed().catch((err: unknown) => log.error({ err }, flushFailed));
}

/** The stores; what waits for a tick is stale, too. */
const withTicks = (stores: Stores, ticks: WatchTicks): Stores => ({
  ...stores,
  stalenessMs: () => Math.max(stores.stalenessMs(), ticks.stalenessMs()),
});

function openStores(
  selection: Selection,
  { sources, history }: Pick<Opened, 'sources' | 'history'>,
  options: Options,
  parts: Parts,
): Stores {
  const { selfMetrics, clock, log, memoryBytes } = parts;
  const onRenderError = renderErrors(log, selfMetrics);
  const renderers = selection.resources.map(({ plural, resource, choices, inherits }) => {
    const own = new Map([...sources].filter(([name]) => inherits.includes(name)));
    const all = { ...choices, history };
    return [plural, compile(resource, all, onRenderError(plural), own)] as const;
  });
  return openSegmentStores(new Map(renderers), {
    clock,
    // Another thread takes some 15 MB.
    compressOnThread: memoryBytes >= roomyMemoryMin,
    hotBytesMax: options['hot-text-limit'] ?? hotTextLimitOf(memoryBytes),
    onError: (err) => log.error({ err }, flushFailed),
    onCountersFull: countersFull(log, selfMetrics),
    seriesBudget: seriesBudgetOf(options, parts),
    deletedGrace: deletedGraceOf(options, parts),
  });
}

interface Opened {
  readonly options: Options;
  readonly selection: Selection;
  readonly client: Client;
  readonly parts: Parts;
  readonly core: readonly SyncedResource[];
  readonly customs: CustomResources | undefined;
  readonly namespaces: SelectedNamespaces | undefined;
  readonly sources: FollowedSources;
  readonly stores: Stores;
  readonly sharding: Sharding;
  readonly ending: AbortController;
  readonly history: PodTerminations | undefined;
  disconnect(): Promise<void>;
}

/** Fills the stores until the pipeline ends. */
async function followAll(opened: Opened): Promise<void> {
  const { core, customs, namespaces, sources, parts, ending } = opened;
  const loops: (Promise<void> | undefined)[] = [namespaces?.run(ending.signal)];
  for (const source of sources.values()) loops.push(source.run(ending.signal));
  for (const { sync } of core) {
    loops.push(sync.run(ending.signal));
    // Thirty requests at once would keep other work waiting.
    await parts.clock.turn();
  }
  loops.push(customs?.run(ending.signal));
  await Promise.all(loops);
}

function pipelineOf(opened: Opened): Pipeline {
  const { selection, client, parts, core, customs, namespaces, sources, sharding, ending } = opened;
  const { clock, ticks } = parts;
  const stores = withTicks(opened.stores, ticks);
  const served = (): readonly SyncedResource[] => [...core, ...(customs?.resources ?? [])];
  let done: Promise<unknown> = Promise.resolve();
  let flushesEnd = (): void => undefined;
  return {
    options: opened.options,
    client,
    stores,
    readiness: () => [
      ...core.map((one) => statusOf(one, clock)),
      ...(customs?.statuses ?? []),
      ...(namespaces === undefined ? [] : [namespacesStatus(namespaces, clock)]),
      ...[...sources.values()].flatMap((source) => sourceStatuses(source, clock)),
    ],
    get resources() {
      return served().map((one) => telemetryOf(one, clock));
    },
    get customs() {
      return customs?.telemetry ?? { definitions: 0, disabledRules: [] };
    },
    get owners() {
      return ownersReportOf(sources);
    },
    get shard() {
      return sharding.shard;
    },
    get claims() {
      return sharding.claims;
    },
    sizes: () => new Map(served().map(({ name, store }) => [name, store.size])),
    reflectors: () => new Map(served().map(({ name, sync }) => [name, sync.reports])),
    unusedPatterns: selection.unusedPatterns,
    start() {
      flushesEnd = ticks.onDrained(() => flush(stores, parts.log));
      let running: Promise<unknown> | undefined;
      // Without its place in the StatefulSet a shard would not know which objects to keep.
      const followed = sharding.follow(() => (running = followAll(opened)));
      done = followed.then(() => running);
    },
    async continue(from) {
      const sameObjects = servesSameObjects(opened.options, from.options);
      stores.continueCounting(from.stores, sameObjects);
      if (sameObjects) await keepDeleted(from.stores, stores, clock);
      if (sameObjects || stores.counters.size > 0) await flush(stores, parts.log);
    },
    handOver: () => sharding.leave(),
    async stop() {
      ending.abort();
      flushesEnd();
      await done;
      opened.history?.close();
      await stores.close();
      await opened.disconnect();
    },
  };
}

/** The namespaces of --namespace-selector, not followed yet; undefined without it. */
function selectedNamespaces(
  { 'namespace-selector': selector, 'use-apiserver-cache': fromMemory }: Options,
  client: Client,
  { clock, random, log }: Parts,
): SelectedNamespaces | undefined {
  if (selector === undefined) return undefined;
  const observer = noopObserver;
  return new SelectedNamespaces({ client, selector, fromMemory, clock, random, log, observer });
}

/** As of a resource: without the set nothing namespaced is synced, with an old one it is stale. */
const namespacesStatus = ({ status }: SelectedNamespaces, clock: Clock): ResourceStatus => ({
  resource: 'namespaces (--namespace-selector)',
  synced: status.synced,
  refused: status.refused,
  detail: status.detail,
  behind: behindOf([status], clock),
});

/** Says at the start, and after a reload, what selects nothing, and what leaves objects out. */
function logSelection(selection: Selection, options: Options, log: Logger): void {
  logUnmarked(selection, options, log);
  for (const idle of selection.idleExpressions) {
    log.warn(idle, 'this expression matches no family');
  }
  const { 'object-selector': objects, 'namespace-selector': namespaces } = options;
  if (objects.length === 0 && namespaces === undefined) return;
  const keys = { ...(objects.length > 0 && { objects }), ...(namespaces && { namespaces }) };
  log.info(keys, 'only objects that match label selectors are served');
  for (const resource of selection.idleSelectors) {
    log.warn({ resource }, 'this resource of --object-selector is not served');
  }
}

const metricLists = ['--metric-allowlist', '--metric-denylist'];

/** The resources and families that the options leave; rejects with ConfigError where none is. */
export async function selectBy(options: Options, custom?: CustomSetup): Promise<Selection> {
  if (custom !== undefined && (options.node.length > 0 || options['track-unscheduled-pods'])) {
    throw new ConfigError({
      flag: options.node.length > 0 ? '--node' : '--track-unscheduled-pods',
      expected: 'pods as the only resource',
      got: 'a custom-resource configuration',
      hint: 'objects of custom resources are on no node: serve them by another Deployment',
    });
  }
  const selection = await select(
    tablesWith({ podOwnerApiVersion: options['pod-owner-api-version'] }),
    {
      resources: options.resources,
      metricAllowlist: options['metric-allowlist'],
      metricDenylist: options['metric-denylist'],
      metricOptInList: options['metric-opt-in-list'],
      metricLabelsAllowlist: options['metric-labels-allowlist'],
      metricAnnotationsAllowlist: options['metric-annotations-allowlist'],
      objectSelectors: options['object-selector'],
      namespaceSelector: options['namespace-selector'],
      profile: familiesOf(options.profile),
      sparseStateSets: options['sparse-statesets'],
      promoteLabels: options['promote-labels'],
      keepDeleted: options['deleted-grace'] > 0,
    },
    custom && customChoicesOf(custom.config, options),
  );
  if (selection.resources.length > 0 || custom !== undefined) return selection;
  throw new ConfigError({
    flag: ['--resources', ...(options.profile === 'full' ? metricLists : ['--profile'])],
    expected: 'to leave at least one family',
    got: 'none',
    hint: 'nothing would be served',
  });
}

/** Handles rows that throw: each time is counted, each object is logged once. */
function renderErrors(log: Logger, selfMetrics: SelfMetrics): (plural: string) => OnRenderError {
  const warn = logOnce(log);
  return (resource) => (family, received, err) => {
    selfMetrics.renderError(resource, family);
    const object = keyOf(received.metadata);
    warn(
      `${family} ${object}`,
      { resource, family, object, err },
      'a family of this object could not be rendered',
    );
  };
}

/** Handles what gets no counter of its own: each thing is counted, each family is logged once. */
function countersFull(log: Logger, selfMetrics: SelfMetrics) {
  const warn = logOnce(log);
  return (resource: string, family: string): void => {
    selfMetrics.countersFull(resource, family);
    const keys = { resource, family, limit: countersMax };
    warn(family, keys, 'too many series, what is new is counted in one without label values');
  };
}
