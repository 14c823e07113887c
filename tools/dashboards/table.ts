// Merges, names, orders and sorts the results of a table's queries as Grafana does.
import type { BoardPanel, Organized } from './grafana.ts';

/** A series of an instant query. */
export interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface TableData {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

type Fields = Record<string, string | number>;

/** The table of a panel, from the results of its targets in order. */
export function tableOf(panel: BoardPanel, results: readonly (readonly Row[])[]): TableData {
  const { targets = [], transformations = [], options } = panel;
  const frames = results.map((rows, index) => {
    // With one query Grafana omits the letter of the query.
    const name = targets.length === 1 ? 'Value' : `Value #${targets[index]?.refId}`;
    return rows.map(({ labels, value }): Fields => ({ ...labels, [name]: value }));
  });
  const organized = transformations.find(({ id }) => id === 'organize')?.options ?? {};
  const merged = frames.reduce<Fields[]>(mergedWith, []);
  const names = namesOf(merged, organized);
  const [by] = options?.sortBy ?? [];
  const headings = names.map((name) => organized.renameByName?.[name] ?? name);
  const rows = merged.map((fields) => names.map((name) => fields[name]));
  const index = headings.indexOf(by?.displayName ?? '');
  return {
    headings,
    rows: rows.toSorted((one, other) => compared(one[index], other[index]) * (by?.desc ? -1 : 1)),
  };
}

/** Puts each row to those whose common fields are equal; else it is a row of its own. */
function mergedWith(all: Fields[], frame: readonly Fields[]): Fields[] {
  const merged = [...all];
  for (const row of frame) {
    const index = merged.findIndex((one) =>
      Object.keys(row).every((name) => !(name in one) || one[name] === row[name]),
    );
    if (index === -1) merged.push(row);
    else merged[index] = { ...merged[index], ...row };
  }
  return merged;
}

function namesOf(rows: readonly Fields[], organized: Organized): string[] {
  const { excludeByName = {}, indexByName = {} } = organized;
  return [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((name) => !excludeByName[name] && indexByName[name] !== undefined)
    .toSorted((one, other) => (indexByName[one] ?? 0) - (indexByName[other] ?? 0));
}

/** Numbers that are missing are the lowest, texts that are missing the last. */
function compared(one: string | number | undefined, other: string | number | undefined): number {
  if (typeof one === 'number' || typeof other === 'number') {
    return Number(one ?? -Infinity) - Number(other ?? -Infinity);
  }
  return (
    Number(one === undefined) - Number(other === undefined) ||
    String(one).localeCompare(String(other))
  );
}
