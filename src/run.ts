// The wiring, in the order the data flows: API server → reflectors → stores → two HTTP servers.
import { readFileSync } from 'node:fs';
import type Koa from 'koa';
import type { Clock } from './clock.ts';
import { type Feed, openFeed } from './feed.ts';
import { authFilter } from './http/authFilter.ts';
import { metricsApp } from './http/metrics.ts';
import type { Readiness, ResourceStatus } from './http/readiness.ts';
import { type Listening, listen } from './http/server.ts';
import { telemetryApp } from './http/telemetry.ts';
import { Web } from './http/web.ts';
import { Client } from './kube/client.ts';
import { openTransport } from './kube/transport.ts';
import type { ReflectorObserver } from './kube/types.ts';
import { ObjectLimit } from './limit.ts';
import { type Logger, logOnce } from './log.ts';
import { openPlainStores } from './metrics/plain.ts';
import { compile, type OnRenderError } from './metrics/render.ts';
import { type Selected, select } from './metrics/select.ts';
import { type BuildInfo, SelfMetrics } from './metrics/self.ts';
import { type Store, type StoreSize, type Stores, sinkOf } from './metrics/store.ts';
import type { Options } from './options.ts';
import { resources } from './resources/index.ts';
import { type Scope, scopeOf } from './scope.ts';

/** How long scrapes in flight may take to end once we are told to stop. */
const graceMs = 5_000;

/** What the process lends the program. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly build: BuildInfo;
}

/** The program at work. */
export interface Running {
  readonly metrics: Listening;
  readonly telemetry: Listening;
  /** What both speak. */
  readonly scheme: 'http' | 'https';
  readonly readiness: Readiness;
  /** What is held of each resource now, by its plural. */
  sizes(): ReadonlyMap<string, StoreSize>;
  /** Ends watches, lets scrapes in flight finish, and resolves when nothing is left. */
  stop(): Promise<void>;
}

/** Starts what `options` ask for; rejects with one sentence where they, or the ports, are wrong. */
export async function run(options: Options, surroundings: Surroundings): Promise<Running> {
  const { log } = surroundings;
  const scope = scopeOf(options);
  const selected = selectBy(options);
  const web = openWeb(options, surroundings);
  const { client, close: disconnect } = connect(options, surroundings);

  const onRenderError = renderErrors(log, () => selfMetrics);
  const stores = openPlainStores(
    new Map(
      selected.map(({ plural, resource, choices }) => [
        plural,
        compile(resource, choices, onRenderError(plural)),
      ]),
    ),
  );
  const watched = selected.map((one): Watched => {
    const store = stores.byResource.get(one.plural) as Store;
    return { ...one, store, feed: undefined };
  });
  const selfMetrics = openSelfMetrics(watched, options, surroundings);
  const parts = { options, client, scope, selfMetrics, surroundings };
  const feeds = watched.map((one) => {
    one.feed = feedOf(one, parts);
    return one.feed;
  });
  const readiness: Readiness = () => watched.map(statusOf);

  const access = { web, guards: guardsOf(web, options, client, surroundings) };
  const servers = await serve({ options, surroundings, stores, selfMetrics, readiness, access });
  const ending = new AbortController();
  const loops = feeds.map((feed) => feed.run(ending.signal));
  if (web !== undefined) loops.push(web.run(ending.signal));
  log.info(
    {
      resources: selected.map(({ plural }) => plural),
      metrics: `${servers.metrics.host}:${servers.metrics.port}`,
      telemetry: `${servers.telemetry.host}:${servers.telemetry.port}`,
    },
    'watching the API server',
  );
  return {
    ...servers,
    scheme: web?.scheme ?? 'http',
    readiness,
    sizes: () => new Map(watched.map(({ plural, store }) => [plural, store.size])),
    async stop() {
      ending.abort();
      await Promise.all([servers.metrics.close(graceMs), servers.telemetry.close(graceMs)]);
      await Promise.all(loops);
      await Promise.all([web?.close(), disconnect()]);
      log.info({}, 'stopped');
    },
  };
}

/** One resource that is served, from its table to what feeds its store. */
interface Watched extends Selected {
  readonly store: Store;
  /** Set once there is someone to tell of its work. */
  feed: Feed | undefined;
}

const selectBy = (options: Options): readonly Selected[] =>
  select(resources, {
    resources: options.resources,
    metricAllowlist: options['metric-allowlist'],
    metricDenylist: options['metric-denylist'],
    metricOptInList: options['metric-opt-in-list'],
    metricLabelsAllowlist: options['metric-labels-allowlist'],
    metricAnnotationsAllowlist: options['metric-annotations-allowlist'],
  });

function connect(options: Options, { env, clock, log, build }: Surroundings) {
  const transport = openTransport(
    { kubeconfig: options.kubeconfig, apiserver: options.apiserver },
    { env, readFile: (path) => readFileSync(path) },
    { clock, log },
  );
  const userAgent = `kubestate/${build.version} (${build.platform}/${build.arch})`;
  return {
    client: new Client({ transport, userAgent, clock, log }),
    close: () => transport.close(),
  };
}

