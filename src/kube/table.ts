// TableReader makes objects of a Table's rows: metadata, and the few fields that have a column.
import { DecodeError, FormError, type ListDecoder } from './decode.ts';
import type { OnMalformed } from './itemParser.ts';
import { asRecord } from './objects.ts';
import type { Columns } from './types.ts';
import type { WatchEvent } from './watchFormat.ts';

/** Reads the tables of one answer; the first of them has the names of the columns. */
export class TableReader {
  readonly #columns: Columns;
  /** The index of each field's cell; undefined before the first table. */
  #cells: readonly (readonly [field: string, index: number])[] | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** The rows of a list as objects; rejects with a FormError where it is no table. */
  async *list(rows: AsyncIterable<unknown>, decoder: ListDecoder): AsyncGenerator<unknown, void> {
    for await (const row of rows) {
      if (this.#cells === undefined) this.#learn(decoder.head());
      yield this.#object(row);
    }
    // A list without rows has to be a table too.
    if (this.#cells === undefined) expectTable(decoder.head());
  }

  /** The events of a watch, each with an object; rejects as soon as one has no table. */
  async *watch(
    events: AsyncIterable<WatchEvent>,
    onMalformed: OnMalformed,
  ): AsyncGenerator<WatchEvent, void> {
    for await (const { type, object } of events) {
      if (type === 'ERROR') {
        yield { type, object };
        continue;
      }
      const table = expectTable(object);
      if (this.#cells === undefined) this.#learn(table);
      const rows = Array.isArray(table.rows) ? table.rows : [];
      if (rows.length === 1) yield { type, object: this.#object(rows[0]) };
      else onMalformed('', new Error(`expected a table of one row, got ${rows.length} rows`));
    }
  }

  #learn(answer: unknown): void {
    const { columnDefinitions } = expectTable(answer);
    const names = Array.isArray(columnDefinitions)
      ? columnDefinitions.map((column) => asRecord(column).name)
      : [];
    this.#cells = Object.entries(this.#columns).map(([field, column]) => {
      const index = names.indexOf(column);
      if (index >= 0) return [field, index] as const;
      const got = names.length === 0 ? 'none' : names.join(', ');
      throw new DecodeError(`expected a table with the column ${column}, got ${got}`);
    });
  }

  /** All other data of the row is dropped. */
  #object(row: unknown): unknown {
    const { cells, object } = asRecord(row);
    const { metadata } = asRecord(object);
    const fields = (this.#cells ?? []).map(([field, index]) => [
      field,
      Array.isArray(cells) ? cells[index] : undefined,
    ]);
    return { metadata, ...Object.fromEntries(fields) };
  }
}

function expectTable(answer: unknown): Record<string, unknown> {
  const table = asRecord(answer);
  if (table.kind === 'Table') return table;
  const got = typeof table.kind === 'string' ? `a ${table.kind}` : 'something else';
  throw new FormError(`expected a table, got ${got}`);
}
