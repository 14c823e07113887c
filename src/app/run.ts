// run wires the program in the order the data flows: API server → pipeline → two HTTP servers.
import type { Router } from '@koa/router';
import type Koa from 'koa';
import type { Options } from '../config/options.ts';
import type { Reviewer } from '../http/auth/authFilter.ts';
import { metricsApp } from '../http/metrics.ts';
import { explorerFiles } from '../http/pages/explorer.ts';
import type { StatusReport } from '../http/pages/statusReport.ts';
import { profileMsMax, profilePaths } from '../http/profiling.ts';
import { isReady, type Readiness } from '../http/readiness.ts';
import { type Listening, listen, type Timeouts } from '../http/server.ts';
import { telemetryApp } from '../http/telemetry.ts';
import type { Web } from '../http/tls/webServer.ts';
import { WatchTicks } from '../kube/watchTicks.ts';
import type { Elector } from '../leader/elector.ts';
import { openElector } from '../leader/open.ts';
import type { LeaderStatus } from '../leader/status.ts';
import type { Logger } from '../lib/log.ts';
import { logOnce } from '../lib/logThrottle.ts';
import { keyOf } from '../lib/objectKey.ts';
import { TimeSlicer } from '../lib/timeSlicer.ts';
import { Terminations } from '../resources/terminations.ts';
import type { StoreSize, Stores } from '../store/types.ts';
import { SelfMetrics } from '../telemetry/registry.ts';
import { cgroupMemory } from './containerMemory.ts';
import { EventLoopMonitor } from './eventLoop.ts';
import { type Explorer, openExplorer } from './explorer.ts';
import { HeapWatch, type ObjectCounts, systemHeap } from './heap.ts';
import { processMemory } from './memoryOwners.ts';
import { heapGrowth } from './nodeOptions.ts';
import type { RunContext } from './pipeline.ts';
import { openProfiling, refuseOpenProfiling } from './profiling.ts';
import { Reloader } from './reload.ts';
import { ServerVersion } from './serverVersion.ts';
import { growWithCluster } from './smallCluster.ts';
import { StateLog } from './stateLog.ts';
import { type StatusSources, statusReporter } from './statusReport.ts';

/** Time that scrapes in flight have to end when the program stops. */
const graceMs = 5_000;

/** The running program. */
export interface Running {
  readonly metrics: Listening;
  readonly telemetry: Listening;
  /** The protocol of both ports. */
  readonly scheme: 'http' | 'https';
  readonly readiness: Readiness;
  /** Checks the followed files at once: configuration, kubeconfig, web configuration. */
  pollNow(): void;
  /** The URL of the API server that is watched now. */
  server(): string;
  /** Asks it for its version; rejects with its error. */
  askVersion(signal: AbortSignal): Promise<{ server: string; version: string }>;
  /** Size of the store of each resource, by plural. */
  sizes(): ReadonlyMap<string, StoreSize>;
  /** Ends watches, lets scrapes in flight finish, and resolves when nothing is left. */
  stop(): Promise<void>;
}

/**
 * Starts the program as the command line, and the file of --config over it, say. Rejects with
 * ConfigError where they are wrong, and with StartError where a port cannot be opened.
 */
