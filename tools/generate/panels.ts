// Renders panels as Grafana's JSON: queries and options.
import {
  type Colour,
  type Column,
  headingsOf,
  isOfLabels,
  keysOf,
  type LabelColumns,
  type Lines,
  type Neighbour,
  nextOf,
  type Panel,
  type Query,
  queriesOf,
  type Stat,
  type States,
  type Table,
  type Trouble,
  type ValueColumn,
  type Words,
} from '../../monitoring/dashboards/model.ts';
import { type LinkSource, labelLink, seriesLink, statLink } from './dashboardLinks.ts';
import { dedented } from './dedented.ts';

/** The Grafana version of these options; newer versions migrate them. */
const PLUGIN_VERSION = '11.0.0';
const TYPES = { stat: 'stat', lines: 'timeseries', states: 'state-timeline', table: 'table' };
const ABSOLUTE = 'absolute';
/** In pixels: Grafana's own, 150, makes wide tables scroll sideways. */
const COLUMN_WIDTH_MIN = 90;
/** In columns: narrower panels have no room for a legend beside the lines. */
const LEGEND_BESIDE_WIDTH = 12;

/** The data source that is selected in the dashboard. */
export const datasource = { type: 'prometheus', uid: `\${datasource}` };

interface Place {
  readonly id: number;
  readonly gridPos: {
    readonly h: number;
    readonly w: number;
    readonly x: number;
    readonly y: number;
  };
}

