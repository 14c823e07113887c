// Rows of what was counted of an object over all its states.
import type { AnyEmit, Identity, Row, RowOptions, Stability } from './family.ts';

/** A row of what was counted of an object over all its states, which a History keeps. */
export interface HistoryRow extends Row {
  readonly labels: readonly string[];
  readonly ofHistory: true;
}

/** What was counted of objects over their states so far. */
export interface History {
  /** Emits the samples of one object, with the labels of the row. */
  collect(identity: Identity, emit: AnyEmit): void;
}

/** A family of counters of each object, which grow by what changes of its status say. */
export const history = (
  stability: Stability,
  help: string,
  labels: readonly string[],
  options: RowOptions = {},
): HistoryRow => ({
  type: 'counter',
  stability,
  help,
  labels,
  reads: 'status',
  ofHistory: true,
  everyEvent: true,
  ...options,
});
