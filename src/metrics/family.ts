// The row type: one family of metrics, declared by name, help and the function that reads it.
import type { KubeObject, ObjectMeta } from './object.ts';

export type Stability = 'ALPHA' | 'BETA' | 'STABLE';
export type MetricType = 'gauge' | 'counter' | 'info' | 'stateset';

/** In the place of a label's value: this series goes without the label that others have. */
export const noLabel = Symbol('no label');

/** A label's value; what is absent on the wire is an empty label. */
export type LabelValue = string | null | undefined | typeof noLabel;

/** Receives one sample: its value, then one label value for each of the row's names, in order. */
export type Emit<Labels extends readonly string[]> = (
  value: number,
  ...labels: { [K in keyof Labels]: LabelValue }
) => void;

interface Row {
  readonly type: MetricType;
  readonly stability: Stability;
  /** One sentence of our own, with the unit where there is one. */
  readonly help: string;
  /** The release of kube-state-metrics that deprecated the family, as its help tells scrapers. */
  readonly deprecatedSince?: string;
  /** Off unless named by --metric-opt-in-list. */
  readonly optIn?: boolean;
  /** Whether the row can do with an object's metadata alone; derived by the builders. */
  readonly reads: 'metadata' | 'object';
}

/** A row whose series all have the same label names. */
export interface SampleRow<O> extends Row {
  readonly labels: readonly string[];
  collect(object: O, emit: (value: number, ...labels: LabelValue[]) => void): void;
}

/** A row whose label names are the keys of a map on the object, sanitised behind `prefix_`. */
export interface MapRow<O> extends Row {
  readonly prefix: string;
  /** Whose allow-list decides which keys are shown; without one all are. */
  readonly allowList?: 'labels' | 'annotations';
  entries(object: O): Readonly<Record<string, string>> | null | undefined;
}

export type Family<O> = SampleRow<O> | MapRow<O>;

export interface RowOptions {
  readonly type?: MetricType;
  readonly deprecatedSince?: string;
  readonly optIn?: boolean;
}

/** A family of at most one series an object; `undefined` and `null` mean no series. */
export function gauge<O>(
  stability: Stability,
  help: string,
  value: (object: O) => number | null | undefined,
  options: RowOptions = {},
): SampleRow<O> {
  return {
    type: 'gauge',
    stability,
    help,
    labels: [],
    reads: 'object',
    ...options,
    collect(object, emit) {
      const sample = value(object);
      if (sample !== undefined && sample !== null) emit(sample);
    },
  };
}

/** A family of any number of series an object, told apart by `labels`. */
export function gauges<O, const Labels extends readonly string[]>(
  stability: Stability,
  help: string,
  labels: Labels,
  collect: (object: O, emit: Emit<Labels>) => void,
  options: RowOptions = {},
): SampleRow<O> {
  return {
    type: 'gauge',
    stability,
    help,
    labels,
    reads: 'object',
    ...options,
    collect: collect as SampleRow<O>['collect'],
  };
}

/** One series of value 1 whose labels carry the facts; the keys of `labels` are their names. */
export function info<O>(
  stability: Stability,
  help: string,
  labels: Readonly<Record<string, (object: O) => LabelValue>>,
  options: RowOptions = {},
): SampleRow<O> {
  const getters = Object.values(labels);
  return {
    type: 'gauge',
    stability,
    help,
    labels: Object.keys(labels),
    reads: 'object',
    ...options,
    collect: (object, emit) => emit(1, ...getters.map((get) => get(object))),
  };
}

/** One series of value 1 whose labels are the entries of a map, their keys behind `prefix_`. */
export function mapped<O>(
  stability: Stability,
  help: string,
  prefix: string,
  entries: MapRow<O>['entries'],
  options: RowOptions = {},
): MapRow<O> {
  return { type: 'gauge', stability, help, reads: 'object', ...options, prefix, entries };
}

/** `gauge` for what metadata alone tells: its getter is given no more, so the claim holds. */
export function metadataGauge(
  stability: Stability,
  help: string,
  value: (meta: ObjectMeta) => number | null | undefined,
): SampleRow<KubeObject> {
  return { ...gauge<KubeObject>(stability, help, (o) => value(o.metadata)), reads: 'metadata' };
}

/** `gauges` for what metadata alone tells: its collector is given no more, so the claim holds. */
export function metadataGauges<const Labels extends readonly string[]>(
  stability: Stability,
  help: string,
  labels: Labels,
  collect: (meta: ObjectMeta, emit: Emit<Labels>) => void,
): SampleRow<KubeObject> {
  const row = gauges<KubeObject, Labels>(stability, help, labels, (object, emit) =>
    collect(object.metadata, emit),
  );
  return { ...row, reads: 'metadata' };
}

/** `mapped` for a map of the metadata, of whose keys the user's allow-list shows some. */
export function metadataMapped(
  stability: Stability,
  help: string,
  prefix: string,
  allowList: 'labels' | 'annotations',
): MapRow<KubeObject> {
  const row = mapped<KubeObject>(stability, help, prefix, (o) => o.metadata[allowList]);
  return { ...row, reads: 'metadata', allowList };
}
