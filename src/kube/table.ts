// Tables, as the server prints objects for people: each row becomes an object of few fields.
import {
  DecodeError,
  FormError,
  type ListDecoder,
  type OnMalformed,
  type WatchEvent,
} from './decode.ts';
import { asRecord } from './objects.ts';
import type { Columns } from './types.ts';

/** Reads the tables of one answer: which column is which is said once, by the first of them. */
export class TableReader {
  readonly #columns: Columns;
  /** Each field and where its cell stands; undefined until a table has said so. */
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
    // A list without rows has to be a table all the same.
    if (this.#cells === undefined) expectTable(decoder.head());
  }

  /** The events of a watch, each with an object; rejects as soon as one holds no table. */
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

  #learn(value: unknown): void {
    const { columnDefinitions } = expectTable(value);
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

  /** Whatever else a row may hold is left behind here. */
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

function expectTable(value: unknown): Record<string, unknown> {
  const table = asRecord(value);
  if (table.kind === 'Table') return table;
  const got = typeof table.kind === 'string' ? `a ${table.kind}` : 'something else';
  throw new FormError(`expected a table, got ${got}`);
}