export async function run(commandLine: Options, context: RunContext): Promise<Running> {
  const { build, clock, thread, log } = context;
  const loop = new EventLoopMonitor(thread);
  const startedMs = clock.now();
  const selfMetrics = new SelfMetrics({
    build,
    clock,
    now: () => live.watching,
    loop: () => loop.times,
  });
  const timeSlicer = new TimeSlicer(clock);
  const ticks = new WatchTicks(clock);
  const terminations = countTerminations(log);
  const ofAll = { selfMetrics, timeSlicer, ticks, terminations };
  const live = await Reloader.open({ ...context, commandLine, ...ofAll });
  const readiness: Readiness = () => live.watching.readiness();
  selfMetrics.stateAgeMs = () => Math.max(0, ...readiness().map((one) => one.behind?.ageMs ?? 0));
  // Each step of the start compiles its code and does not wait: other work gets a turn in between.
  await clock.turn();
  const serverVersion = new ServerVersion({ server: () => live.watching.client, clock });
  const memory = memorySources(context);
  const sources = { ...memory, context, live, selfMetrics, serverVersion, loop, startedMs };
  const served = { context, selfMetrics, readiness, status: statusReporter(sources) };
  const { web, elector, explorer, ...servers } = await serve(live, served).catch(
    async (error: unknown) => {
      loop.close();
      await live.watching.stop();
      throw error;
    },
  );

  explorer?.telemetryListens(servers.telemetry.port);
  await clock.turn();
  const ending = new AbortController();
  const sizes = (): ReadonlyMap<string, StoreSize> => live.watching.sizes();
  const onReady = (): void => context.setV8Flags(heapGrowth);
  const stateLog = new StateLog({ readiness, sizes, clock, log, startedMs, onReady });
  const heap = watchHeap(live, memory, context);
  const living = [live, web, stateLog, explorer].map((part) => part?.run(ending.signal));
  elector?.start();
  sayStart(live, servers, context);
  return {
    ...servers,
    scheme: web?.scheme ?? 'http',
    readiness,
    sizes,
    server: () => live.watching.client.server,
    askVersion: (signal) => serverVersion.ask(signal),
    pollNow() {
      live.pollNow();
      web?.pollNow();
    },
    async stop() {
      await Promise.all([elector?.leave(), live.watching.handOver()]);
      ending.abort();
      await Promise.all([servers.metrics.close(graceMs), servers.telemetry.close(graceMs)]);
      await Promise.all(living);
      await Promise.all([web?.close(), explorer?.close()]);
      loop.close();
      heap.close();
      log.info({}, 'stopped');
    },
  };
}

/** One for all configurations: a reload resets no counter. */
function countTerminations(log: Logger): Terminations {
  const warn = logOnce(log);
  return new Terminations({
    onOtherReason: (reason, { metadata }) =>
      warn(
        reason,
        { reason, object: keyOf(metadata) },
        'this reason of a termination is not a known one, it is counted as other',
      ),
  });
}

function sayStart(
  { watching }: Reloader,
  { metrics, telemetry }: Pick<Running, 'metrics' | 'telemetry'>,
  { build, log }: RunContext,
): void {
  log.info(
    {
      version: build.version,
      server: watching.client.server,
      resources: watching.resources.map(({ resource }) => resource),
      metrics: `${metrics.host}:${metrics.port}`,
      telemetry: `${telemetry.host}:${telemetry.port}`,
    },
    'watching the API server',
  );
}

/** Where the use of memory is read. */
type MemorySources = Pick<StatusSources, 'heap' | 'container' | 'memory'>;

const memorySources = ({ env, readFile }: RunContext): MemorySources => ({
  heap: systemHeap([...process.execArgv, env.NODE_OPTIONS ?? ''].join(' ')),
  container: cgroupMemory(readFile),
  memory: () => processMemory(process.memoryUsage()),
});

function watchHeap(
  live: Reloader,
  { heap, container }: MemorySources,
  { clock, log, setV8Flags }: RunContext,
): { close(): void } {
  const objects = (): ObjectCounts => ({
    held: [...live.watching.sizes().values()].reduce((sum, size) => sum + size.objects, 0),
    listing: live.watching.stores.work().incomingObjects,
  });
  const watch = new HeapWatch({ heap, container, clock, log, objects });
  const keepSize = growWithCluster({
    objects: () => objects().held + objects().listing,
    setV8Flags,
  });
  return {
    close() {
      watch.close();
      keepSize();
    },
  };
}

/** Access control of both ports, and TLS. */
interface Access {
  readonly web: Web | undefined;
  /** Every request on both ports passes these first. */
  readonly guards: readonly Koa.Middleware[];
  /** Adds the pages of --enable-profiling to the telemetry port. */
  readonly addProfiling: ((router: Router) => void) | undefined;
}

async function openAccess(live: Reloader, context: RunContext): Promise<Access> {
  const { 'tls-config': path, 'auth-filter': filters, 'enable-profiling': profiles } = live.options;
  const web = path ? await openWeb(path, filters, context) : undefined;
  const isProtected = (): boolean => filters || web?.hasUsers === true;
  refuseOpenProfiling(live.options, isProtected());
  const addProfiling = profiles ? await openProfiling(isProtected, context) : undefined;
  const filter = filters ? [await openFilter(live, context)] : [];
  return { web, guards: [...(web?.guards ?? []), ...filter], addProfiling };
}

