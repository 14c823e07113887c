// The parts of the question `compare`, each with all sides in turn.
import type { Bench } from '../bench.ts';
import { type Cluster, startSimulated } from '../cluster.ts';
import type { Exporter, ExporterOptions } from '../exporter.ts';
import { Load, type Mix, mixes, type Write } from '../load.ts';
import { bytesPerMb } from '../question.ts';
import { countedOf, type Encoding, scrape } from '../scrape.ts';
import { median } from '../stats.ts';
import { cpuPerMinute, loopOf, watch } from '../watch.ts';
import { agesShown, observe } from './freshness.ts';
import {
  allMixes,
  type Heat,
  largeMeasures,
  mixMeasures,
  quietMeasures,
  type SideName,
  scrapeMeasures,
  smallMeasures,
  startMeasures,
} from './measures.ts';
import { type Expected, missingIn, untilComplete, untilQuiet } from './quiet.ts';
import type { Samples } from './samples.ts';

/** Starts in a round: one differs from the next by a tenth, on the same machine. */
const startsPerRound = 3;
const scrapesPerMinute = 4;
/** The median of a scrape is of so many. */
const scrapeRounds = 10;
/** The large simulated cluster has so many times the pods of the real one. */
const timesLarger = 5;
const smallPods = 96;
const msPerSecond = 1_000;

/** One of those that are compared. */
export interface Side {
  readonly name: SideName;
  readonly options: Partial<Omit<ExporterOptions, 'cluster'>>;
}

/** What the parts share. */
export interface Comparison {
  readonly bench: Bench;
  readonly sides: readonly Side[];
  readonly samples: Samples;
}

/** The sides that are there, kubestate first. */
export function sidesOf({ compared: { reference, parent } }: Bench): Side[] {
  return [
    { name: 'kubestate', options: {} },
    ...(reference ? [{ name: 'reference', options: referenceOptions(reference) } as const] : []),
    ...(parent
      ? [{ name: 'parent', options: { program: [process.execPath, parent] } } as const]
      : []),
  ];
}

const referenceOptions = (program: string): Side['options'] => ({
  kind: 'reference',
  program: [program],
});

/** Starts each side until it serves all objects. */
export async function measureStarts(
  { bench, sides, samples }: Comparison,
  cluster: Cluster,
  expected: Expected,
): Promise<void> {
  bench.say('looking whether all is served when /readyz says so');
  await bench.withExporter(cluster, {}, async (exporter) => {
    const missing = missingIn(await countedOf(exporter.metrics), expected);
    if (missing.length > 0) throw new Error(`ready, but without ${missing.join(', ')}`);
  });
  const starts = startsPerRound * bench.plan.rounds;
  for (let start = 1; start <= starts; start++) {
    for (const { name, options } of sides) {
      bench.say(`start ${start} of ${starts}: ${name}`);
      await bench.withExporter(cluster, options, async (exporter) => {
        const runs = name === 'reference' ? undefined : await loopOf(exporter, 'start');
        const { ms, cpuMs, served } = await untilComplete(exporter, expected);
        // The reference says nothing that would tell; its last work is the last object.
        const readyMs = name === 'reference' ? ms : exporter.readyMs;
        samples.add(name, startMeasures.series, served.series);
        samples.add(name, startMeasures.text, served.bytes / bytesPerMb);
        samples.add(name, startMeasures.ready, readyMs / msPerSecond);
        samples.add(name, startMeasures.cpu, cpuMs / msPerSecond);
        samples.add(name, startMeasures.run, runs?.runMs);
        samples.add(name, startMeasures.resident, exporter.memory().resident / bytesPerMb);
        samples.add(name, startMeasures.peak, exporter.memory().peak / bytesPerMb);
      });
    }
  }
}

