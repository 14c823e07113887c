// Formats rows as tables, with the decimal places of each column.
import type { Column, Row } from './question.ts';

/** The text of a cell; empty if the row has no value. */
export function cell({ key, digits = 0, significant }: Column, row: Row): string {
  const value = row[key];
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isNaN(value)) return '';
  if (significant !== undefined && Math.abs(value) < 10 ** significant) {
    return value.toLocaleString('en-US', { maximumSignificantDigits: significant });
  }
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A row by itself, as it is printed once it is known. */
export const rowLine = (columns: readonly Column[], row: Row): string =>
  shownColumns(columns, [row])
    .map((column) => `${column.heading} ${cell(column, row)}`)
    .join(' · ');

/** A plain-text table, without columns that have no values. */
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

/** The columns that have a value in some row. */
export const shownColumns = (columns: readonly Column[], rows: readonly Row[]): Column[] =>
  columns.filter((column) => rows.some((row) => cell(column, row) !== ''));
