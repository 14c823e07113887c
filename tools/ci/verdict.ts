// The verdict on a runner's report: counts of passed and failed tests, and all reasons to fail.

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** One message per failure. */
  readonly complaints: readonly string[];
}

/** The part of mocha's JSON report that is read. */
interface Report {
  readonly stats: { passes: number; failures: number; pending: number };
  readonly tests: readonly { file?: string }[];
  readonly failures: readonly (Titled & { err: Failure })[];
  readonly pending: readonly Titled[];
}

interface Titled {
  readonly fullTitle: string;
}

interface Failure {
  readonly message?: string;
  readonly stack?: string;
  /** What was compared, as text; Chai's message has "expected [ …(2) ] to equal [ Array(1) ]". */
  readonly actual?: string;
  readonly expected?: string;
}

/** A compared text may be a whole scrape. */
const COMPARED_CHARS_MAX = 2_000;

/** The verdict on a check, which has no tests: one failure unless it passes. */
export function checkVerdict(exitCode: number | null): Verdict {
  if (exitCode === 0) return { passed: 0, failed: 0, complaints: [] };
  return { passed: 0, failed: 1, complaints: [ending(exitCode)] };
}

/**
 * The verdict on a suite by its report. These are failures too: a missing report, a file of
 * `files` without a test, a skipped test, and an exit code that none of these explains. `running`
 * are the tests that had begun and not ended.
 */
export function suiteVerdict(
  report: unknown,
  files: readonly string[],
  exitCode: number | null,
  running: readonly string[] = [],
): Verdict {
  if (!isReport(report)) {
    return {
      passed: 0,
      failed: 1,
      complaints: [
        `left no report and ${ending(exitCode)}`,
        ...running.map((test) => `was running: ${test}`),
      ],
    };
  }
  const ran = new Set(report.tests.map(({ file }) => file));
  const complaints = [
    ...report.failures.map(({ fullTitle, err }) => `${fullTitle}\n${textOf(err)}`),
    ...report.pending.map(({ fullTitle }) => `skipped: ${fullTitle}`),
    ...files.filter((file) => !ran.has(file)).map((file) => `ran no test of ${file}`),
    ...(report.tests.length === 0 ? ['ran no test at all'] : []),
  ];
  if (exitCode !== 0 && complaints.length === 0) complaints.push(ending(exitCode));
  return { passed: report.stats.passes, failed: complaints.length, complaints };
}

function textOf(err: Failure): string {
  const said = `${err.stack ?? err.message}`;
  if (err.actual === undefined || err.expected === undefined) return said;
  return `${said}\ngot: ${shortened(err.actual)}\nexpected: ${shortened(err.expected)}`;
}

const shortened = (text: string): string =>
  text.length <= COMPARED_CHARS_MAX ? text : `${text.slice(0, COMPARED_CHARS_MAX)} …`;

/** How a runner ended; a killed one has no exit code. */
const ending = (exitCode: number | null): string =>
  exitCode === null ? 'did not end in time' : `ended with ${exitCode}`;

function isReport(report: unknown): report is Report {
  const { stats, tests, failures, pending } = (report ?? {}) as Partial<Report>;
  return stats !== undefined && [tests, failures, pending].every(Array.isArray);
}
