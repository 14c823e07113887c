// Question `shards`: what one of several shards receives and computes, with and without the server.
import type { Bench } from './lib/bench.ts';
import type { Cluster } from './lib/cluster.ts';
import { Load } from './lib/load.ts';
import { bytesPerMb, type Question } from './lib/question.ts';
import { Relay } from './lib/relay.ts';
import { medians } from './lib/stats.ts';

const totals = [1, 2, 4];
/** Of more shards than these, only so many are measured: their parts are of the same size. */
const measuredMax = 2;
const loadSecondsMax = 10;
const msPerSecond = 1_000;
const servedMs = 1_000;

/** What one shard cost; bytes as they come from the API server. */
interface Cost {
  readonly startMb: number;
  readonly startCpuMs: number;
  readonly readyMs: number;
  readonly residentMb: number;
  readonly changesKbPerSecond: number;
  readonly changesCpu: number;
}

export default {
  asks: 'What does a shard cost, with and without server-side sharding?',
  how:
    'Shards by --shard and --total-shards are started one after the other; figures are the ' +
    'median of the first two. Bytes are those of the API server on the wire, counted by a ' +
    'relay. CPU is that of the exporter. A start is measured until /readyz is 200, changes for ' +
    'ten seconds of status flips. The last columns compare with one process that has all. ' +
    'Needs --real: kube-apiserver runs with the feature gate ShardedListAndWatch.',
  namedOnly: true,
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'shards', heading: 'shards' },
    { key: 'by', heading: 'objects are selected by' },
    { key: 'startMb', heading: 'received at start, MB', digits: 1 },
    { key: 'startCpuMs', heading: 'CPU of the start, ms' },
    { key: 'readyMs', heading: 'ready, ms' },
    { key: 'residentMb', heading: 'resident, MB' },
    { key: 'changesKbPerSecond', heading: 'received of changes, KB/s', digits: 1 },
    { key: 'changesCpu', heading: 'CPU of changes, ms a second', digits: 1 },
    { key: 'bytesToWhole', heading: 'bytes of a start, ratio', digits: 2 },
    { key: 'cpuToWhole', heading: 'CPU of a start, ratio', digits: 2 },
    { key: 'changesBytesToWhole', heading: 'bytes of changes, ratio', digits: 2 },
    { key: 'changesCpuToWhole', heading: 'CPU of changes, ratio', digits: 2 },
  ],
  async *measure(bench) {
    const { pods } = bench.plan;
    const cluster = await bench.cluster(pods);
    const load = await Load.open(cluster);
    let whole: Cost | undefined;
    for (const total of totals) {
      for (const serverSide of total === 1 ? [false] : [false, true]) {
        const costs: Cost[] = [];
        for (let shard = 0; shard < Math.min(total, measuredMax); shard++) {
          const flags = [
            `--shard=${shard}`,
            `--total-shards=${total}`,
            `--server-side-sharding=${serverSide}`,
          ];
          bench.say(`shard ${shard} of ${total}, ${serverSide ? 'server-side' : 'filtered here'}`);
          costs.push(await costOf(bench, cluster, load, flags));
        }
        const cost = medians(costs);
        whole ??= cost;
        yield {
          pods,
          shards: total,
          by: total === 1 ? '' : serverSide ? 'the API server' : 'each shard',
          ...cost,
          bytesToWhole: cost.startMb / whole.startMb,
          cpuToWhole: cost.startCpuMs / whole.startCpuMs,
          changesBytesToWhole: cost.changesKbPerSecond / whole.changesKbPerSecond,
          changesCpuToWhole: cost.changesCpu / whole.changesCpu,
        };
      }
    }
    await load.close();
  },
} satisfies Question;

async function costOf(
  bench: Bench,
  cluster: Cluster,
  load: Load,
  flags: readonly string[],
): Promise<Cost> {
  const { stepsPerSecond } = bench.plan;
  const seconds = Math.min(bench.plan.seconds, loadSecondsMax);
  const relay = await Relay.before(cluster);
  try {
    return await bench.withExporter(relay.cluster, { flags }, async (exporter) => {
      const [startBytes, startCpuMs] = [relay.bytes, exporter.cpuMs()];
      await bench.settle();
      const [bytes, cpuMs] = [relay.bytes, exporter.cpuMs()];
      const beganMs = performance.now();
      await load.run(['status flips'], { stepsPerSecond, seconds });
      // The last ones are read at the next tick.
      await bench.pause(servedMs);
      const passed = (performance.now() - beganMs) / msPerSecond;
      return {
        startMb: startBytes / bytesPerMb,
        startCpuMs,
        readyMs: exporter.readyMs,
        residentMb: exporter.memory().resident / bytesPerMb,
        changesKbPerSecond: (relay.bytes - bytes) / 1_000 / passed,
        changesCpu: (exporter.cpuMs() - cpuMs) / passed,
      };
    });
  } finally {
    await relay.close();
  }
}
