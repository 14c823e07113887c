// ScrapeTime says how long Prometheus takes for a scrape, between the sizes that were measured.
import type { Row } from '../../bench/lib/question.ts';

/** Prometheus' own default of scrape_timeout. */
export const defaultTimeoutSeconds = 10;
/** A timeout leaves so much room, in steps. */
const timeoutTimes = 1.5;
const timeoutStep = 5;
/** Numbers of pods are rounded down to so many. */
const podsStep = 1_000;

export class ScrapeTime {
  /** Pods and seconds, by pods; the first is the origin. */
  readonly #points: readonly (readonly [pods: number, seconds: number])[];

  /** `rows` are those of the question `prometheus`; at least one. */
  constructor(rows: readonly Row[]) {
    const measured = rows.map(({ pods, durationMs }) => {
      if (typeof pods !== 'number' || typeof durationMs !== 'number') {
        throw new Error(
          'docs/sizing.md needs pods and durationMs of each row of prometheus.json in ' +
            'bench/results, and one lacks it: run `npm run bench -- prometheus ' +
            '--pods 20000,50000,100000 --save`',
        );
      }
      return [pods, durationMs / 1_000] as const;
    });
    this.#points = [[0, 0] as const, ...measured.toSorted(([a], [b]) => a - b)];
  }

  /** Linear between two measured sizes, and as between the last two beyond them. */
  secondsOf(pods: number): number {
    const next = this.#points.findIndex(([size]) => size >= pods);
    return between(this.#around(next), pods);
  }

  /** How many pods a scrape has that takes so long. */
  podsWithin(seconds: number): number {
    const next = this.#points.findIndex(([, took]) => took >= seconds);
    const swapped = this.#around(next).map(([pods, took]) => [took, pods] as const);
    return Math.floor(between(swapped, seconds) / podsStep) * podsStep;
  }

  /** The timeout to set for a size; undefined where the default is enough. */
  timeoutOf(pods: number): number | undefined {
    const seconds = this.secondsOf(pods);
    if (seconds <= defaultTimeoutSeconds) return undefined;
    return Math.ceil((seconds * timeoutTimes) / timeoutStep) * timeoutStep;
  }

  /** How many shards make each scrape shorter than the default. */
  shardsOf(pods: number): number {
    return Math.max(1, Math.ceil(pods / this.podsWithin(defaultTimeoutSeconds)));
  }

  #around(next: number): readonly (readonly [number, number])[] {
    const at = next < 0 ? this.#points.length - 1 : Math.max(next, 1);
    return [this.#points[at - 1], this.#points[at]].filter((point) => point !== undefined);
  }
}

/** The value at `x` of the line through the first two points. */
function between(points: readonly (readonly [number, number])[], x: number): number {
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points;
  return y0 + ((x - x0) * (y1 - y0)) / (x1 - x0);
}
