// The README's table of kubestate beside kube-state-metrics, from the kept results of bench.
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { conditions, costs } from './ksm.ts';
import { row, tableOf } from './markdown.ts';

/** The table and the sentence that says how both sides were measured; throws without a result. */
export function comparison(results: Readonly<Record<string, Result>>): string {
  const ours = (name: string, wanted: Row): Row => found(results, name, wanted);
  const [theirs] = costs;
  const { pods, underLoad } = theirs;
  const start = ours('start.real', { pods });
  const gzip = ours('scrape.real', { pods, encoding: 'gzip' });
  const plain = ours('scrape.real', { pods, encoding: 'plain' });
  const cpu = (mix: string) => seconds(ours('updates.real', { pods, mix, scrapes: 0 }).cpu);
  const busiest = ours('updates.real', { pods, mix: 'pods replaced', scrapes: 4 });
  const rows: (readonly [string, string, string])[] = [
    [
      'what is served',
      `${whole(theirs.series)} series, ${theirs.textMb} MB`,
      `${whole(gzip.series)} series, ${whole(plain.mb)} MB`,
    ],
    ['gzip scrape', seconds(theirs.gzipScrape), seconds(Number(gzip.ms) / 1000)],
    ['plain scrape', seconds(theirs.plainScrape), seconds(Number(plain.ms) / 1000)],
    ['memory, resident', megabytes(theirs.residentMb), megabytes(start.residentMb)],
    [
      'the same, pods coming and going',
      megabytes(underLoad?.residentMb),
      megabytes(busiest.residentMb),
    ],
    ['ready after', seconds(theirs.ready), seconds(Number(start.readyMs) / 1000)],
    ['CPU a minute, status flips', seconds(underLoad?.statusFlips), cpu('status flips')],
    ['CPU a minute, short-lived pods', seconds(underLoad?.shortLivedPods), cpu('short-lived pods')],
    ['CPU a minute, pods replaced', seconds(underLoad?.podsReplaced), cpu('pods replaced')],
    ['CPU of four gzip scrapes', seconds(underLoad?.fourGzipScrapes), fourScrapes(gzip)],
  ];
  const head = ['', 'kube-state-metrics v2.20', 'kubestate'];
  return `${tableOf(
    head,
    rows.map((cells) => row(...cells)),
  )}\n\n${said(pods, results)}`;
}

const fourScrapes = ({ cpuMs }: Row): string => seconds((4 * Number(cpuMs)) / 1000);

const said = (pods: number, results: Readonly<Record<string, Result>>): string =>
  `${whole(pods)} pods, 4,000 deployments, replica sets and services, 333 nodes; 50 steps a ` +
  `second. kube-state-metrics was measured ${conditions}; kubestate on the same kind of machine ` +
  `and server, by Node ${results['start.real']?.machine.node}. The pods of the two are alike, ` +
  'not the same. [docs/benchmarks.md](docs/benchmarks.md) has all figures with their conditions.';

function found(results: Readonly<Record<string, Result>>, name: string, wanted: Row): Row {
  const fits = (one: Row) => Object.entries(wanted).every(([key, value]) => one[key] === value);
  const one = results[name]?.rows.find(fits);
  if (one === undefined) {
    throw new Error(
      `the README compares by ${JSON.stringify(wanted)} of bench/results/${name}.json, which is ` +
        'not there: run `npm run bench -- --full --real --save`',
    );
  }
  return one;
}

const whole = (value: unknown): string => Math.round(Number(value)).toLocaleString('en');
const megabytes = (value: unknown): string => `${whole(value)} MB`;

/** Two digits that count, which is what such figures are good for. */
const seconds = (value: unknown): string => `${Number(Number(value).toPrecision(2))} s`;
