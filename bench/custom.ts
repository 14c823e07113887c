// Question `custom`: the cost of custom objects against that of pods with the same content.
import { setTimeout as sleep } from 'node:timers/promises';
import { Api, type Place } from './lib/api.ts';
import type { Bench } from './lib/bench.ts';
import type { Cluster } from './lib/cluster.ts';
import type { Exporter } from './lib/exporter.ts';
import { flipAt, someOf } from './lib/load.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { countSeries, scrape, textOf } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { cpuMsOfChange, watch, watchChanges } from './lib/watch.ts';
import { podFamilies, workloadRules } from './lib/workloads.ts';

const scrapes = 10;

interface Side {
  readonly objects: 'pods' | 'workloads';
  readonly flags: readonly string[];
}

const sides: readonly Side[] = [
  {
    objects: 'pods',
    flags: ['--resources=pods', `--metric-allowlist=^(${podFamilies.join('|')})$`],
  },
  {
    objects: 'workloads',
    flags: ['--custom-resource-state-only', `--custom-resource-state-config=${workloadRules}`],
  },
];

/** What one exporter cost in one round, CPU in milliseconds. */
interface Cost {
  readonly series: number;
  readonly textMb: number;
  readonly start: number;
  readonly change: number;
  readonly gzip: number;
  readonly plain: number;
}

const measures: readonly { readonly key: keyof Cost; readonly what: string }[] = [
  { key: 'series', what: 'series' },
  { key: 'textMb', what: 'text, MB' },
  { key: 'start', what: 'CPU of a start, ms' },
  { key: 'change', what: 'CPU of a change of the status, ms' },
  { key: 'gzip', what: 'CPU of a gzip scrape, ms' },
  { key: 'plain', what: 'CPU of a plain scrape, ms' },
];

export default {
  asks: 'What does a custom object cost, against a pod with the same content?',
  how:
    'The cluster has a custom object for each pod, with its spec and status. One exporter serves ' +
    'ten families of the pods, the other ten rules that give as many series of the custom ' +
    'objects; they are started in turn, in five rounds or more, and figures are medians. CPU is ' +
    'that of the exporter; of a change, minus its CPU when nothing changes; of a scrape, over ' +
    'ten of them. Labels of custom series are longer by group, version and kind.',
  writes: true,
  namedOnly: true,
  columns: [
    { key: 'what', heading: 'what' },
    { key: 'pods', heading: 'pods', significant: 3 },
    { key: 'workloads', heading: 'custom objects', significant: 3 },
    { key: 'ratio', heading: 'ratio', significant: 3 },
  ],
  async *measure(bench) {
    const cluster = await bench.cluster(bench.plan.pods, { workloads: true });
    const api = new Api(cluster);
    const places = { pods: await api.list('pods'), workloads: await api.list('workloads') };
    const costs: Record<Side['objects'], Cost[]> = { pods: [], workloads: [] };
    const { rounds } = bench.plan;
    for (let round = 0; round < rounds; round++) {
      // The first one in a round alternates.
      for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
        bench.say(`round ${round + 1} of ${rounds}, ${side.objects}`);
        costs[side.objects].push(await costOf(bench, cluster, side, api, places[side.objects]));
      }
    }
    await api.close();
    for (const { key, what } of measures) {
      const of = (objects: Side['objects']) => median(costs[objects].map((cost) => cost[key]));
      const row = { what, pods: of('pods'), workloads: of('workloads') };
      yield { ...row, ratio: row.workloads / row.pods } satisfies Row;
    }
  },
} satisfies Question;

function costOf(
  bench: Bench,
  cluster: Cluster,
  { flags }: Side,
  api: Api,
  places: readonly Place[],
): Promise<Cost> {
  return bench.withExporter(cluster, { flags }, async (exporter) => {
    const start = exporter.cpuMs();
    await bench.settle();
    const text = await textOf(exporter.metrics);
    const change = await costOfChange(bench, exporter, api, places);
    return {
      series: countSeries(text),
      textMb: text.length / bytesPerMb,
      start,
      change,
      gzip: await costOfScrape(exporter, 'gzip'),
      plain: await costOfScrape(exporter, 'plain'),
    };
  });
}

async function costOfChange(
  bench: Bench,
  exporter: Exporter,
  api: Api,
  places: readonly Place[],
): Promise<number> {
  const idle = await watch(exporter, () => sleep(bench.plan.seconds * 1_000));
  const seen = await watchChanges(bench, exporter, () => flipAt(api, someOf(places)));
  return cpuMsOfChange(seen, idle);
}

async function costOfScrape(exporter: Exporter, encoding: 'gzip' | 'plain'): Promise<number> {
  const before = exporter.cpuMs();
  for (let i = 0; i < scrapes; i++) await scrape(exporter.metrics, encoding);
  return (exporter.cpuMs() - before) / scrapes;
}
