// What one configuration makes: a client, the stores of what is served, reflectors to fill them.
import { readFileSync } from 'node:fs';
import type { Clock, Thread } from './clock.ts';
import { ConfigError } from './errors.ts';
import { type Feed, type FeedOptions, openFeed } from './feed.ts';
import type { Readiness, ResourceStatus } from './http/readiness.ts';
import { Client } from './kube/client.ts';
import { checkResults } from './kube/consistency.ts';
import { keyOf } from './kube/objects.ts';
import { relistReasons, restartReasons } from './kube/reflector.ts';
import { openTransport } from './kube/transport.ts';
import type { ReflectorObserver } from './kube/types.ts';
import { ObjectLimit } from './limit.ts';
import { type Logger, logOnce } from './log.ts';
import type { UnusedPattern } from './metrics/allowlist.ts';
import { compile, type OnRenderError } from './metrics/render.ts';
import { openSegmentStores } from './metrics/segments/open.ts';
import { type Selected, type Selection, select } from './metrics/select.ts';
import type { BuildInfo, InForce, SelfMetrics } from './metrics/self.ts';
import { type Store, type StoreSize, type Stores, sinkOf } from './metrics/store.ts';
import type { Options } from './options.ts';
import { resources } from './resources/index.ts';
import { type Scope, scopeOf } from './scope.ts';
import { openSharding, type Sharding } from './sharding.ts';
import type { Turns } from './turns.ts';

/** More often than this, checks of consistency would cost more than what they check. */
const checkMsMin = 10_000;

/** What the process lends the program. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The one that runs all this. */
  readonly thread: Thread;
  readonly random: () => number;
  readonly log: Logger;
  readonly build: BuildInfo;
}

/** One configuration at work; another one may stand beside it until it takes over. */
export interface Watching extends InForce {
  readonly client: Client;
  readonly stores: Stores;
  readonly readiness: Readiness;
  /** What is held of each resource now, by its plural. */
  sizes(): ReadonlyMap<string, StoreSize>;
  /** What of the allow-lists was of no use so far. */
  unusedPatterns(): readonly UnusedPattern[];
  /** Starts to fill the stores; called once. */
  start(): void;
  /** Asked before `stop`: resolves when other shards have had time for what was ours. */
  leave(): Promise<void>;
  /** Ends watches and connections; resolves when nothing is left. */
  stop(): Promise<void>;
}

/** One resource that is served, from its table to what feeds its store. */
interface Watched extends Selected {
  readonly store: Store;
  readonly feed: Feed;
}

interface Parts extends Surroundings {
  readonly turns: Turns;
  /** Told whenever a piece of work on the thread begins. */
  onWork(): void;
  readonly selfMetrics: SelfMetrics;
}

/** Prepares to watch what the options ask for; rejects with ConfigError where they are wrong. */
export async function openWatching(options: Options, parts: Parts): Promise<Watching> {
  const selection = selectBy(options);
  const checkMs = checkMsOf(options);
  const { client, close: disconnect } = connect(options, parts);
  const ending = new AbortController();
  const { clock, random, log } = parts;
  const watched: Watched[] = [];
  const relist = (): void => {
    for (const { feed } of watched) feed.relist('resharded');
  };
  let stores: Stores | undefined;
  try {
    const sharding = await openSharding(options, {
      ...{ client, clock, random, log, relist },
      signal: ending.signal,
    });
    const scope = scopeOf(options, sharding.owns);
    stores = openStores(selection, parts);
    for (const one of selection.resources) {
      const store = stores.byResource.get(one.plural) as Store;
      watched.push({
        ...one,
        store,
        feed: feedOf(one, store, { options, client, scope, checkMs, ...parts }),
      });
    }
    return watchingOf({ selection, client, watched, stores, sharding, ending, disconnect });
  } catch (error) {
    await stores?.close();
    await disconnect();
    throw error;
  }
}

function openStores(selection: Selection, parts: Parts): Stores {
  const { selfMetrics, clock, log, onWork } = parts;
  const onRenderError = renderErrors(log, selfMetrics);
  const renderers = selection.resources.map(
    ({ plural, resource, choices }) =>
      [plural, compile(resource, choices, onRenderError(plural))] as const,
  );
  return openSegmentStores(new Map(renderers), {
    ...{ clock, onWork },
    onError: (err) => log.error({ err }, 'what changed could not be compressed, trying again'),
  });
}

interface Opened {
  readonly selection: Selection;
  readonly client: Client;
  readonly watched: readonly Watched[];
  readonly stores: Stores;
  readonly sharding: Sharding;
  readonly ending: AbortController;
  disconnect(): Promise<void>;
}

