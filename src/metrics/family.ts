// The row types: a row declares one metric family, with its help and the function that reads it.
import type { HistoryRow } from './history.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { LabelSourceName } from './promotedLabels.ts';

export type Stability = 'ALPHA' | 'BETA' | 'STABLE';
export type MetricType = 'gauge' | 'counter' | 'info' | 'stateset';

/** Stands for a label value: this series omits the label. */
export const noLabel = Symbol('no label');

/** A label value; a field that is absent on the wire becomes an empty label. */
export type LabelValue = string | null | undefined | typeof noLabel;

/** Receives one sample: its value, then one label value for each of the row's names, in order. */
export type Emit<Labels extends readonly string[]> = (
  value: number,
  ...labels: { [K in keyof Labels]: LabelValue }
) => void;

export interface Row {
  readonly type: MetricType;
  /** Undefined for what a custom-resource configuration declares: it promises nothing. */
  readonly stability?: Stability;
  /** One sentence of our own, with the unit where there is one. */
  readonly help: string;
  /** The release of kube-state-metrics that deprecated the family; it is part of the help. */
  readonly deprecatedSince?: string;
  /** Not served unless --metric-opt-in-list names it. */
  readonly optIn?: boolean;
  /**
   * The row says what each object counts, and the series are sums over all objects: they grow with
   * each, and outlive it. It has no identity labels, so that objects share series.
   */
  readonly counted?: boolean;
  /** What its labels are inherited from: see `inherited`. */
  readonly inherits?: LabelSourceName;
  /**
   * It needs every state that an object has had, and its last one when it is deleted. Else events
   * that a later one supersedes soon are left out, and deletions have no object.
   */
  readonly everyEvent?: boolean;
  /** It says of an object when it is deleted, and marks those that --deleted-grace keeps. */
  readonly marksDeleted?: boolean;
  /** What the row reads of an object; set by the builders below. */
  readonly reads: Section | 'joined' | 'object';
}

/** The parts of an object that change apart from each other. */
export type Section = 'metadata' | 'spec' | 'status';

/** What stays the same for as long as an object exists; every row may read it. */
export type Identity = Pick<ObjectMeta, 'name' | 'namespace' | 'uid'>;

/** A section of the objects of a table, as a row of that section gets it. */
export type SectionOf<O, S extends Section> = S extends 'metadata'
  ? ObjectMeta
  : (S extends keyof O ? NonNullable<O[S]> : never) | null | undefined;

/** A row whose series all have the same label names. */
export interface SampleRow<O> extends Row {
  readonly labels: readonly string[];
  collect(object: O, emit: AnyEmit): void;
  /** `collect` of a joined row in its two halves. */
  readonly join?: Join<O>;
}

export type AnyEmit = (value: number, ...labels: LabelValue[]) => void;

/** The halves of a joined row: what it takes of the spec stands until the spec changes. */
export interface Join<O> {
  take(object: O): Json;
  collect(taken: Json, object: O, emit: AnyEmit): void;
}

/** What is taken of a spec is kept beside the object, once for all that have the same. */
export type Json =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A row whose label names are the keys of a map on the object, sanitised, with `prefix_`. */
export interface MapRow<O> extends Row {
  readonly prefix: string;
  /** The allow-list that decides which keys are shown; without one all are. */
  readonly allowList?: 'labels' | 'annotations';
  entries(object: O): Readonly<Record<string, string>> | null | undefined;
}

/**
 * Receives a sample and what stands between the braces of its series, escaped and in order. `id`
 * is a shorter text that tells the series from the others of its object, if there is one.
 */
export type EmitLabelled = (value: number, labels: string, id?: string) => void;

/**
 * A row that writes all labels of its series itself, because their names depend on the object. Its
 * table has no identity labels.
 */
export interface LabelledRow<O> extends Row {
  /** The names that are known beforehand. */
  readonly labels: readonly string[];
  collectLabelled(object: O, emit: EmitLabelled): void;
}

