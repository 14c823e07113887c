// Runs all suites and checks, sums up the reports of the runners, and prints one line of counts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkVerdict, suiteVerdict, type Verdict } from './ci/verdict.ts';

interface Step {
  readonly script: string;
  /** Files that must each contain a test. A step without files is a check: it passes or fails. */
  readonly specs?: string;
  readonly except?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Less than all steps together may take. */
  readonly minutesMax?: number;
}

const STEPS: readonly Step[] = [
  { script: 'test', specs: 'test/**/*.test.ts', except: 'test/e2e/**', minutesMax: 20 },
  { script: 'check', minutesMax: 10 },
  { script: 'e2e', specs: 'test/e2e/*.e2e.ts', env: { KUBESTATE_E2E_PODS: '5000' } },
];

/**
 * A test that leaves a server open, or loops, would keep its runner alive for ever. After so long
 * together, runners are killed, so that the counts are printed before CI times out at 90 minutes.
 * On a new machine the end-to-end suites first build an API server, Prometheus and Helm.
 */
const allMinutesMax = 80;
const deadlineMs = performance.now() + allMinutesMax * 60_000;

const root = join(import.meta.dirname, '..');

async function runStep(step: Step, folder: string): Promise<Verdict> {
  const { script, specs, except, env, minutesMax = allMinutesMax } = step;
  process.stdout.write(`\n== npm run ${script}\n`);
  const report = join(folder, `${script}.json`);
  const running = join(folder, `${script}-running`);
  mkdirSync(running);
  const status = await exitCodeOf(script, minutesMax, {
    ...process.env,
    ...env,
    MOCHA_OPTIONS: `--reporter json --reporter-option output=${report}`,
    KUBESTATE_CI_RUNNING: running,
  });
  if (specs === undefined) return checkVerdict(status);
  const files = globSync(specs, { cwd: root, exclude: except === undefined ? [] : [except] });
  return suiteVerdict(
    readReport(report),
    files.map((file) => join(root, file)),
    status,
    readdirSync(running).map((note) => readFileSync(join(running, note), 'utf8')),
  );
}

/** Null where it had to be killed, with all that it has started. */
async function exitCodeOf(
  script: string,
  minutesMax: number,
  env: NodeJS.ProcessEnv,
): Promise<number | null> {
  const options = { cwd: root, stdio: 'inherit', env, detached: true } as const;
  const child = spawn('npm', ['run', '--silent', script], options);
  const msMax = Math.min(minutesMax * 60_000, deadlineMs - performance.now());
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), msMax);
  const [exitCode] = await once(child, 'exit');
  clearTimeout(timer);
  return exitCode;
}

/** The report of the runner, or `undefined` if it is missing or malformed. */
function readReport(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    process.stdout.write(`No report: ${error}\n`);
    return undefined;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kubestate-ci-'));
const verdicts: Verdict[] = [];
for (const step of STEPS) {
  const verdict = await runStep(step, folder);
  verdicts.push(verdict);
  for (const complaint of verdict.complaints) process.stdout.write(`${complaint}\n`);
  process.stdout.write(`${step.script}: ${verdict.passed} passed, ${verdict.failed} failed\n`);
}
rmSync(folder, { recursive: true });

const sum = (count: 'passed' | 'failed') => verdicts.reduce((all, one) => all + one[count], 0);
process.exitCode = sum('failed') === 0 ? 0 : 1;
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
