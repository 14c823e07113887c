// Draws time series and state timelines as SVG, in the looks of Grafana's dark theme.

import { type Html, html } from '../../src/http/pages/html.ts';
import { roundUp } from '../generate/lineChart.ts';
import { type Field, shown, withUnit } from './grafana.ts';

/** A line of a range query: values by time in seconds. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** The drawing area in pixels, and the time range in seconds. */
export interface Area {
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

const LEFT = 64;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 8;
const ROWS = 5;
const TIMES = 5;

const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#5794f2',
  '#ff9830',
  '#f2495c',
  '#b877d9',
  '#8ab8ff',
  '#c8f2c2',
  '#ffcb7d',
  '#ff7383',
  '#56a64b',
  '#3274d9',
];

export const colourOf = (index: number): string => PALETTE[index % PALETTE.length] ?? '#fff';

/** Lines, or areas one on top of the other. */
export function linesChart(series: readonly Series[], field: Field, area: Area): Html {
  const drawn = field.custom?.stacking?.mode === 'normal' ? stacked(series) : series;
  const most = Math.max(...drawn.flatMap(({ points }) => points.map(([, value]) => value)), 0);
  const top = most > 0 ? axisTop(most, field.unit) : 1;
  const bottom = area.height - BOTTOM;
  const y = (value: number): number => bottom - (value / top) * (bottom - TOP);
  const levels = Array.from({ length: ROWS + 1 }, (_, i) => (top * i) / ROWS);
  const isStacked = drawn !== series;
  const paths = drawn.map(({ points }, index) => {
    const at = points.map(([time, value]) => `${x(time, area)},${y(value).toFixed(1)}`);
    const first = points[0]?.[0] ?? area.from;
    const last = points.at(-1)?.[0] ?? area.to;
    const fill = `${x(first, area)},${bottom} ${at.join(' ')} ${x(last, area)},${bottom}`;
    const colour = colourOf(index);
    const ground = html`<polygon points="${fill}" fill="${colour}" opacity=".25"/>`;
    return html`${isStacked ? ground : ''}<polyline points="${at.join(' ')}" stroke="${colour}"/>`;
  });
  return html`<svg width="${area.width}" height="${area.height}">
${levels.map(
  (value) => html`<path d="M${LEFT} ${y(value).toFixed(1)}H${area.width - RIGHT}"/>
${textAt(LEFT - 8, y(value) + 4, 'end', withUnit(value, field.unit))}`,
)}
${timesOf(area)}
${paths.toReversed()}
</svg>`;
}

/** A round number in the unit in which it is written. */
function axisTop(most: number, unit: string | undefined): number {
  const base = unit === 'bytes' ? 1_024 ** Math.floor(Math.log(most) / Math.log(1_024)) : 1;
  const seconds = [60, 3_600, 86_400, 604_800].findLast((one) => unit === 's' && one <= most) ?? 1;
  const size = base * seconds;
  return roundUp(most / size) * size;
}

/** A band for each series, coloured by its value. */
export function statesChart(series: readonly Series[], field: Field, area: Area): Html {
  const left = LEFT * 3;
  const height = (area.height - BOTTOM - TOP) / Math.max(series.length, 1);
  const step = stepOf(series);
  const bands = series.map(({ name, points }, index) => {
    const y = TOP + index * height;
    const parts = spansOf(points, step).map(({ since, end, value }) => {
      const from = x(since, area, left);
      const until = x(Math.min(end, area.to), area, left);
      const { colour } = shown(value, field);
      const width = (Number(until) - Number(from)).toFixed(1);
      const size = html`width="${width}" height="${(height * 0.9).toFixed(1)}"`;
      return html`<rect x="${from}" y="${y.toFixed(1)}" ${size} fill="${colour}" opacity=".7"/>`;
    });
    return html`${textAt(left - 8, y + height / 2 + 3, 'end', cut(name))}${parts}`;
  });
  const times = timesOf(area, left);
  return html`<svg width="${area.width}" height="${area.height}">${bands}${times}</svg>`;
}

const textAt = (atX: number, atY: number, anchor: 'end' | 'middle', text: string): Html =>
  html`<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" text-anchor="${anchor}">${text}</text>`;

/** Successive points of the same value as one span, up to `step` after the last of them. */
function spansOf(points: Series['points'], step: number) {
  const spans: { since: number; end: number; value: number }[] = [];
  for (const [time, value] of points) {
    const last = spans.at(-1);
    if (last !== undefined && last.value === value && last.end >= time - step / 2) {
      last.end = time + step;
    } else {
      spans.push({ since: time, end: time + step, value });
    }
  }
  return spans;
}

const NAME_LENGTH_MAX = 28;
const cut = (name: string): string =>
  name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX - 1)}…` : name;

const stepOf = (series: readonly Series[]): number => {
  const [first = 0, second = 0] = series.flatMap(({ points }) => points.map(([time]) => time));
  return Math.max(second - first, 1);
};

const x = (time: number, { width, from, to }: Area, left = LEFT): string =>
  (left + ((time - from) / (to - from)) * (width - left - RIGHT)).toFixed(1);

const timesOf = (area: Area, left = LEFT): Html[] =>
  Array.from({ length: TIMES }, (_, i) => {
    const time = area.from + ((area.to - area.from) * (i + 0.5)) / TIMES;
    const text = new Date(time * 1_000).toISOString().slice(11, 19);
    return textAt(Number(x(time, area, left)), area.height - 5, 'middle', text);
  });

/** Each series on top of those before it. */
function stacked(series: readonly Series[]): readonly Series[] {
  const sums = new Map<number, number>();
  return series.map(({ name, points }) => ({
    name,
    points: points.map(([time, value]) => {
      const sum = (sums.get(time) ?? 0) + value;
      sums.set(time, sum);
      return [time, sum] as const;
    }),
  }));
}
