// Rows as people read them: numbers with the digits that their column asks for.
import type { Column, Row } from './question.ts';

/** A cell's text; empty where the row has no such value. */
export function cell({ key, digits = 0 }: Column, row: Row): string {
  const value = row[key];
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isNaN(value)) return '';
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A table of fixed width; columns in which no row has a value are left out. */
export function plainTable(columns: readonly Column[], rows: readonly Row[]): string {
  const shown = shownColumns(columns, rows);
  const texts = [
    shown.map(({ heading }) => heading),
    ...rows.map((row) => shown.map((column) => cell(column, row))),
  ];
  const widths = shown.map((_, i) => Math.max(...texts.map((line) => line[i]?.length ?? 0)));
  const isNumber = shown.map(({ key }) => rows.some((row) => typeof row[key] === 'number'));
  const padded = (text: string, i: number): string =>
    isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return texts.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
}

/** The columns in which some row has a value. */
export const shownColumns = (columns: readonly Column[], rows: readonly Row[]): Column[] =>
  columns.filter((column) => rows.some((row) => cell(column, row) !== ''));