/** Runs each mix beside each side, without and with scrapes; the parent has no part in it. */
export async function measureMixes(comparison: Comparison, cluster: Cluster): Promise<void> {
  const { bench, sides } = comparison;
  const writes: Write[] = [];
  const load = await Load.open(cluster, (write) => writes.push(write));
  try {
    for (let round = 1; round <= bench.plan.rounds; round++) {
      for (const side of sides) {
        if (side.name === 'parent') continue;
        await bench.withExporter(cluster, side.options, async (exporter) => {
          await untilQuiet(exporter);
          await bench.settle();
          const mixing = { ...comparison, side, exporter, load, writes, round };
          await measureRound(mixing);
        });
      }
    }
  } finally {
    await load.close();
  }
}

interface Mixing extends Comparison {
  readonly side: Side;
  readonly exporter: Exporter;
  readonly load: Load;
  /** Grows under load. */
  readonly writes: Write[];
  readonly round: number;
}

async function measureRound(mixing: Mixing): Promise<void> {
  const { side, exporter, samples } = mixing;
  const before = await sessionsOf(exporter, side.name);
  for (const mix of Object.keys(mixes) as Mix[]) await measureMix(mixing, mix);
  const after = await sessionsOf(exporter, side.name);
  samples.add(side.name, allMixes.lists, after.lists - before.lists);
  samples.add(side.name, allMixes.watches, after.watches - before.watches);
}

async function measureMix(mixing: Mixing, mix: Mix): Promise<void> {
  const { bench, side, exporter, load, samples, writes, round } = mixing;
  const { seconds, stepsPerSecond } = bench.plan;
  const of = mixMeasures[mix];
  const about = `round ${round} of ${bench.plan.rounds}: ${side.name}, ${mix}`;
  for (const scrapes of [0, scrapesPerMinute]) {
    bench.say(`${about}, ${scrapes} scrapes a minute, ${seconds} s`);
    let steps = 0;
    const during = async () => {
      steps = await load.run([mix], { stepsPerSecond, seconds });
    };
    const seen = await watch(exporter, during, scrapes);
    samples.add(side.name, scrapes === 0 ? of.cpu : of.scraped, cpuPerMinute(seen));
    samples.add(side.name, of.steps, steps / seen.seconds);
    samples.add(side.name, allMixes.resident, Math.max(...seen.residentMb));
  }
  if (side.name === 'kubestate')
    samples.add(side.name, of.run, (await loopOf(exporter, '1m')).runMs);
  // Once is enough of what is the largest of all rounds.
  if (round > 1) return;
  bench.say(`${about}: how soon a scrape shows a write, ${seconds} s`);
  writes.length = 0;
  const over = performance.now() + seconds * msPerSecond;
  const [seen] = await Promise.all([
    observe(exporter.metrics, writes, over),
    load.run([mix], { stepsPerSecond, seconds }),
  ]);
  samples.add(side.name, of.fresh, agesShown(seen));
}

/** How often it has listed, and opened a watch; the first list of a resource included. */
async function sessionsOf(exporter: Exporter, side: SideName) {
  const text = await exporter.telemetry();
  const names =
    side === 'reference'
      ? ['kube_state_metrics_list_total', 'kube_state_metrics_watch_total']
      : ['kube_state_metrics_relists_total', 'kube_state_metrics_watch_restarts_total'];
  const [lists = 0, watches = 0] = names.map((name) => sumOf(text, name));
  return { lists, watches };
}

