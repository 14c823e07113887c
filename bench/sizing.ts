// Question `sizing`: what a cluster of each size costs, with kube-state-metrics beside.
import type { Bench } from './lib/bench.ts';
import type { Cluster } from './lib/cluster.ts';
import { untilComplete } from './lib/compare/quiet.ts';
import { eachSize, type Setting } from './lib/compare/sizes.ts';
import { type Exporter, largest } from './lib/exporter.ts';
import { Load } from './lib/load.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { countSeries, type Encoding, scrape } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { cpuPerMinute, watch } from './lib/watch.ts';

/** The median of a scrape is of so many. */
const scrapeRounds = 5;
const msPerSecond = 1_000;

export default {
  asks: 'What does a cluster of each size need?',
  how:
    'One start of each exporter at each size, with gzip on and all default resources. Ready is ' +
    'when all objects are served, and CPU of the start is until then. Resident memory is read ' +
    'after a quiet time; its file pages are those of the program itself, which the kernel ' +
    'shares and drops. Heap and buffers are what Node says of itself. Then come status flips, ' +
    'and five scrapes of each kind; the last peak is that of all of it.',
  namedOnly: true,
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'exporter', heading: 'exporter' },
    { key: 'series', heading: 'series' },
    { key: 'textMb', heading: 'text, MB', digits: 1 },
    { key: 'readySeconds', heading: 'ready, s', significant: 3 },
    { key: 'startCpuSeconds', heading: 'CPU of the start, s', significant: 3 },
    { key: 'startPeakMb', heading: 'peak of the start, MB' },
    { key: 'residentMb', heading: 'resident, quiet, MB' },
    { key: 'fileMb', heading: 'file pages of it, MB', digits: 1 },
    { key: 'heapMb', heading: 'heap, MB', digits: 1 },
    { key: 'externalMb', heading: 'outside the heap, MB', digits: 1 },
    { key: 'flipsCpu', heading: 'CPU of flips, s a minute', significant: 3 },
    { key: 'gzipMs', heading: 'gzip scrape, ms', significant: 3 },
    { key: 'plainMs', heading: 'plain scrape, ms', significant: 3 },
    { key: 'peakMb', heading: 'peak of all, MB' },
  ],
  measure: (bench) => eachSize(bench, costsOf),
} satisfies Question;

function costsOf(bench: Bench, { pods, cluster, expected, side }: Setting): Promise<Row> {
  return bench.withExporter(cluster, side.options, async (exporter) => {
    const isReference = side.name === 'reference';
    const startPeak = exporter.memory().peak;
    const { ms, cpuMs, text } = await untilComplete(exporter, expected);
    const peak = isReference ? exporter.memory().peak : startPeak;
    await bench.settle();
    const { resident, anonymous } = exporter.memory();
    const inside = isReference ? {} : await insideOf(exporter);
    bench.say(`status flips, ${pods} pods`);
    const flipsCpu = await flips(bench, cluster, exporter);
    bench.say(`scraping, ${pods} pods`);
    const gzipMs = await scrapeMs(exporter, 'gzip');
    const plainMs = await scrapeMs(exporter, 'plain');
    return {
      pods,
      exporter: isReference ? 'kube-state-metrics' : side.name,
      series: countSeries(text),
      textMb: text.length / bytesPerMb,
      readySeconds: (isReference ? ms : exporter.readyMs) / msPerSecond,
      startCpuSeconds: cpuMs / msPerSecond,
      startPeakMb: peak / bytesPerMb,
      residentMb: resident / bytesPerMb,
      fileMb: (resident - anonymous) / bytesPerMb,
      ...inside,
      flipsCpu,
      gzipMs,
      plainMs,
      peakMb: exporter.memory().peak / bytesPerMb,
    };
  });
}

/** What Node says of its own memory. */
async function insideOf(exporter: Exporter): Promise<Row> {
  const text = await exporter.telemetry();
  const megabytes = (metric: string): number | undefined => {
    const bytes = largest(text, metric);
    return bytes === undefined ? undefined : bytes / bytesPerMb;
  };
  return {
    heapMb: megabytes('nodejs_heap_size_total_bytes'),
    externalMb: megabytes('nodejs_external_memory_bytes'),
  };
}

async function flips(bench: Bench, cluster: Cluster, exporter: Exporter): Promise<number> {
  const load = await Load.open(cluster);
  try {
    const seen = await watch(exporter, () => load.run(['status flips'], bench.plan));
    return cpuPerMinute(seen);
  } finally {
    await load.close();
  }
}

async function scrapeMs(exporter: Exporter, encoding: Encoding): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < scrapeRounds; round++) {
    times.push((await scrape(exporter.metrics, encoding)).ms);
  }
  return median(times);
}
