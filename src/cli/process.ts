// What `serve` and `demo` share: start and stop by signals, the log level, the first log lines.
import type { Running } from '../app/run.ts';
import type { Flags } from '../config/flags.ts';
import { ApiError } from '../kube/apiError.ts';
import { errorMessage, signalOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { ProcessContext } from '../lib/processContext.ts';

/** Pause before an API server that did not answer is asked for its version again. */
const versionLookMs = 10_000;

/**
 * Starts the program and connects it to the signals: SIGHUP reads its files again, SIGTERM and
 * SIGINT are logged. Rejects with `Stopped` where one of these came before the start.
 */
export async function startWithSignals(
  context: ProcessContext,
  log: Logger,
  start: () => Promise<Running>,
): Promise<Running> {
  const { stop, onHangup } = context;
  const sayStop = (): void => log.info({ signal: signalOf(stop) }, 'stopping');
  if (stop.aborted) sayStop();
  stop.throwIfAborted();
  stop.addEventListener('abort', sayStop, { once: true });
  const running = await start();
  onHangup(() => {
    log.info({}, 'SIGHUP: reading the configuration files again');
    running.pollNow();
  });
  void sayServer(running, context, log);
  return running;
}

/** Logs the version of the API server as soon as it answers; never rejects. */
async function sayServer(
  running: Running,
  { clock, stop }: ProcessContext,
  log: Logger,
): Promise<void> {
  while (!stop.aborted) {
    try {
      const { server, version } = await running.askVersion(stop);
      return log.info({ server, kubernetes: version }, 'the API server answers');
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      // Without access to /version, lists and watches may still be allowed.
      if ([401, 403, 404].includes(status)) {
        return log.info(
          { server: running.server(), error: errorMessage(error) },
          'the API server does not show its version',
        );
      }
    }
    await clock.sleep(versionLookMs, stop);
  }
}

const DEBUG_FROM = 4;

/** The log level of klog's verbosity; kube-state-metrics' debug level starts at 4 as well. */
export const logLevel = (verbosity: number): 'info' | 'debug' =>
  verbosity >= DEBUG_FROM ? 'debug' : 'info';

/** Logs in one line which of the given flags have no effect in kubestate. */
export function sayIgnored(flags: Flags, given: readonly string[], log: Logger): void {
  const ignored = given.filter((name) => flags[name]?.ignored).map((name) => `--${name}`);
  if (ignored.length > 0) log.info({ flags: ignored }, 'without effect in kubestate');
}