/** Receives the state that a thing is in, then the values of the labels in front of the state's. */
export type EmitState<Labels extends readonly string[]> = Labels extends readonly [
  ...infer Group,
  string,
]
  ? (state: string | null | undefined, ...group: { [K in keyof Group]: LabelValue }) => void
  : never;

/**
 * A row with a series for each state that a thing can be in: 1 if it is in that state, else 0. With
 * --sparse-statesets, series of 0 are left out.
 */
export interface StateSetRow<O> extends Row {
  /** What tells the things of an object apart, then the label of the state. */
  readonly labels: readonly [string, ...string[]];
  readonly states: readonly string[];
  /** Emits one state for each thing; an unknown state makes all of its series 0. */
  collectStates(object: O, emit: AnyEmitState): void;
}

export type AnyEmitState = (state: unknown, ...group: LabelValue[]) => void;

export type Family<O> = SampleRow<O> | MapRow<O> | StateSetRow<O> | LabelledRow<O> | HistoryRow;

/** Whether a row has a series for each state, of which at most one is 1. */
export const isStateSet = (row: Family<never>): boolean =>
  'states' in row || ('collectLabelled' in row && row.type === 'stateset');

/** Builders of rows that get one section of an object, and so cannot read any other. */
export interface SectionBuilders<S extends Section> {
  /** As `gauge` below. */
  gauge<O>(
    stability: Stability,
    help: string,
    value: (section: SectionOf<O, S>) => number | null | undefined,
    options?: RowOptions,
  ): SampleRow<O>;
  /** As `gauges` below. */
  gauges<O, const Labels extends readonly string[]>(
    stability: Stability,
    help: string,
    labels: Labels,
    collect: (section: SectionOf<O, S>, emit: Emit<Labels>, identity: Identity) => void,
    options?: RowOptions,
  ): SampleRow<O>;
  /** A family of a series for each of `states`, in the last of `labels`: see StateSetRow. */
  stateSet<O, const Labels extends readonly [string, ...string[]]>(
    stability: Stability,
    help: string,
    labels: Labels,
    states: readonly string[],
    collect: (section: SectionOf<O, S>, emit: EmitState<Labels>) => void,
    options?: RowOptions,
  ): StateSetRow<O>;
  /** As `info` below. */
  info<O>(
    stability: Stability,
    help: string,
    labels: Readonly<Record<string, (section: SectionOf<O, S>) => LabelValue>>,
    options?: RowOptions,
  ): SampleRow<O>;
  /** As `mapped` below. */
  mapped<O>(
    stability: Stability,
    help: string,
    prefix: string,
    entries: (section: SectionOf<O, S>) => ReturnType<MapRow<O>['entries']>,
    options?: RowOptions,
  ): MapRow<O>;
}

/**
 * Whether objects of a table with these rows may be read without their specs: changes of the status
 * are frequent where there is one, and no row takes the whole object.
 */
export const canDeferSpec = (rows: readonly Pick<Row, 'reads'>[]): boolean =>
  rows.some(({ reads }) => reads === 'status') && rows.every(({ reads }) => reads !== 'object');

export interface RowOptions {
  readonly type?: MetricType;
  readonly deprecatedSince?: string;
  readonly optIn?: boolean;
  readonly counted?: boolean;
  readonly marksDeleted?: boolean;
}

/** A family of at most one series per object; `undefined` and `null` mean no series. */
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

/** A family of any number of series per object, with the label names `labels`. */
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

/**
 * A family of counters over all objects of the table: `collect` emits what one object counts, as
 * its series and how far it has counted there. See `Row.counted`.
 */
export const counts = <O, const Labels extends readonly string[]>(
  stability: Stability,
  help: string,
  labels: Labels,
  collect: (object: O, emit: Emit<Labels>) => void,
  options: RowOptions = {},
): SampleRow<O> =>
  gauges(stability, help, labels, collect, { type: 'counter', counted: true, ...options });

/** An info metric: one series of value 1; the keys of `labels` are its label names. */
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

