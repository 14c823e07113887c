// Renders docs/sizing.md and its charts from the saved results of the questions about sizes.
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { conditions, megabytes, seconds, whole } from './figures.ts';
import { type Line, lineChart } from './lineChart.ts';
import { row, tableOf } from './markdown.ts';
import { notice } from './notice.ts';
import { ScrapeTime } from './scrapeTime.ts';
import { scrapeTimes, small } from './sizingParts.ts';

/** Proposed memory: so many times what was measured, in whole steps of MiB. */
const requestTimes = 1.2;
const limitTimes = 1.5;
const stepMib = 16;
/** Proposed CPU, in steps of thousandths. */
const cpuStep = 25;
const mib = 2 ** 20;
const bytesPerMb = 1e6;
const reference = 'kube-state-metrics';

/** What the chart is to be given for one size. */
export interface Proposal {
  readonly pods: number;
  readonly cpuMilli: number;
  readonly requestMib: number;
  readonly limitMib: number;
}

/** The requests and limits for one row of `sizing`. */
export function proposalOf(one: Row): Proposal {
  const { flipsCpu } = numbersOf(one, ['flipsCpu']);
  return {
    pods: Number(one.pods),
    cpuMilli: upTo(cpuStep, (flipsCpu / 60) * 1_000 * requestTimes),
    ...memoryOf(one),
  };
}

function memoryOf(one: Row): Pick<Proposal, 'requestMib' | 'limitMib'> {
  const { residentMb, startPeakMb, peakMb } = numbersOf(one, costKeys);
  const peak = Math.max(startPeakMb, peakMb);
  return {
    requestMib: upTo(stepMib, (residentMb * requestTimes * bytesPerMb) / mib),
    limitMib: upTo(stepMib, (peak * limitTimes * bytesPerMb) / mib),
  };
}

const upTo = (step: number, value: number): number => Math.ceil(value / step) * step;

const costKeys = [
  ...(['pods', 'readySeconds', 'startCpuSeconds', 'startPeakMb', 'residentMb', 'fileMb'] as const),
  ...(['gzipMs', 'plainMs', 'peakMb'] as const),
];

/** Figures that a row has; throws where one is missing. */
function numbersOf<Key extends string>(one: Row, keys: readonly Key[]): Record<Key, number> {
  const entries = keys.map((key) => {
    const value = one[key];
    if (typeof value === 'number') return [key, value];
    throw new Error(
      `docs/sizing.md needs ${key} of ${one.exporter ?? one.shard} at ${one.pods} pods, and ` +
        'bench/results/sizing.json or largeShards.json lacks it: run `npm run bench -- sizing ' +
        '--reference --save`, and `npm run bench -- largeShards --pods 500000 --save`',
    );
  });
  return Object.fromEntries(entries) as Record<Key, number>;
}

/** The page and its charts by path below docs; nothing where nothing has been measured. */
export function sizingPages(results: Readonly<Record<string, Result>>): Record<string, string> {
  const { sizing, limits, largeShards } = results;
  if (sizing === undefined) return {};
  const prometheus = results.prometheus ?? results['prometheus.real'];
  const time = prometheus && new ScrapeTime(prometheus.rows);
  const charts = chartsOf(sizing, prometheus);
  const parts = [
    `<!-- ${notice(sources)} -->`,
    '# Sizing',
    ...proposals(sizing, time),
    contents,
    ...(prometheus && time ? scrapeTimes(prometheus, time) : []),
    ...(largeShards === undefined ? [] : shards(largeShards)),
    ...costs(sizing, Object.keys(charts)),
    ...floor(sizing),
    ...(limits === undefined ? [] : small(limits)),
  ];
  return { 'sizing.md': `${parts.join('\n\n')}\n`, ...charts };
}

const sources = 'bench/results: sizing.json, largeShards.json, prometheus.json, limits.json';
const contents = '<!-- Contents: begin. -->\n<!-- Contents: end. -->';

const rowsOf = ({ rows }: Result, exporter: string): readonly Row[] =>
  rows.filter((one) => one.exporter === exporter);

