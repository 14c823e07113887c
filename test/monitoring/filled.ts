// Fills in the variables of a query, as Grafana does.

export interface Choices {
  readonly rateInterval?: string;
  readonly range?: string;
  /** An expression by variable; a missing variable matches all values. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The query with its variables filled in; throws for an unknown variable. */
export function filledIn(query: string, choices: Choices = {}): string {
  const { rateInterval = '5m', range = '3h', variables = {} } = choices;
  const values: Readonly<Record<string, string>> = {
    __rate_interval: rateInterval,
    __range: range,
    ...Object.fromEntries(
      ['cluster', 'namespace', 'workload', 'pod', 'node', 'cronjob', 'instance'].map((name) => [
        name,
        '.*',
      ]),
    ),
    ...variables,
  };
  // `$1` is no variable, but a group of label_replace.
  return query.replace(/\$([a-z_]\w*)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`expected a variable that is known, got $${name}`);
    return value;
  });
}
