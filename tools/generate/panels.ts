// Renders panels as Grafana's JSON: queries and options.
import {
  type Colour,
  type Column,
  isOfLabels,
  type Lines,
  type Panel,
  type Stat,
  type States,
  type Table,
  type Trouble,
  type ValueColumn,
  type Words,
} from '../../monitoring/dashboards/model.ts';
import { dedented } from './dedented.ts';

/** The Grafana version of these options; newer versions migrate them. */
const PLUGIN_VERSION = '11.0.0';
const TYPES = { stat: 'stat', lines: 'timeseries', states: 'state-timeline', table: 'table' };
const ABSOLUTE = 'absolute';
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

type Json = Readonly<Record<string, unknown>>;

/** A panel at its grid position; `pathOf` is the path of a dashboard by name. */
export function panelJson(panel: Panel, place: Place, pathOf: (name: string) => string): object {
  const { title, about } = panel;
  return {
    ...place,
    type: TYPES[panel.kind],
    pluginVersion: PLUGIN_VERSION,
    title,
    description: about,
    datasource,
    ...bodyOf(panel, place, pathOf),
  };
}

function bodyOf(panel: Panel, { gridPos }: Place, pathOf: (name: string) => string): Json {
  switch (panel.kind) {
    case 'stat':
      return statBody(panel);
    case 'lines':
      return linesBody(panel, gridPos.w >= LEGEND_BESIDE_WIDTH ? 'right' : 'bottom');
    case 'states':
      return statesBody(panel);
    case 'table':
      return tableBody(panel, pathOf);
  }
}

function statBody({ unit, query, trouble }: Stat): Json {
  return {
    targets: [target(0, query, { instant: true })],
    fieldConfig: {
      defaults: { unit, ...coloured(trouble), noValue: '–' },
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

function linesBody({ unit, queries, stacked = false }: Lines, placement: 'right' | 'bottom'): Json {
  return {
    targets: queries.map(({ query, legend }, i) => target(i, query, { legend })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
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

function statesBody({ query, legend, words }: States): Json {
  return {
    targets: [target(0, query, { legend })],
    fieldConfig: {
      defaults: {
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

function tableBody(table: Table, pathOf: (name: string) => string): Json {
  const { keys, columns, sort } = table;
  const desc = sort.startsWith('-');
  return {
    targets: columns.map(({ query }, i) => target(i, query, { instant: true, table: true })),
    transformations: [{ id: 'merge', options: {} }, organized(table)],
    fieldConfig: {
      defaults: { custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false } },
      overrides: [
        ...columns.flatMap((column) => (isOfLabels(column) ? [] : [columnOverride(column)])),
        ...Object.entries(table.links ?? {}).map(([key, name]) =>
          override(keys[key] ?? key, { links: [linkOf(key, pathOf(name))] }),
        ),
      ],
    },
    options: {
      showHeader: true,
      cellHeight: 'sm',
      frameIndex: 0,
      sortBy: [{ displayName: desc ? sort.slice(1) : sort, desc }],
    },
  };
}

/** Names and orders the fields of the merged results: keys first, then the columns as declared. */
function organized({ keys, columns }: Table): Json {
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

const linkOf = (variable: string, path: string): Json => ({
  title: 'Look closer',
  url: `${path}?\${datasource:queryparam}&var-${variable}=\${__value.text}&\${__url_time_range}`,
});

interface Asking {
  readonly legend?: string;
  readonly instant?: boolean;
  readonly table?: boolean;
}

function target(index: number, expr: string, asking: Asking): Json {
  const { legend, instant = false, table = false } = asking;
  return {
    refId: refId(index),
    datasource,
    editorMode: 'code',
    expr: dedented(expr),
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
  {
    type: 'value',
    options: Object.fromEntries(
      Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]),
    ),
  },
];
