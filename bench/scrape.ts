// Question `scrape`: the cost of a scrape, by the number of pods.
import type { Bench } from './lib/bench.ts';
import { CpuTime } from './lib/proc.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { countSeries, type Encoding, scrape, textOf } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { loopOf } from './lib/watch.ts';
import { type Yardstick, yardstickOf } from './lib/yardstick.ts';

export default {
  asks: 'What does a scrape cost?',
  how:
    'Sequential scrapes of an idle cluster, with the headers of Prometheus. The time is from ' +
    "the request to the last byte, read and discarded; CPU is that of the exporter's " +
    'process. The yardsticks are compressing the whole text with zlib, and copying it, in ' +
    'the process that scrapes.',
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'exporter', heading: 'exporter' },
    { key: 'encoding', heading: 'encoding' },
    { key: 'series', heading: 'series' },
    { key: 'mb', heading: 'MB sent', digits: 1 },
    { key: 'ms', heading: 'median, ms', digits: 1 },
    { key: 'slowestMs', heading: 'slowest, ms', digits: 1 },
    { key: 'cpuMs', heading: 'CPU, ms', digits: 1 },
    { key: 'delayMs', heading: 'loop delay, ms', digits: 1 },
    { key: 'toGzip1', heading: 'ratio to zlib level 1', digits: 3 },
    { key: 'toGzip6', heading: 'ratio to zlib level 6', digits: 3 },
    { key: 'toCopy', heading: 'ratio to a copy', digits: 2 },
  ],
  async *measure(bench) {
    for (const pods of bench.plan.sizes) {
      const cluster = await bench.cluster(pods);
      yield* await bench.withExporter(cluster, {}, async (exporter) => {
        await bench.settle();
        const loop = async () => (await loopOf(exporter, '1m')).delayMs;
        const { pid, metrics: url } = exporter;
        return rowsOf(bench, { name: 'kubestate', url, pid, loop }, pods);
      });
      const { beside } = bench;
      if (beside !== undefined) yield* await rowsOf(bench, { name: beside.url, ...beside }, pods);
    }
  },
} satisfies Question;

interface Target {
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
  /** Longest event loop delay since the last call, in milliseconds. */
  loop?(): Promise<number | undefined>;
}

async function rowsOf(bench: Bench, target: Target, pods: number): Promise<Row[]> {
  bench.say(`reading ${target.url}`);
  const text = await textOf(target.url);
  const series = countSeries(text);
  bench.say(`compressing ${Math.round(text.length / bytesPerMb)} MB as a yardstick`);
  const yardstick = yardstickOf(text);
  const rows: Row[] = [];
  for (const encoding of ['gzip', 'plain'] as const) {
    const row = await measured(bench, target, { encoding, yardstick });
    rows.push({ pods, exporter: target.name, encoding, series, ...row });
  }
  return rows;
}

async function measured(
  bench: Bench,
  { url, pid, loop }: Target,
  { encoding, yardstick }: { encoding: Encoding; yardstick: Yardstick },
): Promise<Row> {
  const { rounds } = bench.plan;
  const time = pid === undefined ? undefined : new CpuTime(pid);
  const cpuMs = (): number => time?.read() ?? Number.NaN;
  await scrape(url, encoding);
  await loop?.();
  const before = cpuMs();
  const times: number[] = [];
  let mb = 0;
  for (let round = 1; round <= rounds; round++) {
    bench.say(`scraping ${encoding}, ${round} of ${rounds}`);
    const { ms, bytes } = await scrape(url, encoding);
    times.push(ms);
    mb = bytes / bytesPerMb;
  }
  const cpu = (cpuMs() - before) / rounds;
  const ms = median(times);
  return {
    mb,
    ms,
    slowestMs: Math.max(...times),
    ...(pid !== undefined && { cpuMs: cpu }),
    delayMs: await loop?.(),
    toGzip1: ms / yardstick.gzip1Ms,
    toGzip6: ms / yardstick.gzip6Ms,
    toCopy: ms / yardstick.copyMs,
  };
}
