// ExplorerSource is what the explorer's API reads of the program, at each request anew.
import type { Leadership, Readiness } from '../http/readiness.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Stores } from '../store/types.ts';
import type { History } from './history.ts';

/** The part of the stores that it reads; a reload makes others. */
export type ExplorerStores = Pick<
  Stores,
  'byResource' | 'sizes' | 'find' | 'snapshot' | 'stalenessMs'
>;

export interface ExplorerSource {
  readonly stores: ExplorerStores;
  readonly readiness: Readiness;
  /** The replica's status in a leader election. */
  readonly leadership: Leadership;
  /** Whether scrapes are answered before every resource is synced. */
  readonly serveBeforeSync: boolean;
  /** Compress for the clients that ask for it. */
  readonly gzip: boolean;
  /** When the last event of a resource came, in milliseconds since 1970. */
  lastEventMs(resource: string): number | undefined;
  readonly history: Pick<History, 'answer'>;
  readonly version: string;
  /** When the process started, in milliseconds since 1970. */
  readonly startedMs: number;
  readonly telemetryPort: number;
  readonly clock: Pick<Clock, 'now' | 'wall' | 'sleep' | 'turn'>;
  readonly log: Pick<Logger, 'error'>;
}
