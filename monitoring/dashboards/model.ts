// What a dashboard is made of: rows of panels, each with a title, its queries and what they tell.

export interface Dashboard {
  /** The name of its file, and the end of its uid: links to it last as long as this does. */
  readonly name: string;
  readonly title: string;
  /** One sentence: the questions that it answers. */
  readonly about: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** A list at the top of a dashboard, from which a person chooses one, some or all. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(SELECTOR, LABEL)`, or `query_result(PROMQL)` and the regex of a value. */
  readonly query: string;
  readonly regex?: string;
}

/** Panels under one heading; they flow from left to right and fill whole lines of 24 columns. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export type Panel = Stat | Lines | States | Table;

interface PanelBase {
  readonly title: string;
  /** One sentence for a person on call: what is shown, and what to do where it is bad. */
  readonly about: string;
  /** Of 24 columns; each kind has a default. */
  readonly width?: number;
}

/** Whose series are needed beside kubestate's; without them the query gives nothing. */
export type Neighbour = 'cAdvisor' | 'node_exporter' | 'kubelet';

interface Joining {
  readonly joins?: Neighbour;
}

/** Grafana's names for units; `s` is scaled to minutes, days or weeks. */
export type Unit = 'short' | 'none' | 'bytes' | 'percentunit' | 's' | 'ops' | 'suffix: cores';

/** From where a value is bad, from where it is worth a look, or below what it is bad. */
export type Trouble =
  | { readonly from?: number; readonly near?: number }
  | { readonly below: number };

/** What single values are called, and their colour. */
export type Words = Readonly<Record<number, readonly [text: string, colour: Colour]>>;
export type Colour = 'green' | 'orange' | 'red' | 'blue' | 'text';

/** One number, now. */
export interface Stat extends PanelBase, Joining {
  readonly kind: 'stat';
  readonly unit: Unit;
  readonly query: string;
  readonly trouble?: Trouble;
}

/** Values over time. */
export interface Lines extends PanelBase {
  readonly kind: 'lines';
  readonly unit: Unit;
  readonly queries: readonly Line[];
  /** The lines are parts of a sum. */
  readonly stacked?: boolean;
}

interface Line extends Joining {
  readonly query: string;
  /** Labels of the series stand in {{braces}}. */
  readonly legend: string;
}

/** A band for each series, coloured by its value over time. */
export interface States extends PanelBase, Joining {
  readonly kind: 'states';
  readonly query: string;
  readonly legend: string;
  readonly words: Words;
}

/** A line for each combination of the keys' values, now. */
export interface Table extends PanelBase {
  readonly kind: 'table';
  /** Labels that every query of the table is grouped by, with their headings. */
  readonly keys: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Heading of the column that decides the order; a minus before it puts the largest first. */
  readonly sort: string;
  /** From a key's cell to the dashboard of that name, with the value in its variable. */
  readonly links?: Readonly<Record<string, string>>;
}

export type Column = ValueColumn | LabelColumns;

export interface ValueColumn extends Joining {
  readonly title: string;
  readonly query: string;
  readonly unit: Unit;
  readonly trouble?: Trouble;
  readonly words?: Words;
  /** Drawn as a bar from 0 to 1. */
  readonly bar?: boolean;
}

/** Further labels of a query's series, with their headings; its values are not shown. */
export interface LabelColumns extends Joining {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: string;
}

export const isOfLabels = (column: Column): column is LabelColumns => 'labels' in column;

/** The queries of a panel in their order, with the labels by which a table's are grouped. */
export function queriesOf(panel: Panel): readonly (Joining & {
  readonly query: string;
  readonly grouping?: readonly string[];
})[] {
  switch (panel.kind) {
    case 'lines':
      return panel.queries;
    case 'table':
      return panel.columns.map((column) => ({
        ...column,
        grouping: [
          ...Object.keys(panel.keys),
          ...(isOfLabels(column) ? Object.keys(column.labels) : []),
        ],
      }));
    default:
      return [panel];
  }
}
