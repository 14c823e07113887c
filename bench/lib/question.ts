// The types of a question of the suite, and of its results.
import type { Bench } from './bench.ts';

/** A measurement; its name is that of its file. */
export interface Question {
  /** The question of a reader, as a sentence. */
  readonly asks: string;
  /** The method: what the figures include, and what they do not. */
  readonly how: string;
  readonly columns: readonly Column[];
  /** Whether it changes objects of the cluster. */
  readonly writes?: boolean;
  /** Whether it is left out of the short set. */
  readonly fullOnly?: boolean;
  /** Whether it is asked only by its name. */
  readonly namedOnly?: boolean;
  /** Measures, and yields each row as soon as it is known. */
  measure(bench: Bench): AsyncIterable<Row>;
}

export interface Column {
  readonly key: string;
  readonly heading: string;
  /** Decimal places of a number; 0 by default. */
  readonly digits?: number;
  /** Instead of decimal places: significant digits, but all before the decimal point. */
  readonly significant?: number;
}

/** A row of results by column key; a list of numbers is a curve, one value per second. */
export type Row = Readonly<Record<string, string | number | readonly number[] | undefined>>;

export const bytesPerMb = 1e6;
