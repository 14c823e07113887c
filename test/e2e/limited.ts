// startProgram starts the built program on free ports, in the limits of a container if wanted.
import { setTimeout as sleep } from 'node:timers/promises';
import { CpuTime, memoryOf } from '../../bench/lib/proc.ts';
import { errorMessage } from '../../src/lib/errors.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import type { Cgroup } from './cgroup.ts';
import { reachable } from './get.ts';
import { kubestate, Program } from './program.ts';

const PROBE_EVERY_MS = 500;

/** A started program, and where it listens. */
export interface Started {
  readonly program: Program;
  readonly pid: number;
  readonly metrics: string;
  readonly telemetry: string;
}

export async function startProgram(
  apiServer: string,
  flags: readonly string[] = [],
  cgroup?: Cgroup,
): Promise<Started> {
  const [metricsPort = 0, telemetryPort = 0] = await freePorts(2);
  const args = [
    `--apiserver=${apiServer}`,
    '--host=127.0.0.1',
    `--port=${metricsPort}`,
    '--telemetry-host=127.0.0.1',
    `--telemetry-port=${telemetryPort}`,
    ...flags,
  ];
  const program = new Program(...(cgroup?.command(kubestate, args) ?? [kubestate, args]));
  const { pid } = program;
  if (pid === undefined)
    throw new Error(`expected ${kubestate} to start: ${await program.exitCode}`);
  const [metrics, telemetry] = [metricsPort, telemetryPort].map(
    (port) => `http://127.0.0.1:${port}`,
  );
  return { program, pid, metrics: metrics as string, telemetry: telemetry as string };
}

/** One request of a kubelet: over a connection of its own, and answered in time, or not. */
export interface Probe {
  readonly url: string;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly text: string;
  readonly ms: number;
}

/** What a start in a container's limits took. */
export interface LimitedStart {
  readonly tookMs: number;
  /** Of one CPU. */
  readonly share: number;
  /** The most memory that was resident, in bytes. */
  readonly peak: number;
  readonly probes: readonly Probe[];
  readonly slowestMs: number;
}

const readyPath = '/readyz';

export const isLiveness = (url: string): boolean => !url.endsWith(readyPath);

/** Probes the program until it is ready; rejects with what it does instead if that takes longer. */
export async function readyWithin(
  withinMs: number,
  { program, pid, metrics, telemetry }: Started,
  cgroup: Cgroup | undefined,
): Promise<LimitedStart> {
  const began = performance.now();
  const ended = new AbortController();
  const ready = `${telemetry}${readyPath}`;
  const probes: Probe[] = [];
  const urls = [`${metrics}/livez`, `${metrics}/healthz`, ready];
  const probing = urls.map((url) => probe(url, probes, ended.signal));
  const isReady = async () =>
    probes.some(({ url, status }) => url === ready && status === 200) || undefined;
  try {
    await program.until('it was ready', isReady, withinMs);
  } catch (error) {
    throw new Error(`${errorMessage(error)}\n${stateOf(pid, probes, cgroup)}`);
  } finally {
    ended.abort();
  }
  const tookMs = performance.now() - began;
  const share = new CpuTime(pid).read() / tookMs;
  await Promise.all(probing);
  const slowestMs = Math.max(...probes.map(({ ms }) => ms));
  return { tookMs, share, peak: memoryOf(pid).peak, probes, slowestMs };
}

/** Probes as a kubelet does, until the signal aborts. */
async function probe(url: string, probes: Probe[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const asked = performance.now();
    const answer = await reachable(url, { connection: 'close' }).catch(errorMessage);
    const ms = performance.now() - asked;
    if (typeof answer === 'string') probes.push({ url, status: undefined, text: answer, ms });
    else if (answer) probes.push({ url, status: answer.status, text: `${answer.body}`, ms });
    await sleep(PROBE_EVERY_MS);
  }
}

/** What a program that does not become ready does instead. */
function stateOf(pid: number, probes: readonly Probe[], cgroup: Cgroup | undefined): string {
  const last = probes.findLast(({ url }) => !isLiveness(url));
  const { text, ms } = last ?? { text: 'no answer', ms: 0 };
  const throttled = cgroup === undefined ? '' : `, throttled in ${cgroup.throttledPeriods} periods`;
  return (
    `it used ${new CpuTime(pid).read()} ms of CPU${throttled}; ` +
    `of ${probes.length} probes the last of /readyz took ${ms.toFixed(0)} ms: ${text}`
  );
}
