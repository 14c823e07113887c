// The types of custom-resource configuration: what is read of it, and the kinds it resolves to.
import type { EmitLabelled, MetricType, Section } from '../metrics/family.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';

/** A kind in one version, as the API server serves it. */
export interface ServedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'cluster' | 'namespace';
}

/** The kinds that an entry is about; `*` stands for every version, or every kind, of the group. */
export interface KindPattern {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** `resourcePlural`: the plural where it is not the one that the API server says. */
  readonly plural: string | undefined;
}

/** Where something stands in a configuration; both count from 1. */
export interface Place {
  /** The path of the file, or the flag that has the text. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One mistake: what it stands in, a rule or an entry, is not served; all else is. */
export interface Mistake {
  readonly place: Place;
  /** Where it is in the document: `spec.resources[0].metrics[1].each.gauge.path`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
  /** The rule is served nevertheless, as kube-state-metrics serves it: an unknown key. */
  readonly harmless?: boolean;
}

/** One entry of `spec.resources`. */
export interface CustomEntry {
  readonly place: Place;
  readonly pattern: KindPattern;
  readonly rules: readonly CustomRule[];
}

/** One entry of `metrics`, compiled. */
export interface CustomRule {
  readonly place: Place;
  /** Where it is in the document: `spec.resources[0].metrics[1]`. */
  readonly path: string;
  /** The full name of its family: `kube_customresource_uptime`. */
  readonly family: string;
  readonly type: MetricType;
  readonly help: string;
  /** The verbosity from which objects that it fails on are logged. */
  readonly errorLogV: number;
  /** The sections of an object that it reads, as rows of tables say it. */
  readonly reads: Section | 'object';
  /** The paths that start at the object: for those who ask which of them lead nowhere. */
  readonly paths: readonly RulePath[];
  /** Its expressions in CEL, as they are written. */
  readonly expressions: readonly { readonly place: Place; readonly text: string }[];
  /**
   * What the labels of its series are made of, but for the kind: rules of one family and kind with
   * the same sources give one series twice. Undefined where names depend on the object.
   */
  readonly sources: ReadonlyMap<string, string> | undefined;
  /** What is compiled once for each kind. */
  open(kind: ServedKind): OpenRule;
}

/** A path of a rule that starts at the object. */
export interface RulePath {
  readonly place: Place;
  /** The parts with dots between them. */
  readonly text: string;
  /** What is there; undefined or null where the path leads nowhere. */
  get(object: KubeObject): unknown;
  /** The path that this one starts at the end of: where that leads nowhere, so does this. */
  readonly within?: RulePath;
}

export interface OpenRule {
  /** The label names that are known beforehand, sorted. */
  readonly labels: readonly string[];
  /**
   * Emits each series of the object; its `id` is one among those of this rule. What is there but
   * makes no series is told to `fail`; the others are emitted nevertheless.
   */
  collect(object: KubeObject, emit: EmitLabelled, fail: (error: unknown) => void): void;
}

/** The content of one file, or of all that are configured. */
export interface CustomConfig {
  readonly entries: readonly CustomEntry[];
  readonly mistakes: readonly Mistake[];
}

/**
 * Told of a rule that failed on an object, once for each state of it: series that could be made of
 * other elements are served.
 */
export type OnRuleError = (rule: CustomRule, object: KubeObject, error: unknown) => void;

/**
 * Reads a configuration; never throws for what is wrong with a rule. Throws ConfigError where the
 * text is no YAML, of another kind, or larger than its limit.
 */
export type ReadCustomConfig = (
  file: string,
  text: string,
  /** Names that rules may not have: those of the families of core resources. */
  taken?: ReadonlySet<string>,
  /** The OpenAPI schema of a kind, for paths and expressions; undefined where it is unknown. */
  schemaOf?: (pattern: KindPattern) => object | undefined,
) => Promise<CustomConfig>;

/** The table of one kind: all rules of all entries that match it, those of one family joined. */
export type CustomTable = (
  kind: ServedKind,
  entries: readonly CustomEntry[],
  onRuleError: OnRuleError,
) => Resource<KubeObject, string>;
