// What is served, decided once at start: the resources that are on, and their families and keys.
import { ConfigError } from '../errors.ts';
import { keyFilters, refuseUnknownResource, type UnusedPattern } from './allowlist.ts';
import type { Family } from './family.ts';
import type { RenderChoices } from './render.ts';
import type { Resource } from './resource.ts';

/** Any table, whatever the model of its objects. */
export type AnyResource = Resource<never>;

/** What the user chose, as the flags carry it; an empty list leaves the choice to the tables. */
export interface Choices {
  readonly resources: readonly string[];
  /** Families to serve, or not to: ECMAScript expressions that match anywhere in the name. */
  readonly metricAllowlist: readonly string[];
  readonly metricDenylist: readonly string[];
  /** Expressions, or plain names, for families that are off unless named; match as above. */
  readonly metricOptInList: readonly string[];
  readonly metricLabelsAllowlist: string | undefined;
  readonly metricAnnotationsAllowlist: string | undefined;
}

/** A resource of which at least one family is on. */
export interface Selected {
  readonly plural: string;
  readonly resource: AnyResource;
  readonly choices: RenderChoices;
  /** How much of each object the families that are on can do with. */
  readonly representation: 'object' | 'metadata' | { readonly columns: Columns };
}

type Columns = NonNullable<AnyResource['columns']>;

/** What is served, and what of the choices was of no use so far. */
export interface Selection {
  /** In the order of the tables. */
  readonly resources: readonly Selected[];
  unusedPatterns(): readonly UnusedPattern[];
}

/** The resources to serve; throws ConfigError on a wrong choice. */
export function select(tables: Readonly<Record<string, AnyResource>>, choices: Choices): Selection {
  const plurals = Object.keys(tables);
  for (const plural of choices.resources) refuseUnknownResource('--resources', plural, plurals);
  const isOn = familyFilter(choices);
  const filters = (flag: string, text = '') => keyFilters(flag, text, plurals);
  const labels = filters('--metric-labels-allowlist', choices.metricLabelsAllowlist);
  const annotations = filters('--metric-annotations-allowlist', choices.metricAnnotationsAllowlist);
  const selected: Selected[] = [];
  for (const [plural, resource] of Object.entries(tables)) {
    const named = choices.resources.includes(plural);
    if (!named && (choices.resources.length > 0 || !resource.default)) continue;
    const on = new Set<string>();
    for (const [name, family] of Object.entries<Family<never>>(resource.families)) {
      if (isOn(name, family.optIn === true)) on.add(name);
    }
    // One whose families are all off is not even watched.
    if (on.size === 0) continue;
    selected.push({
      plural,
      resource,
      representation: leastOf(resource, on),
      choices: {
        enabled: (family) => on.has(family),
        labels: labels.of(plural),
        annotations: annotations.of(plural),
      },
    });
  }
  return {
    resources: selected,
    unusedPatterns: () => [...labels.unused(), ...annotations.unused()],
  };
}

/** What has columns is never asked for as metadata: that falls back to whole objects. */
function leastOf(resource: AnyResource, on: ReadonlySet<string>): Selected['representation'] {
  const { columns, families } = resource;
  if (columns !== undefined) return { columns };
  const rows = Object.entries<Family<never>>(families).filter(([name]) => on.has(name));
  return rows.every(([, { reads }]) => reads === 'metadata') ? 'metadata' : 'object';
}

function familyFilter(choices: Choices): (name: string, optIn: boolean) => boolean {
  const allow = expressionsOf('--metric-allowlist', choices.metricAllowlist);
  const deny = expressionsOf('--metric-denylist', choices.metricDenylist);
  const optInto = expressionsOf('--metric-opt-in-list', choices.metricOptInList);
  if (allow.length > 0 && deny.length > 0) {
    throw new ConfigError(
      '--metric-allowlist and --metric-denylist: expected one of them, got both; leave one out.',
    );
  }
  const matches = (expressions: readonly RegExp[], name: string): boolean =>
    expressions.some((expression) => expression.test(name));
  return (name, optIn) => {
    if (optIn && !matches(optInto, name)) return false;
    return allow.length > 0 ? matches(allow, name) : !matches(deny, name);
  };
}

/**
 * KSM reads the opt-in list as RE2 and the others as ECMAScript. On family names the two agree, but
 * for spellings that only RE2 has, such as (?i): those are refused.
 */
function expressionsOf(flag: string, texts: readonly string[]): readonly RegExp[] {
  return texts.map((text) => {
    try {
      return new RegExp(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConfigError(`${flag}: expected regular expressions, got "${text}": ${why}.`);
    }
  });
}
