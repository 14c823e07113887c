// TimeView draws the last hour: series, bytes and changes, with the numbers of any moment.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { History, HistoryPoint } from '../../src/explorer/api.ts';
import { grouped } from '../../src/lib/grouped.ts';
import { dataOf, useAnswer } from '../data/answers.ts';
import { age, clockTime, finerSizeText, rate } from '../logic/format.ts';
import { Chart } from '../parts/chart.tsx';
import { Missing } from '../parts/notice.tsx';

const historyEveryMs = 5_000;

const charts = [
  { title: 'Series', of: ({ series }: HistoryPoint) => series, text: grouped },
  { title: 'Plain text', of: (point: HistoryPoint) => point.bytes, text: finerSizeText },
  {
    title: 'Changes per second',
    of: ({ changes }: HistoryPoint) => changes,
    text: rate,
    fromZero: true,
  },
] as const;

export function TimeView(): VNode {
  const answer = useAnswer<History>('api/v1/history', historyEveryMs);
  const { points, interval = 0 } = dataOf(answer) ?? {};
  return (
    <>
      <h1>Over time</h1>
      {points === undefined ? <Missing answer={answer} /> : null}
      {points !== undefined && points.length < 2 ? (
        <p>
          The process has just started: it keeps a point every {age(interval)}, of the last hour,
          and lines need two.
        </p>
      ) : null}
      {points !== undefined && points.length >= 2 ? <Charts points={points} /> : null}
    </>
  );
}

function Charts({ points }: { points: readonly HistoryPoint[] }): VNode {
  const [chosen, choose] = useState<number>();
  const [first, last] = [points[0], points.at(-1)];
  // By its time, so that it stays the same moment when new points come.
  const found = chosen === undefined ? -1 : points.findIndex(({ time }) => time >= chosen);
  const at = found < 0 ? points.length - 1 : found;
  const choosePoint = (index: number): void => choose(points[index]?.time);
  if (first === undefined || last === undefined) return <p>There are no points.</p>;
  return (
    <>
      <p class="moment">
        <label for="moment">
          {at === points.length - 1 ? 'Now' : `At ${clockTime(points[at]?.time ?? 0)}`}
        </label>
        <input
          id="moment"
          type="range"
          min={0}
          max={points.length - 1}
          value={at}
          aria-valuetext={clockTime(points[at]?.time ?? 0)}
          onInput={({ currentTarget }) => choosePoint(currentTarget.valueAsNumber)}
        />
      </p>
      <div class="charts">
        {charts.map((chart) => (
          <Chart
            key={chart.title}
            title={chart.title}
            values={points.map(chart.of)}
            times={[clockTime(first.time), clockTime(last.time)]}
            text={chart.text}
            fromZero={'fromZero' in chart}
            at={at}
            choose={choosePoint}
          />
        ))}
      </div>
      <details>
        <summary>As a table</summary>
        <PointTable points={points} />
      </details>
    </>
  );
}

/** Rows of the table, evenly over the hour. */
const rowsMax = 60;

function PointTable({ points }: { points: readonly HistoryPoint[] }): VNode {
  const step = Math.ceil(points.length / rowsMax);
  const rows = points.filter((_, index) => (points.length - 1 - index) % step === 0).reverse();
  return (
    <table class="rows points">
      <caption class="unseen">The last hour, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          {charts.map(({ title }) => (
            <th key={title} scope="col" class="number">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((point) => (
          <tr key={point.time}>
            <th scope="row">{clockTime(point.time)}</th>
            {charts.map(({ title, of, text }) => (
              <td key={title} class="number">
                {text(of(point))}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
