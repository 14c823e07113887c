// Question `memory`: memory over a long time with changes, scrapes and relists.
import type { Bench } from './lib/bench.ts';
import type { Cluster } from './lib/cluster.ts';
import { Load, type Mix, mixes } from './lib/load.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { median, part } from './lib/stats.ts';
import { cpuPerMinute, watch } from './lib/watch.ts';

const scrapesPerMinute = 4;
/** Relists during the measurement, evenly spread. */
const relists = 4;

export default {
  asks: 'How much memory is held after a long time of changes, scrapes and relists?',
  how:
    'All three kinds of change share the steps, with four gzip scrapes a minute. From time ' +
    'to time, a simulated API server ends all watches and answers every resourceVersion with ' +
    '410, so that everything is relisted; a real one causes no relists. Resident memory is ' +
    'sampled every second: the medians of the first and last third, and the maximum. Once ' +
    "with the settings of glibc's allocator in the image, once with glibc's defaults.",
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'seconds', heading: 'seconds' },
    { key: 'malloc', heading: 'allocator' },
    { key: 'startMb', heading: 'at the start, MB' },
    { key: 'firstMb', heading: 'first third, MB' },
    { key: 'lastMb', heading: 'last third, MB' },
    { key: 'growth', heading: 'ratio of last to first', digits: 3 },
    { key: 'highestMb', heading: 'highest, MB' },
    { key: 'afterMb', heading: 'idle afterwards, MB' },
    { key: 'cpu', heading: 'CPU, s a minute', digits: 2 },
  ],
  async *measure(bench) {
    const cluster = await bench.cluster(bench.plan.pods);
    const load = await Load.open(cluster);
    for (const malloc of ['image', 'default'] as const) {
      yield await underLoad(bench, { cluster, load, malloc });
    }
    await load.close();
  },
} satisfies Question;

interface Setting {
  readonly cluster: Cluster;
  readonly load: Load;
  readonly malloc: 'image' | 'default';
}

function underLoad(bench: Bench, { cluster, load, malloc }: Setting): Promise<Row> {
  const { pods, churnSeconds, stepsPerSecond } = bench.plan;
  return bench.withExporter(cluster, { malloc }, async (exporter) => {
    await bench.settle();
    const startMb = exporter.memory().resident / bytesPerMb;
    const pace = { stepsPerSecond, seconds: churnSeconds / (relists + 1) };
    const during = async (): Promise<void> => {
      for (let phase = 0; phase <= relists; phase++) {
        bench.say(`allocator as ${malloc}, phase ${phase + 1} of ${relists + 1}`);
        if (phase > 0) cluster.relist?.();
        await load.run(Object.keys(mixes) as Mix[], pace);
      }
    };
    const seen = await watch(exporter, during, scrapesPerMinute);
    await bench.settle();
    const firstMb = median(part(seen.residentMb, 0, 3));
    const lastMb = median(part(seen.residentMb, 2, 3));
    return {
      pods,
      seconds: Math.round(seen.seconds),
      malloc: malloc === 'image' ? "the image's" : "glibc's own",
      startMb,
      firstMb,
      lastMb,
      growth: lastMb / firstMb,
      highestMb: Math.max(...seen.residentMb),
      afterMb: exporter.memory().resident / bytesPerMb,
      cpu: cpuPerMinute(seen),
      curve: seen.residentMb,
    };
  });
}
