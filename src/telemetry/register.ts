// Makes prom-client's metrics of rows: reads what is read at a scrape, starts at zero what can.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReadRow, Row } from './rows.ts';

interface Metrics {
  readonly counter: Counter;
  readonly gauge: Gauge;
  readonly histogram: Histogram;
}

/** prom-client's metric of each row. */
export type MetricsOf<Table extends Readonly<Record<string, { readonly type: keyof Metrics }>>> = {
  readonly [Name in keyof Table]: Metrics[Table[Name]['type']];
};

/** Registers the rows of a table; `state` is asked at every scrape. */
export function register<
  State,
  Table extends Readonly<Record<string, ReadRow<State> | Exclude<Row, { source: 'scrape' }>>>,
>(registry: Registry, table: Table, state: () => State): MetricsOf<Table> {
  const metrics = Object.entries(table).map(([name, row]) => [
    name,
    row.source === 'scrape' ? readMetric(registry, name, row, state) : metric(registry, name, row),
  ]);
  return Object.fromEntries(metrics) as MetricsOf<Table>;
}

function metric(
  registry: Registry,
  name: string,
  row: Exclude<Row, { source: 'scrape' }>,
): Counter | Gauge | Histogram {
  const { help, labels } = row;
  const options = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  if (row.type === 'histogram')
    return new Histogram({ ...options, buckets: [...(row.buckets ?? [])] });
  const made = row.type === 'counter' ? new Counter(options) : new Gauge(options);
  for (const known of everyCombination(labels)) made.inc(known, 0);
  return made;
}

function readMetric<State>(
  registry: Registry,
  name: string,
  { type, help, labels, read }: ReadRow<State>,
  state: () => State,
): Counter | Gauge {
  return new (type === 'counter' ? Counter : Gauge)({
    name,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
    collect(this: Counter | Gauge) {
      // The series of the last scrape go: another configuration may be in force.
      this.reset();
      const value = read(state());
      const samples = typeof value === 'number' ? [[{}, value] as const] : value;
      for (const [labels, value] of samples) this.inc(labels, value);
    },
  });
}

/** Every combination of label values; none where the values of a label are not known. */
function everyCombination(labels: Row['labels']): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (combinations, [label, values]) =>
      combinations.flatMap((one) => (values ?? []).map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}
