// statusReporter reads what the page of the telemetry port shows, when someone looks at it.
import { changedOptions } from '../config/changedOptions.ts';
import type { ConfigFile, ResourceReport, StatusReport } from '../http/pages/statusReport.ts';
import type { ReadSample, SelfMetrics } from '../telemetry/registry.ts';
import type { ContainerMemory } from './containerMemory.ts';
import type { LoopTimes } from './eventLoop.ts';
import type { HeapSource } from './heap.ts';
import { memoryReport, type ProcessMemory } from './memoryOwners.ts';
import type { Pipeline, RunContext } from './pipeline.ts';
import type { Reloader } from './reload.ts';
import type { ServerVersion } from './serverVersion.ts';

export interface StatusSources {
  readonly context: RunContext;
  readonly live: Pick<Reloader, 'options' | 'watching'>;
  readonly selfMetrics: SelfMetrics;
  readonly serverVersion: ServerVersion;
  readonly loop: { readonly times: LoopTimes };
  readonly heap: HeapSource;
  readonly container: ContainerMemory;
  /** What the kernel, Node and V8 say now. */
  readonly memory: () => ProcessMemory;
  /** When the process started, by the clock. */
  readonly startedMs: number;
}

/** Reads the report; nothing of it costs anything before. */
export function statusReporter(sources: StatusSources): () => Promise<StatusReport> {
  const { context, live, selfMetrics, serverVersion, loop, heap, container, startedMs } = sources;
  const { build, clock, logRing } = context;
  const sum = async (name: Parameters<SelfMetrics['samples']>[0]): Promise<number> =>
    (await selfMetrics.samples(name)).reduce((total, { value }) => total + value, 0);
  return async () => {
    const { stores } = live.watching;
    return {
      nowMs: clock.wall(),
      build,
      uptimeMs: clock.now() - startedMs,
      apiServer: serverVersion.read(),
      changedOptions: changedOptions(live.options),
      configFiles: await configFilesOf(selfMetrics),
      resources: await resourcesOf(live.watching, selfMetrics),
      memory: memoryReport({ memory: sources.memory(), stores: stores.memory(), heap, container }),
      loop: loop.times,
      stalenessMs: stores.stalenessMs(),
      storeWork: stores.work(),
      scrapes: {
        inFlight: await sum('kube_state_metrics_scrapes_in_flight'),
        rejected: await sum('kube_state_metrics_scrapes_rejected_total'),
        cutOff: await sum('kube_state_metrics_scrapes_cut_off_total'),
        last: selfMetrics.lastScrapes,
      },
      log: { lines: logRing?.lines() ?? [], total: logRing?.added ?? 0 },
    };
  };
}

async function resourcesOf(
  watching: Pipeline,
  selfMetrics: SelfMetrics,
): Promise<ReadonlyMap<string, ResourceReport>> {
  const relists = await selfMetrics.reasons('relist');
  const watchRestarts = await selfMetrics.reasons('watchRestart');
  const sizes = watching.sizes();
  return new Map(
    [...watching.reflectors()].map(([resource, reflectors]) => [
      resource,
      {
        size: sizes.get(resource) ?? { objects: 0, series: 0, bytes: 0 },
        reflectors,
        lastEventMs: selfMetrics.lastSeenMs('event', resource),
        lastBookmarkMs: selfMetrics.lastSeenMs('bookmark', resource),
        relists: relists.get(resource),
        watchRestarts: watchRestarts.get(resource),
      },
    ]),
  );
}

async function configFilesOf(selfMetrics: SelfMetrics): Promise<ConfigFile[]> {
  const byFile = (samples: readonly ReadSample[]): ReadonlyMap<string, number> =>
    new Map(samples.map(({ labels, value }) => [String(labels.filename), value]));
  const [successful, hashes, times] = (
    await Promise.all([
      selfMetrics.samples('kube_state_metrics_last_config_reload_successful'),
      selfMetrics.samples('kube_state_metrics_config_hash'),
      selfMetrics.samples('kube_state_metrics_last_config_reload_success_timestamp_seconds'),
    ])
  ).map(byFile);
  return [...(successful ?? [])].map(([filename, inForce]) => {
    const seconds = times?.get(filename);
    return {
      filename,
      inForce: inForce === 1,
      hash: hashes?.get(filename),
      sinceMs: seconds === undefined ? undefined : seconds * 1_000,
    };
  });
}
