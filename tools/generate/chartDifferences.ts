// Renders the tables of differences from kube-state-metrics and its chart, for docs/migration.md.
import type { Row } from '../../test/chart/differences.ts';
import { row, tableOf } from './markdown.ts';

/** A table with one row per difference, with these heads and `why`. Cells are Markdown already. */
export function differenceTable(heads: readonly string[], rows: readonly Row[]): string {
  return tableOf(
    [...heads, 'why'],
    rows.map(({ what, theirs, ours, why }) => row(what, theirs, ours, why)),
  );
}
