// Measures an idle start: time to ready, resident memory and its peak, against plain Node.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiServer } from '../src/demo/apiserver/apiserver.ts';
import { buildCluster } from '../src/demo/cluster/cluster.ts';
import { systemClock } from '../src/lib/clock.ts';
import { freePorts } from '../tools/serverProcess.ts';
import { type Memory, memoryOf, parseMemory } from './lib/proc.ts';
import { bytesPerMb } from './lib/question.ts';
import { medians } from './lib/stats.ts';

const rounds = 5;
const pods = 20;
const readyMsMax = 60_000;
/** Wait after the first lists, until the process is idle. */
const restMs = 2_000;
const loopback = '127.0.0.1';

const bundle = join(import.meta.dirname, '../dist/kubestate.cjs');
if (!existsSync(bundle)) throw new Error(`expected ${bundle}: make it with npm run build`);

interface Cost {
  readonly readyMs: number;
  readonly residentMb: number;
  readonly peakMb: number;
}

const costOf = (readyMs: number, { resident, peak }: Memory): Cost => ({
  readyMs,
  residentMb: resident / bytesPerMb,
  peakMb: peak / bytesPerMb,
});

/** Runs Node with `args`, which prints its memory at the end. */
function costOfNode(...args: string[]): Cost {
  const tell = "process.on('exit', () => process.stderr.write(readFileSync('/proc/self/status')))";
  const preload = `data:text/javascript,import { readFileSync } from 'node:fs'; ${tell}`;
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, ...args], {
    encoding: 'utf8',
  });
  const readyMs = performance.now() - start;
  if (status !== 0) throw new Error(`expected exit code 0, got ${status}: ${stderr}`);
  return costOf(readyMs, parseMemory(stderr));
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + readyMsMax;
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`expected it to run, it ended: ${child.exitCode}`);
    // Not listening yet at first.
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await sleep(10);
  }
  throw new Error(`expected ${url} to be ready within ${readyMsMax} ms`);
}

async function costOfServing(apiServer: string): Promise<Cost> {
  const [port = 0, telemetry = 0] = await freePorts(2);
  const hosts = [`--host=${loopback}`, `--telemetry-host=${loopback}`];
  const ports = [`--port=${port}`, `--telemetry-port=${telemetry}`];
  const start = performance.now();
  const child = spawn(process.execPath, [bundle, `--apiserver=${apiServer}`, ...hosts, ...ports], {
    stdio: 'ignore',
  });
  try {
    await untilReady(`http://${loopback}:${telemetry}/readyz`, child);
    const readyMs = performance.now() - start;
    await sleep(restMs);
    return costOf(readyMs, memoryOf(child.pid as number));
  } finally {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill()) await ended;
  }
}

async function measured(measure: () => Cost | Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) costs.push(await measure());
  return medians(costs);
}

const server = new ApiServer({ clock: systemClock, random: Math.random });
buildCluster(server, { clock: systemClock, seed: 1, pods });
const { url } = await server.listen(0, loopback);

const bare = await measured(() => costOfNode('-e', '0'));
const all: readonly (readonly [string, Cost])[] = [
  ['node -e 0', bare],
  ['kubestate version', await measured(() => costOfNode(bundle, 'version'))],
  [`kubestate, ${pods} pods`, await measured(() => costOfServing(url))],
];
await server.close();

const ratio = (value: number, yardstick: number): string => `(${(value / yardstick).toFixed(2)})`;
console.log(`${cpus()[0]?.model}, Node ${process.versions.node}, medians of ${rounds}`);
console.log('in brackets: the ratio to a bare Node; what serves is ready when /readyz says so');
for (const [name, { readyMs, residentMb, peakMb }] of all) {
  console.log(
    `${name.padEnd(20)} ${readyMs.toFixed(0).padStart(5)} ms ${ratio(readyMs, bare.readyMs)}` +
      `  resident ${residentMb.toFixed(0)} MB ${ratio(residentMb, bare.residentMb)}` +
      `  peak ${peakMb.toFixed(0)} MB ${ratio(peakMb, bare.peakMb)}`,
  );
}
