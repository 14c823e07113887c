// Renders docs/sizing.md from the saved results of the questions `sizing` and `limits`.
import { machineLine } from '../../bench/lib/machine.ts';
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { row, tableOf } from './markdown.ts';
import { notice } from './notice.ts';

/** Proposed memory: so many times what was measured, in whole steps of MiB. */
const requestTimes = 1.2;
const limitTimes = 1.5;
const stepMib = 16;
/** Proposed CPU, in steps of thousandths. */
const cpuStep = 25;
const mib = 2 ** 20;
const bytesPerMb = 1e6;

/** What the chart is to be given for one size. */
export interface Proposal {
  readonly pods: number;
  readonly cpuMilli: number;
  readonly requestMib: number;
  readonly limitMib: number;
}

/** The requests and limits for one row of `sizing`. */
export function proposalOf(one: Row): Proposal {
  const { pods, residentMb, startPeakMb, peakMb, flipsCpu } = numbersOf(one);
  const peak = Math.max(startPeakMb, peakMb);
  return {
    pods,
    cpuMilli: upTo(cpuStep, (flipsCpu / 60) * 1_000 * requestTimes),
    requestMib: upTo(stepMib, (residentMb * requestTimes * bytesPerMb) / mib),
    limitMib: upTo(stepMib, (peak * limitTimes * bytesPerMb) / mib),
  };
}

const upTo = (step: number, value: number): number => Math.ceil(value / step) * step;

const keys = [
  ...(['pods', 'series', 'textMb', 'readySeconds', 'startCpuSeconds', 'startPeakMb'] as const),
  ...(['residentMb', 'fileMb', 'flipsCpu', 'gzipMs', 'plainMs', 'peakMb'] as const),
];

/** The figures that every row has; throws where one is missing. */
function numbersOf(one: Row): Record<(typeof keys)[number], number> {
  const entries = keys.map((key) => {
    const value = one[key];
    if (typeof value === 'number') return [key, value];
    throw new Error(
      `docs/sizing.md needs ${key} of ${one.exporter} at ${one.pods} pods, and ` +
        'bench/results/sizing.json lacks it: run `npm run bench -- sizing --reference --save`',
    );
  });
  return Object.fromEntries(entries) as Record<(typeof keys)[number], number>;
}

/** The page; undefined where nothing has been measured. */
export function sizingPage(results: Readonly<Record<string, Result>>): string | undefined {
  const { sizing, limits } = results;
  if (sizing === undefined) return undefined;
  const parts = [
    `<!-- ${notice('bench/results/sizing.json and limits.json')} -->`,
    '# Sizing',
    ...proposals(sizing),
    ...costs(sizing),
    ...floor(sizing),
    ...(limits === undefined ? [] : small(limits)),
  ];
  return `${parts.join('\n\n')}\n`;
}

const rowsOf = ({ rows }: Result, exporter: string): readonly Row[] =>
  rows.filter((one) => one.exporter === exporter);

function proposals(result: Result): string[] {
  const all = rowsOf(result, 'kubestate').map(proposalOf);
  const cells = all.map(({ pods, cpuMilli, requestMib, limitMib }) =>
    row(whole(pods), `${cpuMilli}m`, `${requestMib}Mi`, `${limitMib}Mi`),
  );
  return [
    'Find the row with as many pods as your cluster has, or the next larger one. Other objects ' +
      'come with the pods: the clusters that were measured have nodes, workloads, Services, ' +
      'ConfigMaps and Secrets to match.',
    tableOf(['pods', 'requests.cpu', 'requests.memory', 'limits.memory'], cells),
    `The rule: requested memory is ${requestTimes} times what is resident when nothing changes, ` +
      `the limit ${limitTimes} times the peak of start, changes and scrapes, both rounded up to ` +
      `${stepMib}Mi; requested CPU is ${requestTimes} times what 50 status changes a second ` +
      `take, rounded up to ${cpuStep}m. No limit of CPU is proposed: it would only make starts ` +
      'slower. Labels of `--metric-labels-allowlist` and custom resources come on top.',
    ...all.slice(0, 1).map(valuesOf),
  ];
}

const valuesOf = ({ pods, cpuMilli, requestMib, limitMib }: Proposal): string =>
  [
    `As values of the chart, for ${whole(pods)} pods:`,
    '',
    '```yaml',
    'resources:',
    '  requests:',
    `    cpu: ${cpuMilli}m`,
    `    memory: ${requestMib}Mi`,
    '  limits:',
    `    memory: ${limitMib}Mi`,
    '```',
  ].join('\n');

