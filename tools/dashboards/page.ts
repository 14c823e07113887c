// Makes a page of a dashboard's JSON and the results of its queries, laid out as Grafana does.
import { type Html, html } from '../../src/http/pages/html.ts';
import { type Area, colourOf, linesChart, type Series, statesChart } from './charts.ts';
import { type Board, type BoardPanel, fieldOf, shown } from './grafana.ts';
import { style } from './style.ts';
import { type Row, tableOf } from './table.ts';

/** What the queries of a panel gave, by target. */
export interface Results {
  readonly rows: readonly (readonly Row[])[];
  readonly series: readonly Series[];
  readonly from: number;
  readonly to: number;
}

export const WIDTH = 1_280;
const MARGIN = 8;
const ROW_HEIGHT = 30;
const HEAD = 72;
const TITLE = 32;
const TABLE_ROW = 36;
const COLUMNS = 24;
const LEGEND_LINES_MAX = 8;

/** The height of a page in pixels. */
export const heightOf = ({ panels }: Board): number =>
  HEAD + Math.max(...panels.map(({ gridPos: { y, h } }) => y + h)) * (ROW_HEIGHT + MARGIN) + MARGIN;

/** The HTML; `selected` is the text of variables of which not all values are. */
export function pageOf(
  board: Board,
  selected: Readonly<Record<string, string>>,
  resultsOf: (panel: BoardPanel) => Results,
): string {
  const variables = board.templating.list.filter(({ hide }) => hide === 0);
  const panels = board.panels.map((panel) => {
    const box = boxOf(panel);
    const position = `left:${box.x}px;top:${box.y}px;width:${box.width}px;height:${box.height}px`;
    if (panel.type === 'row') return html`<h2 style="${position}">${panel.title}</h2>`;
    const body = bodyOf(panel, resultsOf(panel), box);
    return html`<section style="${position}"><h3>${panel.title}</h3>${body}</section>`;
  });
  return html`<!doctype html><meta charset="utf-8"><style>${style}</style>
<header><h1>${board.title}</h1>${variables.map(
    ({ name, label, includeAll }) =>
      html`<span>${label}</span><b>${includeAll ? 'All' : (selected[name] ?? '')}</b>`,
  )}</header>
${panels}`.toString();
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf({ gridPos: { x, y, w, h } }: BoardPanel): Box {
  const column = (WIDTH - MARGIN) / COLUMNS;
  return {
    x: Math.round(MARGIN + x * column),
    y: HEAD + y * (ROW_HEIGHT + MARGIN),
    width: Math.round(w * column) - MARGIN,
    height: h * (ROW_HEIGHT + MARGIN) - MARGIN,
  };
}

function bodyOf(panel: BoardPanel, results: Results, box: Box): Html {
  switch (panel.type) {
    case 'stat':
      return statOf(panel, results);
    case 'table':
      return tablePart(panel, results, box);
    default:
      return chartPart(panel, results, box);
  }
}

function statOf({ fieldConfig, options }: BoardPanel, { rows }: Results): Html {
  const value = rows[0]?.[0]?.value;
  const field = fieldConfig?.defaults ?? {};
  const { text, colour } =
    value === undefined ? { text: field.noValue ?? '', colour: '#ccccdc' } : shown(value, field);
  const used = options?.colorMode === 'none' ? '#ccccdc' : colour;
  return html`<p class="stat" style="color:${used}">${text}</p>`;
}

function tablePart(panel: BoardPanel, { rows: results }: Results, { height }: Box): Html {
  const { headings, rows } = tableOf(panel, results);
  const room = Math.floor((height - TITLE - MARGIN - 2 * TABLE_ROW) / TABLE_ROW);
  if (rows.length === 0) return html`<p class="none">No data</p>`;
  const fields = headings.map((heading) => fieldOf(panel, heading));
  const isNumber = headings.map((_, i) => rows.some((row) => typeof row[i] === 'number'));
  const cell = (value: string | number | undefined, index: number): Html => {
    const side = isNumber[index] ? 'number' : '';
    if (value === undefined) return html`<td></td>`;
    const field = fields[index] ?? {};
    const { text, colour } = shown(value, field);
    const type = field['custom.cellOptions']?.type;
    const width = (Math.min(Number(value), 1) * 60).toFixed(1);
    const bar = type === 'gauge' ? html`<i style="width:${width}%;background:${colour}"></i>` : '';
    const link = field.links === undefined ? '' : 'link';
    const tint = type === 'color-text' || type === 'gauge' ? `color:${colour}` : '';
    return html`<td class="${side} ${link}" style="${tint}">${bar}${text}</td>`;
  };
  const last = Math.min(room, rows.length);
  return html`<table><tr>${headings.map(
    (heading, i) => html`<th class="${isNumber[i] ? 'number' : ''}">${heading}</th>`,
  )}</tr>${rows.slice(0, room).map((row) => html`<tr>${row.map(cell)}</tr>`)}</table>
<p class="pager">${`1 – ${last} of ${rows.length} rows`}</p>`;
}

function chartPart(panel: BoardPanel, { series, from, to }: Results, box: Box): Html {
  if (series.length === 0) return html`<p class="none">No data</p>`;
  const field = panel.fieldConfig?.defaults ?? {};
  const isBeside = panel.options?.legend?.placement === 'right';
  const legendWidth = isBeside ? Math.min(300, box.width * 0.4) : 0;
  const isStates = panel.type === 'state-timeline';
  const shownLines = isStates ? 0 : Math.min(series.length, LEGEND_LINES_MAX);
  const below = isBeside || isStates ? 0 : Math.min(shownLines, 3) * 20;
  const area: Area = {
    width: Math.round(box.width - 2 * MARGIN - legendWidth),
    height: box.height - TITLE - MARGIN - below,
    from,
    to,
  };
  if (isStates) return html`<div class="chart">${statesChart(series, field, area)}</div>`;
  const lines = series.slice(0, isBeside ? LEGEND_LINES_MAX : 3).map(({ name, points }, index) => {
    const last = shown(points.at(-1)?.[1] ?? 0, { ...field, thresholds: { steps: [] } });
    const colour = html`<i style="background:${colourOf(index)}"></i>`;
    return html`<li>${colour}<span>${name}</span><b>${last.text}</b></li>`;
  });
  const side = isBeside ? `width:${Math.round(legendWidth)}px` : '';
  return html`<div class="chart ${isBeside ? 'beside' : ''}">${linesChart(series, field, area)}
<ul style="${side}">${lines}</ul></div>`;
}