/** The sum of all series of a metric. */
export function sumOf(text: string, metric: string): number {
  const series = text.matchAll(new RegExp(`^${metric}(?:\\{[^\\n]*\\})? (\\S+)`, 'gm'));
  return [...series].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** Scrapes after a long time of changes, and after a long time without; all sides follow. */
export async function measureLong(comparison: Comparison, cluster: Cluster): Promise<void> {
  const { bench, sides } = comparison;
  const { churnSeconds: seconds, stepsPerSecond } = bench.plan;
  const load = await Load.open(cluster);
  const started: [Side, Exporter][] = [];
  const rest = async (): Promise<void> => {
    bench.say(`pods replaced for ${seconds} s, before scrapes of hot text`);
    await load.run(['pods replaced'], { stepsPerSecond, seconds });
    await measureScrapes(comparison, started, 'hot');
    bench.say(`nothing but Leases for ${seconds} s`);
    await load.run([], { stepsPerSecond, seconds: seconds / 2 });
    const before = started.map(([, exporter]) => exporter.cpuMs());
    await load.run([], { stepsPerSecond, seconds: seconds / 2 });
    for (const [i, [{ name }, exporter]] of started.entries()) {
      const minutes = seconds / 2 / 60;
      const usedMs = exporter.cpuMs() - (before[i] ?? 0);
      const resident = exporter.memory().resident / bytesPerMb;
      comparison.samples.add(name, quietMeasures.idle, usedMs / msPerSecond / minutes);
      comparison.samples.add(name, quietMeasures.resident, resident);
    }
    await measureScrapes(comparison, started, 'quiet');
  };
  // Each side starts within the life of the one before it.
  const nested = sides.reduceRight<() => Promise<void>>(
    (then, side) => () =>
      bench.withExporter(cluster, side.options, async (exporter) => {
        await untilQuiet(exporter);
        started.push([side, exporter]);
        await then();
      }),
    rest,
  );
  try {
    await nested();
  } finally {
    await load.close();
  }
}

async function measureScrapes(
  { bench, samples }: Comparison,
  started: readonly [Side, Exporter][],
  heat: Heat,
): Promise<void> {
  const of = scrapeMeasures[heat];
  for (const [{ name }, exporter] of started) {
    bench.say(`scraping ${name}, ${heat}`);
    const gzip = await scrapes(exporter, 'gzip');
    samples.add(name, of.gzip, gzip.ms);
    samples.add(name, of.gzipCpu, gzip.cpuMs);
    samples.add(name, of.gzipMb, gzip.mb);
    const plain = await scrapes(exporter, 'plain');
    samples.add(name, of.plain, plain.ms);
    samples.add(name, of.plainCpu, plain.cpuMs);
  }
}

/** The median time, and the mean of CPU time and size, of scrapes one after the other. */
export async function scrapes(exporter: Exporter, encoding: Encoding, rounds = scrapeRounds) {
  const before = exporter.cpuMs();
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const one = await scrape(exporter.metrics, encoding);
    times.push(one.ms);
    bytes += one.bytes;
  }
  const cpuMs = (exporter.cpuMs() - before) / rounds;
  return { ms: median(times), cpuMs, mb: bytes / rounds / bytesPerMb };
}

/** Memory and scrapes of a large simulated cluster, of kubestate and its parent commit. */
export async function measureLarge({ bench, sides, samples }: Comparison): Promise<void> {
  const pods = bench.plan.pods * timesLarger;
  bench.say(`making a simulated cluster of ${pods} pods`);
  const cluster = await startSimulated({ pods, managedFields: true });
  try {
    for (const { name, options } of sides) {
      if (name === 'reference') continue;
      await bench.withExporter(cluster, options, async (exporter) => {
        await untilQuiet(exporter);
        await bench.settle();
        samples.add(name, largeMeasures.resident, exporter.memory().resident / bytesPerMb);
        samples.add(name, largeMeasures.gzip, (await scrapes(exporter, 'gzip')).ms);
        samples.add(name, largeMeasures.plain, (await scrapes(exporter, 'plain')).ms);
      });
    }
  } finally {
    await cluster.stop();
  }
}

/** Memory of a small simulated cluster. */
export async function measureSmall({ bench, sides, samples }: Comparison): Promise<void> {
  const cluster = await startSimulated({ pods: smallPods, managedFields: true });
  try {
    for (const { name, options } of sides) {
      await bench.withExporter(cluster, options, async (exporter) => {
        await untilQuiet(exporter);
        await bench.settle();
        samples.add(name, smallMeasures.resident, exporter.memory().resident / bytesPerMb);
      });
    }
  } finally {
    await cluster.stop();
  }
}
