// compileExpressions compiles the CEL of a rule, which is loaded only where there is some.
import { CelError, type CelProgram, compileCel } from './cel.ts';
import type { Findings, Keys } from './findings.ts';
import type { RuleExpressions } from './rule.ts';
import { blocks, type EntryShape, type MetricShape } from './schema.ts';
import type { Place } from './types.ts';

interface Where {
  readonly entryKeys: Keys;
  readonly keys: Keys;
  readonly findings: Findings;
}

/** An expression and where it stands. */
interface Written {
  readonly text: string;
  readonly keys: Keys;
}

/** What is wrong with an expression becomes a mistake at its place. */
export async function compileExpressions(
  entry: EntryShape,
  metric: MetricShape,
  { entryKeys, keys, findings }: Where,
): Promise<RuleExpressions> {
  const name = blocks[metric.each.type];
  const own = metric.each[name] ?? {};
  const at = [...keys, 'each', name];
  const texts: { place: Place; text: string }[] = [];
  const compiled = async ({ text, keys }: Written): Promise<CelProgram | undefined> => {
    texts.push({ place: findings.placeOf(keys), text });
    try {
      return await compileCel(text);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      const { line = 1, column = 1, message, hint } = error;
      findings.addAt(findings.placeIn(keys, { line, column }), keys, {
        expected: 'an expression in CEL',
        got: message,
        hint,
      });
      return undefined;
    }
  };
  const compiledAll = async (all: ReadonlyMap<string, Written>) => {
    const programs = new Map<string, CelProgram>();
    for (const [label, written] of all) {
      const program = await compiled(written);
      if (program !== undefined) programs.set(label, program);
    }
    return programs;
  };
  const labels = new Map([...labelsOf(entry, entryKeys), ...labelsOf(metric, keys)]);
  const cel = name === 'gauge' ? metric.each.gauge?.cel : undefined;
  return {
    value: cel === undefined ? undefined : await compiled({ text: cel, keys: [...at, 'cel'] }),
    labels: await compiledAll(labels),
    ownLabels: await compiledAll(labelsOf(own, at)),
    texts,
  };
}

const labelsOf = (
  { labelsFromCEL = {} }: Pick<EntryShape, 'labelsFromCEL'>,
  keys: Keys,
): Map<string, Written> =>
  new Map(
    Object.entries(labelsFromCEL).map(([name, text]) => [
      name,
      { text, keys: [...keys, 'labelsFromCEL', name] },
    ]),
  );
