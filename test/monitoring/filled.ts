// What Grafana puts into a query before it is asked.

export interface Choices {
  readonly rateInterval?: string;
  readonly range?: string;
  /** By variable, an expression; all of a list where absent. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** The query with a choice in the place of each variable; throws where one is not known. */
export function filledIn(query: string, choices: Choices = {}): string {
  const { rateInterval = '5m', range = '3h', variables = {} } = choices;
  const values: Readonly<Record<string, string>> = {
    __rate_interval: rateInterval,
    __range: range,
    ...Object.fromEntries(
      ['namespace', 'workload', 'node', 'cronjob', 'instance'].map((name) => [name, '.*']),
    ),
    ...variables,
  };
  // `$1` is no variable but what label_replace found.
  return query.replace(/\$([a-z_]\w*)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`expected a variable that is known, got $${name}`);
    return value;
  });
}
