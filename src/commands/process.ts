// What commands share: waiting for the stop, and how much they log.

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
