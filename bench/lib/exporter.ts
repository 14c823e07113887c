// Starts the exporter that is measured as a process of its own, and looks at it from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, kubeconfigOf } from './cluster.ts';
import { cpuMsOf, type Memory, memoryOf } from './proc.ts';

const readyMsMax = 300_000;
const pollMs = 25;
const outputCharsMax = 20_000;

/** As the image starts it; without this the program would start itself anew, with both. */
const imageNode = { NODE_OPTIONS: '--max-semi-space-size=4' };
const imageMalloc = { MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TRIM_THRESHOLD_: '131072' };

export interface ExporterOptions {
  /** The command that is kubestate; flags are put behind it. */
  readonly program: readonly string[];
  readonly cluster: Cluster;
  readonly flags?: readonly string[];
  /** `image` sets glibc's allocator as our image does, `default` leaves it as it is. */
  readonly malloc?: 'image' | 'default';
}

/** A running kubestate; it is ready when `start` resolves. */
export class Exporter {
  readonly pid: number;
  /** Milliseconds from the start of the process until /readyz said yes. */
  readonly readyMs: number;
  /** Where the cluster is scraped. */
  readonly metrics: string;
  readonly #telemetry: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #said: () => string;

  private constructor(started: Started, ports: Ports, readyMs: number) {
    this.pid = started.child.pid as number;
    this.#child = started.child;
    this.#folder = started.folder;
    this.#said = started.said;
    this.metrics = `http://${ports.metrics}/metrics`;
    this.#telemetry = `http://${ports.telemetry}/metrics`;
    this.readyMs = readyMs;
  }

  /** Starts it and waits until it is synced; rejects with its last words if it ends before. */
  static async start(options: ExporterOptions): Promise<Exporter> {
    const startMs = performance.now();
    const started = spawnExporter(options);
    try {
      const ports = await until(started, () => portsOf(started.said()));
      const ready = `http://${ports.telemetry}/readyz`;
      await until(started, async () => (await fetch(ready)).ok || undefined);
      return new Exporter(started, ports, performance.now() - startMs);
    } catch (error) {
      await end(started.child, started.folder);
      throw error;
    }
  }

  memory(): Memory {
    this.#requireAlive();
    return memoryOf(this.pid);
  }

  /** Milliseconds of CPU since the start. */
  cpuMs(): number {
    this.#requireAlive();
    return cpuMsOf(this.pid);
  }

  #requireAlive(): void {
    if (isAlive(this.#child)) return;
    const { exitCode, signalCode } = this.#child;
    throw new Error(`kubestate ended with ${signalCode ?? exitCode}:\n${this.#said()}`);
  }

  /** The exposition about itself. */
  async telemetry(): Promise<string> {
    return (await fetch(this.#telemetry)).text();
  }

  async stop(): Promise<void> {
    await end(this.#child, this.#folder);
  }
}

/** The largest value among the series of a metric in an exposition, or those with a label. */
export function largest(text: string, metric: string, label = ''): number | undefined {
  const labels = label === '' ? '(?:\\{[^\\n]*\\})?' : `\\{[^\\n]*${label}[^\\n]*\\}`;
  const series = text.matchAll(new RegExp(`^${metric}${labels} (\\S+)`, 'gm'));
  const values = [...series].map(([, value]) => Number(value));
  return values.length === 0 ? undefined : Math.max(...values);
}

interface Started {
  readonly child: ChildProcess;
  readonly folder: string;
  /** What it has written to stderr. */
  said(): string;
}

interface Ports {
  readonly metrics: string;
  readonly telemetry: string;
}

function spawnExporter({ program, cluster, flags = [], malloc = 'image' }: ExporterOptions) {
  const [command = '', ...before] = program;
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(cluster), { mode: 0o600 });
  const where = ['--host=127.0.0.1', '--telemetry-host=127.0.0.1', '--port=0'];
  const all = [`--kubeconfig=${kubeconfig}`, ...where, '--telemetry-port=0', ...flags];
  const child = spawn(command, [...before, ...all], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ ...process.env, ...imageNode, NODE_ENV: 'production' },
      ...(malloc === 'image' && imageMalloc),
    },
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-outputCharsMax);
  });
  return { child, folder, said: () => text };
}

/** Its addresses, from the line of its log that tells them. */
function portsOf(log: string): Ports | undefined {
  const [, metrics] = /"metrics":"([^"]+)"/.exec(log) ?? [];
  const [, telemetry] = /"telemetry":"([^"]+)"/.exec(log) ?? [];
  return metrics && telemetry ? { metrics, telemetry } : undefined;
}

/** Asks until there is a value; rejects where the process ends, or takes too long. */
async function until<T>(
  { child, said }: Started,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + readyMsMax;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (!isAlive(child)) throw new Error(`kubestate ended before it was ready:\n${said()}`);
    if (performance.now() > deadline) {
      throw new Error(`kubestate was not ready within ${readyMsMax / 1_000} s:\n${said()}`);
    }
    await sleep(pollMs);
  }
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;

async function end(child: ChildProcess, folder: string): Promise<void> {
  const closed = isAlive(child) ? once(child, 'close') : undefined;
  child.kill('SIGTERM');
  await closed;
  rmSync(folder, { recursive: true });
}