function costs(result: Result): string[] {
  const head = [
    ...['pods', '', 'ready', 'CPU of the start', 'peak of the start', 'quiet', 'CPU of changes'],
    ...['gzip scrape', 'plain scrape', 'peak of all'],
  ];
  const cells = result.rows.map((one) => {
    const of = numbersOf(one);
    return row(
      whole(of.pods),
      String(one.exporter),
      seconds(of.readySeconds),
      seconds(of.startCpuSeconds),
      megabytes(of.startPeakMb),
      megabytes(of.residentMb),
      `${seconds(of.flipsCpu)} a minute`,
      seconds(of.gzipMs / 1_000),
      seconds(of.plainMs / 1_000),
      megabytes(of.peakMb),
    );
  });
  return [
    '## What was measured',
    'Memory is resident memory. Ready is when all objects are served. Changes are 50 status ' +
      'changes a second. Scrapes follow them. kube-state-metrics compresses with gzip only if ' +
      'told to, and was. The simulated API server answers both in JSON; a real one sends ' +
      'protobuf.',
    tableOf(head, cells),
    conditions(result),
  ];
}

/** What the memory of the smallest cluster is made of. */
function floor(result: Result): string[] {
  const [one] = rowsOf(result, 'kubestate');
  if (one === undefined) return [];
  const { pods, residentMb, fileMb } = numbersOf(one);
  const { heapMb, externalMb } = one;
  if (typeof heapMb !== 'number' || typeof externalMb !== 'number') return [];
  const theirs = rowsOf(result, 'kube-state-metrics').find((other) => other.pods === pods);
  const [theirMb, theirFileMb] = theirs
    ? [numbersOf(theirs).residentMb, numbersOf(theirs).fileMb]
    : [];
  const rows = [
    row('file pages of Node and its libraries', megabytes(fileMb)),
    row("V8's heap: objects, compiled code, free space", megabytes(heapMb)),
    row('anonymous memory outside the heap', megabytes(residentMb - fileMb - heapMb)),
    row('together', megabytes(residentMb)),
  ];
  return [
    '## What the smallest size is made of',
    `At ${whole(pods)} pods:`,
    tableOf(['', 'resident'], rows),
    'File pages are read from the program file: processes of one image share them, and the ' +
      'kernel drops those that are not used. The last part is the source of the bundle, which V8 ' +
      'keeps, buffers, text that is served, and what Node and OpenSSL allocate.' +
      (theirMb !== undefined && theirFileMb !== undefined
        ? ` kube-state-metrics has ${megabytes(theirMb)} there, ${megabytes(theirFileMb)} of it ` +
          'file pages.'
        : ''),
  ];
}

function small(result: Result): string[] {
  const cells = result.rows.map(({ pods, exporter, readySeconds, slowestMs, killed, ...one }) =>
    row(
      whole(Number(pods)),
      String(exporter),
      typeof readySeconds === 'number' ? seconds(readySeconds) : 'never',
      typeof slowestMs === 'number' ? seconds(slowestMs / 1_000) : '',
      String(killed),
      typeof one.residentMb === 'number' ? megabytes(one.residentMb) : '',
    ),
  );
  return [
    '## With cpu: 100m and memory: 250Mi',
    'kube-prometheus sets these limits for kube-state-metrics, and many copy them. Each start ' +
      'was in a cgroup that has them; `/livez` was asked twice a second all the time.',
    tableOf(['pods', '', 'ready', 'slowest /livez', 'killed', 'resident'], cells),
    conditions(result),
  ];
}

function conditions({ at, commit, machine, cluster, load }: Result): string {
  const measured = `${at.slice(0, 10)}, commit ${commit}; ${machineLine(machine)}; ${cluster}`;
  if (load === undefined || load <= machine.cores) return `*${measured}.*`;
  return (
    `*${measured}. The load average was ${load.toFixed(0)} on ${machine.cores} cores, by other ` +
    'work: both programs would be ready and scraped sooner alone; memory is not affected, and ' +
    'CPU time little.*'
  );
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const megabytes = (value: number): string => `${whole(value)} MB`;
const seconds = (value: number): string =>
  `${value.toLocaleString('en-US', { maximumSignificantDigits: 2 })} s`;
