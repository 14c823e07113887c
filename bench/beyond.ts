// Question `beyond`: what each thing costs that kubestate has beyond kube-state-metrics.
import type { ApiObject } from '../src/demo/objects.ts';
import { Api, type Place } from './lib/api.ts';
import type { Bench } from './lib/bench.ts';
import { features } from './lib/beyond.ts';
import type { Cluster } from './lib/cluster.ts';
import { flipAt, someOf } from './lib/load.ts';
import { bytesPerMb, type Question, type Row } from './lib/question.ts';
import { countSeries, textOf } from './lib/scrape.ts';
import { median, medians } from './lib/stats.ts';
import { watchChanges } from './lib/watch.ts';

/** What one exporter cost. */
interface Cost {
  readonly series: number;
  readonly textMb: number;
  readonly residentMb: number;
  /** CPU until it was ready, in seconds. */
  readonly start: number;
  /** CPU of a flip, in milliseconds. */
  readonly flip: number;
}

const keys = ['series', 'textMb', 'residentMb', 'start', 'flip'] as const;

export default {
  asks: 'What does it cost to turn on what kube-state-metrics lacks?',
  how:
    'The cluster also has an Event for every fourth pod, a ResourceClaim for every tenth, and a ' +
    'ResourceSlice for each node. For each row kubestate is started with its flags, and before ' +
    'and after that without: figures are the difference to the mean of these two. Memory is ' +
    'resident after the start; CPU is that of the start until all is served, and of status flips ' +
    'at a steady rate, each with an Event whose count is raised, as of a probe that fails. ' +
    'The last row says how much two runs without any flag differ.',
  writes: true,
  namedOnly: true,
  columns: [
    { key: 'what', heading: 'turned on' },
    { key: 'series', heading: 'series' },
    { key: 'textMb', heading: 'text, MB', digits: 2 },
    { key: 'residentMb', heading: 'resident, MB', digits: 1 },
    { key: 'start', heading: 'CPU of the start, s', digits: 2 },
    { key: 'flip', heading: 'CPU of a flip, ms', digits: 3 },
  ],
  async *measure(bench) {
    const cluster = await bench.cluster(bench.plan.pods, { beyond: true });
    const api = new Api(cluster);
    const places = { pods: await api.list('pods'), events: await api.list('events') };
    const measured = (flags: readonly string[]) => costOf(bench, cluster, flags, api, places);
    const bare = [await measured([])];
    const rows: Row[] = [];
    for (const { what, flags } of features) {
      bench.say(what);
      const cost = await measured(flags);
      bare.push(await measured([]));
      const [before, after] = bare.slice(-2) as [Cost, Cost];
      rows.push({ what, ...each((key) => cost[key] - (before[key] + after[key]) / 2) });
    }
    await api.close();
    yield { what: 'nothing', ...medians(bare) };
    yield* rows;
    const apart = (key: keyof Cost) =>
      median(bare.slice(1).map((one, i) => Math.abs(one[key] - (bare[i]?.[key] ?? Number.NaN))));
    yield { what: 'nothing, twice', ...each(apart) };
  },
} satisfies Question;

const each = (of: (key: keyof Cost) => number): Cost =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as unknown as Cost;

interface Places {
  readonly pods: readonly Place[];
  readonly events: readonly Place[];
}

function costOf(
  bench: Bench,
  cluster: Cluster,
  flags: readonly string[],
  api: Api,
  places: Places,
): Promise<Cost> {
  return bench.withExporter(cluster, { flags }, async (exporter) => {
    const start = exporter.cpuMs() / 1_000;
    await bench.settle();
    const residentMb = exporter.memory().resident / bytesPerMb;
    const text = await textOf(exporter.metrics);
    bench.say('status flips');
    const { cpuSeconds, changes } = await watchChanges(bench, exporter, () =>
      Promise.all([flipAt(api, someOf(places.pods)), repeat(api, someOf(places.events))]),
    );
    return {
      series: countSeries(text),
      textMb: text.length / bytesPerMb,
      residentMb,
      start,
      flip: (cpuSeconds * 1_000) / changes,
    };
  });
}

/** An Event comes once more. */
async function repeat(api: Api, place: Place): Promise<void> {
  const { deprecatedCount } = await api.get<ApiObject & { deprecatedCount: number }>(place);
  await api.patch(place, { deprecatedCount: deprecatedCount + 1 });
}