/** What panels need to know of their dashboard. */
export interface Home extends LinkSource {
  readonly joins: Neighbour | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** A panel at its grid position, in a dashboard. */
export function panelJson(panel: Panel, place: Place, home: Home): object {
  const { title, about } = panel;
  return {
    ...place,
    type: TYPES[panel.kind],
    pluginVersion: PLUGIN_VERSION,
    title,
    description: about,
    datasource,
    ...bodyOf(panel, place, home),
  };
}

function bodyOf(panel: Panel, { gridPos }: Place, home: Home): Json {
  const queries = queriesOf(panel, home.joins);
  switch (panel.kind) {
    case 'stat':
      return statBody(panel, queries, home);
    case 'lines':
      return linesBody(panel, queries, home, gridPos.w >= LEGEND_BESIDE_WIDTH ? 'right' : 'bottom');
    case 'states':
      return statesBody(panel, queries, home);
    case 'table':
      return tableBody(panel, queries, home);
  }
}

function statBody(stat: Stat, queries: readonly Query[], home: Home): Json {
  const { unit, trouble } = stat;
  const [next] = nextOf(stat);
  if (next === undefined) throw new Error(`"${stat.title}" leads nowhere: give it a \`next\`.`);
  return {
    targets: queries.map((query, i) => target(i, query, { instant: true })),
    fieldConfig: {
      defaults: { unit, ...coloured(trouble), noValue: '–', links: [statLink(next, home)] },
      overrides: [],
    },
    options: {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      orientation: 'auto',
      textMode: 'value',
      colorMode: trouble === undefined ? 'none' : 'value',
      graphMode: 'none',
      justifyMode: 'center',
      showPercentChange: false,
      wideLayout: true,
    },
  };
}

function linesBody(
  lines: Lines,
  queries: readonly Query[],
  home: Home,
  placement: 'right' | 'bottom',
): Json {
  const { unit, stacked = false } = lines;
  return {
    targets: queries.map((query, i) => target(i, query)),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...linked(lines, queries, home),
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: 'line',
          lineInterpolation: 'linear',
          lineWidth: 1,
          fillOpacity: stacked ? 30 : 0,
          showPoints: 'never',
          spanNulls: false,
          stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { calcs: ['lastNotNull'], displayMode: 'table', placement, showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** Links of lines and bands to a dashboard. */
function linked({ link }: Lines | States, queries: readonly Query[], home: Home): Json {
  if (link === undefined) return {};
  const legends = queries.map(({ legend = '' }) => legend);
  return { links: [seriesLink(link, legends, home)] };
}

function statesBody(states: States, queries: readonly Query[], home: Home): Json {
  const { words } = states;
  return {
    targets: queries.map((query, i) => target(i, query)),
    fieldConfig: {
      defaults: {
        ...linked(states, queries, home),
        color: { mode: 'thresholds' },
        custom: { fillOpacity: 70, lineWidth: 0 },
        mappings: mappingsOf(words),
        thresholds: { mode: ABSOLUTE, steps: [{ color: 'text', value: null }] },
      },
      overrides: [],
    },
    options: {
      mergeValues: true,
      showValue: 'never',
      alignValue: 'left',
      rowHeight: 0.9,
      legend: { calcs: [], displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'single', sort: 'none' },
    },
  };
}

function tableBody(table: Table, queries: readonly Query[], home: Home): Json {
  const { columns, sort, links = {} } = table;
  const headings = { ...keysOf(table), ...labelsOf(columns) };
  const desc = sort.startsWith('-');
  return {
    targets: queries.map((query, i) => target(i, query, { instant: true, table: true })),
    transformations: [{ id: 'merge', options: {} }, organized(table)],
    fieldConfig: {
      defaults: {
        custom: { align: 'auto', cellOptions: { type: 'auto' }, minWidth: COLUMN_WIDTH_MIN },
      },
      overrides: [
        ...columns.flatMap((column) =>
          isOfLabels(column) ? labelOverrides(column) : [columnOverride(column)],
        ),
        ...Object.entries(links).map(([label, to]) =>
          override(headings[label] ?? label, { links: [labelLink(label, to, headings, home)] }),
        ),
      ],
    },
    options: {
      showHeader: true,
      cellHeight: 'sm',
      frameIndex: 0,
      sortBy: [{ displayName: desc ? sort.slice(1) : sort, desc }],
      // Pages rather than one long list: up to Grafana 12.1, and since.
      footer: { show: false, reducer: [], countRows: false, fields: '', enablePagination: true },
      enablePagination: true,
    },
  };
}

/** The headings of further labels. */
const labelsOf = (columns: readonly Column[]): Readonly<Record<string, string>> =>
  Object.assign({}, ...columns.map((column) => (isOfLabels(column) ? column.labels : {})));

/** Colours of single values of labels. */
const labelOverrides = (column: LabelColumns): Json[] =>
  column.colours === undefined
    ? []
    : headingsOf(column).map((heading) =>
        override(heading, {
          ...coloured(undefined),
          mappings: [
            valueMapping(
              Object.entries(column.colours ?? {}).map(([value, color]) => [value, value, color]),
            ),
          ],
          'custom.cellOptions': { type: 'color-text' },
        }),
      );

/** Names and orders the fields of the merged results: keys first, then the columns as declared. */
function organized(table: Table): Json {
  const { columns } = table;
  const keys = keysOf(table);
  const renameByName: Record<string, string> = { ...keys };
  const excludeByName: Record<string, boolean> = { Time: true };
  const order = Object.keys(keys);
  columns.forEach((column: Column, i) => {
    // With one query Grafana omits the letter of the query.
    const value = columns.length === 1 ? 'Value' : `Value #${refId(i)}`;
    if (isOfLabels(column)) {
      excludeByName[value] = true;
      Object.assign(renameByName, column.labels);
      order.push(...Object.keys(column.labels));
    } else {
      renameByName[value] = column.title;
      order.push(value);
    }
  });
  const indexByName = Object.fromEntries(order.map((name, i) => [name, i]));
  return { id: 'organize', options: { excludeByName, indexByName, renameByName } };
}

function columnOverride({ title, unit, trouble, words, bar = false }: ValueColumn): Json {
  const looks = bar
    ? { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' }
    : { type: trouble || words ? 'color-text' : 'auto' };
  return override(title, {
    unit,
    ...(bar && { min: 0, max: 1 }),
    ...coloured(trouble, bar ? 'blue' : 'text'),
    ...(words && { mappings: mappingsOf(words) }),
    'custom.cellOptions': looks,
  });
}

const override = (field: string, properties: Json): Json => ({
  matcher: { id: 'byName', options: field },
  properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
});

interface Asking {
  readonly instant?: boolean;
  readonly table?: boolean;
}

function target(index: number, { query, legend }: Query, asking: Asking = {}): Json {
  const { instant = false, table = false } = asking;
  return {
    refId: refId(index),
    datasource,
    editorMode: 'code',
    expr: dedented(query),
    instant,
    range: !instant,
    format: table ? 'table' : 'time_series',
    ...(legend !== undefined && { legendFormat: legend }),
  };
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** Colours by thresholds: green if good, `otherwise` without thresholds. */
function coloured(trouble: Trouble | undefined, otherwise: Colour = 'text'): Json {
  const steps = trouble === undefined ? [{ color: otherwise, value: null }] : stepsOf(trouble);
  return { color: { mode: 'thresholds' }, thresholds: { mode: ABSOLUTE, steps } };
}

function stepsOf(trouble: Trouble): Json[] {
  if ('below' in trouble) {
    return [
      { color: 'red', value: null },
      { color: 'green', value: trouble.below },
    ];
  }
  const { near, from } = trouble;
  return [
    { color: 'green', value: null },
    ...(near === undefined ? [] : [{ color: 'orange', value: near }]),
    ...(from === undefined ? [] : [{ color: 'red', value: from }]),
  ];
}

const mappingsOf = (words: Words): Json[] => [
  valueMapping(Object.entries(words).map(([value, [text, color]]) => [value, text, color])),
];

const valueMapping = (rows: readonly (readonly [string, string, Colour])[]): Json => ({
  type: 'value',
  options: Object.fromEntries(
    rows.map(([value, text, color], index) => [value, { text, color, index }]),
  ),
});
