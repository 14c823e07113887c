// Question `explorer`: what a page of the explorer that is open all day costs scrapes and CPU.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exporter } from './lib/exporter.ts';
import { Load } from './lib/load.ts';
import type { Question } from './lib/question.ts';
import { scrape } from './lib/scrape.ts';
import { median } from './lib/stats.ts';
import { cpuPerMinute, watch } from './lib/watch.ts';

/** What the page asks for in all of its views together, and how often. */
const polls: readonly (readonly [path: string, everyMs: number])[] = [
  ['status', 5_000],
  ['families', 15_000],
  ['namespaces', 15_000],
  ['history', 5_000],
];
const scrapeMs = 1_000;
/** The newest ETag of each URL, as a browser keeps it. */
type Tags = Map<string, string>;

export default {
  asks: 'What does the explorer cost while its page is open?',
  how:
    'Rounds without and with a client that asks for what all views of the page do: status and ' +
    'history every 5 s, families and namespaces every 15 s, compressed, and with the ETags ' +
    'of the last answers. Meanwhile pods are deleted and created as in the question of changes, ' +
    'and /metrics is scraped once a second. Each round has both phases, in turn; a ratio is the ' +
    'median over the rounds of what the open page makes of the same round without it.',
  writes: true,
  columns: [
    { key: 'pods', heading: 'pods' },
    { key: 'page', heading: 'page' },
    { key: 'polls', heading: 'answers a minute', digits: 1 },
    { key: 'ms', heading: 'scrape, median, ms', digits: 2 },
    { key: 'cpu', heading: 'CPU, s a minute', digits: 2 },
    { key: 'msRatio', heading: 'scrape, ratio', digits: 3 },
    { key: 'cpuRatio', heading: 'CPU, ratio', digits: 3 },
  ],
  async *measure(bench) {
    const { pods, rounds } = bench.plan;
    const cluster = await bench.cluster(pods);
    const load = await Load.open(cluster);
    yield* await bench.withExporter(cluster, {}, async (exporter) => {
      await bench.settle();
      const closed: Phase[] = [];
      const open: Phase[] = [];
      for (let round = 1; round <= rounds; round++) {
        // What drifts during the measurement meets both alike.
        const order = round % 2 === 0 ? [open, closed] : [closed, open];
        for (const phases of order) {
          bench.say(`page ${phases === open ? 'open' : 'closed'}, round ${round} of ${rounds}`);
          phases.push(await phase(exporter, load, bench.plan, phases === open));
        }
      }
      return [rowOf(pods, 'closed', closed, closed), rowOf(pods, 'open', open, closed)];
    });
    await load.close();
  },
} satisfies Question;

interface Phase {
  readonly ms: number;
  readonly cpu: number;
  readonly polls: number;
}

async function phase(
  exporter: Exporter,
  load: Load,
  plan: { readonly stepsPerSecond: number; readonly seconds: number },
  isOpen: boolean,
): Promise<Phase> {
  const times: number[] = [];
  let answers = 0;
  const tags: Tags = new Map();
  const over = new AbortController();
  const seen = await watch(exporter, async () => {
    const beside = [
      every(scrapeMs, over.signal, async () => {
        times.push((await scrape(exporter.metrics, 'gzip')).ms);
      }),
      ...(isOpen ? polls : []).map(([path, everyMs]) =>
        every(everyMs, over.signal, async () => {
          await poll(new URL(`/api/v1/${path}`, exporter.metrics), tags);
          answers++;
        }),
      ),
    ];
    // The others end by themselves only if they fail.
    await Promise.race([load.run(['pods replaced'], plan), ...beside]);
    over.abort();
    await Promise.all(beside);
  });
  return { ms: median(times), cpu: cpuPerMinute(seen), polls: (answers / seen.seconds) * 60 };
}

async function every(ms: number, signal: AbortSignal, act: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await act();
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

/** `fetch` asks for gzip, keeps its connection, and inflates; beside a browser it has no cache. */
async function poll(url: URL, tags: Tags): Promise<void> {
  const known = tags.get(url.href);
  const answer = await fetch(url, {
    headers: known === undefined ? {} : { 'if-none-match': known },
  });
  if (answer.status === 304) return;
  if (answer.status !== 200) throw new Error(`expected 200 of ${url}, got ${answer.status}`);
  await answer.json();
  const tag = answer.headers.get('etag');
  if (tag !== null) tags.set(url.href, tag);
}

function rowOf(pods: number, page: string, phases: readonly Phase[], closed: readonly Phase[]) {
  const ratio = (key: 'ms' | 'cpu'): number =>
    median(phases.map((one, round) => one[key] / (closed[round]?.[key] ?? Number.NaN)));
  return {
    pods,
    page,
    polls: median(phases.map((one) => one.polls)),
    ms: median(phases.map((one) => one.ms)),
    cpu: median(phases.map((one) => one.cpu)),
    msRatio: ratio('ms'),
    cpuRatio: ratio('cpu'),
  };
}
