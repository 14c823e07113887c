// Looks at an exporter over a stretch of time: its CPU, its memory, its longest run.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Exporter, largest } from './exporter.ts';
import { bytesPerMb } from './question.ts';
import { scrape } from './scrape.ts';

const sampleMs = 1_000;

/** What an exporter needed while something went on. */
export interface Seen {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Resident megabytes, once a second. */
  readonly residentMb: readonly number[];
}

/** Watches while `during` goes on; `scrapesPerMinute` gzip scrapes are taken meanwhile. */
export async function watch(
  exporter: Exporter,
  during: () => Promise<unknown>,
  scrapesPerMinute = 0,
): Promise<Seen> {
  const residentMb: number[] = [];
  const over = new AbortController();
  const every = async (ms: number, act: () => unknown): Promise<void> => {
    while (!over.signal.aborted) {
      await act();
      await pause(ms, over.signal);
    }
  };
  const start = performance.now();
  const cpuMs = exporter.cpuMs();
  const beside = [every(sampleMs, () => residentMb.push(exporter.memory().resident / bytesPerMb))];
  if (scrapesPerMinute > 0) {
    beside.push(every(60_000 / scrapesPerMinute, () => scrape(exporter.metrics, 'gzip')));
  }
  try {
    // What goes on beside ends by itself only where it fails.
    await Promise.race([during(), ...beside]);
  } finally {
    over.abort();
  }
  await Promise.all(beside);
  return {
    seconds: (performance.now() - start) / 1_000,
    cpuSeconds: (exporter.cpuMs() - cpuMs) / 1_000,
    residentMb,
  };
}

/** CPU seconds in each minute. */
export const cpuPerMinute = ({ cpuSeconds, seconds }: Seen): number => (cpuSeconds / seconds) * 60;

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** How long the exporter kept its own loop from turning, in milliseconds, as it tells itself. */
export interface Loop {
  /** The longest run of its own code, in CPU time. */
  readonly runMs: number | undefined;
  /** The longest delay by the clock: what other processes took of the machine counts too. */
  readonly delayMs: number | undefined;
}

/** Asks the exporter about its loop, since its start or in the last minute. */
export async function loopOf(exporter: Exporter, window: 'start' | '1m'): Promise<Loop> {
  const text = await exporter.telemetry();
  const ms = (metric: string, label?: string): number | undefined => {
    const seconds = largest(text, metric, label);
    return seconds === undefined ? undefined : seconds * 1_000;
  };
  const [runMs, delayMs] = ['longest_run_cpu', 'longest_delay'].map((what) =>
    ms(`kube_state_metrics_event_loop_${what}_seconds`, `window="${window}"`),
  );
  return { runMs, delayMs };
}
