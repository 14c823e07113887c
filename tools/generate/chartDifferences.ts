// Renders what the chart does otherwise than the one it stands in for, for docs/migration.md.
import type { Row } from '../../test/chart/differences.ts';
import { row, tableOf } from './markdown.ts';

/** A line for each difference. Cells are Markdown already. */
export function differenceTable(rows: readonly Row[]): string {
  const head = ['', "kube-state-metrics' chart", 'this chart', 'why'];
  return tableOf(
    head,
    rows.map(({ what, theirs, ours, why }) => row(what, theirs, ours, why)),
  );
}
