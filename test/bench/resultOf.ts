// resultOf makes a result of the measuring suite by hand, for the pages that are made of results.
import type { Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';

const fewPods = 96;

/** A result with these rows, on a machine that nobody has. */
export function resultOf(
  question: string,
  rows: readonly Row[],
  { pods = fewPods, cluster = 'simulated API server' } = {},
): Result {
  return {
    question,
    at: '2026-01-02T03:04:05.000Z',
    commit: 'abcdef0123',
    cluster,
    machine: { cpu: 'Abacus', cores: 2, memoryGb: 4, kernel: 'Linux 1', node: '26.0.0' },
    plan: {
      sizes: [pods],
      pods,
      rounds: 3,
      seconds: 5,
      churnSeconds: 6,
      stepsPerSecond: 50,
      settleSeconds: 1,
      scrapeSeconds: 15,
    },
    nodeOptions: '',
    rows,
  };
}
