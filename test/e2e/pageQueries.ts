// Runs the queries of a page of the documentation over series, with promtool.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, textOf } from '../docs/markdown.ts';
import { promtool } from './promtool.ts';

/** Values by series, or by their labels alone. */
export type Values = Readonly<Record<string, number>>;

/**
 * Expects that the queries of the page, in their order, give these answers of the series. A text
 * has the values of two scrapes a minute apart.
 */
export function expectAnswers(
  page: string,
  series: Readonly<Record<string, number | string>>,
  answers: readonly Values[],
): void {
  const queries = blocksOf(textOf(page)).filter(({ language }) => language === 'promql');
  expect(queries, page).to.have.length(answers.length);
  const input_series = Object.entries(series).map(([name, value]) => ({
    series: name,
    values: typeof value === 'string' ? value : `${value}x1`,
  }));
  const promql_expr_test = queries.map(({ text }, i) => ({
    expr: text.trim(),
    eval_time: '1m',
    exp_samples: Object.entries(answers[i] ?? {}).map(([labels, value]) => ({ labels, value })),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-'));
  try {
    const file = join(folder, 'test.yml');
    const tests = [{ interval: '1m', input_series, promql_expr_test }];
    // promtool reads YAML, and JSON is that too.
    writeFileSync(file, JSON.stringify({ tests }));
    const { status, said } = promtool(['test', 'rules', file]);
    expect(status, said).to.equal(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