/** One series of value 1 whose labels are the entries of a map, with `prefix_`. */
export function mapped<O>(
  stability: Stability,
  help: string,
  prefix: string,
  entries: MapRow<O>['entries'],
  options: RowOptions = {},
): MapRow<O> {
  return { type: 'gauge', stability, help, reads: 'object', ...options, prefix, entries };
}

/**
 * `gauges` for families that read the spec and something else: `take` gets the spec, `collect` what
 * was taken of it, the metadata and the status.
 */
export function joined<O, Taken extends Json, const Labels extends readonly string[]>(
  stability: Stability,
  help: string,
  labels: Labels,
  take: (spec: SectionOf<O, 'spec'>) => Taken,
  collect: (
    taken: Taken,
    object: { readonly metadata: ObjectMeta; readonly status?: SectionOf<O, 'status'> },
    emit: Emit<Labels>,
  ) => void,
  options: RowOptions = {},
): SampleRow<O> {
  const join: Join<O> = {
    take: (object) => take(sectionOf(object, 'spec')),
    collect: collect as unknown as Join<O>['collect'],
  };
  return {
    type: 'gauge',
    stability,
    help,
    labels,
    reads: 'joined',
    ...options,
    join,
    collect: (object, emit) => join.collect(join.take(object), object, emit),
  };
}

/**
 * One series of value 1 for each object, whose `labels` are those that a source has for it: it
 * follows what the object belongs to as promoted labels do. A label that is unknown is absent.
 */
export function inherited<O, const Labels extends readonly string[]>(
  stability: Stability,
  help: string,
  inherits: LabelSourceName,
  labels: Labels,
  options: RowOptions = {},
): SampleRow<O> {
  const none = labels.map((): LabelValue => noLabel);
  const collect: SampleRow<O>['collect'] = (_, emit) => emit(1, ...none);
  return {
    type: 'gauge',
    stability,
    help,
    labels,
    reads: 'metadata',
    ...options,
    inherits,
    collect,
  };
}

/** Rows of the metadata alone: for a table that has no others, only metadata is requested. */
export const metadata: SectionBuilders<'metadata'> = buildersOf('metadata');

/** Rows of the spec alone: they are not rendered again until the spec changes. */
export const spec: SectionBuilders<'spec'> = buildersOf('spec');

/** Rows of the status alone. */
export const status: SectionBuilders<'status'> = buildersOf('status');

function buildersOf<S extends Section>(reads: S): SectionBuilders<S> {
  return {
    gauge: (stability, help, value, options) => ({
      ...gauge(stability, help, (object) => value(sectionOf(object, reads)), options),
      reads,
    }),
    gauges: (stability, help, labels, collect, options) => ({
      ...gauges(
        stability,
        help,
        labels,
        (object, emit) => collect(sectionOf(object, reads), emit, identityOf(object)),
        options,
      ),
      reads,
    }),
    stateSet: (stability, help, labels, states, collect, options) => ({
      type: 'gauge',
      stability,
      help,
      labels,
      states,
      reads,
      ...options,
      collectStates: (object, emit) =>
        collect(sectionOf(object, reads), emit as EmitState<typeof labels>),
    }),
    info: (stability, help, labels, options) => {
      const getters = Object.values(labels);
      return {
        ...info(stability, help, {}, options),
        labels: Object.keys(labels),
        reads,
        collect(object, emit) {
          const section = sectionOf(object, reads);
          emit(1, ...getters.map((get) => get(section)));
        },
      };
    },
    mapped: (stability, help, prefix, entries, options) => ({
      ...mapped(stability, help, prefix, (object) => entries(sectionOf(object, reads)), options),
      reads,
    }),
  };
}

function sectionOf<O, S extends Section>(object: O, section: S): SectionOf<O, S> {
  return (object as Readonly<Record<Section, unknown>>)[section] as SectionOf<O, S>;
}

const identityOf = (object: unknown): Identity => (object as KubeObject).metadata;
