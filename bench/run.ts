// `npm run bench`: runs the questions, prints the results, and saves them as JSON.
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseCommandLine, type ValuesOf } from '../src/config/flags.ts';
import { ConfigError } from '../src/lib/errors.ts';
import { suggest } from '../src/lib/suggest.ts';
import { buildGoModule } from '../tools/goModule.ts';
import { reference, referenceModule } from '../tools/reference/program.ts';
import { Bench, type Plan, type WantedContents } from './lib/bench.ts';
import { type Cluster, clusterOfKubeconfig, startReal, startSimulated } from './lib/cluster.ts';
import { fill } from './lib/fill.ts';
import { flags, help } from './lib/flags.ts';
import { machineLine, thisCommit, thisMachine } from './lib/machine.ts';
import { openProgress, type Progress } from './lib/progress.ts';
import type { Question, Row } from './lib/question.ts';
import { type Result, save } from './lib/results.ts';
import { plainTable, rowLine } from './lib/table.ts';
import { questions } from './questions.ts';

const root = join(import.meta.dirname, '..');

const short: Plan = {
  sizes: [1_000, 10_000],
  pods: 5_000,
  rounds: 5,
  seconds: 15,
  churnSeconds: 60,
  stepsPerSecond: 50,
  settleSeconds: 3,
  scrapeSeconds: 15,
};

const full: Plan = {
  sizes: [1_000, 10_000, 20_000, 50_000, 100_000],
  pods: 20_000,
  rounds: 10,
  seconds: 60,
  churnSeconds: 600,
  stepsPerSecond: 50,
  settleSeconds: 10,
  scrapeSeconds: 15,
};

/** For the question `compare`: within an hour with all its parts. */
const comparing: Plan = { ...full, rounds: 3, seconds: 30 };

/** Objects created between two progress messages. */
const toldEvery = 1_000;

type Values = ValuesOf<typeof flags>;

async function main(argv: readonly string[]): Promise<number> {
  const { values, words } = parseCommandLine(flags, argv);
  if (values.help) {
    process.stdout.write(help(questions));
    return 0;
  }
  const asked = askedFor(words, values);
  const machine = thisMachine();
  process.stdout.write(`${machineLine(machine)}, commit ${thisCommit(root)}\n\n`);
  // Measure the current sources.
  execFileSync(process.execPath, [join(root, 'tools/build.ts')], { stdio: 'inherit' });
  if (values.reference) buildGoModule(referenceModule);
  const session = openSession(values);
  try {
    for (const [name, question] of asked) await session.ask(name, question);
  } finally {
    await session.bench.close();
  }
  return 0;
}

/** The questions that are named; without names all, or those of the short set. */
function askedFor(words: readonly string[], values: Values): [string, Question][] {
  for (const word of words) {
    if (Object.hasOwn(questions, word)) continue;
    const close = suggest(word, Object.keys(questions));
    const hint = close === undefined ? 'see --help' : `did you mean ${close}?`;
    const known = Object.keys(questions).join(', ');
    throw new ConfigError({ expected: `questions of ${known}`, got: `"${word}"`, hint });
  }
  const named = words.length === 0 && values.reference ? ['compare'] : words;
  const asked = Object.entries(questions).filter(([name, { fullOnly, namedOnly }]) =>
    named.length > 0 ? named.includes(name) : !namedOnly && (values.full || !fullOnly),
  );
  const writing = asked.find(([, { writes }]) => writes);
  if (writing !== undefined && values.kubeconfig !== undefined && !values.fill) {
    throw new ConfigError({
      place: writing[0],
      expected: 'a cluster that may be written to',
      got: 'that of --kubeconfig',
      hint: 'give --fill where it is there to be measured, or name questions that only read',
    });
  }
  return asked;
}

/** One Bench for all questions, so that they can share clusters. */
function openSession(values: Values) {
  let progress: Progress | undefined;
  let cluster = 'none';
  const say = (doing: string): void => progress?.say(doing);
  const bench = new Bench({
    plan: planOf(values),
    program: [process.execPath, join(root, 'dist/kubestate.cjs')],
    say,
    compared: {
      parts: values.parts,
      referencePods: values['reference-pods'],
      ...(values.reference && { reference }),
      ...(values.against && { parent: resolve(values.against) }),
    },
    ...(values.beside && { beside: { url: values.beside, pid: values['beside-pid'] } }),
    async openCluster(contents) {
      const opened = await openCluster(values, contents, say);
      cluster = opened.name;
      return opened;
    },
  });
  const ask = async (name: string, question: Question): Promise<void> => {
    process.stdout.write(`${question.asks}\n`);
    progress = openProgress(process.stderr, name);
    const rows: Row[] = [];
    try {
      for await (const row of question.measure(bench)) {
        rows.push(row);
        progress.clear();
        process.stdout.write(`${rowLine(question.columns, row)}\n`);
        progress = openProgress(process.stderr, name);
      }
    } finally {
      progress.clear();
    }
    process.stdout.write(`\n${plainTable(question.columns, rows)}\n\n`);
    const path = keep({ question: name, cluster, plan: bench.plan, rows }, values);
    process.stdout.write(`kept in ${path}\n\n`);
  };
  return { bench, ask };
}

type Found = Pick<Result, 'question' | 'cluster' | 'plan' | 'rows'>;

function keep(found: Found, values: Values): string {
  const folder = join(root, values.save ? 'bench/results' : '.cache/bench');
  const isReal = values.real || values.kubeconfig !== undefined;
  const conditions = {
    at: new Date().toISOString(),
    commit: thisCommit(root),
    machine: thisMachine(),
    nodeOptions: process.env.NODE_OPTIONS ?? '',
    load: loadavg()[2] ?? 0,
  };
  return save(folder, { ...conditions, ...found }, isReal ? 'real' : '');
}

async function openCluster(
  values: Values,
  wanted: WantedContents,
  say: (doing: string) => void,
): Promise<Cluster> {
  if (!values.real && values.kubeconfig === undefined) {
    return startSimulated({ ...wanted, managedFields: true });
  }
  if (wanted.workloads || wanted.beyond) {
    throw new ConfigError({
      expected: 'the simulated API server for this question',
      got: 'another',
      hint: 'leave out --real and --kubeconfig',
    });
  }
  const cluster = values.real
    ? await startReal(say)
    : clusterOfKubeconfig(values.kubeconfig as string);
  if (!values.real && !values.fill) return cluster;
  const contents = { ...wanted, managedFields: false };
  try {
    await fill(cluster, contents, (done, all) => {
      if (done % toldEvery === 0) say(`made ${done} of ${all} objects`);
    });
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function planOf({ full: all, reference: compares, pods, seconds, churn, rounds }: Values): Plan {
  const plan = compares ? comparing : all ? full : short;
  return {
    ...plan,
    ...(pods.length > 0 && { sizes: pods, pods: Math.max(...pods) }),
    ...(seconds && { seconds }),
    ...(churn && { churnSeconds: churn }),
    ...(rounds && { rounds }),
  };
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `bench: ${error instanceof ConfigError ? error.message : String(error)}\n`,
    );
    process.exitCode = error instanceof ConfigError ? 2 : 1;
  },
);
