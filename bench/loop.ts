// Measures the longest block of the event loop while a whole cluster is listed.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { run } from '../src/app/run.ts';
import { parseCommandLine } from '../src/config/flags.ts';
import { flags } from '../src/config/options.ts';
import { ApiServer } from '../src/demo/apiserver/apiserver.ts';
import { buildCluster } from '../src/demo/cluster/cluster.ts';
import { isReady } from '../src/http/readiness.ts';
import { systemClock, systemThread } from '../src/lib/clock.ts';

const pods = Number(process.argv[2] ?? 20_000);
/** The resolution of the delay; shorter delays are not visible. */
const resolutionMs = 1;
const lookMs = 20;
const build = { version: '0', revision: '', branch: '', node: process.version };

/** Serves the cluster in a child process, so that its CPU time is not measured. */
async function serveCluster(): Promise<void> {
  const server = new ApiServer({ clock: systemClock, random: Math.random });
  buildCluster(server, { clock: systemClock, seed: 1, pods });
  const { url } = await server.listen(0, '127.0.0.1');
  process.send?.(url);
  process.once('disconnect', () => process.exit());
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve(String(url)));
    child.once('exit', (code) => reject(new Error(`the cluster ended with ${code}`)));
  });
}

async function measure(): Promise<void> {
  const child = fork(new URL(import.meta.url).pathname, [String(pods), 'cluster']);
  const apiserver = await urlOf(child);
  const noop = (): void => undefined;
  const { values } = parseCommandLine(flags, [
    '--host=127.0.0.1',
    '--telemetry-host=127.0.0.1',
    '--port=0',
    '--telemetry-port=0',
    `--apiserver=${apiserver}`,
  ]);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  await systemClock.sleep(100);
  delay.enable();
  const startMs = performance.now();
  const startCpu = process.threadCpuUsage();
  const running = await run(values, {
    env: {},
    readFile: readFileSync,
    readFolder: () => [],
    stop: new AbortController().signal,
    clock: systemClock,
    thread: systemThread,
    random: Math.random,
    memoryBytes: totalmem(),
    setV8Flags: setFlagsFromString,
    log: { debug: noop, info: noop, warn: noop, error: noop },
    build: { ...build, platform: process.platform, arch: process.arch },
  });
  while (!isReady(running.readiness())) await systemClock.sleep(lookMs);
  const readyMs = performance.now() - startMs;
  const { user, system } = process.threadCpuUsage(startCpu);
  delay.disable();
  const ms = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(1)} ms`;
  const ready = `ready after ${(readyMs / 1e3).toFixed(2)} s`;
  console.log(`${pods} pods, Node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}`);
  console.log(`${ready}, ${((user + system) / 1e6).toFixed(2)} s CPU of our thread`);
  console.log(`late by the clock: longest ${ms(delay.max)}, p99 ${ms(delay.percentile(99))}`);
  const self = await fetch(`http://127.0.0.1:${running.telemetry.port}/metrics`);
  for (const line of (await self.text()).split('\n')) {
    if (/^kube_state_metrics_event_loop.*start/.test(line)) console.log(line);
  }
  await running.stop();
  child.disconnect();
}

await (process.argv[3] === 'cluster' ? serveCluster() : measure());
