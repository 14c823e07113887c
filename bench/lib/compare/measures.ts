// The measures of the question `compare`, with the targets that each is to meet.
import type { Mix } from '../load.ts';

/** Which of two or three is measured. */
export const sideNames = ['kubestate', 'reference', 'parent'] as const;
export type SideName = (typeof sideNames)[number];

export interface Measure {
  /** What is measured: the first cell of its row. */
  readonly what: string;
  readonly unit: string;
  /** How several rounds become one figure; the median unless given. */
  readonly of?: 'largest';
  /** kubestate's may be so many times the reference's. */
  readonly toReference?: number;
  /** kubestate's may be so many times that of the parent commit. */
  readonly toParent?: number;
  /** kubestate's may be so much. */
  readonly most?: number;
}

/** What one mix of changes costs. */
interface MixMeasures {
  readonly steps: Measure;
  readonly cpu: Measure;
  readonly scraped: Measure;
  readonly run: Measure;
  readonly fresh: Measure;
}

const mix = (name: Mix, toReference: number, scrapedToReference: number): MixMeasures => ({
  steps: { what: `steps a second, ${name}`, unit: '' },
  cpu: { what: `CPU a minute, ${name}`, unit: 's', toReference },
  scraped: {
    what: `CPU a minute, ${name} and four gzip scrapes`,
    unit: 's',
    toReference: scrapedToReference,
  },
  run: { what: `longest run of the thread, ${name}`, unit: 'ms', of: 'largest', most: 30 },
  fresh: {
    what: `from a write to a scrape that shows it, p99, ${name}`,
    unit: 'ms',
    of: 'largest',
    most: 1_000,
  },
});

export const mixMeasures: Readonly<Record<Mix, MixMeasures>> = {
  'status flips': mix('status flips', 1, 0.12),
  'short-lived pods': mix('short-lived pods', 0.7, 0.12),
  'pods replaced': mix('pods replaced', 1.2, 0.15),
};

export type Heat = 'hot' | 'quiet';

/** What a scrape costs, directly after pods replaced or after as long without. */
interface ScrapeMeasures {
  readonly gzip: Measure;
  readonly gzipCpu: Measure;
  readonly gzipMb: Measure;
  readonly plain: Measure;
  readonly plainCpu: Measure;
}

const scrape = (heat: Heat, gzipToReference: number): ScrapeMeasures => ({
  gzip: { what: `gzip scrape, ${heat}`, unit: 'ms', toReference: gzipToReference },
  gzipCpu: { what: `CPU of a gzip scrape, ${heat}`, unit: 'ms', toReference: gzipToReference },
  gzipMb: { what: `size of a gzip scrape, ${heat}`, unit: 'MB' },
  plain: { what: `plain scrape, ${heat}`, unit: 'ms', toReference: 0.5 },
  plainCpu: { what: `CPU of a plain scrape, ${heat}`, unit: 'ms', toReference: 0.5 },
});

export const scrapeMeasures: Readonly<Record<Heat, ScrapeMeasures>> = {
  hot: scrape('hot', 1 / 40),
  quiet: scrape('quiet', 1 / 80),
};

export const startMeasures = {
  series: { what: 'series', unit: '' },
  text: { what: 'text', unit: 'MB' },
  ready: { what: 'ready, to the last object', unit: 's', toReference: 1 },
  cpu: { what: 'CPU of a start', unit: 's', toParent: 0.62 },
  run: { what: 'longest run of the thread, start', unit: 'ms', of: 'largest', most: 50 },
  resident: { what: 'resident after the start', unit: 'MB' },
  peak: { what: 'peak of the start', unit: 'MB', of: 'largest' },
} satisfies Record<string, Measure>;

export const allMixes = {
  resident: { what: 'resident, most under the mixes', unit: 'MB', of: 'largest', most: 350 },
  lists: { what: 'lists during the mixes', unit: '', of: 'largest', most: 0 },
  watches: { what: 'watches opened during the mixes', unit: '', of: 'largest', most: 0 },
} satisfies Record<string, Measure>;

export const quietMeasures = {
  idle: { what: 'CPU a minute, idle', unit: 's', toParent: 0.4 },
  resident: { what: 'resident, quiet', unit: 'MB', most: 200 },
} satisfies Record<string, Measure>;

export const largeMeasures = {
  resident: { what: 'large simulated cluster: resident', unit: 'MB', most: 600 },
  gzip: { what: 'large simulated cluster: gzip scrape', unit: 'ms', most: 300 },
  plain: {
    what: 'large simulated cluster: plain scrape',
    unit: 'ms',
    most: 2_500,
    toParent: 0.5,
  },
} satisfies Record<string, Measure>;

export const smallMeasures = {
  resident: { what: '96 simulated pods: resident', unit: 'MB', most: 90 },
} satisfies Record<string, Measure>;

/** All measures, in the order of the table. */
export const measures: readonly Measure[] = [
  startMeasures,
  ...Object.values(mixMeasures),
  allMixes,
  ...Object.values(scrapeMeasures),
  quietMeasures,
  largeMeasures,
  smallMeasures,
].flatMap((group) => Object.values(group));
