// Question `limits`: a start within the limits that kube-prometheus ships, in a cgroup.
import { setTimeout as sleep } from 'node:timers/promises';
import { Cgroup } from '../test/e2e/cgroup.ts';
import type { Bench } from './lib/bench.ts';
import { missingIn } from './lib/compare/quiet.ts';
import { eachSize, type Setting } from './lib/compare/sizes.ts';
import { type Exporter, isOk } from './lib/exporter.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { countedOf } from './lib/scrape.ts';

const cpuShare = 0.1;
const bytesPerMib = 2 ** 20;
/** kube-prometheus' limit, and that of small clusters, which is kubestate's alone. */
const containers = [
  { memoryMib: 250, podsMax: Number.POSITIVE_INFINITY, sides: 'all' },
  { memoryMib: 128, podsMax: 1_000, sides: 'kubestate' },
] as const;
type Container = (typeof containers)[number];
/** How often liveness is asked for, and how long an answer may take. */
const probeMs = 500;
const probeMsMax = 60_000;
/** How often the reference is asked for all objects. */
const lookMs = 2_000;
const completeMsMax = 300_000;
const msPerSecond = 1_000;

export default {
  asks: 'What happens with cpu: 100m, and memory: 250Mi or 128Mi?',
  how:
    'Each exporter starts in a cgroup with these limits, as a container would. /livez is asked ' +
    'twice a second from when the port is open until the end. kubestate is ready when /readyz ' +
    'says so; of the reference, plain scrapes every two seconds tell when it serves all ' +
    'objects. Resident memory is read after a quiet time and one more plain scrape. 128 MiB are ' +
    'for up to 1,000 pods.',
  namedOnly: true,
  columns: [
    { key: 'memoryMib', heading: 'memory, MiB' },
    { key: 'pods', heading: 'pods' },
    { key: 'exporter', heading: 'exporter' },
    { key: 'readySeconds', heading: 'ready, s', significant: 3 },
    { key: 'slowestMs', heading: 'slowest /livez, ms' },
    { key: 'killed', heading: 'killed' },
    { key: 'residentMb', heading: 'resident, MB' },
    { key: 'peakMb', heading: 'peak, MB' },
  ],
  async *measure(bench) {
    for (const container of containers) {
      const isMeasured = ({ pods, side }: Pick<Setting, 'pods' | 'side'>): boolean =>
        pods <= container.podsMax && (container.sides === 'all' || side.name === container.sides);
      yield* eachSize(bench, (_, setting) => limited(bench, setting, container), isMeasured);
    }
  },
} satisfies Question;

async function limited(bench: Bench, setting: Setting, { memoryMib }: Container): Promise<Row> {
  const { pods, cluster, side } = setting;
  const cgroup = Cgroup.make({
    cpuShare: bench.isTrial ? 1 : cpuShare,
    memoryBytes: memoryMib * bytesPerMib,
  });
  const [command, args] = cgroup.command('env', [
    // As in the image; the first is in its entry point.
    ...(side.name === 'reference' ? [] : ['NODE_OPTIONS=--max-semi-space-size=4']),
    ...(side.options.program ?? bench.program),
  ]);
  const probes = new Probes();
  const exporter = side.name === 'reference' ? 'kube-state-metrics' : side.name;
  try {
    const options = {
      ...side.options,
      program: [command, ...args],
      onListening: (metrics: string) => probes.start(metrics),
    };
    const row = await bench.withExporter(cluster, options, (one) => measured(bench, one, setting));
    return {
      memoryMib,
      pods,
      exporter,
      ...row,
      slowestMs: probes.slowestMs,
      killed: killedIn(cgroup),
    };
  } catch (error) {
    if (cgroup.killed === 0) throw error;
    return { memoryMib, pods, exporter, slowestMs: probes.slowestMs, killed: killedIn(cgroup) };
  } finally {
    await probes.stop();
    cgroup.remove();
  }
}

const killedIn = ({ killed }: Cgroup): string => (killed > 0 ? 'yes' : 'no');

async function measured(
  bench: Bench,
  exporter: Exporter,
  { expected, side }: Setting,
): Promise<Row> {
  let readyMs = exporter.readyMs;
  if (side.name === 'reference') {
    const deadline = performance.now() + completeMsMax;
    while (missingIn(await countedOf(exporter.metrics), expected).length > 0) {
      if (performance.now() > deadline) throw new Error('expected all objects within five minutes');
      await sleep(lookMs);
    }
    readyMs = performance.now() - exporter.spawnedMs;
  }
  await bench.settle();
  await countedOf(exporter.metrics);
  const { resident, peak } = exporter.memory();
  return {
    readySeconds: readyMs / msPerSecond,
    residentMb: resident / bytesPerMb,
    peakMb: peak / bytesPerMb,
  };
}

/** Asks for liveness as a kubelet does, over a new connection each time. */
class Probes {
  slowestMs: number | undefined;
  #ended = false;
  #running: Promise<void> | undefined;

  start(metrics: string): void {
    this.#running = this.#run(metrics.replace(/metrics$/, 'livez'));
  }

  async #run(url: string): Promise<void> {
    while (!this.#ended) {
      const asked = performance.now();
      const signal = AbortSignal.timeout(probeMsMax);
      if (await isOk(url, { headers: { connection: 'close' }, signal })) {
        this.slowestMs = Math.max(this.slowestMs ?? 0, performance.now() - asked);
      }
      await sleep(probeMs);
    }
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#running;
  }
}
