// Pipeline is one configuration at work: a client, the stores, and reflectors that fill them.
import type { Options } from '../config/options.ts';
import { type Behind, type Readiness, type ResourceStatus, stateOf } from '../http/readiness.ts';
import { Client } from '../kube/client.ts';
import { checkResults } from '../kube/consistency.ts';
import { fileLimitIn } from '../kube/reachability.ts';
import { relistReasons, restartReasons } from '../kube/reflector.ts';
import { openTransport } from '../kube/transport.ts';
import type { ReflectorObserver } from '../kube/types.ts';
import type { WatchTicks } from '../kube/watchTicks.ts';
import type { Clock } from '../lib/clock.ts';
import { ConfigError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { logOnce } from '../lib/logThrottle.ts';
import { keyOf } from '../lib/objectKey.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import type { UnusedPattern } from '../metrics/allowlist.ts';
import { compile, type OnRenderError } from '../metrics/render.ts';
import { type Selected, type Selection, select } from '../metrics/select.ts';
import { resources } from '../resources/index.ts';
import { openSegmentStores } from '../store/open.ts';
import { type Store, type StoreSize, type Stores, sinkOf } from '../store/types.ts';
import { ObjectLimit } from '../sync/objectLimit.ts';
import { ResourceSync, type ResourceSyncOptions } from '../sync/resourceSync.ts';
import { type Scope, scopeOf } from '../sync/scope.ts';
import { openSharding, type Sharding } from '../sync/sharding.ts';
import { noopObserver, type OpenLabelValues, type SelfMetrics } from '../telemetry/registry.ts';
import type { ServedState } from '../telemetry/state.ts';
import { hotTextLimitOf } from './hotTextLimit.ts';

/** Consistency checks that are more frequent would load the API server more than the watches do. */
const checkMsMin = 10_000;

/** With less memory, lists are compressed on the main thread: another one takes some 15 MB. */
const threadMemoryMin = 400 * 2 ** 20;

/** The process without its terminal, and the log of the command. */
export type RunContext = Omit<ProcessContext, 'print' | 'onHangup'> & { readonly log: Logger };

/** The pipeline of one configuration; a new one runs beside it until it takes over. */
export interface Pipeline extends ServedState {
  readonly client: Client;
  readonly stores: Stores;
  readonly readiness: Readiness;
  /** Size of the store of each resource, by plural. */
  sizes(): ReadonlyMap<string, StoreSize>;
  /** Patterns of the allow-lists that have matched no key so far. */
  unusedPatterns(): readonly UnusedPattern[];
  /** Starts to fill the stores; called once. */
  start(): void;
  /** Called before `stop`: resolves when other shards have had time to take over its objects. */
  handOver(): Promise<void>;
  /** Ends watches and connections; resolves when nothing is left. */
  stop(): Promise<void>;
}

/** A resource that is served: its table, its store, and the sync that fills it. */
interface SyncedResource extends Selected {
  readonly store: Store;
  readonly sync: ResourceSync;
}

interface Parts extends RunContext {
  readonly timeSlicer: TimeSlicer;
  readonly ticks: WatchTicks;
  readonly selfMetrics: SelfMetrics;
}

/**
 * Makes the pipeline of these options, not started yet. Rejects with ConfigError where they are
 * wrong, and with `Stopped` where a signal stops the process meanwhile.
 */
export async function openPipeline(options: Options, parts: Parts): Promise<Pipeline> {
  const selection = await selectBy(options);
  for (const idle of selection.idleExpressions) {
    parts.log.warn(idle, 'this expression matches no family');
  }
  const checkMs = checkMsOf(options);
  const { client, close: disconnect } = connect(options, parts);
  const ending = new AbortController();
  const { clock, random, log, stop } = parts;
  const watched: SyncedResource[] = [];
  const relist = (): void => {
    for (const { sync } of watched) sync.relist('resharded');
  };
  let stores: Stores | undefined;
  try {
    const sharding = await openSharding(options, {
      client,
      clock,
      random,
      log,
      relist,
      observer: noopObserver,
      signal: ending.signal,
      stop,
    });
    stop.throwIfAborted();
    const scope = scopeOf(options, sharding.owns);
    stores = openStores(selection, options, parts);
    for (const one of selection.resources) {
      const store = stores.byResource.get(one.plural) as Store;
      watched.push({
        ...one,
        store,
        sync: syncOf(one, store, { options, client, scope, checkMs, ...parts }),
      });
    }
    return pipelineOf({ selection, client, parts, watched, stores, sharding, ending, disconnect });
  } catch (error) {
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

function openStores(selection: Selection, options: Options, parts: Parts): Stores {
  const { selfMetrics, clock, log, memoryBytes } = parts;
  const onRenderError = renderErrors(log, selfMetrics);
  const renderers = selection.resources.map(
    ({ plural, resource, choices }) =>
      [plural, compile(resource, choices, onRenderError(plural))] as const,
  );
  return openSegmentStores(new Map(renderers), {
    clock,
    compressOnThread: memoryBytes >= threadMemoryMin,
    hotBytesMax: options['hot-text-limit'] ?? hotTextLimitOf(memoryBytes),
    onError: (err) => log.error({ err }, flushFailed),
  });
}

interface Opened {
  readonly selection: Selection;
  readonly client: Client;
  readonly parts: Parts;
  readonly watched: readonly SyncedResource[];
  readonly stores: Stores;
  readonly sharding: Sharding;
  readonly ending: AbortController;
  disconnect(): Promise<void>;
}

function pipelineOf(opened: Opened): Pipeline {
  const { selection, client, parts, watched, sharding, ending, disconnect } = opened;
  const { clock, ticks } = parts;
  const stores = withTicks(opened.stores, ticks);
  let done: Promise<unknown> = Promise.resolve();
  let flushesEnd = (): void => undefined;
  return {
    client,
    stores,
    readiness: () => watched.map((one) => statusOf(one, clock)),
    resources: watched.map((one) => ({
      resource: one.plural,
      version: one.resource.version,
      kind: one.resource.kind,
      store: one.store,
      synced: () => one.sync.statuses.every(({ synced }) => synced),
      absent: () => one.sync.statuses.some(({ absent }) => absent),
      stale: () => stateOf(statusOf(one, clock)) === 'stale',
      drift: () => one.sync.drift,
    })),
    get shard() {
      return sharding.shard;
    },
    sizes: () => new Map(watched.map(({ plural, store }) => [plural, store.size])),
    unusedPatterns: selection.unusedPatterns,
    start() {
      flushesEnd = ticks.onDrained(() => flush(stores, parts.log));
      const loops: Promise<void>[] = [];
      // Without its place in the StatefulSet a shard would not know which objects to keep.
      const followed = sharding.follow(() => {
        loops.push(...watched.map(({ sync }) => sync.run(ending.signal)));
      });
      done = followed.then(() => Promise.all(loops));
    },
    handOver: () => sharding.leave(),
    async stop() {
      ending.abort();
      flushesEnd();
      await done;
      await stores.close();
      await disconnect();
    },
  };
}

/** The resources and families that the options leave; rejects with ConfigError where none is. */
export async function selectBy(options: Options): Promise<Selection> {
  const selection = await select(resources, {
    resources: options.resources,
    metricAllowlist: options['metric-allowlist'],
    metricDenylist: options['metric-denylist'],
    metricOptInList: options['metric-opt-in-list'],
    metricLabelsAllowlist: options['metric-labels-allowlist'],
    metricAnnotationsAllowlist: options['metric-annotations-allowlist'],
  });
  if (selection.resources.length > 0) return selection;
  throw new ConfigError({
    flag: ['--resources', '--metric-allowlist', '--metric-denylist'],
    expected: 'to leave at least one family',
    got: 'none',
    hint: 'nothing would be served',
  });
}

/** The time between checks of consistency; undefined where they are off. */
function checkMsOf({ 'consistency-check-interval': ms }: Options): number | undefined {
  if (ms === 0) return undefined;
  if (ms >= checkMsMin) return ms;
  throw new ConfigError({
    flag: '--consistency-check-interval',
    expected: `0 or at least ${checkMsMin / 1_000}s`,
    got: `${ms / 1_000}s`,
    hint: 'each check lists the metadata of every object',
  });
}

type ClusterOptions = Pick<Options, 'kubeconfig' | 'context' | 'apiserver'>;

/** A client of the API server that the options name, and its end. */
export function connect(options: ClusterOptions, parts: Omit<Parts, 'selfMetrics'>) {
  const { clock, timeSlicer, ticks, log, build } = parts;
  const transport = openTransport(
    { kubeconfig: options.kubeconfig, context: options.context, apiserver: options.apiserver },
    parts,
    { clock, log },
  );
  const userAgent = `kubestate/${build.version} (${build.platform}/${build.arch})`;
  const limit = fileLimit(parts);
  return {
    client: new Client({
      transport,
      userAgent,
      clock,
      timeSlicer,
      ticks,
      log,
      fileLimit: limit,
    }),
    close: () => transport.close(),
  };
}

/** Read at the start: once the limit is reached, no file can be opened to read it. */
function fileLimit({ readFile }: Pick<Parts, 'readFile'>): number | undefined {
  try {
    return fileLimitIn(readFile('/proc/self/limits').toString('utf8'));
  } catch {
    // Only Linux has this file.
    return undefined;
  }
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

interface SyncParts extends Parts {
  readonly options: Options;
  readonly client: Client;
  readonly scope: Scope;
  readonly checkMs: number | undefined;
}

function syncOf(one: Selected, store: Store, parts: SyncParts): ResourceSync {
  const { plural, resource, representation, deferSpec } = one;
  const { options, client, scope, checkMs, selfMetrics, clock, random, log } = parts;
  const warn = logOnce(log);
  const { version, kind } = resource;
  const counted = selfMetrics.observer(
    { resource: plural, version, kind },
    openValuesWith(checkMs),
  );
  const observer: ReflectorObserver = {
    ...counted,
    malformed(object, err) {
      counted.malformed();
      warn(
        object,
        { resource: plural, object, err },
        'object or event left out: it cannot be read',
      );
    },
  };
  const objectsMax = options['object-limit'];
  const onDropped = (objects: number): void => {
    counted.dropped(objects);
    const keys = { resource: plural, limit: objectsMax };
    warn('limit', keys, 'objects left out: the limit is reached');
  };
  return new ResourceSync({
    client,
    observer,
    clock,
    random,
    log,
    scope,
    representation,
    deferSpec,
    collections: scope.collections(plural, resource),
    sinkOf: (part) => sinkOf(store, part),
    limit: objectsMax === 0 ? undefined : new ObjectLimit(objectsMax, onDropped),
    everyEvent: resource.everyEvent,
    fromMemory: options['use-apiserver-cache'],
    checks: checkMs === undefined ? undefined : checksOf(store, checkMs, counted.check),
  });
}

const checksOf = (
  store: Store,
  intervalMs: number,
  onResult: (result: string) => void,
): ResourceSyncOptions['checks'] => ({
  intervalMs,
  onResult,
  versionsOf: (part) => store.versions(part),
});

/** All label values that a reflector may count: a series has to exist before its first event. */
const openValuesWith = (checkMs: number | undefined): OpenLabelValues => ({
  relist: Object.keys(relistReasons),
  watchRestart: Object.keys(restartReasons),
  check: checkMs === undefined ? [] : checkResults,
});

/** The status of a resource is that of its slowest reflector. */
function statusOf(watched: SyncedResource, clock: Clock): ResourceStatus {
  const { plural, sync } = watched;
  const { statuses } = sync;
  const waiting = statuses.find(({ synced, refused }) => !synced && !refused);
  const refused = statuses.find(({ synced }) => !synced);
  const behind = statuses.find((status) => status.behind !== undefined);
  return {
    resource: plural,
    synced: refused === undefined,
    refused: waiting === undefined && refused !== undefined,
    detail: (waiting ?? refused ?? behind ?? statuses[0])?.detail ?? '',
    behind: behindOf(watched, clock),
  };
}

/** The delay of the reflector that is furthest behind; undefined while none is. */
function behindOf({ sync: { statuses } }: SyncedResource, clock: Clock): Behind | undefined {
  const behind = statuses.flatMap((status) => status.behind ?? []);
  const [oldest] = behind.sort((one, other) => one.sinceMs - other.sinceMs);
  if (oldest === undefined) return undefined;
  const ageMs = clock.now() - oldest.sinceMs;
  return { ageMs, untilMs: clock.wall() - ageMs, why: oldest.why };
}
