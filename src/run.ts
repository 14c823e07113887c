// The wiring, in the order the data flows: API server → what is watched → two HTTP servers.
import { readFileSync } from 'node:fs';
import type Koa from 'koa';
import { openElector } from './electing.ts';
import type { Reviewer } from './http/authFilter.ts';
import type { Standing } from './http/leadership.ts';
import { metricsApp } from './http/metrics.ts';
import { isReady, type Readiness } from './http/readiness.ts';
import { type Listening, listen } from './http/server.ts';
import { telemetryApp } from './http/telemetry.ts';
import type { Web } from './http/web.ts';
import type { Elector } from './leader/elector.ts';
import { Live } from './live.ts';
import { LoopWatch } from './loop.ts';
import { SelfMetrics } from './metrics/self.ts';
import type { StoreSize, Stores } from './metrics/store.ts';
import type { Options } from './options.ts';
import { Turns } from './turns.ts';
import type { Surroundings } from './watching.ts';

/** How long scrapes in flight may take to end once we are told to stop. */
const graceMs = 5_000;

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

/**
 * Starts what the command line, and the file of --config over it, ask for; rejects with one
 * sentence where they, or the ports, are wrong.
 */
export async function run(commandLine: Options, surroundings: Surroundings): Promise<Running> {
  const { build, clock, thread, log } = surroundings;
  const loop = new LoopWatch(thread);
  const selfMetrics = new SelfMetrics({
    build,
    clock: { now: () => clock.wall() },
    now: () => live.watching,
    loop: () => loop.times,
  });
  const onWork = (): void => loop.busy();
  const turns = new Turns(clock, onWork);
  const live = await Live.open({ ...surroundings, commandLine, selfMetrics, turns, onWork });
  const readiness: Readiness = () => live.watching.readiness();
  // Each step of the start is long while its code is new to Node, and nothing in them waits.
  await clock.turn();
  const { web, elector, ...servers } = await serve(live, {
    surroundings,
    selfMetrics,
    readiness,
    loop,
  }).catch(async (error: unknown) => {
    loop.close();
    await live.watching.stop();
    throw error;
  });

  await clock.turn();
  const ending = new AbortController();
  const living = [live.run(ending.signal), web?.run(ending.signal)];
  elector?.start();
  log.info(
    {
      resources: live.watching.resources.map(({ resource }) => resource),
      metrics: `${servers.metrics.host}:${servers.metrics.port}`,
      telemetry: `${servers.telemetry.host}:${servers.telemetry.port}`,
    },
    'watching the API server',
  );
  return {
    ...servers,
    scheme: web?.scheme ?? 'http',
    readiness,
    sizes: () => live.watching.sizes(),
    async stop() {
      await Promise.all([elector?.leave(), live.watching.leave()]);
      ending.abort();
      await Promise.all([servers.metrics.close(graceMs), servers.telemetry.close(graceMs)]);
      await Promise.all(living);
      await web?.close();
      loop.close();
      log.info({}, 'stopped');
    },
  };
}

/** Who may have what is served, and over what. */
interface Access {
  readonly web: Web | undefined;
  /** What requests have to pass on both ports. */
  readonly guards: readonly Koa.Middleware[];
}

async function openAccess(live: Live, surroundings: Surroundings): Promise<Access> {
  const { 'tls-config': path, 'auth-filter': filters } = live.options;
  const web = path ? await openWeb(path, filters, surroundings) : undefined;
  const filter = filters ? [await openFilter(live, surroundings)] : [];
  return { web, guards: [...(web?.guards ?? []), ...filter] };
}

// Both are imported for those alone who ask for them: most do not, and their libraries are big.
async function openWeb(
  path: string,
  authFilter: boolean,
  { clock, log }: Surroundings,
): Promise<Web> {
  const { Web } = await import('./http/web.ts');
  const readFile = (file: string): Buffer => readFileSync(file);
  return new Web({ path, authFilter, readFile, clock, log });
}

async function openFilter(live: Live, { clock, log }: Surroundings): Promise<Koa.Middleware> {
  const { authFilter } = await import('./http/authFilter.ts');
  // The cluster that is watched may change with the configuration; it is the one to ask.
  const reviewer: Reviewer = {
    create: (...review) => live.watching.client.create(...review),
  };
  return authFilter({ reviewer, clock, log });
}

/** The stores of whatever configuration is in force when a scrape begins. */
const storesOf = (live: Live): Pick<Stores, 'byResource' | 'snapshot'> => ({
  get byResource() {
    return live.watching.stores.byResource;
  },
  snapshot: (includes) => live.watching.stores.snapshot(includes),
});

interface Served {
  readonly surroundings: Surroundings;
  readonly selfMetrics: SelfMetrics;
  readonly readiness: Readiness;
  readonly loop: LoopWatch;
}

/** Both ports, what guards them where anything does, and the election where there is one. */
type Opened = Pick<Running, 'metrics' | 'telemetry'> &
  Pick<Access, 'web'> & { readonly elector: Elector | undefined };

/** Opens both ports, or none; what may change while we run is asked of `live` for each scrape. */
async function serve(live: Live, served: Served): Promise<Opened> {
  const { surroundings, selfMetrics, readiness, loop } = served;
  const elector = electorOf(live, served, () => metrics.letGo());
  const leadership = (): Standing | undefined => elector?.standing;
  const { web, guards: admitting } = await openAccess(live, surroundings);
  const noticing: Koa.Middleware = (_, next) => {
    loop.busy();
    return next();
  };
  const guards = [noticing, ...admitting];
  const { clock, log, build } = surroundings;
  const { version } = build;
  const { options } = live;
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
      stores: storesOf(live),
      readiness,
      leadership,
      clock,
      version,
      get serveBeforeSync() {
        return live.options['serve-before-sync'];
      },
      get gzip() {
        return live.options['enable-gzip-encoding'];
      },
      observer: {
        ...selfMetrics.scrapes,
        cutOff(scrapes) {
          selfMetrics.scrapes.cutOff(scrapes);
          log.warn({ scrapes }, 'slow scrapes cut off: what they read is long gone');
        },
      },
      telemetryPort: options['telemetry-port'],
    }),
    { ...common, ...address(options, 'host', 'port') },
  );
  try {
    const telemetry = await listen(
      telemetryApp({
        ...{ guards, selfMetrics, readiness, leadership, version, metricsPort: metrics.port },
      }),
      { ...common, ...address(options, 'telemetry-host', 'telemetry-port') },
    );
    return { metrics, telemetry, web, elector };
  } catch (error) {
    await metrics.close(0);
    throw error;
  }
}

/** Our part in the election, where there is one; it asks the cluster that is watched. */
function electorOf(
  live: Live,
  { surroundings, selfMetrics, readiness }: Served,
  onStepDown: () => void,
): Elector | undefined {
  const { env, clock, random, log } = surroundings;
  const elector = openElector(live.options, {
    ...{ env, clock, random, log, onStepDown },
    api: {
      get: (...request) => live.watching.client.get(...request),
      create: (...request) => live.watching.client.create(...request),
      replace: (...request) => live.watching.client.replace(...request),
      patch: (...request) => live.watching.client.patch(...request),
    },
    canLead: () => live.options['serve-before-sync'] || isReady(readiness()),
  });
  if (elector !== undefined) selfMetrics.election(() => elector.work);
  return elector;
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
