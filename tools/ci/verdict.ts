// Judges what a runner reports: what counts as passed, and all that makes a run red.

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** A text for each thing that failed. */
  readonly complaints: readonly string[];
}

/** As much of mocha's JSON report as is judged. */
interface Report {
  readonly stats: { passes: number; failures: number; pending: number };
  readonly tests: readonly { file?: string }[];
  readonly failures: readonly (Titled & { err: { message?: string; stack?: string } })[];
  readonly pending: readonly Titled[];
}

interface Titled {
  readonly fullTitle: string;
}

/** A check has no tests to count: nothing where it passes, one failure where it does not. */
export function checkVerdict(exitCode: number | null): Verdict {
  if (exitCode === 0) return { passed: 0, failed: 0, complaints: [] };
  return { passed: 0, failed: 1, complaints: [ending(exitCode)] };
}

/**
 * Counts a suite by its own report, and as failures too: a missing report, a file of `files`
 * that ran no test, a skipped test, and an exit code that none of these explains.
 */
export function suiteVerdict(
  report: unknown,
  files: readonly string[],
  exitCode: number | null,
): Verdict {
  if (!isReport(report)) {
    return { passed: 0, failed: 1, complaints: [`left no report and ${ending(exitCode)}`] };
  }
  const ran = new Set(report.tests.map(({ file }) => file));
  const complaints = [
    ...report.failures.map(({ fullTitle, err }) => `${fullTitle}\n${err.stack ?? err.message}`),
    ...report.pending.map(({ fullTitle }) => `skipped: ${fullTitle}`),
    ...files.filter((file) => !ran.has(file)).map((file) => `ran no test of ${file}`),
    ...(report.tests.length === 0 ? ['ran no test at all'] : []),
  ];
  if (exitCode !== 0 && complaints.length === 0) complaints.push(ending(exitCode));
  return { passed: report.stats.passes, failed: complaints.length, complaints };
}

/** How a runner came to its end; one that had to be ended has no code. */
const ending = (exitCode: number | null): string =>
  exitCode === null ? 'did not end in time' : `ended with ${exitCode}`;

function isReport(report: unknown): report is Report {
  const { stats, tests, failures, pending } = (report ?? {}) as Partial<Report>;
  return stats !== undefined && [tests, failures, pending].every(Array.isArray);
}
