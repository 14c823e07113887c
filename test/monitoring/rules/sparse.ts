// sparseSeries makes the series of a case as --sparse-statesets leaves them: state sets without 0.
import { packNames, packText } from '../../../src/custom/packs.ts';
import { readCustomConfig } from '../../../src/custom/read.ts';
import { stateSetNames } from '../../../src/resources/index.ts';
import type { Series } from './case.ts';

const configs = await Promise.all(packNames.map((pack) => readCustomConfig(pack, packText(pack))));
const ofPacks = configs
  .flatMap(({ entries }) => entries.flatMap(({ rules }) => rules))
  .filter(({ type }) => type === 'stateset')
  .map(({ family }) => family);

const stateSets: ReadonlySet<string> = new Set([...stateSetNames(), ...ofPacks]);

/** The same series, but that those of state sets end, or are missing, where they are 0. */
export const sparseSeries = (series: Series): Series =>
  Object.fromEntries(
    Object.entries(series).flatMap(([each, values]) => {
      if (!stateSets.has(each.replace(/\{.*/s, ''))) return [[each, values]];
      if (typeof values === 'number') return values === 0 ? [] : [[each, values]];
      return [[each, withoutZeros(samplesOf(values)).join(' ')]];
    }),
  );

/** A scrape without the series marks it as stale, once. */
const withoutZeros = (samples: readonly string[]): string[] =>
  samples.map((sample, i) => {
    if (Number(sample) !== 0) return sample;
    return i > 0 && Number(samples[i - 1]) > 0 ? 'stale' : '_';
  });

/** The samples one by one of a text in promtool's notation: `1+0x3` and `1x3` are four of them. */
export function samplesOf(values: string): string[] {
  return values.split(' ').flatMap((token) => {
    const [, missing] = /^_x(\d+)$/.exec(token) ?? [];
    if (missing !== undefined) return Array.from({ length: Number(missing) }, () => '_');
    const [, start, step = '0', more] = /^(-?[\d.]+)([+-][\d.]+)?x(\d+)$/.exec(token) ?? [];
    if (start === undefined) return [token];
    return Array.from({ length: Number(more) + 1 }, (_, i) =>
      String(Number(start) + i * Number(step)),
    );
  });
}
