// The metrics about ourselves, under KSM's names where it has them; served on :8081, as text only.
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type ConfigMetrics, configMetrics } from './selfConfig.ts';
import { type ElectionWork, registerLeader } from './selfLeader.ts';
import { type ScrapeMetrics, scrapeMetrics } from './selfScrapes.ts';
import { type LoopTimes, registerLoop, registerStoreWork, type WorkingStores } from './selfWork.ts';
import type { StoreSize } from './store.ts';

export interface SelfMetricsOptions {
  readonly build: BuildInfo;
  readonly clock: WallClock;
  /** Asked at every scrape, for another configuration may have taken over. */
  now(): InForce;
  /** Asked at every scrape. */
  loop(): LoopTimes;
}

/** What is watched now, and which part of it. */
export interface InForce {
  readonly resources: readonly WatchedResource[];
  readonly stores: WorkingStores;
  /** Undefined while it is still being found out. */
  readonly shard: Shard | undefined;
}

interface WallClock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** What was built and what it runs on; `kube_state_metrics_build_info` shows it. */
export interface BuildInfo {
  /** Our own version, not that of the KSM we stand in for. */
  readonly version: string;
  /** The commit that was built, empty where unknown. */
  readonly revision: string;
  /** The branch that was built, empty where unknown. */
  readonly branch: string;
  /** Node's version, platform and architecture, as `process` names them. */
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
}

export interface Shard {
  readonly index: number;
  readonly total: number;
}

/** One resource that is watched, and where its gauges are read at scrape time. */
export interface WatchedResource {
  /** RBAC plural. */
  readonly resource: string;
  readonly version: string;
  readonly kind: string;
  readonly store: { readonly size: StoreSize };
  synced(): boolean;
  /** The server does not have it at all. */
  absent(): boolean;
  /** What is held was right once, and the server does not let us see what it has become. */
  stale(): boolean;
  /** Objects that differed from the server's at the last check; undefined before one. */
  drift(): number | undefined;
}

/** A resource by its names alone. */
export type NamedResource = Pick<WatchedResource, 'resource' | 'version' | 'kind'>;

type Result = 'success' | 'error';
const results: readonly Result[] = ['success', 'error'];

/** The labels that series about a resource can have, so that they are there from the start. */
export interface Outcomes {
  readonly relists: readonly string[];
  readonly watchRestarts: readonly string[];
  readonly checks: readonly string[];
}

/** Takes what the reflectors of one resource tell, as `ReflectorObserver` of kube has it. */
export interface ResourceObserver {
  list(result: Result): void;
  watch(result: Result): void;
  relist(reason: string): void;
  watchRestart(reason: string): void;
  event(): void;
  bookmark(): void;
  malformed(key: string, error: unknown): void;
  /** Objects were left out because of the limit on them. */
  dropped(objects: number): void;
  /** What is held was compared with what the server has. */
  check(result: string): void;
}

/**
 * How often prom-client's own monitor of the event loop wakes the thread: its default, 10 ms, costs
 * an idle process most of the CPU that it uses. So rarely it tells nothing, and is not shown;
 * kube_state_metrics_event_loop_* are what there is instead.
 */
const lagLookMs = 60_000;

/** All metrics about ourselves; one a process, for it holds prom-client's monitors of the loop. */
export class SelfMetrics {
  readonly #registry = new Registry();
  readonly #clock: WallClock;
  readonly #lastSeen = new Map<string, LastSeen>();
  readonly #counters: Counters;
  readonly #scrapes: ScrapeMetrics;
  readonly #config: ConfigMetrics;

