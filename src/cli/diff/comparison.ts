// compare finds what a scraper would see of the differences of two exporters.
import type { Clock } from '../../lib/clock.ts';
import { ConfigError } from '../../lib/errors.ts';
import { type Candidate, Candidates } from './candidates.ts';
import type { ExpositionSink, Sample } from './expositionReader.ts';
import { SeriesTable } from './seriesTable.ts';
import type { ReadExposition, Source } from './source.ts';

/** Series of both sides: a table of them takes some 350 MB. */
const seriesMax = 10_000_000;
const familiesMax = 100_000;
/** Readings of both sides: what differs is read again before it counts. */
const readingsMax = 3;
/** Exporters serve a change after up to a second, and not at the same time. */
const pauseMs = 2_000;

export type Side = 'a' | 'b';
const sides: readonly Side[] = ['a', 'b'];
const bitOf: Readonly<Record<Side, number>> = { a: 1, b: 2 };

/** What one side has of a family. */
export interface FamilySide {
  /** Whether it has a header or a series. */
  present: boolean;
  type: string | undefined;
  help: string | undefined;
  series: number;
  /** Series that came before: a scraper takes the first. */
  repeated: number;
}

export interface ComparedFamily {
  readonly name: string;
  readonly a: FamilySide;
  readonly b: FamilySide;
  /** Series that only the one side has, and series whose values differ. */
  readonly differing: { a: number; b: number; values: number };
  /** Series that changed from reading to reading, and differed each time: they do not count. */
  moving: number;
  readonly examples: Candidate[];
}

export interface Compared {
  readonly a: ReadExposition;
  readonly b: ReadExposition;
  readonly families: readonly ComparedFamily[];
  readonly readings: number;
  /** Series that differed and were not read again: there were too many. */
  readonly unchecked: number;
}

export interface CompareOptions {
  /** Families that are passed over. */
  ignores(family: string): boolean;
  /** By how much two values may differ. */
  readonly tolerance: number;
  /** How many series of a family are kept as examples of each kind. */
  readonly examples: number;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly stop: AbortSignal;
}

/**
 * Reads both sides at the same time, into one table of hashes, so that memory does not depend on
 * the length of labels. Series that differ are read again, up to readingsMax times, until they are
 * the same or have differed twice without a change. Rejects with ConfigError.
 */
export async function compare(a: Source, b: Source, options: CompareOptions): Promise<Compared> {
  const first = new FirstReading(options);
  const [readA, readB] = await Promise.all([a.read(first.sinkOf('a')), b.read(first.sinkOf('b'))]);
  const candidates = first.finish();
  let readings = 1;
  while (candidates.unsettled > 0 && readings < readingsMax) {
    if (a.isLive || b.isLive) await options.clock.sleep(pauseMs, options.stop);
    options.stop.throwIfAborted();
    candidates.startReading();
    await Promise.all([a.read(candidates.sinkOf('a')), b.read(candidates.sinkOf('b'))]);
    candidates.endReading();
    readings++;
  }
  const { families } = first;
  for (const candidate of candidates.all()) count(candidate, families, options.examples);
  return { a: readA, b: readB, families, readings, unchecked: candidates.unchecked };
}

function count(
  candidate: Candidate,
  families: readonly ComparedFamily[],
  examplesMax: number,
): void {
  const family = families[candidate.family];
  const { verdict, settled } = candidate;
  if (family === undefined || verdict === 'same') return;
  if (!settled) {
    family.moving++;
    return;
  }
  family.differing[verdict]++;
  if (family.differing[verdict] <= examplesMax) family.examples.push(candidate);
}

const newSide = (): FamilySide => ({
  present: false,
  type: undefined,
  help: undefined,
  series: 0,
  repeated: 0,
});

class FirstReading {
  readonly families: ComparedFamily[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #table = new SeriesTable();
  readonly #candidates: Candidates;
  readonly #options: CompareOptions;

  constructor(options: CompareOptions) {
    this.#options = options;
    this.#candidates = new Candidates(options.tolerance, (index, verdict) => {
      const family = this.families[index];
      if (family !== undefined) family.differing[verdict]++;
    });
  }

  sinkOf(side: Side): ExpositionSink {
    let index = -1;
    let name: string | undefined;
    const enter = (family: string): number => {
      if (family === name) return index;
      name = family;
      index = this.#options.ignores(family) ? -1 : this.#indexOf(family);
      return index;
    };
    return {
      family: (head) => {
        const family = this.families[enter(head.name)];
        if (family === undefined) return;
        family[side].present = true;
        family[side].type ??= head.type;
        family[side].help ??= head.help;
      },
      sample: (sample) => {
        const at = enter(sample.family);
        if (at >= 0) this.#add(side, at, sample);
      },
    };
  }

  /** What has to be read again. */
  finish(): Candidates {
    for (const side of sides) {
      for (const { hashA, hashB, family } of this.#table.withSides(bitOf[side])) {
        this.#candidates.add(hashA, hashB, { family, verdict: side, a: undefined, b: undefined });
      }
    }
    return this.#candidates;
  }

  #add(side: Side, index: number, sample: Sample): void {
    const { hashA, hashB, value } = sample;
    const table = this.#table;
    const slot = table.slotOf(hashA, hashB);
    const known = table.sidesOf(slot);
    const own = (this.families[index] as ComparedFamily)[side];
    if ((known & bitOf[side]) !== 0) {
      own.repeated++;
      return;
    }
    own.series++;
    if (known === 0) {
      if (table.count >= seriesMax) throw tooMany(`${seriesMax} different series`);
      table.insert(slot, hashA, hashB, index, value);
    } else {
      const other = table.valueOf(slot);
      if (!this.#candidates.equal(value, other)) {
        const [a, b] = side === 'a' ? [value, other] : [other, value];
        this.#candidates.add(hashA, hashB, { family: index, verdict: 'values', a, b });
      }
    }
    table.setSides(slot, known | bitOf[side]);
  }

  #indexOf(name: string): number {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    if (this.families.length >= familiesMax) throw tooMany(`${familiesMax} families`);
    const index = this.families.length;
    this.#indexes.set(name, index);
    this.families.push({
      name,
      a: newSide(),
      b: newSide(),
      differing: { a: 0, b: 0, values: 0 },
      moving: 0,
      examples: [],
    });
    return index;
  }
}

const tooMany = (limit: string): ConfigError =>
  new ConfigError({
    expected: `at most ${limit} on both sides`,
    got: 'more',
    hint: 'leave families out by --ignore, or compare shard by shard',
  });
