// Question `largeShards`: what each of five shards of one large cluster costs, in turn.
import type { Bench } from './lib/bench.ts';
import type { Question, Row } from './lib/question.ts';
import { costColumns, scrapeColumns, scrapesOf, startOf } from './sizing.ts';

const shards = 5;
/** The median of a scrape is of so many. */
const scrapeRounds = 3;

/** How shards get their part: by the flags of each, beside those of all. */
const ways = { 'each shard receives all objects': [] } as const;

export default {
  asks: 'What does each of five shards of a large cluster cost?',
  how:
    'One shard after the other, with gzip on and all default resources; `--pods` says how many ' +
    'pods all of them have together. Ready, memory and scrapes are as in the question on sizes. ' +
    'The simulated API server makes objects when they are asked for, in protobuf.',
  namedOnly: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'way', heading: 'way' },
    { key: 'shard', heading: 'shard' },
    ...costColumns,
    ...scrapeColumns,
  ],
  async *measure(bench) {
    const { pods } = bench.plan;
    for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
      for (let shard = 0; shard < shards; shard++) yield await costsOf(bench, { pods, way, shard });
    }
  },
} satisfies Question;

interface Setting {
  readonly pods: number;
  readonly way: keyof typeof ways;
  readonly shard: number;
}

async function costsOf(bench: Bench, { pods, way, shard }: Setting): Promise<Row> {
  const cluster = await bench.cluster(pods, { streamed: true });
  const flags = [`--shard=${shard}`, `--total-shards=${shards}`, ...ways[way]];
  return bench.withExporter(cluster, { flags }, async (exporter) => ({
    pods,
    way,
    shard: `${shard + 1} of ${shards}`,
    ...(await startOf(bench, exporter, {})),
    ...(await scrapesOf(bench, exporter, scrapeRounds)),
  }));
}
