// What a row of table.ts can be: its type, HELP and labels, and where its values come from.
import type { ResourceTelemetry, TelemetryState } from './state.ts';

/** The values of a label that are known at start; `open` where they are not. */
export type LabelValues = readonly string[] | typeof open;

/** A label whose values only come with the samples. */
export const open = null;

type Labels = Readonly<Record<string, LabelValues>>;

/** One sample: its labels and its value. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Described {
  readonly help: string;
  /** Each label with the values for which there is a series from the start. */
  readonly labels: Labels;
}

/** Read at each scrape. */
export interface ReadRow<State> extends Described {
  readonly source: 'scrape';
  readonly type: 'gauge' | 'counter';
  readonly read: (state: State) => number | readonly Sample[];
}

/** Counted for one resource: the row is a method of `ResourceObserver`. */
export interface CountedRow<
  Method extends string = string,
  Values extends LabelValues | undefined = LabelValues | undefined,
> extends Described {
  readonly source: 'observer';
  readonly type: 'counter';
  readonly method: Method;
  /** `resource` is the plural, or as in kube-state-metrics the Go type: `*v1.Pod`. */
  readonly resourceAs: 'plural' | 'goType';
  /** The second label, which the method is called with; undefined where it takes an amount. */
  readonly label: string | undefined;
  /** Values of the second label. */
  readonly values: Values;
}

/** The time of the last call of an observer's method, by resource. */
export interface LastSeenRow<Method extends string = string> extends ReadRow<TelemetryState> {
  readonly method: Method;
}

/** Set by code of registry.ts, which has the metric by its name. */
export interface SetRow<
  Type extends 'gauge' | 'counter' | 'histogram' = 'gauge' | 'counter' | 'histogram',
> extends Described {
  readonly source: 'code';
  readonly type: Type;
  readonly buckets: readonly number[] | undefined;
}

export type Row = ReadRow<TelemetryState> | CountedRow | SetRow;

/** A counter by resource; its method takes an amount, 1 where none is given. */
export const counted = <const Method extends string>(
  method: Method,
  help: string,
): CountedRow<Method, undefined> => ({
  source: 'observer',
  type: 'counter',
  help,
  labels: { resource: open },
  method,
  resourceAs: 'plural',
  label: undefined,
  values: undefined,
});

/** A counter by resource and one more label; its method takes that label's value. */
export const countedBy = <const Method extends string, const Values extends LabelValues>(
  method: Method,
  help: string,
  label: string,
  values: Values,
  resourceAs: CountedRow['resourceAs'] = 'plural',
): CountedRow<Method, Values> => ({
  source: 'observer',
  type: 'counter',
  help,
  labels: { resource: open, [label]: values },
  method,
  resourceAs,
  label,
  values,
});

/** A gauge that is read at each scrape. */
export const gauge = <State = TelemetryState>(
  help: string,
  read: ReadRow<State>['read'],
  labels: Labels = {},
): ReadRow<State> => ({ source: 'scrape', type: 'gauge', help, labels, read });

/** A counter that is kept elsewhere, and read at each scrape. */
export const counter = <State = TelemetryState>(
  help: string,
  read: ReadRow<State>['read'],
  labels: Labels = {},
): ReadRow<State> => ({ source: 'scrape', type: 'counter', help, labels, read });

/** A gauge by resource that is read at each scrape; undefined is no series. */
export const perResource = (
  help: string,
  read: (resource: ResourceTelemetry) => number | boolean | undefined,
): ReadRow<TelemetryState> =>
  gauge(
    help,
    ({ resources }) =>
      resources.flatMap((one): Sample[] => {
        const value = read(one);
        return value === undefined ? [] : [[{ resource: one.resource }, Number(value)]];
      }),
    { resource: open },
  );

/** When the method was last called for a resource, in seconds since the epoch. */
export const lastSeen = <const Method extends string>(
  method: Method,
  help: string,
): LastSeenRow<Method> => ({
  ...gauge(
    help,
    ({ resources, lastSeenMs }) =>
      resources.flatMap(({ resource }): Sample[] => {
        const ms = lastSeenMs(method, resource);
        return ms === undefined ? [] : [[{ resource }, ms / 1000]];
      }),
    { resource: open },
  ),
  method,
});

/** A metric that registry.ts sets. */
export const set = <const Type extends SetRow['type']>(
  type: Type,
  help: string,
  labels: Labels = {},
  buckets?: readonly number[],
): SetRow<Type> => ({
  source: 'code',
  type,
  help,
  labels,
  buckets,
});
