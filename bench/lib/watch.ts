// Measures CPU, memory and event loop of an exporter over a time.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { type Exporter, largest } from './exporter.ts';
import { paced } from './load.ts';
import { bytesPerMb } from './question.ts';
import { scrape } from './scrape.ts';

const sampleMs = 1_000;
/** Changes are flushed within a second; this waits twice as long. */
export const servedMs = 2_000;

/** The CPU and memory of an exporter during a phase. */
export interface Seen {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Resident memory in megabytes, once per second. */
  readonly residentMb: readonly number[];
}

/** Measures while `during` runs, with `scrapesPerMinute` gzip scrapes. */
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
    // The concurrent loops end by themselves only if they fail.
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

/** CPU seconds per minute. */
export const cpuPerMinute = ({ cpuSeconds, seconds }: Seen): number => (cpuSeconds / seconds) * 60;

/** The same of changes, and how many there were. */
export interface SeenChanges extends Seen {
  readonly changes: number;
}

/** Measures while `change` is called at a steady rate, and until the last change is served. */
export async function watchChanges(
  bench: Bench,
  exporter: Exporter,
  change: () => Promise<unknown>,
): Promise<SeenChanges> {
  const { seconds, stepsPerSecond } = bench.plan;
  let changes = 0;
  const seen = await watch(exporter, async () => {
    const over = performance.now() + seconds * 1_000;
    changes = await paced(change, { firstMs: 0, everyMs: 1_000 / stepsPerSecond, over });
    // Pending changes belong to the measurement.
    await bench.pause(servedMs);
  });
  return { ...seen, changes };
}

/** CPU of one change in milliseconds, without what it takes if nothing changes. */
export function cpuMsOfChange({ cpuSeconds, seconds, changes }: SeenChanges, idle: Seen): number {
  const idleSeconds = (idle.cpuSeconds / idle.seconds) * seconds;
  return ((cpuSeconds - idleSeconds) / changes) * 1_000;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The longest blocks of the exporter's event loop, from its telemetry, in milliseconds. */
export interface Loop {
  /** The longest block in CPU time. */
  readonly runMs: number | undefined;
  /** The longest block in wall time, which includes waiting for the CPU. */
  readonly delayMs: number | undefined;
}

/** Reads them for the time since the start or for the last minute. */
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
