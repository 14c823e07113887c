// Exporter starts kubestate or the reference as a child process, and measures it from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allocator } from '../../src/app/nodeOptions.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import { type Cluster, kubeconfigOf } from './cluster.ts';
import { CpuTime, type Memory, memoryOf } from './proc.ts';

/** Of 100,000 pods, where other work takes the processors. */
const readyMsMax = 900_000;
const pollMs = 25;
const outputCharsMax = 20_000;

/** NODE_OPTIONS as in the image; without them the program would exec itself with them. */
const imageNode = { NODE_OPTIONS: '--max-semi-space-size=4 --disable-sigusr1' };

export interface ExporterOptions {
  /** What the program is; kubestate unless given. */
  readonly kind?: 'kubestate' | 'reference';
  /** The command; flags are appended. */
  readonly program: readonly string[];
  readonly cluster: Cluster;
  readonly flags?: readonly string[];
  /** `image` configures glibc's malloc as the image does, `default` does not. */
  readonly malloc?: 'image' | 'default';
  /** Told the URL of /metrics as soon as it is known, before the program is ready. */
  readonly onListening?: (metrics: string) => void;
}

/** A running exporter; it is ready when `start` resolves. */
export class Exporter {
  readonly pid: number;
  /** When the process was started, in time of performance.now(). */
  readonly spawnedMs: number;
  /**
   * Milliseconds from then until it said that it is ready. kubestate does so when all objects are
   * served, the reference before it has any.
   */
  readonly readyMs: number;
  /** URL of /metrics on the main port. */
  readonly metrics: string;
  readonly #telemetry: string;
  readonly #cpu: CpuTime;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #said: () => string;

  private constructor(started: Started, ports: Ports, spawnedMs: number) {
    this.pid = started.child.pid as number;
    this.spawnedMs = spawnedMs;
    this.readyMs = performance.now() - spawnedMs;
    this.#cpu = new CpuTime(this.pid);
    this.#child = started.child;
    this.#folder = started.folder;
    this.#said = started.said;
    this.metrics = `http://${ports.metrics}/metrics`;
    this.#telemetry = `http://${ports.telemetry}/metrics`;
  }

  /** Starts it and waits until it is ready; rejects with its last log lines if it exits. */
  static async start(options: ExporterOptions): Promise<Exporter> {
    const ports = options.kind === 'reference' ? await twoPorts() : undefined;
    const spawnedMs = performance.now();
    const started = spawnExporter(options, ports);
    try {
      const bound = ports ?? (await until(started, () => portsOf(started.said())));
      options.onListening?.(`http://${bound.metrics}/metrics`);
      const probe = ports ? `${ports.metrics}/healthz` : `${bound.telemetry}/readyz`;
      await until(started, async () => (await isOk(`http://${probe}`)) || undefined);
      return new Exporter(started, bound, spawnedMs);
    } catch (error) {
      await end(started.child, started.folder);
      throw error;
    }
  }

  memory(): Memory {
    this.#requireAlive();
    return memoryOf(this.pid);
  }

  /** CPU time since the start, in milliseconds. */
  cpuMs(): number {
    this.#requireAlive();
    return this.#cpu.read();
  }

  #requireAlive(): void {
    if (isAlive(this.#child)) return;
    const { exitCode, signalCode } = this.#child;
    throw new Error(`the exporter ended with ${signalCode ?? exitCode}:\n${this.#said()}`);
  }

  /** Its telemetry. */
  async telemetry(): Promise<string> {
    return (await fetch(this.#telemetry)).text();
  }

  async stop(): Promise<void> {
    await end(this.#child, this.#folder);
  }
}

/** The largest value of a metric in an exposition, or of its series with a label. */
export function largest(text: string, metric: string, label = ''): number | undefined {
  const labels = label === '' ? '(?:\\{[^\\n]*\\})?' : `\\{[^\\n]*${label}[^\\n]*\\}`;
  const series = text.matchAll(new RegExp(`^${metric}${labels} (\\S+)`, 'gm'));
  const values = [...series].map(([, value]) => Number(value));
  return values.length === 0 ? undefined : Math.max(...values);
}

interface Started {
  readonly child: ChildProcess;
  readonly folder: string;
  /** Its stderr so far. */
  said(): string;
}

interface Ports {
  readonly metrics: string;
  readonly telemetry: string;
}

/** Ports are given where the program does not say which free ones it has taken. */
function spawnExporter(options: ExporterOptions, ports: Ports | undefined): Started {
  const { program, cluster, flags = [], malloc = 'image' } = options;
  const [command = '', ...before] = program;
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(cluster), { mode: 0o600 });
  const all = [
    `--kubeconfig=${kubeconfig}`,
    '--host=127.0.0.1',
    '--telemetry-host=127.0.0.1',
    `--port=${portOf(ports?.metrics)}`,
    `--telemetry-port=${portOf(ports?.telemetry)}`,
    // Off by default there.
    ...(options.kind === 'reference' ? ['--enable-gzip-encoding'] : []),
    ...flags,
  ];
  const child = spawn(command, [...before, ...all], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...imageNode,
      NODE_ENV: 'production',
      ...(malloc === 'image' && allocator),
    },
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-outputCharsMax);
  });
  return { child, folder, said: () => text };
}

/** The port of `host:port`; 0 for any free one. */
const portOf = (address = ':0'): string => address.slice(address.lastIndexOf(':') + 1);

async function twoPorts(): Promise<Ports> {
  const [metrics, telemetry] = await freePorts(2);
  return { metrics: `127.0.0.1:${metrics}`, telemetry: `127.0.0.1:${telemetry}` };
}

/** Whether it is answered 2xx; not where nobody listens yet, or any more. */
export async function isOk(url: string, options: RequestInit = {}): Promise<boolean> {
  try {
    const answer = await fetch(url, options);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Its ports, from its log. */
function portsOf(log: string): Ports | undefined {
  const [, metrics] = /"metrics":"([^"]+)"/.exec(log) ?? [];
  const [, telemetry] = /"telemetry":"([^"]+)"/.exec(log) ?? [];
  return metrics && telemetry ? { metrics, telemetry } : undefined;
}

/** Polls until there is a value; rejects if the process exits, or on time-out. */
async function until<T>(
  { child, said }: Started,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + readyMsMax;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (!isAlive(child)) throw new Error(`the exporter ended before it was ready:\n${said()}`);
    if (performance.now() > deadline) {
      throw new Error(`the exporter was not ready within ${readyMsMax / 1_000} s:\n${said()}`);
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