function openWeb(options: Options, { clock, log }: Surroundings): Web | undefined {
  const { 'tls-config': path, 'auth-filter': authFilter } = options;
  if (path === undefined) return undefined;
  return new Web({ path, authFilter, readFile: (file) => readFileSync(file), clock, log });
}

/** What requests have to pass on both ports. */
function guardsOf(
  web: Web | undefined,
  options: Options,
  reviewer: Client,
  { clock, log }: Surroundings,
): readonly Koa.Middleware[] {
  const filter = options['auth-filter'] ? [authFilter({ reviewer, clock, log })] : [];
  return [...(web?.guards ?? []), ...filter];
}

/** What a row that throws comes to: a count for each time, a log line for each object. */
function renderErrors(log: Logger, self: () => SelfMetrics): (plural: string) => OnRenderError {
  const warn = logOnce(log);
  return (resource) =>
    (family, { metadata: { namespace, name } }, err) => {
      self().renderError(resource, family);
      const object = `${namespace ?? ''}/${name}`;
      warn(`${family} ${object}`, { resource, family, object, err }, 'object lost a family');
    };
}

const openSelfMetrics = (
  watched: readonly Watched[],
  options: Options,
  { build, clock }: Surroundings,
): SelfMetrics =>
  new SelfMetrics({
    build,
    clock: { now: clock.wall },
    shard: { index: options.shard, total: options['total-shards'] },
    resources: watched.map((one) => ({
      resource: one.plural,
      version: one.resource.version,
      kind: one.resource.kind,
      store: one.store,
      synced: () => statusOf(one).synced,
    })),
  });

interface FeedParts {
  readonly options: Options;
  readonly client: Client;
  readonly scope: Scope;
  readonly selfMetrics: SelfMetrics;
  readonly surroundings: Surroundings;
}

function feedOf({ plural, resource, representation, store }: Watched, parts: FeedParts): Feed {
  const { options, client, scope, selfMetrics, surroundings } = parts;
  const { clock, random, log } = surroundings;
  const warn = logOnce(log);
  const counted = selfMetrics.observer(plural);
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
    warn(
      'limit',
      { resource: plural, limit: objectsMax },
      'objects left out: the limit is reached',
    );
  };
  return openFeed({
    ...{ client, observer, clock, random, log, scope, representation },
    asks: scope.asks(plural, resource),
    sinkOf: (part) => sinkOf(store, part),
    limit: objectsMax === 0 ? undefined : new ObjectLimit(objectsMax, onDropped),
    fromMemory: options['use-apiserver-cache'],
  });
}

/** A resource is where the slowest of its reflectors is. */
function statusOf({ plural, feed }: Watched): ResourceStatus {
  const statuses = feed?.statuses ?? [];
  const waiting = statuses.find(({ synced, refused }) => !synced && !refused);
  const refused = statuses.find(({ synced }) => !synced);
  return {
    resource: plural,
    synced: refused === undefined,
    refused: waiting === undefined && refused !== undefined,
    detail: (waiting ?? refused ?? statuses[0])?.detail ?? '',
  };
}

interface Served {
  readonly options: Options;
  readonly surroundings: Surroundings;
  readonly stores: Stores;
  readonly selfMetrics: SelfMetrics;
  readonly readiness: Readiness;
  readonly access: Access;
}

/** Who may have what is served, and over what. */
interface Access {
  readonly web: Web | undefined;
  readonly guards: readonly Koa.Middleware[];
}

/** Opens both ports, or none. */
async function serve(served: Served) {
  const { options, surroundings, stores, selfMetrics, readiness, access } = served;
  const { web, guards } = access;
  const { clock, log, build } = surroundings;
  const { version } = build;
  const common = {
    clock,
    log,
    createServer: web?.createServer,
    timeouts: {
      readMs: options['server-read-timeout'],
      headersMs: options['server-read-header-timeout'],
      writeMs: options['server-write-timeout'],
      idleMs: options['server-idle-timeout'],
    },
  };
  const metrics = await listen(
    metricsApp({
      guards,
      stores,
      readiness,
      clock,
      version,
      serveBeforeSync: options['serve-before-sync'],
      gzip: options['enable-gzip-encoding'],
      observer: selfMetrics.scrapes,
      telemetryPort: options['telemetry-port'],
    }),
    { ...common, ...address(options, 'host', 'port') },
  );
  try {
    const telemetry = await listen(
      telemetryApp({ guards, selfMetrics, readiness, version, metricsPort: metrics.port }),
      { ...common, ...address(options, 'telemetry-host', 'telemetry-port') },
    );
    return { metrics, telemetry };
  } catch (error) {
    await metrics.close(0);
    throw error;
  }
}

const address = (
  options: Options,
  host: 'host' | 'telemetry-host',
  port: 'port' | 'telemetry-port',
) => ({
  host: options[host],
  port: options[port],
  flags: { host: `--${host}`, port: `--${port}` },
});
