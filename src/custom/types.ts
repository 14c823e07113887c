// The types of custom-resource configuration: what is read of it, and the kinds it resolves to.
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

/** One mistake: the rule that has it is not served, the others are. */
export interface Mistake {
  readonly place: Place;
  /** Where it is in the document: `spec.resources[0].metrics[1].each.gauge.path`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly hint: string | undefined;
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
  /** The full name of its family: `kube_customresource_uptime`. */
  readonly family: string;
}

/** The content of one file, or of all that are configured. */
export interface CustomConfig {
  readonly entries: readonly CustomEntry[];
  readonly mistakes: readonly Mistake[];
}

/** Told of a rule that failed on an object; the object has no series of that rule then. */
export type OnRuleError = (rule: CustomRule, object: KubeObject, error: unknown) => void;

/**
 * Reads a configuration; never throws for what is wrong with a rule. Throws ConfigError where the
 * text is no YAML, of another kind, or larger than its limit.
 */
export type ReadCustomConfig = (file: string, text: string) => Promise<CustomConfig>;

/** The table of one kind: all rules of all entries that match it, those of one family joined. */
export type CustomTable = (
  kind: ServedKind,
  entries: readonly CustomEntry[],
  onRuleError: OnRuleError,
) => Resource<KubeObject>;
