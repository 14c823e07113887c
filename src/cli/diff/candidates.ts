// Candidates are series that differed in the first reading, until further readings settle them.
import type { Side } from './comparison.ts';
import type { ExpositionSink } from './expositionReader.ts';

/** Series that are read again, with their labels: some 100 MB. Others count as they were. */
const candidatesMax = 200_000;

/** A series is on one side alone, or its values differ. */
export type Verdict = Side | 'values';

export interface Candidate {
  /** Index of its family. */
  readonly family: number;
  /** Of the last reading. */
  readonly verdict: Verdict | 'same';
  /** Whether it is the same now, or has differed twice in the same way. */
  readonly settled: boolean;
  /** Name and labels as a side writes them that has it. */
  readonly series: string;
  /** Its values in the last reading; undefined where a side does not have it. */
  readonly a: number | undefined;
  readonly b: number | undefined;
}

type Followed = { -readonly [Key in keyof Candidate]: Candidate[Key] } & {
  /** The values of the reading before. */
  before: { readonly a: number | undefined; readonly b: number | undefined };
};

export class Candidates {
  readonly #tolerance: number;
  readonly #onUnchecked: (family: number, verdict: Verdict) => void;
  readonly #followed = new Map<number, Followed>();
  /** Those that there was no room for. */
  unchecked = 0;

  constructor(tolerance: number, onUnchecked: (family: number, verdict: Verdict) => void) {
    this.#tolerance = tolerance;
    this.#onUnchecked = onUnchecked;
  }

  equal(a: number, b: number): boolean {
    return Object.is(a, b) || a === b || Math.abs(a - b) <= this.#tolerance;
  }

  add(
    hashA: number,
    hashB: number,
    facts: Pick<Candidate, 'family' | 'a' | 'b'> & { readonly verdict: Verdict },
  ): void {
    if (this.#followed.size >= candidatesMax) {
      this.unchecked++;
      this.#onUnchecked(facts.family, facts.verdict);
      return;
    }
    const before = { a: undefined, b: undefined };
    this.#followed.set(keyOf(hashA, hashB), { ...facts, settled: false, series: '', before });
  }

  /** How many a further reading may settle. */
  get unsettled(): number {
    let count = 0;
    for (const { settled } of this.#followed.values()) if (!settled) count++;
    return count;
  }

  startReading(): void {
    for (const one of this.#followed.values()) {
      if (one.settled) continue;
      one.before = { a: one.a, b: one.b };
      one.a = undefined;
      one.b = undefined;
    }
  }

  sinkOf(side: Side): ExpositionSink {
    return {
      family: () => undefined,
      sample: (sample) => {
        const one = this.#followed.get(keyOf(sample.hashA, sample.hashB));
        // Of a series that comes twice, a scraper takes the first.
        if (one === undefined || one.settled || one[side] !== undefined) return;
        one[side] = sample.value;
        if (one.series === '') one.series = sample.series();
      },
    };
  }

  endReading(): void {
    for (const one of this.#followed.values()) {
      if (one.settled) continue;
      const verdict = this.#verdictOf(one);
      const rests = verdict !== 'values' || restsBetween(one.before, one);
      one.settled = verdict === 'same' || (verdict === one.verdict && rests);
      one.verdict = verdict;
    }
  }

  all(): Iterable<Candidate> {
    return this.#followed.values();
  }

  #verdictOf({ a, b }: Candidate): Candidate['verdict'] {
    if (a === undefined) return b === undefined ? 'same' : 'b';
    if (b === undefined) return 'a';
    return this.equal(a, b) ? 'same' : 'values';
  }
}

type Values = Pick<Candidate, 'a' | 'b'>;

const restsBetween = (before: Values, now: Values): boolean =>
  Object.is(before.a, now.a) && Object.is(before.b, now.b);

/** Two halves in one number: of 64 bits 53 are left, enough for so few. */
const keyOf = (hashA: number, hashB: number): number =>
  (hashA >>> 0) * 0x200000 + ((hashB >>> 0) & 0x1fffff);
