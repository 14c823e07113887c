// StatusReport is what the page of the telemetry port shows beside readiness; the app reads it.
import type { LoopTimes } from '../../app/eventLoop.ts';
import type { AskedVersion } from '../../app/serverVersion.ts';
import type { ChangedOption } from '../../config/changedOptions.ts';
import type { ReflectorReport } from '../../kube/types.ts';
import type { LoggedLine } from '../../lib/logRing.ts';
import type { StoreSize, StoreWork } from '../../store/types.ts';
import type { Counted, EndedScrape } from '../../telemetry/registry.ts';
import type { BuildInfo } from '../../telemetry/state.ts';

export interface StatusReport {
  /** Milliseconds since 1970 at which all this was read. */
  readonly nowMs: number;
  readonly build: BuildInfo;
  readonly uptimeMs: number;
  /** Undefined until the API server was asked. */
  readonly apiServer: AskedVersion | undefined;
  readonly changedOptions: readonly ChangedOption[];
  readonly configFiles: readonly ConfigFile[];
  /** By the name that readiness has. */
  readonly resources: ReadonlyMap<string, ResourceReport>;
  readonly memory: MemoryReport;
  readonly loop: LoopTimes;
  readonly stalenessMs: number;
  readonly storeWork: StoreWork;
  readonly scrapes: ScrapesReport;
  readonly log: LogReport;
}

/** A file that the configuration is read from. */
export interface ConfigFile {
  readonly filename: string;
  /** Whether what was last read of it is in force. */
  readonly inForce: boolean;
  /** Of the content in force, as `kube_state_metrics_config_hash` has it; undefined for none. */
  readonly hash: number | undefined;
  /** When that came into force, in milliseconds since 1970. */
  readonly sinceMs: number | undefined;
}

export interface ResourceReport {
  readonly size: StoreSize;
  /** One for each collection that is followed. */
  readonly reflectors: readonly ReflectorReport[];
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastEventMs: number | undefined;
  readonly lastBookmarkMs: number | undefined;
  readonly relists: Counted | undefined;
  readonly watchRestarts: Counted | undefined;
}

export interface MemoryReport {
  /** Their bytes add up to the resident set. */
  readonly owners: readonly MemoryOwner[];
  readonly residentBytes: number;
  /** V8's heap without its young generation, and the size at which the process ends. */
  readonly heap: MemoryUse;
  /** Undefined where nothing limits the process. */
  readonly container: MemoryUse | undefined;
}

export interface MemoryOwner {
  readonly name: string;
  readonly bytes: number;
  /** Counted, or estimated by the number of what is there. */
  readonly estimate: boolean;
}

export interface MemoryUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

export interface ScrapesReport {
  readonly inFlight: number;
  readonly rejected: number;
  readonly cutOff: number;
  /** The latest first. */
  readonly last: readonly EndedScrape[];
}

/** The last lines of level warn and above, the newest first. */
export interface LogReport {
  readonly lines: readonly LoggedLine[];
  /** How many there were since the start. */
  readonly total: number;
}
