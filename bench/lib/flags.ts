// The flags of `npm run bench`, one row each, and its help page.
import { type Flag, file, integer, type Kind, text, toggle } from '../../src/config/flags.ts';
import { partNames } from '../compare.ts';
import type { Question } from './question.ts';

const PODS_MAX = 500_000;
const SECONDS_MAX = 86_400;
const ROUNDS_MAX = 1_000;
const PID_MAX = 2 ** 22;
const NAME_COLUMNS = 16;

const group = 'bench';

/** Comma-separated numbers of pods. */
const sizes: Kind<readonly number[]> = {
  placeholder: 'N,N',
  expected: `numbers from 1 to ${PODS_MAX}, between commas`,
  parse(given) {
    const numbers = given.split(',').map(Number);
    const good = numbers.every((n) => Number.isInteger(n) && n > 0 && n <= PODS_MAX);
    return good ? numbers : undefined;
  },
};

const none: readonly number[] = [];

/** What `--parts` names. */
const parts: Kind<readonly string[]> = {
  placeholder: 'PART,PART',
  expected: `parts of ${partNames.join(', ')}, between commas`,
  parse(given) {
    const names = given.split(',');
    return names.every((name) => partNames.some((part) => part === name)) ? names : undefined;
  },
};

// biome-ignore format: one row per flag
export const flags = {
  full: { group, kind: toggle, default: false,
    help: 'Ask everything, up to 100,000 pods; takes more than an hour.' },
  pods: { group, kind: sizes, default: none, help: 'How many pods the clusters have.' },
  seconds: { group, kind: integer(1, SECONDS_MAX), default: undefined, help: 'How long each phase under load lasts.' },
  churn: { group, kind: integer(1, SECONDS_MAX), default: undefined, help: 'How many seconds the memory is watched.' },
  rounds: { group, kind: integer(1, ROUNDS_MAX), default: undefined, help: 'How many scrapes, or starts, a median is of; compare starts three times as often.' },
  real: { group, kind: toggle, default: false,
    help: 'Measure on a real kube-apiserver and its etcd, started for this; built at the first time.' },
  kubeconfig: { group, kind: file, default: undefined,
    help: 'Measure on this cluster; --pods then only says how many it has, or is filled with.' },
  reference: { group, kind: toggle, default: false,
    help: 'Ask how kubestate compares with kube-state-metrics, which is built at the first time.' },
  'reference-pods': { group, kind: integer(1, PODS_MAX), default: 10_000,
    help: 'Up to how many pods kube-state-metrics is measured by sizing and limits; with 50,000 it takes four minutes.' },
  against: { group, kind: file, default: undefined,
    help: 'Another build of kubestate, as dist/kubestate.cjs of the commit before, for the question compare.' },
  parts: { group, kind: parts, default: partNames, help: 'Which parts of the question compare are asked.' },
  fill: { group, kind: toggle, default: false,
    help: 'Fill the cluster of --kubeconfig, and write to it; never one that is used.' },
  beside: { group, kind: { ...text, placeholder: 'URL' }, default: undefined,
    help: 'Metrics of another exporter of the same cluster, to be scraped in turn.' },
  'beside-pid': { group, kind: integer(1, PID_MAX), default: undefined, help: 'Its process, where it runs here.' },
  save: { group, kind: toggle, default: false,
    help: 'Keep the figures in bench/results, of which docs/benchmarks.md is made.' },
  help: { group, kind: toggle, default: false, short: 'h', help: 'Show this page.' },
} satisfies Record<string, Flag<unknown>>;

/** The text of --help. */
export function help(questions: Readonly<Record<string, Question>>): string {
  const asked = Object.entries(questions).map(([name, { asks, fullOnly, namedOnly }]) => {
    const when = namedOnly ? ' (with --reference)' : fullOnly ? ' (with --full)' : '';
    return `  ${name.padEnd(NAME_COLUMNS)}${asks}${when}`;
  });
  const rows = Object.entries(flags).map(([name, flag]) => {
    const { placeholder = '' } = flag.kind;
    return `  --${name} ${placeholder}\n      ${flag.help}`;
  });
  return (
    'Measures kubestate on a simulated cluster of its own, or on a real one.\n\n' +
    'Usage:\n  npm run bench -- [QUESTION...] [flags]\n\n' +
    `Questions:\n${asked.join('\n')}\n\nFlags:\n${rows.join('\n')}\n`
  );
}