function proposals(result: Result, time: ScrapeTime | undefined): string[] {
  const ours = rowsOf(result, 'kubestate');
  const all = ours.map(proposalOf);
  const cells = all.map(({ pods, cpuMilli, requestMib, limitMib }, i) => {
    const theirs = rowsOf(result, reference).find((one) => one.pods === pods);
    return row(
      whole(pods),
      `${cpuMilli}m`,
      `${requestMib}Mi`,
      `${limitMib}Mi`,
      seconds(Number(ours[i]?.readySeconds)),
      ...(time ? [timeoutCell(time, pods), String(time.shardsOf(pods))] : []),
      theirs ? `${memoryOf(theirs).requestMib}Mi, ${memoryOf(theirs).limitMib}Mi` : '',
    );
  });
  const head = [
    ...['pods', 'requests.cpu', 'requests.memory', 'limits.memory', 'ready after'],
    ...(time ? ['scrape_timeout', 'or shards'] : []),
    `requests.memory, limits.memory of ${reference}, by the same rule`,
  ];
  return [
    'Find the row with as many pods as your cluster has, or the next larger one. Other objects ' +
      'come with the pods: the clusters that were measured have nodes, workloads, Services, ' +
      'ConfigMaps and Secrets to match.',
    tableOf(head, cells),
    `The rule: requested memory is ${requestTimes} times what is resident when nothing changes, ` +
      `the limit ${limitTimes} times the peak of start, changes and scrapes, both rounded up to ` +
      `${stepMib}Mi; requested CPU is ${requestTimes} times what 50 status changes a second ` +
      `take, rounded up to ${cpuStep}m. No limit of CPU is proposed: it would only make starts ` +
      'slower. Labels of `--metric-labels-allowlist` and custom resources come on top.',
    ...[all[0], all.at(-1)]
      .filter((one, i) => one !== undefined && (i === 0 || one !== all[0]))
      .map((one) => valuesOf(one as Proposal, time)),
  ];
}

const timeoutCell = (time: ScrapeTime, pods: number): string => {
  const timeout = time.timeoutOf(pods);
  return timeout === undefined ? 'the default' : `${timeout}s`;
};

/** What to set in the chart; an interval is at least as long as its timeout. */
function valuesOf({ pods, cpuMilli, requestMib, limitMib }: Proposal, time?: ScrapeTime): string {
  const timeout = time?.timeoutOf(pods);
  const interval = timeout && Math.max(30, upTo(30, timeout));
  return [
    `As values of the chart, for ${whole(pods)} pods:`,
    '',
    '```yaml',
    'resources:',
    '  requests:',
    `    cpu: ${cpuMilli}m`,
    `    memory: ${requestMib}Mi`,
    '  limits:',
    `    memory: ${limitMib}Mi`,
    ...(timeout === undefined
      ? []
      : [
          'prometheus:',
          '  monitor:',
          '    enabled: true',
          '    http:',
          `      interval: ${interval}s`,
          `      scrapeTimeout: ${timeout}s`,
        ]),
    '```',
  ].join('\n');
}

function shards(result: Result): string[] {
  const cells = result.rows.map((one) => {
    const of = numbersOf(one, costKeys);
    const { requestMib, limitMib } = memoryOf(one);
    return row(
      String(one.shard),
      ...['series'].map((key) => whole(Number(one[key]))),
      seconds(of.readySeconds),
      seconds(of.startCpuSeconds),
      megabytes(of.residentMb),
      megabytes(Math.max(of.startPeakMb, of.peakMb)),
      seconds(of.gzipMs / 1_000),
      seconds(of.plainMs / 1_000),
      `${requestMib}Mi, ${limitMib}Mi`,
    );
  });
  const [first] = result.rows;
  const head = [
    ...['shard', 'series', 'ready', 'CPU of the start', 'quiet', 'peak', 'gzip scrape'],
    ...['plain scrape', 'requests.memory, limits.memory'],
  ];
  const count = String(first?.shard).split(' of ').at(-1);
  return [
    `## ${whole(Number(first?.pods))} pods in ${count} shards`,
    'Each shard was started alone, on the same cluster, with `--shard` and `--total-shards`. It ' +
      'receives the objects of all shards, and drops those of others before it decodes them.',
    tableOf(head, cells),
    conditions(result),
  ];
}

/** Older results have no size of a gzip scrape. */
const sizeCell = ({ gzipMb }: Row): string =>
  typeof gzipMb === 'number' ? `${gzipMb.toFixed(1)} MB` : '';