// Both are imported where they are used only: their libraries are large, and most run without.
async function openWeb(
  path: string,
  authFilter: boolean,
  { readFile, clock, log }: RunContext,
): Promise<Web> {
  const { Web } = await import('../http/tls/webServer.ts');
  return new Web({ path, authFilter, readFile, clock, log });
}

async function openFilter(live: Reloader, { clock, log }: RunContext): Promise<Koa.Middleware> {
  const { authFilter } = await import('../http/auth/authFilter.ts');
  // The reviewer is the cluster that is watched now, which a new configuration may change.
  const reviewer: Reviewer = {
    create: (...review) => live.watching.client.create(...review),
  };
  const ownPaths = live.options['enable-profiling'] ? profilePaths : undefined;
  return authFilter({ reviewer, ownPaths, clock, log });
}

/** The stores of the configuration that is in force when a scrape begins. */
const storesOf = (live: Reloader): Pick<Stores, 'byResource' | 'snapshot'> => ({
  get byResource() {
    return live.watching.stores.byResource;
  },
  snapshot: (includes) => live.watching.stores.snapshot(includes),
});

interface Served {
  readonly context: RunContext;
  readonly selfMetrics: SelfMetrics;
  readonly readiness: Readiness;
  readonly status: () => Promise<StatusReport>;
}

/** Both ports, and the web configuration, the elector and the explorer, where there are any. */
type Opened = Pick<Running, 'metrics' | 'telemetry'> &
  Pick<Access, 'web'> & {
    readonly elector: Elector | undefined;
    readonly explorer: Explorer | undefined;
  };

/** Opens both ports, or none; what a reload may change is read from `live` at each scrape. */
async function serve(live: Reloader, served: Served): Promise<Opened> {
  const { context, selfMetrics, readiness } = served;
  const elector = electorOf(live, served, () => metrics.drainConnections());
  const leadership = (): LeaderStatus | undefined => elector?.status;
  const { web, guards, addProfiling } = await openAccess(live, context);
  const { clock, log, build } = context;
  const { version } = build;
  const { options } = live;
  const explorer = options.explorer
    ? openExplorer({ live, context, selfMetrics, readiness, leadership })
    : undefined;
  const common = { clock, log, createServer: web?.createServer, timeouts: timeoutsOf(options) };
  const metrics = await listen(
    metricsApp({
      guards,
      stores: storesOf(live),
      readiness,
      leadership,
      explorer: explorer?.routes,
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
          log.warn({ scrapes }, 'slow scrapes cut off: the state that they read is outdated');
        },
      },
      telemetryPort: options['telemetry-port'],
      explorerFiles: options.explorer ? explorerFiles() : undefined,
    }),
    {
      ...common,
      observer: selfMetrics.connections('metrics'),
      ...address(options, 'host', 'port'),
    },
  );
  try {
    const telemetry = await listen(
      telemetryApp({
        guards,
        selfMetrics,
        readiness,
        leadership,
        status: served.status,
        metricsPort: metrics.port,
        addProfiling,
      }),
      {
        ...common,
        timeouts: addProfiling ? withProfiles(common.timeouts) : common.timeouts,
        observer: selfMetrics.connections('telemetry'),
        ...address(options, 'telemetry-host', 'telemetry-port'),
      },
    );
    return { metrics, telemetry, web, elector, explorer };
  } catch (error) {
    await metrics.close(0);
    throw error;
  }
}

const timeoutsOf = (options: Options): Timeouts => ({
  readMs: options['server-read-timeout'],
  headersMs: options['server-read-header-timeout'],
  writeMs: options['server-write-timeout'],
  idleMs: options['server-idle-timeout'],
});

/** A profile of a minute takes as long to answer; 0 is no limit. */
const withProfiles = (timeouts: Timeouts): Timeouts => ({
  ...timeouts,
  writeMs: timeouts.writeMs && timeouts.writeMs + profileMsMax,
});

/** The elector of --leader-elect; it asks the cluster that is watched. */
function electorOf(
  live: Reloader,
  { context, selfMetrics, readiness }: Served,
  onStepDown: () => void,
): Elector | undefined {
  const { env, clock, random, log } = context;
  const elector = openElector(live.options, {
    env,
    clock,
    random,
    log,
    onStepDown,
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
