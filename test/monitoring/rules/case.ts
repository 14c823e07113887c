// What a rule is tried with: series as promtool takes them, and what must come of them.

/**
 * Samples a minute apart in promtool's notation, by the series; a number stands for one that is
 * always the same. Time begins at 0 seconds since the epoch.
 */
export type Series = Readonly<Record<string, number | string>>;

export interface Case {
  readonly alert: string;
  readonly fires: Firing;
  /** The nearest things that are no reason for it. */
  readonly quiet: readonly Quiet[];
}

export interface Firing {
  readonly series: Series;
  /** The first minute at which it fires: a minute before it must not. */
  readonly at: number;
  /** Of the alert, its name and severity aside. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value as its texts show it; absent where they do not. */
  readonly value?: string;
}

export interface Quiet {
  readonly because: string;
  readonly series: Series;
  /** The minute at which it must not fire. */
  readonly at: number;
}