function costs(result: Result, charts: readonly string[]): string[] {
  const hasSize = result.rows.some((one) => sizeCell(one) !== '');
  const head = [
    ...['pods', '', 'ready', 'CPU of the start', 'peak of the start', 'quiet', 'CPU of changes'],
    ...['gzip scrape', ...(hasSize ? ['size of it'] : []), 'plain scrape', 'peak of all'],
  ];
  const cells = result.rows.map((one) => {
    const of = numbersOf(one, [...costKeys, 'flipsCpu']);
    return row(
      whole(of.pods),
      String(one.exporter),
      seconds(of.readySeconds),
      seconds(of.startCpuSeconds),
      megabytes(of.startPeakMb),
      megabytes(of.residentMb),
      `${seconds(of.flipsCpu)} a minute`,
      seconds(of.gzipMs / 1_000),
      ...(hasSize ? [sizeCell(one)] : []),
      seconds(of.plainMs / 1_000),
      megabytes(of.peakMb),
    );
  });
  return [
    '## What was measured',
    'Memory is resident memory. Ready is when all objects are served. Changes are 50 status ' +
      'changes a second. Scrapes follow them, and their times are medians. kube-state-metrics ' +
      'compresses with gzip only if told to, and was.',
    tableOf(head, cells),
    ...charts.map(
      (path) => `![${path.replaceAll(/^.*\/|\.svg$/g, '').replaceAll('-', ' ')}](${path})`,
    ),
    conditions(result),
  ];
}

/** The curves by the number of pods, by path below docs. */
function chartsOf(sizing: Result, prometheus: Result | undefined): Record<string, string> {
  const lineOf = (name: string, rows: readonly Row[], key: string, factor = 1): Line => ({
    name,
    points: rows.map((one) => [Number(one.pods), Number(one[key]) * factor] as const),
  });
  const ours = rowsOf(sizing, 'kubestate');
  const theirs = rowsOf(sizing, reference);
  const xLabel = 'pods';
  if (ours.length < 2) return {};
  const scraped = prometheus
    ? [lineOf('scrape by Prometheus', prometheus.rows, 'durationMs', 1 / 1_000)]
    : [];
  return {
    'benchmarks/sizing-memory.svg': lineChart({
      title: 'Memory by pods',
      xLabel,
      yLabel: 'MB',
      lines: [
        lineOf('kubestate, quiet', ours, 'residentMb'),
        lineOf('kubestate, peak', ours, 'peakMb'),
        ...(theirs.length > 0 ? [lineOf('kube-state-metrics', theirs, 'residentMb')] : []),
      ],
    }),
    'benchmarks/sizing-time.svg': lineChart({
      title: 'Time by pods',
      xLabel,
      yLabel: 's',
      lines: [
        lineOf('ready', ours, 'readySeconds'),
        lineOf('gzip scrape', ours, 'gzipMs', 1 / 1_000),
        ...scraped,
        ...(theirs.length > 0 ? [lineOf('kube-state-metrics ready', theirs, 'readySeconds')] : []),
      ],
    }),
  };
}

/** What the memory of the smallest cluster is made of. */
function floor(result: Result): string[] {
  const [one] = rowsOf(result, 'kubestate');
  if (one === undefined) return [];
  const { pods, residentMb, fileMb } = numbersOf(one, costKeys);
  const { heapMb, externalMb } = one;
  if (typeof heapMb !== 'number' || typeof externalMb !== 'number') return [];
  const theirs = rowsOf(result, reference).find((other) => other.pods === pods);
  const rows = [
    row('file pages of Node and its libraries', megabytes(fileMb)),
    row("V8's heap: objects, compiled code, free space", megabytes(heapMb)),
    row('anonymous memory outside the heap', megabytes(residentMb - fileMb - heapMb)),
    row('together', megabytes(residentMb)),
  ];
  const their = theirs && numbersOf(theirs, costKeys);
  return [
    '## What the smallest size is made of',
    `At ${whole(pods)} pods:`,
    tableOf(['', 'resident'], rows),
    'File pages are read from the program file: processes of one image share them, and the ' +
      'kernel drops those that are not used. The last part is the source of the bundle, which V8 ' +
      'keeps, buffers, text that is served, and what Node and OpenSSL allocate.' +
      (their === undefined
        ? ''
        : ` kube-state-metrics has ${megabytes(their.residentMb)} there, ` +
          `${megabytes(their.fileMb)} of it file pages.`),
  ];
}
