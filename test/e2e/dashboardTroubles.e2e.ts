// Whatever makes a number of a dashboard red or orange is named in a table below: by promtool.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dashboards } from '../../monitoring/dashboards/index.ts';
import {
  type Column,
  type Dashboard,
  headingsOf,
  isOfLabels,
  nextOf,
  type Stat,
  type Trouble,
} from '../../monitoring/dashboards/model.ts';
import { perCluster } from '../../monitoring/dashboards/perCluster.ts';
import { filledIn } from '../monitoring/filled.ts';
import type { Series } from '../monitoring/rules/case.ts';
import { sparseSeries } from '../monitoring/rules/sparse.ts';
import { troubleSeries } from '../monitoring/troubleSeries.ts';
import { promtool } from './promtool.ts';

const filled = (query: string): string => filledIn(perCluster(query), { range: '10m' });

const isBad = (colour: string): boolean => colour === 'red' || colour === 'orange';

/** What the values that a threshold colours have in common, as the end of an expression. */
const beyond = (trouble: Trouble): string =>
  'below' in trouble ? `< ${trouble.below}` : `>= ${trouble.near ?? trouble.from}`;

/** Expressions of which one has a result where the column has a coloured cell. */
function colouredCells(column: Column): string[] {
  const query = `(${filled(column.query)})`;
  if (isOfLabels(column)) {
    const bad = Object.entries(column.colours ?? {}).filter(([, colour]) => isBad(colour));
    if (bad.length === 0) return [query];
    return Object.keys(column.labels).flatMap((name) =>
      bad.map(
        ([value]) =>
          `${query} and on (${name}) label_replace(vector(1), "${name}", "${value}", "", "")`,
      ),
    );
  }
  const { trouble, words = {} } = column;
  if (trouble !== undefined) return [`${query} ${beyond(trouble)}`];
  const bad = Object.entries(words).filter(([, [, colour]]) => isBad(colour));
  return bad.length === 0 ? [query] : bad.map(([value]) => `${query} == ${value}`);
}

/** 1 where one of the expressions has a result, else nothing. */
const any = (expressions: readonly string[]): string =>
  expressions.map((one) => `(vector(1) and on () (${one}))`).join(' or ');

function columnsOf({ rows }: Dashboard, stat: Stat): Column[] {
  const panels = rows.flatMap((row) => row.panels);
  return nextOf(stat).flatMap((next) => {
    if ('dashboard' in next) return [];
    const table = panels.find(({ kind, title }) => kind === 'table' && title === next.table);
    const columns = table?.kind === 'table' ? table.columns : [];
    return columns.filter((column) => headingsOf(column).includes(next.column));
  });
}

describe('a number of a dashboard', () => {
  for (const dashboard of dashboards) {
    describe(dashboard.title, () => {
      for (const panel of dashboard.rows.flatMap(({ panels }) => panels)) {
        if (panel.kind !== 'stat' || panel.trouble === undefined) continue;
        const { title, query, trouble } = panel;
        it(`is coloured only with a row below that is: ${title}`, () => {
          const columns = columnsOf(dashboard, panel);
          expect(columns).not.to.have.length(0);
          const tile = any([`(${filled(query)}) ${beyond(trouble)}`]);
          const cells = any(columns.flatMap(colouredCells));
          const { status, said } = tried([tile, cells]);
          expect(status, said).to.equal(0);
        });
      }
    });
  }
});

const seriesOf = (state: 'ill' | 'well'): Series =>
  Object.fromEntries(
    troubleSeries.flatMap((one) => {
      const values = one[state];
      return values === undefined ? [] : [[one.series, values]];
    }),
  );

/**
 * Whether each expression has a result of the troubles, and none without them; and so under
 * --sparse-statesets.
 */
function tried(expressions: readonly string[]): { status: number | null; said: string } {
  const testOf = (state: 'ill' | 'well', of: Series): object => ({
    name: state,
    interval: '1m',
    input_series: Object.entries(of).map(([series, values]) => ({ series, values })),
    promql_expr_test: expressions.map((expr) => ({
      expr,
      eval_time: '10m',
      exp_samples: state === 'ill' ? [{ labels: '{}', value: 1 }] : [],
    })),
  });
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-'));
  try {
    const file = join(folder, 'test.yml');
    const tests = (['ill', 'well'] as const).flatMap((state) => [
      testOf(state, seriesOf(state)),
      testOf(state, sparseSeries(seriesOf(state))),
    ]);
    writeFileSync(file, JSON.stringify({ tests }));
    return promtool(['test', 'rules', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