function watchingOf(opened: Opened): Watching {
  const { selection, client, watched, stores, sharding, ending, disconnect } = opened;
  let done: Promise<unknown> = Promise.resolve();
  return {
    client,
    stores,
    readiness: () => watched.map(statusOf),
    resources: watched.map((one) => ({
      resource: one.plural,
      version: one.resource.version,
      kind: one.resource.kind,
      store: one.store,
      synced: () => statusOf(one).synced,
      absent: () => one.feed.statuses.some(({ absent }) => absent),
      stale: () => one.feed.statuses.some(({ stale }) => stale),
      drift: () => one.feed.drift,
    })),
    get shard() {
      return sharding.shard;
    },
    sizes: () => new Map(watched.map(({ plural, store }) => [plural, store.size])),
    unusedPatterns: selection.unusedPatterns,
    start() {
      const loops: Promise<void>[] = [];
      // Without its place in the StatefulSet a shard would not know which objects to keep.
      const followed = sharding.follow(() => {
        loops.push(...watched.map(({ feed }) => feed.run(ending.signal)));
      });
      done = followed.then(() => Promise.all(loops));
    },
    leave: () => sharding.leave(),
    async stop() {
      ending.abort();
      await done;
      await stores.close();
      await disconnect();
    },
  };
}

/** What the options leave to serve; throws a ConfigError where that is nothing. */
export function selectBy(options: Options): Selection {
  const selection = select(resources, {
    resources: options.resources,
    metricAllowlist: options['metric-allowlist'],
    metricDenylist: options['metric-denylist'],
    metricOptInList: options['metric-opt-in-list'],
    metricLabelsAllowlist: options['metric-labels-allowlist'],
    metricAnnotationsAllowlist: options['metric-annotations-allowlist'],
  });
  if (selection.resources.length > 0) return selection;
  throw new ConfigError(
    '--resources, --metric-allowlist and --metric-denylist: expected to leave at least one ' +
      'family, got none; nothing would be served.',
  );
}

/** The time between checks of consistency; undefined where they are off. */
function checkMsOf({ 'consistency-check-interval': ms }: Options): number | undefined {
  if (ms === 0) return undefined;
  if (ms >= checkMsMin) return ms;
  throw new ConfigError(
    `--consistency-check-interval: expected 0 or at least ${checkMsMin / 1_000}s, got ` +
      `${ms / 1_000}s; each check lists the metadata of every object.`,
  );
}

function connect(options: Options, { env, clock, turns, log, build }: Parts) {
  const transport = openTransport(
    { kubeconfig: options.kubeconfig, apiserver: options.apiserver },
    { env, readFile: (path) => readFileSync(path) },
    { clock, log },
  );
  const userAgent = `kubestate/${build.version} (${build.platform}/${build.arch})`;
  return {
    client: new Client({ transport, userAgent, clock, turns, log }),
    close: () => transport.close(),
  };
}

/** What a row that throws comes to: a count for each time, a log line for each object. */
function renderErrors(log: Logger, selfMetrics: SelfMetrics): (plural: string) => OnRenderError {
  const warn = logOnce(log);
  return (resource) => (family, received, err) => {
    selfMetrics.renderError(resource, family);
    const object = keyOf(received);
    warn(`${family} ${object}`, { resource, family, object, err }, 'object lost a family');
  };
}

interface FeedParts extends Parts {
  readonly options: Options;
  readonly client: Client;
  readonly scope: Scope;
  readonly checkMs: number | undefined;
}

function feedOf(one: Selected, store: Store, parts: FeedParts): Feed {
  const { plural, resource, representation } = one;
  const { options, client, scope, checkMs, selfMetrics, clock, random, log } = parts;
  const warn = logOnce(log);
  const { version, kind } = resource;
  const counted = selfMetrics.observer({ resource: plural, version, kind }, outcomesWith(checkMs));
  const observer: ReflectorObserver = {
    ...counted,
    malformed(object, err) {
      counted.malformed(object, err);
      warn(object, { resource: plural, object, err }, 'object left out: it cannot be read');
    },
  };
  const objectsMax = options['object-limit'];
  const onDropped = (objects: number): void => {
    counted.dropped(objects);
    const keys = { resource: plural, limit: objectsMax };
    warn('limit', keys, 'objects left out: the limit is reached');
  };
  return openFeed({
    ...{ client, observer, clock, random, log, scope, representation },
    asks: scope.asks(plural, resource),
    sinkOf: (part) => sinkOf(store, part),
    limit: objectsMax === 0 ? undefined : new ObjectLimit(objectsMax, onDropped),
    fromMemory: options['use-apiserver-cache'],
    checks: checkMs === undefined ? undefined : checksOf(store, checkMs, counted.check),
  });
}

const checksOf = (
  store: Store,
  intervalMs: number,
  onResult: (result: string) => void,
): FeedOptions['checks'] => ({
  ...{ intervalMs, onResult },
  versionsOf: (part) => store.versions(part),
});

/** All that a reflector may count: a series has to be there before its first event. */
const outcomesWith = (checkMs: number | undefined) => ({
  relists: Object.keys(relistReasons),
  watchRestarts: Object.keys(restartReasons),
  checks: checkMs === undefined ? [] : checkResults,
});

/** A resource is where the slowest of its reflectors is. */
function statusOf({ plural, feed: { statuses } }: Watched): ResourceStatus {
  const waiting = statuses.find(({ synced, refused }) => !synced && !refused);
  const refused = statuses.find(({ synced }) => !synced);
  return {
    resource: plural,
    synced: refused === undefined,
    refused: waiting === undefined && refused !== undefined,
    detail: (waiting ?? refused ?? statuses[0])?.detail ?? '',
  };
}
