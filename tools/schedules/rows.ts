// Reads the rows that the Go program here writes, and makes them from src/resources/schedule.ts.
import { goZeroSeconds } from '../../src/metrics/time.ts';
import { scheduleOf } from '../../src/resources/schedule.ts';

/** The number of runs in a row. */
const chainMax = 4;

export interface Row {
  readonly text: string;
  readonly after: number;
  /** Seconds from `after` to the first run, then to each next one; or `never`, `invalid`. */
  readonly runs: string;
}

/** The rows of a file, without lines that begin with #. */
export const rowsIn = (file: string): Row[] =>
  file
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [text = '', after, runs = ''] = line.split('\t');
      return { text: JSON.parse(text), after: Number(after), runs };
    });

/** The runs by src/resources/schedule.ts, in the format of a row. */
export function runsAfter(text: string, after: number): string {
  const schedule = scheduleOf(text);
  if (schedule === undefined) return 'invalid';
  const runs: (number | string)[] = [];
  for (let at = after; runs.length < chainMax; ) {
    const next = schedule.next(at);
    if (next === goZeroSeconds) {
      runs.push('never');
      break;
    }
    runs.push(next - at);
    at = next;
  }
  return runs.join(' ');
}
