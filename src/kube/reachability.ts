// Reachability logs whether the API server can be reached, once for all reflectors.
import type { Clock } from '../lib/clock.ts';
import { errorCode, errorMessage, isOutOfFiles } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { FailureLog, LogInterval } from '../lib/logThrottle.ts';

/** An outage, or a lack of file descriptors, is logged again this often. */
const repeatMs = 300_000;

export interface ReachabilityOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
  /** The server's URL. */
  readonly server: () => string;
  /** How many files the process may have open; undefined where nobody knows. */
  readonly fileLimit?: number | undefined;
}

export class Reachability {
  readonly #options: ReachabilityOptions;
  readonly #failures: FailureLog;
  readonly #filesLog: LogInterval;

  constructor(options: ReachabilityOptions) {
    this.#options = options;
    const { clock, log, server } = options;
    const onFlapping = (): void =>
      log.warn({ server: server() }, 'API server can be reached only at times');
    this.#failures = new FailureLog({ clock, repeatMs, onFlapping });
    this.#filesLog = new LogInterval(clock, repeatMs);
  }

  /** A request got no answer. */
  failed(error: unknown): void {
    if (isOutOfFiles(error)) {
      this.#filesLog.write(() => this.#logFileLimit(error));
      return;
    }
    const { log, server } = this.#options;
    const keys = { server: server(), error: errorMessage(error) };
    this.#failures.failed('', () => log.warn(keys, 'API server cannot be reached, retrying'));
  }

  /** A request got an answer. */
  reached(): void {
    const { log, server } = this.#options;
    this.#failures.recovered(() =>
      log.info({ server: server() }, 'API server can be reached again'),
    );
  }

  /** The cause is this process, and other requests may work. */
  #logFileLimit(error: unknown): void {
    const { log, fileLimit } = this.#options;
    const limit = fileLimit === undefined ? 'its limit' : `its limit of ${fileLimit}`;
    log.error(
      { code: errorCode(error), limit: fileLimit },
      `too few file descriptors: the process has as many files open as ${limit} allows; raise ` +
        'it (ulimit -n, LimitNOFILE)',
    );
  }
}

/** How many files a process may have open, by Linux's /proc/PID/limits. */
export function fileLimitIn(limits: string): number | undefined {
  const limit = /^Max open files +(\d+)/m.exec(limits)?.[1];
  return limit === undefined ? undefined : Number(limit);
}
