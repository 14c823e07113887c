// Renders the table of docs/opt-in.md: what it costs to turn on what kube-state-metrics lacks.
import beyond from '../../bench/beyond.ts';
import { machineLine } from '../../bench/lib/machine.ts';
import type { Column, Row } from '../../bench/lib/question.ts';
import type { Result } from '../../bench/lib/results.ts';
import { cell, shownColumns } from '../../bench/lib/table.ts';
import { row, tableOf } from './markdown.ts';

/** The table with its conditions; before it is measured a sentence says so. */
export function beyondPart(results: Readonly<Record<string, Result>>): string {
  const result = results.beyond;
  if (result === undefined) return 'It has not been measured and kept yet.';
  const { rows, plan, machine } = result;
  const columns = shownColumns(beyond.columns, rows);
  const cells = rows.map((one, i) => row(...columns.map((column) => shown(column, one, i === 0))));
  const pods = plan.pods.toLocaleString('en-US');
  const load = `${plan.stepsPerSecond} status flips a second`;
  const conditions = `${pods} pods, ${load}; ${machineLine(machine)}.`;
  const head = columns.map(({ heading }) => heading);
  return `${conditions}\n\n${tableOf(head, cells)}`;
}

/** All but the first row, of nothing turned on, are differences. */
function shown(column: Column, one: Row, isFirst: boolean): string {
  const value = one[column.key];
  const text = cell(column, one);
  const isMore = typeof value === 'number' && value > 0 && !isFirst;
  return isMore ? `+${text}` : text;
}
