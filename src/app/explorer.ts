// openExplorer wires the explorer: what its API reads of the configuration in force, its history.
import type { Router } from '@koa/router';
import { History } from '../explorer/history.ts';
import { explorerRoutes } from '../explorer/routes.ts';
import { SlowAnswers } from '../explorer/slowAnswers.ts';
import type { ExplorerSource, ExplorerStores } from '../explorer/source.ts';
import type { Leadership, Readiness } from '../http/readiness.ts';
import type { SelfMetrics } from '../telemetry/registry.ts';
import type { RunContext } from './pipeline.ts';
import type { Reloader } from './reload.ts';

/** The explorer of the metrics port. */
export interface Explorer {
  readonly routes: Router;
  /** Told once the telemetry port is open: its flag may ask for any that is free. */
  telemetryListens(port: number): void;
  /** Keeps the history, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Ends its thread; call it when no request is under way. */
  close(): Promise<void>;
}

export interface ExplorerParts {
  readonly live: Pick<Reloader, 'options' | 'watching'>;
  readonly context: Pick<RunContext, 'clock' | 'log' | 'build'>;
  readonly selfMetrics: Pick<SelfMetrics, 'lastEventMs'>;
  readonly readiness: Readiness;
  readonly leadership: Leadership;
}

/** A reload changes the options and the stores: both are read at each request. */
export function openExplorer(parts: ExplorerParts): Explorer {
  const { live, context, selfMetrics, readiness, leadership } = parts;
  const { clock, log, build } = context;
  const history = new History(() => {
    const { stores } = live.watching;
    const sample = { series: 0, bytes: 0, changes: stores.work().changes };
    for (const { series, bytes } of stores.sizes().resources) {
      sample.series += series;
      sample.bytes += bytes;
    }
    return sample;
  }, clock);
  const stores = numbered();
  let telemetryPort = live.options['telemetry-port'];
  const source: ExplorerSource = {
    get stores() {
      return stores(live.watching.stores);
    },
    readiness,
    leadership,
    get serveBeforeSync() {
      return live.options['serve-before-sync'];
    },
    get gzip() {
      return live.options['enable-gzip-encoding'];
    },
    lastEventMs: (resource) => selfMetrics.lastEventMs(resource),
    history,
    version: build.version,
    startedMs: clock.wall(),
    get telemetryPort() {
      return telemetryPort;
    },
    clock,
    log,
  };
  const slow = new SlowAnswers(source);
  return {
    routes: explorerRoutes(source, slow),
    telemetryListens(port) {
      telemetryPort = port;
    },
    run: (signal) => history.run(signal),
    close: () => slow.close(),
  };
}

/** The stores with a number of the snapshot that also grows where others take their place. */
function numbered(): (stores: ExplorerStores) => ExplorerStores {
  let of: Pick<ExplorerStores, 'byResource'> | undefined;
  let [before, newest] = [0, 0];
  return (stores) => ({
    ...stores,
    sizes() {
      const { state, resources } = stores.sizes();
      if (of !== undefined && of.byResource !== stores.byResource) before = newest + 1;
      of = stores;
      newest = before + state;
      return { state: newest, resources };
    },
  });
}