  constructor({ build, clock, now, loop }: SelfMetricsOptions) {
    const registry = this.#registry;
    this.#clock = clock;
    this.#scrapes = scrapeMetrics(registry);
    registerBuildInfo(registry, build);
    this.#config = configMetrics(registry, clock);
    registerShard(registry, () => now().shard);
    this.#counters = counters(registry);
    registerStoreGauges(registry, () => now().resources);
    registerStoreWork(registry, () => now().stores);
    registerLoop(registry, loop);
    registerLastSeen(registry, () =>
      now().resources.flatMap(({ resource }) => {
        const seen = this.#lastSeen.get(resource);
        return seen === undefined ? [] : [[resource, seen]];
      }),
    );
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagLookMs });
    for (const { name } of registry.getMetricsAsArray()) {
      if (name.startsWith('nodejs_eventloop_lag_')) registry.removeSingleMetric(name);
    }
  }

  /** For the reflectors of one resource; a configuration that takes over goes on counting. */
  observer(resource: NamedResource, outcomes: Outcomes): ResourceObserver {
    const seen = this.#lastSeen.get(resource.resource) ?? {
      eventMs: undefined,
      bookmarkMs: undefined,
    };
    this.#lastSeen.set(resource.resource, seen);
    const observer = observerOf(resource, seen, this.#counters, this.#clock);
    beginAtZero(resource.resource, outcomes, this.#counters);
    return observer;
  }

  /** A row threw: the object lost that family. */
  renderError(resource: string, family: string): void {
    this.#counters.renderErrors.inc({ resource, family });
  }

  /** From now on there is an election to tell of; asked at every scrape. */
  election(read: () => ElectionWork): void {
    registerLeader(this.#registry, read);
  }

  /** For the app that answers scrapes. */
  get scrapes(): ScrapeMetrics {
    return this.#scrapes;
  }

  /** For whoever reads the files of the configuration. */
  get config(): ConfigMetrics {
    return this.#config;
  }

  /** Text only: prom-client's OpenMetrics renames the counters for good. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Go's names for what Node calls otherwise; dashboards know these. */
const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
const goSystems: Readonly<Record<string, string>> = { win32: 'windows' };

function registerBuildInfo(registry: Registry, build: BuildInfo): void {
  const labels = {
    branch: build.branch,
    // There is no client-go in here, and no Go build tag: KSM says `unknown` for both as well.
    client_go_version: 'unknown',
    goarch: goArchitectures[build.arch] ?? build.arch,
    goos: goSystems[build.platform] ?? build.platform,
    goversion: `node${build.node.replace(/^v/, '')}`,
    revision: build.revision,
    tags: 'unknown',
    version: build.version,
  };
  const info = new Gauge({
    name: 'kube_state_metrics_build_info',
    help: 'Always 1; the labels say which kubestate this is and which Node it runs on.',
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  info.set(labels, 1);
}

function registerShard(registry: Registry, read: () => Shard | undefined): void {
  new Gauge({
    name: 'kube_state_metrics_shard_ordinal',
    help: 'Which shard this process is, counted from 0.',
    labelNames: ['shard_ordinal'],
    registers: [registry],
    collect() {
      this.reset();
      const shard = read();
      if (shard !== undefined) this.set({ shard_ordinal: String(shard.index) }, shard.index);
    },
  });
  new Gauge({
    name: 'kube_state_metrics_total_shards',
    help: 'How many shards there are; 0 while the StatefulSet that tells was not seen.',
    registers: [registry],
    collect() {
      this.set(read()?.total ?? 0);
    },
  });
}

type Counters = ReturnType<typeof counters>;

function counters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `kube_state_metrics_${name}`, help, labelNames, registers: [registry] });
  return {
    lists: counter('list_total', 'Complete lists asked of the API server, streamed or paged.', [
      'resource',
      'result',
    ]),
    watches: counter('watch_total', 'Watches asked of the API server.', ['resource', 'result']),
    relists: counter('relists_total', 'Complete lists begun, the first one included.', [
      'resource',
      'reason',
    ]),
    watchRestarts: counter(
      'watch_restarts_total',
      'Watches opened again at the version where the last one ended.',
      ['resource', 'reason'],
    ),
    checks: counter(
      'consistency_checks_total',
      'Comparisons of what is held with what the API server has, by how they ended.',
      ['resource', 'result'],
    ),
    malformed: counter('malformed_objects_total', 'Objects and events that could not be read.', [
      'resource',
    ]),
    dropped: counter(
      'objects_dropped_total',
      'Objects, and changes of them, that were left out because of --object-limit.',
      ['resource'],
    ),
    renderErrors: counter(
      'render_errors_total',
      'Objects that lost a family because it could not be rendered.',
      ['resource', 'family'],
    ),
  };
}

interface LastSeen {
  eventMs: number | undefined;
  bookmarkMs: number | undefined;
}

function observerOf(
  { resource, version, kind }: NamedResource,
  seen: LastSeen,
  { lists, watches, relists, watchRestarts, malformed, dropped, checks }: Counters,
  clock: WallClock,
): ResourceObserver {
  // KSM labels lists and watches with the Go type, and alerts match on it.
  const type = `*${version}.${kind}`;
  // A rate needs the series to be there before its first error.
  for (const result of results) {
    lists.inc({ resource: type, result }, 0);
    watches.inc({ resource: type, result }, 0);
  }
  malformed.inc({ resource }, 0);
  dropped.inc({ resource }, 0);
  return {
    list: (result) => lists.inc({ resource: type, result }),
    watch: (result) => watches.inc({ resource: type, result }),
    relist: (reason) => relists.inc({ resource, reason }),
    watchRestart: (reason) => watchRestarts.inc({ resource, reason }),
    event: () => {
      seen.eventMs = clock.now();
    },
    bookmark: () => {
      seen.bookmarkMs = clock.now();
    },
    malformed: () => malformed.inc({ resource }),
    dropped: (objects) => dropped.inc({ resource }, objects),
    check: (result) => checks.inc({ resource, result }),
  };
}

/** An increase can only be seen of a series that was there before it. */
function beginAtZero(
  resource: string,
  outcomes: Outcomes,
  { relists, watchRestarts, checks }: Counters,
): void {
  for (const reason of outcomes.relists) relists.inc({ resource, reason }, 0);
  for (const reason of outcomes.watchRestarts) watchRestarts.inc({ resource, reason }, 0);
  for (const result of outcomes.checks) checks.inc({ resource, result }, 0);
}

function registerStoreGauges(
  registry: Registry,
  resources: () => readonly WatchedResource[],
): void {
  const gauge = (
    name: string,
    help: string,
    read: (watched: WatchedResource) => number | undefined,
  ): void =>
    registerGauge(registry, name, help, () =>
      resources().map((watched) => [watched.resource, read(watched)]),
    );
  gauge('resource_objects', 'Objects that are held.', ({ store }) => store.size.objects);
  gauge('resource_series', 'Series that are served.', ({ store }) => store.size.series);
  gauge(
    'resource_bytes',
    'Length of the series as text, uncompressed and without headers.',
    ({ store }) => store.size.bytes,
  );
  gauge('resource_synced', 'Whether a first complete list is in: 1 if so, else 0.', (watched) =>
    Number(watched.synced()),
  );
  gauge(
    'resource_absent',
    'Whether the API server does not have the resource at all: 1 if so, else 0.',
    (watched) => Number(watched.absent()),
  );
  gauge(
    'resource_stale',
    'Whether what is served was right once and cannot be followed now: 1 if so, else 0.',
    (watched) => Number(watched.stale()),
  );
  gauge(
    'resource_drift_objects',
    'Objects that were held otherwise than the API server had them, at the last check.',
    (watched) => watched.drift(),
  );
}

function registerLastSeen(
  registry: Registry,
  lastSeen: () => readonly (readonly [resource: string, seen: LastSeen])[],
): void {
  const gauge = (name: string, help: string, read: (seen: LastSeen) => number | undefined): void =>
    registerGauge(registry, name, help, () =>
      lastSeen().map(([resource, seen]) => {
        const ms = read(seen);
        return [resource, ms === undefined ? undefined : ms / 1000];
      }),
    );
  gauge(
    'resource_last_event_timestamp_seconds',
    'When the last event of a watch came, in seconds since the epoch.',
    (seen) => seen.eventMs,
  );
  gauge(
    'resource_last_bookmark_timestamp_seconds',
    'When the last bookmark of a watch came, in seconds since the epoch.',
    (seen) => seen.bookmarkMs,
  );
}

/** A gauge by resource that is read when it is scraped; `undefined` is no series. */
function registerGauge(
  registry: Registry,
  name: string,
  help: string,
  read: () => (readonly [resource: string, value: number | undefined])[],
): void {
  new Gauge({
    name: `kube_state_metrics_${name}`,
    help,
    labelNames: ['resource'],
    registers: [registry],
    collect() {
      // What another configuration watched is no longer there.
      this.reset();
      for (const [resource, value] of read()) {
        if (value !== undefined) this.set({ resource }, value);
      }
    },
  });
}
