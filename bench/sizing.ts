// Question `sizing`: what a cluster of each size costs, with kube-state-metrics beside.
import type { Bench } from './lib/bench.ts';
import type { Cluster } from './lib/cluster.ts';
import { scrapes } from './lib/compare/parts.ts';
import { missingIn, untilComplete } from './lib/compare/quiet.ts';
import { eachSize, type Setting } from './lib/compare/sizes.ts';
import { type Exporter, largest } from './lib/exporter.ts';
import { Load } from './lib/load.ts';
import { bytesPerMb, type Column, type Question, type Row } from './lib/question.ts';
import { countedOf } from './lib/scrape.ts';
import { cpuPerMinute, watch } from './lib/watch.ts';

/** The median of a scrape is of so many; one of kube-state-metrics may take half a minute. */
const scrapeRounds = { kubestate: 10, reference: 3 };
const msPerSecond = 1_000;

/** What a start and scrapes cost, in each question about sizes. */
export const costColumns: readonly Column[] = [
  { key: 'series', heading: 'series' },
  { key: 'textMb', heading: 'text, MB', digits: 1 },
  { key: 'readySeconds', heading: 'ready, s', significant: 3 },
  { key: 'startCpuSeconds', heading: 'CPU of the start, s', significant: 3 },
  { key: 'startPeakMb', heading: 'peak of the start, MB' },
  { key: 'residentMb', heading: 'resident, quiet, MB' },
  { key: 'fileMb', heading: 'file pages of it, MB', digits: 1 },
  { key: 'heapMb', heading: 'heap, MB', digits: 1 },
  { key: 'externalMb', heading: 'outside the heap, MB', digits: 1 },
];

export const scrapeColumns: readonly Column[] = [
  { key: 'gzipMs', heading: 'gzip scrape, ms', significant: 3 },
  { key: 'gzipCpuMs', heading: 'CPU of it, ms', significant: 3 },
  { key: 'gzipMb', heading: 'size of it, MB', digits: 1 },
  { key: 'plainMs', heading: 'plain scrape, ms', significant: 3 },
  { key: 'plainCpuMs', heading: 'CPU of it, ms', significant: 3 },
  { key: 'peakMb', heading: 'peak of all, MB' },
];

export default {
  asks: 'What does a cluster of each size need?',
  how:
    'One start of each exporter at each size, with gzip on and all default resources. Ready is ' +
    'when all objects are served, and CPU of the start is until then. Resident memory is read ' +
    'after a quiet time; its file pages are those of the program itself, which the kernel ' +
    'shares and drops. Heap and buffers are what Node says of itself. Then come status flips, ' +
    'among the first 20,000 pods, and ten scrapes of each kind, three of kube-state-metrics; ' +
    'the last peak is that of all of it. The simulated API server has protobuf, as a real one, ' +
    'and makes objects when they are asked for.',
  namedOnly: true,
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'exporter', heading: 'exporter' },
    ...costColumns,
    { key: 'flipsCpu', heading: 'CPU of flips, s a minute', significant: 3 },
    ...scrapeColumns,
  ],
  measure: (bench) => eachSize(bench, costsOf),
} satisfies Question;

function costsOf(bench: Bench, { pods, cluster, expected, side }: Setting): Promise<Row> {
  return bench.withExporter(cluster, side.options, async (exporter) => {
    const isReference = side.name === 'reference';
    const started = await (isReference
      ? referenceStart(exporter, expected)
      : startOf(bench, exporter, { expected }));
    if (isReference) await bench.settle();
    const quiet = isReference ? quietOf(exporter) : {};
    bench.say(`status flips, ${pods} pods`);
    const flipsCpu = await flips(bench, cluster, exporter);
    return {
      pods,
      exporter: isReference ? 'kube-state-metrics' : side.name,
      ...started,
      ...quiet,
      flipsCpu,
      ...(await scrapesOf(bench, exporter, scrapeRounds[isReference ? 'reference' : 'kubestate'])),
    };
  });
}

interface Served {
  /** The least number of series of some families; without it, none is missed. */
  readonly expected?: Setting['expected'];
}

/** A start of kubestate, which has just become ready, and its memory after a quiet time. */
export async function startOf(
  bench: Bench,
  exporter: Exporter,
  { expected = new Map() }: Served,
): Promise<Row> {
  const startCpuSeconds = exporter.cpuMs() / msPerSecond;
  const startPeakMb = exporter.memory().peak / bytesPerMb;
  await bench.settle();
  const quiet = { ...quietOf(exporter), ...(await insideOf(exporter)) };
  const { series, bytes, families } = await countedOf(exporter.metrics);
  const missing = missingIn({ families }, expected);
  if (missing.length > 0) throw new Error(`ready, but without ${missing.join(', ')}`);
  return {
    series,
    textMb: bytes / bytesPerMb,
    readySeconds: exporter.readyMs / msPerSecond,
    startCpuSeconds,
    startPeakMb,
    ...quiet,
  };
}

async function referenceStart(exporter: Exporter, expected: Setting['expected']): Promise<Row> {
  const { ms, cpuMs, served } = await untilComplete(exporter, expected);
  return {
    series: served.series,
    textMb: served.bytes / bytesPerMb,
    readySeconds: ms / msPerSecond,
    startCpuSeconds: cpuMs / msPerSecond,
    startPeakMb: exporter.memory().peak / bytesPerMb,
  };
}

function quietOf(exporter: Exporter): Row {
  const { resident, anonymous } = exporter.memory();
  return { residentMb: resident / bytesPerMb, fileMb: (resident - anonymous) / bytesPerMb };
}

/** Scrapes of both kinds, and the most memory that was resident until their end. */
export async function scrapesOf(bench: Bench, exporter: Exporter, rounds: number): Promise<Row> {
  bench.say(`${rounds} gzip scrapes`);
  const gzip = await scrapes(exporter, 'gzip', rounds);
  bench.say(`${rounds} plain scrapes`);
  const plain = await scrapes(exporter, 'plain', rounds);
  return {
    gzipMs: gzip.ms,
    gzipCpuMs: gzip.cpuMs,
    gzipMb: gzip.mb,
    plainMs: plain.ms,
    plainCpuMs: plain.cpuMs,
    peakMb: exporter.memory().peak / bytesPerMb,
  };
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
