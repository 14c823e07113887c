// tableText aligns rows in columns, and shortens one of them so that a line fits into a terminal.

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** This column is shortened where the terminal is too narrow. */
  readonly shrinks?: boolean;
  /** Left out where the terminal is too narrow; those with the highest number go first. */
  readonly optional?: number;
}

const gap = '  ';
const ellipsis = '…';
/** A column that shrinks keeps so many characters. */
const shrunkCharsMin = 16;

/** Lines, the first of which has the heads; `columnsMax` is the terminal's, if there is one. */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  columnsMax = Number.POSITIVE_INFINITY,
): string[] {
  const widths = columns.map(({ head }, i) =>
    rows.reduce((width, row) => Math.max(width, lengthOf(row[i] ?? '')), head.length),
  );
  const shown = shownColumns(columns, widths, columnsMax);
  // The last ones first: the first column is what the table is about.
  for (const i of [...shown].reverse()) {
    const excess = totalOf(widths, shown) - columnsMax;
    if (columns[i]?.shrinks && excess > 0) widths[i] = shrunk(widths[i] ?? 0, excess);
  }
  return [columns.map(({ head }) => head), ...rows].map((row) =>
    shown
      .map((i) => aligned(row[i] ?? '', widths[i] ?? 0, columns[i]?.align))
      .join(gap)
      .trimEnd(),
  );
}

const shrunk = (width: number, excess: number): number =>
  Math.min(width, Math.max(shrunkCharsMin, width - excess));

/** The places of the columns that there is room for, where those that shrink do. */
function shownColumns(
  columns: readonly Column[],
  widths: readonly number[],
  columnsMax: number,
): number[] {
  const least = columns.map(({ shrinks }, i) =>
    shrinks ? shrunk(widths[i] ?? 0, Number.POSITIVE_INFINITY) : (widths[i] ?? 0),
  );
  let shown = columns.map((_, i) => i);
  while (totalOf(least, shown) > columnsMax) {
    const optional = shown.filter((i) => columns[i]?.optional !== undefined);
    const last = optional.sort((a, b) => orderOf(columns[b]) - orderOf(columns[a]))[0];
    if (last === undefined) break;
    shown = shown.filter((i) => i !== last);
  }
  return shown;
}

const orderOf = (column: Column | undefined): number => column?.optional ?? 0;

const totalOf = (widths: readonly number[], shown: readonly number[]): number =>
  shown.reduce((sum, i) => sum + (widths[i] ?? 0), gap.length * (shown.length - 1));

function aligned(text: string, width: number, align: Column['align'] = 'left'): string {
  const chars = [...text];
  const fitting = chars.length > width ? `${chars.slice(0, width - 1).join('')}${ellipsis}` : text;
  const blanks = ' '.repeat(Math.max(0, width - lengthOf(fitting)));
  return align === 'right' ? blanks + fitting : fitting + blanks;
}

const lengthOf = (text: string): number => [...text].length;
