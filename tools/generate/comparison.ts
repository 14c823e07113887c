// Renders the README's table of kubestate and kube-state-metrics, from the saved results of bench.
import {
  allMixes,
  type Measure,
  mixMeasures,
  quietMeasures,
  scrapeMeasures,
  startMeasures,
} from '../../bench/lib/compare/measures.ts';
import { machineLine } from '../../bench/lib/machine.ts';
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { conditions, costs } from './ksm.ts';
import { row, tableOf } from './markdown.ts';

/** The version of the reference, as in tools/reference/go.mod. */
const reference = 'kube-state-metrics v2.20';

type Results = Readonly<Record<string, Result>>;

/** The table, and a sentence on how both were measured; throws if a result is missing. */
export function comparison(results: Results): string {
  const compared = results['compare.real'];
  return compared === undefined ? fromTwoMachines(results) : fromOneRun(compared);
}

const megabytesOf = (value: number): string => `${whole(value)} MB`;
const secondsOf = (value: number): string => seconds(value);
const millisecondsOf = (value: number): string => seconds(value / 1000);

type Compared = readonly [what: string, measure: Measure, shown: (value: number) => string];

/** The rows of one run of the question `compare`. */
const compared: readonly Compared[] = [
  ['gzip scrape', scrapeMeasures.quiet.gzip, millisecondsOf],
  ['gzip scrape, right after changes', scrapeMeasures.hot.gzip, millisecondsOf],
  ['plain scrape', scrapeMeasures.quiet.plain, millisecondsOf],
  ['memory, resident', quietMeasures.resident, megabytesOf],
  ['the same, most under changes', allMixes.resident, megabytesOf],
  ['ready, to the last object', startMeasures.ready, secondsOf],
  ...Object.entries(mixMeasures).flatMap(([mix, { cpu, scraped }]): Compared[] => [
    [`CPU a minute, ${mix}`, cpu, secondsOf],
    ['the same, with four gzip scrapes', scraped, secondsOf],
  ]),
  ['CPU a minute, idle', quietMeasures.idle, secondsOf],
];

function fromOneRun({ rows, machine, plan }: Result): string {
  const of = (wanted: Measure): { kubestate: number; reference: number } => {
    const one = rows.find(({ what }) => what === wanted.what);
    if (typeof one?.kubestate !== 'number' || typeof one.reference !== 'number') {
      throw new Error(
        `the README compares by "${wanted.what}" of bench/results/compare.real.json, which has ` +
          'not both figures: run `npm run bench -- --real --reference --save`',
      );
    }
    return { kubestate: one.kubestate, reference: one.reference };
  };
  const series = of(startMeasures.series);
  const text = of(startMeasures.text);
  const served = (side: 'kubestate' | 'reference'): string =>
    `${whole(series[side])} series, ${megabytes(text[side])}`;
  const cells = compared.map(([what, measure, shown]) => {
    const { kubestate, reference: theirs } = of(measure);
    return row(what, shown(theirs), shown(kubestate), ratio(kubestate, theirs));
  });
  const table = tableOf(
    ['', reference, 'kubestate', 'ratio'],
    [row('what is served', served('reference'), served('kubestate'), ''), ...cells],
  );
  return (
    `${table}\n\n${whole(plan.pods)} pods on a real kube-apiserver, ${plan.stepsPerSecond} steps ` +
    'a second. Both were measured in turn in one run of `npm run bench -- --real --reference`, ' +
    'with gzip switched on, which is off by default in kube-state-metrics; ' +
    `${machineLine(machine)}. ` +
    '[docs/benchmarks.md](docs/benchmarks.md) has all figures with their conditions.'
  );
}

const ratio = (ours: number, theirs: number): string =>
  theirs === 0 ? '' : `${Number((ours / theirs).toPrecision(2))} ×`;

/** kubestate's own figures, beside those of the reference that were measured by hand. */
function fromTwoMachines(results: Results): string {
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
  const head = ['', reference, 'kubestate'];
  return `${tableOf(
    head,
    rows.map((cells) => row(...cells)),
  )}\n\n${said(pods, results)}`;
}

const fourScrapes = ({ cpuMs }: Row): string => seconds((4 * Number(cpuMs)) / 1000);

const said = (pods: number, results: Results): string =>
  `${whole(pods)} pods, 4,000 deployments, replica sets and services, 333 nodes; 50 steps a ` +
  `second. kube-state-metrics was measured ${conditions}; kubestate on the same kind of machine ` +
  `and server, by Node ${results['start.real']?.machine.node}. The pods of the two are alike, ` +
  'not the same. [docs/benchmarks.md](docs/benchmarks.md) has all figures with their conditions.';

function found(results: Results, name: string, wanted: Row): Row {
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

/** Rounded to two significant digits. */
const seconds = (value: unknown): string => `${Number(Number(value).toPrecision(2))} s`;
