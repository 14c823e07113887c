// SelfMetrics registers the rows of table.ts and hands out what counts on them; served on :8081.
import { type Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { LoopTimes } from '../app/eventLoop.ts';
import type { Place } from '../custom/types.ts';
import type { ConnectionObserver } from '../http/connections.ts';
import type { ScrapeObserver } from '../http/metrics.ts';
import type { ElectionWork } from '../leader/status.ts';
import type { Clock } from '../lib/clock.ts';
import type { Budget } from '../store/seriesBudget.ts';
import { type MetricsOf, register } from './register.ts';
import type { CountedRow, LastSeenRow, open, Row } from './rows.ts';
import type { BuildInfo, NamedResource, ServedState, TelemetryState } from './state.ts';
import { electionFamilies, selfFamilies } from './table.ts';

export interface SelfMetricsOptions {
  readonly build: BuildInfo;
  readonly clock: Pick<Clock, 'wall'>;
  /** Asked at every scrape, for another configuration may have taken over. */
  now(): ServedState;
  /** Asked at every scrape. */
  loop(): LoopTimes;
}

type Families = typeof selfFamilies;

/** The rows that are methods of an observer, by the method's name. */
type ObserverRows = {
  [Name in keyof Families as Families[Name] extends { readonly method: infer Method extends string }
    ? Method
    : never]: Families[Name];
};

type ObserverMethod<R> =
  R extends CountedRow<string, infer Values>
    ? Values extends readonly string[]
      ? (value: Values[number]) => void
      : Values extends typeof open
        ? (value: string) => void
        : (amount?: number) => void
    : () => void;

/** Counts for one resource: a method for each row of `counted`, `countedBy` and `lastSeen`. */
export type ResourceObserver = {
  readonly [Method in keyof ObserverRows]: ObserverMethod<ObserverRows[Method]>;
};

/** The values of labels that the table leaves open, so that their series start at zero. */
export type OpenLabelValues = {
  readonly [Method in keyof ObserverRows as ObserverRows[Method] extends CountedRow<
    string,
    typeof open
  >
    ? Method
    : never]: readonly string[];
};

/** A file that the configuration is read from; the type is as kube-state-metrics calls it. */
export interface ConfigSource {
  readonly filename: string;
  readonly type: 'config' | 'customresourceconfig';
}

/** Counts what becomes of the files that the configuration is read from. */
export interface ConfigObserver {
  /** A configuration came into force; it is made of these files, and nothing is said of others. */
  taken(files: readonly (ConfigSource & { readonly hash: number })[]): void;
  /** The file's content was refused. */
  refused(file: ConfigSource): void;
}

/** What tells a rule of the custom-resource configuration from others. */
export interface RuleId {
  readonly place: Omit<Place, 'column'>;
  readonly family: string;
}

const labelsOfRule = ({ place: { file, line }, family }: RuleId) => ({
  filename: file,
  line: String(line),
  family,
});

/** Counts changes of CustomResourceDefinitions. */
export interface DefinitionsObserver {
  added(): void;
  updated(): void;
  deleted(): void;
}

/**
 * How often prom-client's own monitor of the event loop wakes the thread. Its default of 10 ms
 * costs an idle process most of its CPU. At a minute its figures say nothing, and are not served:
 * kube_state_metrics_event_loop_* take their place.
 */
const lagLookMs = 60_000;

/** Scrapes that are kept for the page. */
const lastScrapesMax = 10;

/** A scrape that has ended. */
export interface EndedScrape {
  readonly method: 'get' | 'head';
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly endedMs: number;
}

/** What was counted of one resource by a label, and the label's value of the last time. */
export interface Counted {
  readonly byValue: ReadonlyMap<string, number>;
  readonly last: LastCount | undefined;
}

interface LastCount {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** One sample of a metric as it is now. */
export interface ReadSample {
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly value: number;
}

/** All metrics about kubestate; one a process, for it holds prom-client's monitors of the loop. */
export class SelfMetrics {
  readonly #registry = new Registry();
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #metrics: MetricsOf<Families>;
  /** How many configurations have a rule, by its labels. */
  readonly #ruleUses = new Map<string, number>();
  /** When a method of an observer was last called, by `method resource`. */
  readonly #lastSeenMs = new Map<string, number>();
  /** The last call of a method that counts by a label, by `method resource`. */
  readonly #lastCounts = new Map<string, LastCount>();
  /** The latest last. */
  readonly #lastScrapes: EndedScrape[] = [];

  /** Age of the state that is served, in milliseconds; asked at every scrape. */
  stateAgeMs: () => number = () => 0;

  constructor({ build, clock, now, loop }: SelfMetricsOptions) {
    this.#clock = clock;
    const lastSeenMs = this.lastSeenMs.bind(this);
    this.#metrics = register(this.#registry, selfFamilies, (): TelemetryState => {
      const { resources, stores, customs, owners, shard } = now();
      const served = { resources, stores, customs, owners, shard };
      return { build, ...served, loop: loop(), stateAgeMs: this.stateAgeMs(), lastSeenMs };
    });
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: lagLookMs });
    for (const { name } of this.#registry.getMetricsAsArray()) {
      if (name.startsWith('nodejs_eventloop_lag_')) this.#registry.removeSingleMetric(name);
    }
  }

  /** For one resource; a configuration that takes over goes on counting. */
  observer(resource: NamedResource, openValues: OpenLabelValues): ResourceObserver {
    const valuesOf: Readonly<Record<string, readonly string[]>> = openValues;
    const methods = observerRows().map(([name, row]) => [
      row.method,
      row.source === 'observer'
        ? this.#count(name, row, resource, valuesOf[row.method])
        : () => this.#lastSeenMs.set(`${row.method} ${resource.resource}`, this.#clock.wall()),
    ]);
    return Object.fromEntries(methods);
  }

  /** The method that counts on the row; its series start at zero, so that `increase` sees them. */
  #count(
    name: keyof Families,
    { method, resourceAs, label, values }: CountedRow,
    { resource: plural, version, kind, goType = `*${version}.${kind}` }: NamedResource,
    openValues: readonly string[] | undefined,
  ): (given?: unknown) => void {
    const metric = this.#metrics[name] as Counter;
    const resource = resourceAs === 'plural' ? plural : goType;
    if (label === undefined) {
      metric.inc({ resource }, 0);
      return (amount = 1) => metric.inc({ resource }, Number(amount));
    }
    for (const value of values ?? openValues ?? []) metric.inc({ resource, [label]: value }, 0);
    return (given) => {
      const value = String(given);
      metric.inc({ resource, [label]: value });
      this.#lastCounts.set(`${method} ${plural}`, { value, atMs: this.#clock.wall() });
    };
  }

  /** When the method of a resource's observer was last called, in milliseconds since 1970. */
  lastSeenMs(method: string, resource: string): number | undefined {
    return this.#lastSeenMs.get(`${method} ${resource}`);
  }

  /** The samples of a metric now. */
  async samples(name: keyof Families): Promise<readonly ReadSample[]> {
    return (await this.#metrics[name].get()).values;
  }

  /** What the methods `relist` and `watchRestart` have counted, by resource. */
  async reasons(method: 'relist' | 'watchRestart'): Promise<ReadonlyMap<string, Counted>> {
    const all = new Map<string, Map<string, number>>();
    for (const { labels, value } of await this.samples(reasonFamilies[method])) {
      const resource = String(labels.resource);
      const byValue = all.get(resource) ?? new Map<string, number>();
      all.set(resource, byValue.set(String(labels.reason), value));
    }
    return new Map(
      [...all].map(([resource, byValue]) => [
        resource,
        { byValue, last: this.#lastCounts.get(`${method} ${resource}`) },
      ]),
    );
  }

  /** The scrapes that ended last, the latest first. */
  get lastScrapes(): readonly EndedScrape[] {
    return this.#lastScrapes.toReversed();
  }

  #scrapeEnded(method: EndedScrape['method'], seconds: number): void {
    if (this.#lastScrapes.length === lastScrapesMax) this.#lastScrapes.shift();
    this.#lastScrapes.push({ method, seconds, endedMs: this.#clock.wall() });
  }

  /** When the last event of a resource came, in milliseconds since 1970. */
  lastEventMs(resource: string): number | undefined {
    return this.#lastSeenMs.get(`event ${resource}`);
  }

  /** A row threw: the object lost that family. */
  renderError(resource: string, family: string): void {
    this.#metrics.kube_state_metrics_render_errors_total.inc({ resource, family });
  }

  /** An object counts in a series of the family that has no label values, as there are too many. */
  countersFull(resource: string, family: string): void {
    this.#metrics.kube_state_metrics_counters_full_total.inc({ resource, family });
  }

  /** A series budget left series of an object out. */
  seriesDropped(
    labels: { readonly resource: string; readonly family: string; readonly budget: Budget },
    series: number,
  ): void {
    this.#metrics.kube_state_metrics_series_dropped_total.inc(labels, series);
  }

  /**
   * The errors of a configuration's rules count from zero. To be called at its end is what is
   * returned: a rule that no configuration has any more loses its counter.
   */
  openRules(rules: readonly RuleId[]): () => void {
    const counter = this.#metrics.kube_state_metrics_custom_resource_rule_errors_total;
    const all = rules.map(labelsOfRule);
    for (const labels of all) {
      const key = JSON.stringify(labels);
      this.#ruleUses.set(key, (this.#ruleUses.get(key) ?? 0) + 1);
      counter.inc(labels, 0);
    }
    return () => {
      for (const labels of all) {
        const key = JSON.stringify(labels);
        const uses = (this.#ruleUses.get(key) ?? 1) - 1;
        this.#ruleUses.set(key, uses);
        if (uses > 0) continue;
        this.#ruleUses.delete(key);
        counter.remove(labels);
      }
    };
  }

  /** A rule of the custom-resource configuration failed on an object. */
  ruleError(rule: RuleId): void {
    this.#metrics.kube_state_metrics_custom_resource_rule_errors_total.inc(labelsOfRule(rule));
  }

  /** For what follows the definitions of custom resources. */
  get definitions(): DefinitionsObserver {
    const {
      kube_state_metrics_custom_resource_state_add_events_total: added,
      kube_state_metrics_custom_resource_state_update_events_total: updated,
      kube_state_metrics_custom_resource_state_delete_events_total: deleted,
    } = this.#metrics;
    return {
      added: () => added.inc(),
      updated: () => updated.inc(),
      deleted: () => deleted.inc(),
    };
  }

  /** From now on the metrics of an election are served; `read` is asked at every scrape. */
  election(read: () => ElectionWork): void {
    register(this.#registry, electionFamilies, read);
  }

  /** For the app that answers scrapes. */
  get scrapes(): ScrapeObserver {
    const {
      http_request_duration_seconds: durations,
      kube_state_metrics_scrapes_in_flight: inFlight,
      kube_state_metrics_scrapes_rejected_total: rejected,
      kube_state_metrics_scrapes_cut_off_total: cutOff,
    } = this.#metrics;
    return {
      request: (method, seconds) => {
        durations.observe({ handler: 'metrics', method }, seconds);
        this.#scrapeEnded(method, seconds);
      },
      inFlight: (count) => inFlight.set(count),
      rejected: () => rejected.inc(),
      cutOff: (scrapes) => cutOff.inc(scrapes),
    };
  }

  /** For the connections of one port. */
  connections(port: 'metrics' | 'telemetry'): ConnectionObserver {
    const {
      kube_state_metrics_connections: open,
      kube_state_metrics_connections_limited_total: limited,
    } = this.#metrics;
    return {
      open: (count) => open.set({ port }, count),
      limited: (outcome) => limited.inc({ port, outcome }),
    };
  }

  /** For what reads the files of the configuration. */
  get config(): ConfigObserver {
    const {
      kube_state_metrics_config_hash: hashes,
      kube_state_metrics_last_config_reload_successful: successful,
      kube_state_metrics_last_config_reload_success_timestamp_seconds: successes,
    } = this.#metrics;
    return {
      taken: (files) => {
        for (const gauge of [hashes, successful, successes]) gauge.reset();
        for (const { filename, type, hash } of files) {
          const labels = { filename, type };
          hashes.set(labels, hash);
          successful.set(labels, 1);
          successes.set(labels, this.#clock.wall() / 1000);
        }
      },
      refused: ({ filename, type }) => successful.set({ filename, type }, 0),
    };
  }

  /** Text only: prom-client's OpenMetrics renames counters. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Where the methods count by reason. */
const reasonFamilies = {
  relist: 'kube_state_metrics_relists_total',
  watchRestart: 'kube_state_metrics_watch_restarts_total',
} as const;

/** Counts nothing: for what is followed and is no resource that is served. */
export const noopObserver = Object.fromEntries(
  observerRows().map(([, { method }]) => [method, () => undefined]),
) as unknown as ResourceObserver;

function observerRows(): [name: keyof Families, row: CountedRow | LastSeenRow][] {
  return Object.entries<Row | LastSeenRow>(selfFamilies).flatMap(([name, row]) =>
    'method' in row ? [[name as keyof Families, row] as const] : [],
  ) as [keyof Families, CountedRow | LastSeenRow][];
}
