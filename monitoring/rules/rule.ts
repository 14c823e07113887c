// The row types of alerts and recording rules, from which rule files and docs/alerts.md are made.

/** `critical` pages a person, `warning` is for working hours, `info` is for dashboards. */
export type Severity = 'critical' | 'warning' | 'info';

/**
 * One alert. In `summary`, `description` and `steps`, `{pod}` is the label `pod` of the alert,
 * `{value}` the value of the expression, `{value|humanize}` the value through a function of
 * Prometheus' templates, and `{value|whole}` the value without its fraction.
 */
export interface Alert {
  readonly alert: string;
  readonly severity: Severity;
  /** How long the expression must be true; absent means that it fires at once. */
  readonly for?: string;
  /** PromQL. The result has the labels that the texts use, and none of the exporter's own. */
  readonly expr: string;
  /** The problem in one line. */
  readonly summary: string;
  /** The consequences. */
  readonly description: string;
  /** What to do, in order; the first step is part of the notification. */
  readonly steps: readonly [string, ...string[]];
  /** The reason for the threshold, the `for` and the exceptions. */
  readonly because: string;
  /**
   * The alerts of kubernetes-mixin or of the kube-state-metrics mixin that fire for the same cause.
   * One of the same name has the same expression, severity and `for`. Those that have such alerts
   * are left out by the preset beyond-mixin.
   */
  readonly mixin?: readonly string[];
  /**
   * The first part of `expr`, where only that is the mixin's: what `or` adds finds the same where
   * --sparse-statesets leaves out series that the mixin reads.
   */
  readonly mixinExpr?: string;
}

/** A recording rule, for an expression that several alerts or panels use. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  /** What the value is, with the unit. */
  readonly says: string;
}

/** A rule group, which is one file; recording rules are evaluated first. */
export interface RuleGroup {
  /** The name of the file and, with a prefix, of the group. */
  readonly name: string;
  /** The heading of its chapter in docs/alerts.md. */
  readonly title: string;
  /** A sentence of Markdown below the heading. */
  readonly about?: string;
  readonly recordings: readonly Recording[];
  readonly alerts: readonly Alert[];
}
