// What a rule is made of: the rows from which rule files and docs/alerts.md are written.

/**
 * `critical` wakes a person, `warning` is for the next working hours, `info` is for whoever looks
 * anyway.
 */
export type Severity = 'critical' | 'warning' | 'info';

/**
 * One alert. In `summary`, `description` and `steps`, `{pod}` stands for the alert's label `pod`,
 * `{value}` for the expression's value, and `{value|humanize}` for it through a function of
 * Prometheus' templates, or `{value|whole}` without its fraction.
 */
export interface Alert {
  readonly alert: string;
  readonly severity: Severity;
  /** How long the expression must hold; absent for at once. */
  readonly for?: string;
  /** PromQL; it keeps the labels that the texts use, and none of the exporter's own. */
  readonly expr: string;
  /** What is so, in a line. */
  readonly summary: string;
  /** What it means for whom. */
  readonly description: string;
  /** What to do, in order; the first stands in the notification. */
  readonly steps: readonly [string, ...string[]];
  /** Why these thresholds and exceptions. */
  readonly because: string;
}

/** An expression that several alerts or panels use, recorded under a name of its own. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  /** What its value is, with the unit. */
  readonly says: string;
}

/** Rules that are evaluated together, the recorded ones first; a file of its own. */
export interface RuleGroup {
  /** The file's name, and with a prefix the group's. */
  readonly name: string;
  /** What it is about, as a heading. */
  readonly title: string;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
}
