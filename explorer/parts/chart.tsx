// Chart draws one line over time, with its largest and smallest value and that of a chosen moment.
import type { VNode } from 'preact';
import { axisOf } from '../logic/axis.ts';

const width = 600;
const height = 120;
/** Room above and below the line, so that its ends can be seen. */
const margin = 6;

interface Props {
  readonly title: string;
  readonly values: readonly number[];
  /** The first moment and the last. */
  readonly times: readonly [from: string, to: string];
  text(value: number): string;
  /** Whether the axis begins at 0; else it begins near the smallest value. */
  readonly fromZero: boolean;
  /** Index of the chosen moment. */
  readonly at: number;
  choose(index: number): void;
}

export function Chart({ title, values, times, text, fromZero, at, choose }: Props): VNode {
  const { least, most } = axisOf(values, fromZero);
  const span = most - least;
  const x = (index: number): number => (index / Math.max(1, values.length - 1)) * width;
  // A line that never changes lies in the middle.
  const y = (value: number): number =>
    height - margin - (span === 0 ? 0.5 : (value - least) / span) * (height - 2 * margin);
  const line = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const onPointerMove = (event: PointerEvent & { currentTarget: Element }): void => {
    const { left, width: seen } = event.currentTarget.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - left) / seen));
    choose(Math.round(part * (values.length - 1)));
  };
  const value = values[at] ?? 0;
  const range = `between ${text(Math.min(...values))} and ${text(Math.max(...values))}`;
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span> <strong>{text(value)}</strong>
      </figcaption>
      <div class="plot">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title}: ${text(values.at(-1) ?? 0)} now, ${range} since ${times[0]}`}
          onPointerMove={onPointerMove}
        >
          <polygon class="area" points={`0,${height} ${line} ${width},${height}`} />
          <polyline class="line" points={line} />
          <line class="moment" x1={x(at)} x2={x(at)} y1={0} y2={height} />
        </svg>
        <span class="most">{text(most)}</span>
        <span class="least">{text(least)}</span>
      </div>
      <p class="ends">
        <span>{times[0]}</span>
        <span>{times[1]}</span>
      </p>
    </figure>
  );
}
