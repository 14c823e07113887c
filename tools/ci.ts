// Runs all suites and checks, sums up the reports of the runners, and prints one line of counts.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkVerdict, suiteVerdict, type Verdict } from './ci/verdict.ts';

interface Step {
  readonly script: string;
  /** Files that must each contain a test. A step without files is a check: it passes or fails. */
  readonly specs?: string;
  readonly except?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const STEPS: readonly Step[] = [
  { script: 'test', specs: 'test/**/*.test.ts', except: 'test/e2e/**' },
  { script: 'check' },
  { script: 'e2e', specs: 'test/e2e/*.e2e.ts', env: { KUBESTATE_E2E_PODS: '5000' } },
];

/**
 * A test that leaves a server open would keep its runner alive for ever. After this time runners
 * are killed, so that the counts are printed before CI times out at 90 minutes. On a new machine
 * the end-to-end suites first build an API server, Prometheus and Helm.
 */
const deadlineMs = performance.now() + 80 * 60_000;

const root = join(import.meta.dirname, '..');

function runStep({ script, specs, except, env }: Step, folder: string): Verdict {
  process.stdout.write(`\n== npm run ${script}\n`);
  const report = join(folder, `${script}.json`);
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: 'inherit',
    timeout: Math.max(1, Math.ceil(deadlineMs - performance.now())),
    env: {
      ...process.env,
      ...env,
      MOCHA_OPTIONS: `--reporter json --reporter-option output=${report}`,
    },
  });
  if (specs === undefined) return checkVerdict(status);
  const files = globSync(specs, { cwd: root, exclude: except === undefined ? [] : [except] });
  return suiteVerdict(
    readReport(report),
    files.map((file) => join(root, file)),
    status,
  );
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
  const verdict = runStep(step, folder);
  verdicts.push(verdict);
  for (const complaint of verdict.complaints) process.stdout.write(`${complaint}\n`);
  process.stdout.write(`${step.script}: ${verdict.passed} passed, ${verdict.failed} failed\n`);
}
rmSync(folder, { recursive: true });

const sum = (count: 'passed' | 'failed') => verdicts.reduce((all, one) => all + one[count], 0);
process.exitCode = sum('failed') === 0 ? 0 : 1;
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
