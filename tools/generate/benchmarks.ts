// Renders docs/benchmarks.md and its charts from the saved results of bench.
import { machineLine } from '../../bench/lib/machine.ts';
import type { Question, Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { cell, shownColumns } from '../../bench/lib/table.ts';
import { linksTo } from './contents.ts';
import { type Costs, costs, conditions as theirConditions } from './ksm.ts';
import { type Line, lineChart } from './lineChart.ts';
import { row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';

/** Points of a curve in a chart; more would not be visible. */
const curvePointsMax = 150;

/** The page and its charts by path below docs; `results` are by file name. */
export function benchmarkPages(
  results: Readonly<Record<string, Result>>,
  questions: Readonly<Record<string, Question>>,
): Record<string, string> {
  const sections: string[] = [];
  const contents: string[] = [];
  const charts: Record<string, string> = {};
  for (const [question, { asks, how, columns }] of Object.entries(questions)) {
    const found = Object.entries(results).filter(([, result]) => result.question === question);
    if (found.length === 0) continue;
    sections.push(`## ${asks}`, words(how));
    contents.push(asks);
    for (const [name, result] of found) {
      const shown = shownColumns(columns, result.rows);
      const cells = result.rows.map((one) => row(...shown.map((column) => cell(column, one))));
      const head = shown.map(({ heading }) => heading);
      sections.push(conditions(result), tableOf(head, cells));
      for (const [chart, svg] of Object.entries(chartsOf(name, result))) {
        charts[`benchmarks/${chart}.svg`] = svg;
        sections.push(`![${chart.replaceAll(/[-.]/g, ' ')}](benchmarks/${chart}.svg)`);
      }
    }
  }
  const measured = [linksTo(contents).trimEnd(), ...sections];
  const body = sections.length > 0 ? measured : ['Nothing has been measured and kept yet.'];
  const byHand = results['compare.real'] === undefined ? theirs : [];
  const page = [`<!-- ${notice('bench/results')} -->`, ...opening, ...body, ...byHand];
  return { 'benchmarks.md': `${page.join('\n\n')}\n`, ...charts };
}

const opening = [
  '# Benchmarks',
  'Every figure on this page comes from `npm run bench -- --full --save` (with `--real` for ' +
    'kube-apiserver); its conditions are above it. The exporter is a separate process, measured ' +
    'from outside by HTTP, /proc and its own metrics. Megabytes are millions of bytes. A ' +
    'yardstick is a simple operation on the same bytes in the same run; ratios compare with it.',
  '`npm run bench` measures a short set on your machine in some minutes. `npm run bench -- ' +
    '--real --reference` measures kubestate and kube-state-metrics in turn, within an hour. ' +
    '`npm run bench -- --help` explains the rest.',
];

function conditions({ at, commit, machine, cluster, plan, nodeOptions }: Result): string {
  const day = at.slice(0, 10);
  const node = nodeOptions === '' ? '' : `; NODE_OPTIONS=${nodeOptions}`;
  const pace = `${plan.stepsPerSecond} steps a second, phases of ${plan.seconds} s`;
  return `*${day}, commit ${commit}; ${machineLine(machine)}${node}; ${cluster}; ${pace}.*`;
}

/** The charts of a result, by name. */
function chartsOf(name: string, { question, rows }: Result): Record<string, string> {
  if (question === 'scrape') return growth(name, 'Time of a scrape', 'ms', scrapeLines(rows));
  if (question === 'start') return growth(name, 'Memory by pods', 'MB', memoryLines(rows));
  if (question === 'memory') return { [`${name}-curve`]: memoryCurve(rows) };
  return {};
}

/** A chart by number of pods, which needs two points. */
function growth(name: string, title: string, yLabel: string, lines: Line[]) {
  if (!lines.some(({ points }) => points.length > 1)) return {};
  return { [`${name}-growth`]: lineChart({ title, xLabel: 'pods', yLabel, lines }) };
}

function scrapeLines(rows: readonly Row[]): Line[] {
  const named = rows.map((one) => ({ ...one, line: `${one.exporter}, ${one.encoding}` }));
  const lines = Object.entries(Object.groupBy(named, ({ line }) => line));
  return lines.map(([line, own = []]) => ({ name: line, points: pointsOf(own, 'pods', 'ms') }));
}

const memoryLines = (rows: readonly Row[]): Line[] => [
  { name: 'peak of the start', points: pointsOf(rows, 'pods', 'peakMb') },
  { name: 'resident', points: pointsOf(rows, 'pods', 'residentMb') },
];

function memoryCurve(rows: readonly Row[]): string {
  const lines = rows.map(({ malloc, curve }) => {
    const values = Array.isArray(curve) ? (curve as readonly number[]) : [];
    const step = Math.ceil(values.length / curvePointsMax);
    const points = values.map((value, second) => [second, value] as const);
    return { name: String(malloc), points: points.filter((_, i) => i % step === 0) };
  });
  const title = 'Resident memory under changes, scrapes and relists';
  return lineChart({ title, xLabel: 'seconds', yLabel: 'MB', lines });
}

const pointsOf = (rows: readonly Row[], x: string, y: string): (readonly [number, number])[] =>
  rows.map((one) => [Number(one[x]), Number(one[y])] as const);

/** Rows of kube-state-metrics, under the load of `ksm.ts`. */
const theirs = [
  '## kube-state-metrics for comparison',
  `kube-state-metrics v2.20 was measured ${theirConditions}. The load is 50 ` +
    'steps a second and 30 Lease renewals; CPU is in seconds a minute.',
  tableOf(['', ...costs.map(({ pods }) => `${grouped(pods)} pods`)], theirRows()),
];

function theirRows(): string[] {
  const load = (key: keyof NonNullable<Costs['underLoad']>) => (one: Costs) => one.underLoad?.[key];
  const rows: [string, (one: Costs) => number | undefined][] = [
    ['series', ({ series }) => series],
    ['text, MB', ({ textMb }) => textMb],
    ['ready, s', ({ ready }) => ready],
    ['resident, MB', ({ residentMb }) => residentMb],
    ['resident under load, MB', load('residentMb')],
    ['gzip scrape, s', ({ gzipScrape }) => gzipScrape],
    ['plain scrape, s', ({ plainScrape }) => plainScrape],
    ['CPU of status flips', load('statusFlips')],
    ['CPU of short-lived pods', load('shortLivedPods')],
    ['CPU of pods replaced', load('podsReplaced')],
    ['CPU of four gzip scrapes a minute, in addition', load('fourGzipScrapes')],
  ];
  const cellOf = (value: number | undefined) => (value === undefined ? '' : grouped(value));
  return rows.map(([what, of]) => row(what, ...costs.map((one) => cellOf(of(one)))));
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}
