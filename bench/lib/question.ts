// What a question of the suite is, and what is found.
import type { Bench } from './bench.ts';

/** One thing that is measured; its file is named as it is. */
export interface Question {
  /** What a reader wants to know, as a sentence. */
  readonly asks: string;
  /** How it is measured: what a figure counts, and what it does not. */
  readonly how: string;
  readonly columns: readonly Column[];
  /** It changes objects of the cluster that it measures on. */
  readonly writes?: boolean;
  /** Too long or too needy for the short set; asked for by name or with all. */
  readonly fullOnly?: boolean;
  /** Measures; each row is given as soon as it is known. */
  measure(bench: Bench): AsyncIterable<Row>;
}

export interface Column {
  readonly key: string;
  readonly heading: string;
  /** Of a number, the digits behind the point; none unless said. */
  readonly digits?: number;
}

/** What is found, by the keys of columns; a list of numbers is a curve, one value a second. */
export type Row = Readonly<Record<string, string | number | readonly number[] | undefined>>;

export const bytesPerMb = 1e6;
