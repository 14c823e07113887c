// The types of a dashboard: rows of panels, each with a title, a sentence and queries.
import { CLUSTER, perCluster } from './perCluster.ts';

export interface Dashboard {
  /** The file name, and the end of the uid. Changing it breaks links to the dashboard. */
  readonly name: string;
  readonly title: string;
  /** One sentence: the questions that the dashboard answers. */
  readonly about: string;
  /** The first is the cluster. */
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
  /** What all queries of the dashboard need. */
  readonly joins?: Neighbour;
}

/** A dashboard variable, of which one or several values can be selected, and mostly all. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(SELECTOR, LABEL)`, or `query_result(PROMQL)` with `regex`. */
  readonly query: string;
  readonly regex?: string;
  /** Whether all values can be selected together; false where that would be too many rows. */
  readonly all?: boolean;
}

/** Panels under one heading, laid out from left to right in lines of 24 columns. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type Panel = Stat | Lines | States | Table;

interface PanelBase {
  readonly title: string;
  /** For an on-call engineer: what the panel shows, and what to do if it is bad. */
  readonly about: string;
  /** In columns, of 24; each kind of panel has a default. */
  readonly width?: number;
  /** Of tables: how many rows are expected; the others are on further pages. */
  readonly size?: 'few' | 'many';
}

/** Another exporter, or packs, that the query needs; without them the query has no result. */
export type Neighbour = 'cAdvisor' | 'node_exporter' | 'kubelet' | 'packs';

interface Joining {
  readonly joins?: Neighbour;
}

/** Units by Grafana's names; `s` is scaled to minutes, days or weeks. */
export type Unit = 'short' | 'none' | 'bytes' | 'percentunit' | 's' | 'ops' | 'suffix: cores';

/** Thresholds: from where a value is red or yellow, or below what it is red. */
export type Trouble =
  | { readonly from?: number; readonly near?: number }
  | { readonly below: number };

/** Value mappings: the text and colour of single values. */
export type Words = Readonly<Record<number, readonly [text: string, colour: Colour]>>;
export type Colour = 'green' | 'orange' | 'red' | 'blue' | 'text';

/** A panel with one current value. */
export interface Stat extends PanelBase, Joining {
  readonly kind: 'stat';
  readonly unit: Unit;
  readonly query: string;
  readonly trouble?: Trouble;
  /** Where a click leads: the first of several. */
  readonly next: Next | readonly Next[];
}

/**
 * Where one goes from a number: another dashboard, or a table further down, with the heading of
 * the column that shows in colour what makes the number red.
 */
export type Next =
  | { readonly dashboard: string }
  | { readonly table: string; readonly column: string };

/** A time series panel. */
export interface Lines extends PanelBase {
  readonly kind: 'lines';
  readonly unit: Unit;
  readonly queries: readonly Line[];
  /** Whether the lines are stacked. */
  readonly stacked?: boolean;
  /** The dashboard to which lines link, with their labels in its variables. */
  readonly link?: string;
}

export interface Line extends Joining {
  readonly query: string;
  /** May hold labels of the series in {{braces}}. */
  readonly legend: string;
}

/** A state timeline: a band for each series, coloured by its value. */
export interface States extends PanelBase, Joining {
  readonly kind: 'states';
  readonly query: string;
  readonly legend: string;
  readonly words: Words;
  readonly link?: string;
}

/** A table of current values, with one row for each combination of the keys' values. */
export interface Table extends PanelBase {
  readonly kind: 'table';
  /** The labels that every query of the table is grouped by, with their column headings. */
  readonly keys: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Heading of the column to sort by; a leading minus sorts in descending order. */
  readonly sort: string;
  /** Links from the cells of a label to a dashboard, with the row's labels in its variables. */
  readonly links?: Readonly<Record<string, string>>;
}

export type Column = ValueColumn | LabelColumns;

export interface ValueColumn extends Joining {
  readonly title: string;
  readonly query: string;
  readonly unit: Unit;
  readonly trouble?: Trouble;
  readonly words?: Words;
  /** Shown as a bar from 0 to 1. */
  readonly bar?: boolean;
}

/** Columns from further labels of a query, with their headings; its values are not shown. */
export interface LabelColumns extends Joining {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: string;
  /** The colours of single values of these labels. */
  readonly colours?: Readonly<Record<string, Colour>>;
}

export const isOfLabels = (column: Column): column is LabelColumns => 'labels' in column;

/** The headings of a column, one for each label. */
export const headingsOf = (column: Column): readonly string[] =>
  isOfLabels(column) ? Object.values(column.labels) : [column.title];

/** The panels that a number leads to, in order of preference. */
export const nextOf = ({ next }: Stat): readonly Next[] => [next].flat();

/** The keys of a table with those that all tables have. */
export const keysOf = ({ keys }: Table): Readonly<Record<string, string>> => ({
  [CLUSTER]: 'Cluster',
  ...keys,
});

/** A query as it is asked, for any number of clusters. */
export interface Query extends Joining {
  readonly query: string;
  readonly legend?: string;
  /** The labels by which a table's query is grouped. */
  readonly grouping?: readonly string[];
}

/** The queries of a panel in order; `joins` is what all of its dashboard need. */
export function queriesOf(panel: Panel, joins?: Neighbour): readonly Query[] {
  return declaredIn(panel).map(({ query, legend, ...rest }) => ({
    ...(joins && { joins }),
    ...rest,
    query: perCluster(query),
    ...(legend !== undefined && { legend: `{{${CLUSTER}}} ${legend}` }),
  }));
}

function declaredIn(panel: Panel): readonly Query[] {
  switch (panel.kind) {
    case 'lines':
      return panel.queries;
    case 'table':
      return panel.columns.map((column) => ({
        query: column.query,
        ...joinsOf(column),
        grouping: [
          ...Object.keys(keysOf(panel)),
          ...(isOfLabels(column) ? Object.keys(column.labels) : []),
        ],
      }));
    case 'states':
      return [{ query: panel.query, legend: panel.legend, ...joinsOf(panel) }];
    case 'stat':
      return [{ query: panel.query, ...joinsOf(panel) }];
  }
}

const joinsOf = ({ joins }: Joining): Joining => (joins === undefined ? {} : { joins });
