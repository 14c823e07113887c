// What commands share: waiting for the stop, how much they log, and what they say at the start.
import type { Flags } from '../flags.ts';
import type { Logger } from '../log.ts';

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const DEBUG_FROM = 4;

/** klog's verbosity as a level: kube-state-metrics' debugging starts at 4, too. */
export const logLevel = (verbosity: number): 'info' | 'debug' =>
  verbosity >= DEBUG_FROM ? 'debug' : 'info';

/** Says in one line which of the flags that were given do nothing here. */
export function sayIgnored(flags: Flags, given: readonly string[], log: Logger): void {
  const ignored = given.filter((name) => flags[name]?.ignored).map((name) => `--${name}`);
  if (ignored.length > 0) log.info({ flags: ignored }, 'without effect here');
}
