// The types of test cases of rules: series in promtool's notation, and the expected alerts.

/**
 * Samples by series, one per minute, in promtool's notation; a number is a constant value.
 * Time begins at Unix time 0.
 */
export type Series = Readonly<Record<string, number | string>>;

export interface Case {
  readonly alert: string;
  readonly fires: Firing;
  /** Similar situations in which it must not fire. */
  readonly quiet: readonly Quiet[];
}

export interface Firing {
  readonly series: Series;
  /** The first minute at which it fires; it must not fire a minute earlier. */
  readonly at: number;
  /** The labels of the alert, without alertname and severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value in the texts; absent if they do not show it. */
  readonly value?: string;
}

export interface Quiet {
  readonly because: string;
  readonly series: Series;
  /** The minute at which it must not fire. */
  readonly at: number;
}
