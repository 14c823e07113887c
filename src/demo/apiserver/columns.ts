// The columns of Tables, and the cells of an object.

import type { ApiObject } from '../objects.ts';
import type { Kind } from './kinds.ts';

/** A column definition of a Table. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

type Bare = Omit<ApiObject, 'apiVersion' | 'kind'>;

type Cell = string | number;

interface Row {
  readonly column: Column;
  readonly cell: (object: Bare, wallMs: number) => Cell;
}

const column = (name: string, type: Column['type'], description: string, format = ''): Column => ({
  name,
  type,
  format,
  description,
  priority: 0,
});

const name: Row = {
  column: column('Name', 'string', 'The name of the object.', 'name'),
  cell: ({ metadata }) => metadata.name,
};

/** Secrets have their own columns; all other kinds have Name and Created At here. */
const rowsByResource: Readonly<Record<string, readonly Row[]>> = {
  secrets: [
    name,
    {
      column: column('Type', 'string', 'What the secret is for.'),
      cell: (object) => String((object as { type?: string }).type ?? ''),
    },
    {
      column: column('Data', 'integer', 'How many keys the secret has.'),
      cell: (object) => Object.keys((object as { data?: object }).data ?? {}).length,
    },
    {
      column: column('Age', 'string', 'Time since the object was created.'),
      cell: ({ metadata }, wallMs) => age(metadata.creationTimestamp, wallMs),
    },
  ],
};

const commonRows: readonly Row[] = [
  name,
  {
    column: column('Created At', 'date', 'When the object was created.'),
    cell: ({ metadata }) => metadata.creationTimestamp ?? '',
  },
];

const rowsOf = ({ resource, custom }: Kind): readonly Row[] =>
  (custom ? undefined : rowsByResource[resource]) ?? commonRows;

/** The columns of a kind. */
export const columnsOf = (kind: Kind): readonly Column[] => rowsOf(kind).map((row) => row.column);

/** The cells of an object, one for each column. */
export const cellsOf = (kind: Kind, object: Bare, wallMs: number): readonly Cell[] =>
  rowsOf(kind).map(({ cell }) => cell(object, wallMs));

/** The age in the largest unit that fits, as kubectl prints it. */
function age(created: string | null | undefined, wallMs: number): string {
  if (!created) return '<unknown>';
  const seconds = Math.max(0, Math.floor((wallMs - Date.parse(created)) / 1_000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 10_800) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
