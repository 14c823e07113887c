// Renders a line chart as SVG, readable on light and dark backgrounds.

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const width = 640;
const height = 320;
const left = 64;
const right = 150;
const top = 40;
const bottom = 48;
const ticks = 5;
/** Distinguishable with colour blindness, and on both backgrounds. */
const colours = ['#0a84c6', '#d9730d', '#2a9d5c', '#a05bc9'];

/** The chart as one SVG document; both axes begin at 0. Throws if there are no points. */
export function lineChart({ title, xLabel, yLabel, lines }: Chart): string {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) throw new RangeError(`expected a point in the chart "${title}"`);
  const xMax = roundUp(Math.max(...points.map(([x]) => x)));
  const yMax = roundUp(Math.max(...points.map(([, y]) => y)));
  const x = (value: number): number => left + (value / xMax) * (width - left - right);
  const y = (value: number): number => height - bottom - (value / yMax) * (height - top - bottom);
  const grid = Array.from({ length: ticks + 1 }, (_, i) => {
    const [atX, atY] = [(xMax * i) / ticks, (yMax * i) / ticks];
    return (
      `<path class="grid" d="M${left} ${at(y(atY))}H${width - right}"/>\n` +
      `<text x="${left - 8}" y="${at(y(atY) + 4)}" text-anchor="end">${short(atY)}</text>\n` +
      `<text x="${at(x(atX))}" y="${height - bottom + 18}" text-anchor="middle">` +
      `${short(atX)}</text>`
    );
  });
  const drawn = lines.map(({ name, points: own }, i) => {
    const colour = colours[i % colours.length];
    const path = own.map(([px, py]) => `${at(x(px))} ${at(y(py))}`).join('L');
    const [endX = 0, endY = 0] = own.at(-1) ?? [];
    return (
      `<path fill="none" stroke="${colour}" stroke-width="2" d="M${path}"/>\n` +
      `<text x="${at(x(endX) + 8)}" y="${at(y(endY) + 4)}" style="fill:${colour}">` +
      `${escaped(name)}</text>`
    );
  });
  const middle = (left + width - right) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>
text { font: 12px sans-serif; fill: #444 }
.grid { stroke: #8886; fill: none }
@media (prefers-color-scheme: dark) { text { fill: #ccc } }
</style>
<text x="${left}" y="20" style="font-weight:bold">${escaped(title)}</text>
${grid.join('\n')}
<text x="${middle}" y="${height - 8}" text-anchor="middle">${escaped(xLabel)}</text>
<text x="${left - 8}" y="${top - 6}" text-anchor="end">${escaped(yLabel)}</text>
${drawn.join('\n')}
</svg>
`;
}

/** The next number that divides an axis into round parts: 1, 2, 2.5 or 5 times a power of ten. */
export function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * unit >= value) ?? 10) * unit;
}

const at = (coordinate: number): string => coordinate.toFixed(1);

const short = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 2 });

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
