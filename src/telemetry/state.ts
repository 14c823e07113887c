// What the rows of telemetry's table read at each scrape.
import type { LoopTimes } from '../app/eventLoop.ts';
import type { StoreSize, Stores } from '../store/types.ts';
import type { Claim } from '../sync/claims.ts';
import type { WorkloadsReport } from '../sync/owners/workloads.ts';

/** What is watched now, and which part of it. */
export interface ServedState {
  readonly resources: readonly ResourceTelemetry[];
  readonly stores: Pick<Stores, 'stalenessMs' | 'work'>;
  readonly customs: CustomTelemetry;
  /** Undefined where no workloads of pods are served. */
  readonly owners: WorkloadsReport | undefined;
  /** Undefined until the StatefulSet was read. */
  readonly shard: Claim | undefined;
}

/** What is followed for the custom-resource configuration. */
export interface CustomTelemetry {
  /** CustomResourceDefinitions that are known. */
  readonly definitions: number;
  /** Rules of a file that are wrong, and not served. */
  readonly disabledRules: readonly { readonly filename: string; readonly rules: number }[];
}

/** All that a row can read. */
export interface TelemetryState extends ServedState {
  readonly build: BuildInfo;
  readonly loop: LoopTimes;
  /** Age of the state that is served. */
  readonly stateAgeMs: number;
  /** When the method of a resource's observer was last called, in milliseconds since 1970. */
  lastSeenMs(method: string, resource: string): number | undefined;
}

/** What was built and what it runs on; `kube_state_metrics_build_info` shows it. */
export interface BuildInfo {
  /** The version of kubestate, not that of the kube-state-metrics it stands in for. */
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

/** One resource that is watched, and where its gauges are read. */
export interface ResourceTelemetry {
  /** RBAC plural. */
  readonly resource: string;
  readonly version: string;
  readonly kind: string;
  readonly store: { readonly size: StoreSize };
  synced(): boolean;
  /** The API server does not have the resource at all. */
  absent(): boolean;
  /** The API server selects the objects of this shard; undefined where it is not asked to. */
  serverSelects(): boolean | undefined;
  /** The objects were complete once, and the API server has not been followed for some time. */
  stale(): boolean;
  /** Objects that differed from the API server's at the last check; undefined before one. */
  drift(): number | undefined;
}

/** A resource by its names alone. */
export interface NamedResource extends Pick<ResourceTelemetry, 'resource' | 'version' | 'kind'> {
  /** What kube-state-metrics calls its objects, where that is not `*v1.Pod` of the names above. */
  readonly goType?: string | undefined;
}

/** Go's names where Node's differ: dashboards of kube-state-metrics match on them. */
const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
const goSystems: Readonly<Record<string, string>> = { win32: 'windows' };

/** The labels of `kube_state_metrics_build_info`. */
export const buildLabels = (build: BuildInfo) => ({
  branch: build.branch,
  // Neither client-go nor a Go build tag exists here; kube-state-metrics says `unknown` as well.
  client_go_version: 'unknown',
  goarch: goArchitectures[build.arch] ?? build.arch,
  goos: goSystems[build.platform] ?? build.platform,
  goversion: `node${build.node.replace(/^v/, '')}`,
  revision: build.revision,
  tags: 'unknown',
  version: build.version,
});
