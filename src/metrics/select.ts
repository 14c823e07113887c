// What is served, decided once at start: the resources that are on, and their families and keys.
import type { Representation } from '../kube/types.ts';
import { ConfigError } from '../lib/errors.ts';
import { keyFilters, refuseUnknownResource, type UnusedPattern } from './allowlist.ts';
import { type Dialect, match, re2, regexp2 } from './expressions/matching.ts';
import { canDeferSpec, type Family } from './family.ts';
import { objectSelectors, type SelectorChoices } from './objectSelectors.ts';
import type { RenderChoices } from './render.ts';
import type { Resource } from './resource.ts';

/** Any table, whatever the model of its objects. */
export type AnyResource = Resource<never, string>;

/** What the flags select; an empty list means the defaults of the tables. */
export interface Choices extends SelectorChoices {
  readonly resources: readonly string[];
  /** Families to serve or not: regexp2 expressions that match anywhere in the name. */
  readonly metricAllowlist: readonly string[];
  readonly metricDenylist: readonly string[];
  /** RE2 expressions for opt-in families, which match anywhere in the name. */
  readonly metricOptInList: readonly string[];
  readonly metricLabelsAllowlist: string | undefined;
  readonly metricAnnotationsAllowlist: string | undefined;
}

/** A resource with at least one enabled family. */
export interface Selected {
  readonly plural: string;
  readonly resource: AnyResource;
  readonly choices: RenderChoices;
  /** How much of each object the families that are on can do with. */
  readonly representation: Representation;
  /** Whether the families that are on can mostly do without the spec. */
  readonly deferSpec: boolean;
  /** Whether the table is one of ours, and not of a custom-resource configuration. */
  readonly builtIn: boolean;
  /** Which of its objects are served, by their labels; all where it is undefined. */
  readonly labelSelector: string | undefined;
}

/** What custom resources bring to the choices: their tables come with their kinds. */
export interface CustomChoices {
  /** The names of all families that their tables may have. */
  readonly families: readonly string[];
  /** Whether nothing else is served. */
  readonly only: boolean;
  /** What a sentence about a wrong name may suggest. */
  readonly names: readonly string[];
  /** Whether --resources may name a custom resource so. */
  accepts(name: string): boolean;
}

/** What is served, and what of the choices was of no use so far. */
export interface Selection {
  /** In the order of the tables. */
  readonly resources: readonly Selected[];
  /**
   * The part of a custom table that is served; undefined where that is nothing. `names` are those
   * that --object-selector may call it.
   */
  selectCustom(
    plural: string,
    resource: AnyResource,
    names: readonly string[],
  ): Selected | undefined;
  unusedPatterns(): readonly UnusedPattern[];
  /** The resources that --object-selector names and that are not served. */
  readonly idleSelectors: readonly string[];
  /** Expressions that match the name of no family of any table. */
  readonly idleExpressions: readonly IdleExpression[];
}

export interface IdleExpression {
  readonly flag: string;
  readonly expression: string;
}

/** The resources to serve; rejects with ConfigError if a flag is wrong. */
export async function select(
  tables: Readonly<Record<string, AnyResource>>,
  choices: Choices,
  custom?: CustomChoices,
): Promise<Selection> {
  const plurals = Object.keys(tables);
  const names = [...plurals, ...(custom?.names ?? [])];
  const checkResource = (flag: string, name: string): void => {
    if (!custom?.accepts(name)) refuseUnknownResource(flag, name, names);
  };
  for (const plural of choices.resources) checkResource('--resources', plural);
  const selectors = objectSelectors(choices, checkResource);
  const { isOn, idleExpressions } = await familyFilter(choices, [
    ...Object.values(tables).flatMap(namesOf),
    ...(custom?.families ?? []),
  ]);
  const filters = (flag: string, text = '') => keyFilters(flag, text, plurals);
  const labels = filters('--metric-labels-allowlist', choices.metricLabelsAllowlist);
  const annotations = filters('--metric-annotations-allowlist', choices.metricAnnotationsAllowlist);
  const selected: Selected[] = [];
  const selectOne = (
    plural: string,
    resource: AnyResource,
    builtIn: boolean,
    keys: Pick<RenderChoices, 'labels' | 'annotations'>,
    called: readonly string[],
  ): Selected | undefined => {
    const on = new Set<string>();
    for (const [name, family] of Object.entries<Family<never>>(resource.families)) {
      if (isOn(name, family.optIn === true)) on.add(name);
    }
    // A resource without enabled families is not watched.
    if (on.size === 0) return undefined;
    const enabled = (family: string): boolean => on.has(family);
    const labelSelector = selectors.of(called);
    const rest = { builtIn, labelSelector, choices: { enabled, ...keys } };
    return { plural, resource, ...needsOf(resource, on), ...rest };
  };
  for (const [plural, resource] of custom?.only ? [] : Object.entries(tables)) {
    const named = choices.resources.includes(plural);
    if (!named && (choices.resources.length > 0 || !resource.default)) continue;
    const keys = { labels: labels.of(plural), annotations: annotations.of(plural) };
    const one = selectOne(plural, resource, true, keys, [plural]);
    if (one !== undefined) selected.push(one);
  }
  return {
    resources: selected,
    selectCustom: (plural, resource, called) =>
      selectOne(plural, resource, false, { labels: undefined, annotations: undefined }, called),
    unusedPatterns: () => [...labels.unused(), ...annotations.unused()],
    idleSelectors: selectors
      .unused()
      .map(({ resource }) => resource)
      .filter((resource) => !custom?.accepts(resource)),
    idleExpressions,
  };
}

const namesOf = ({ families }: AnyResource): string[] => Object.keys(families);

function needsOf(
  { columns, families }: AnyResource,
  on: ReadonlySet<string>,
): Pick<Selected, 'representation' | 'deferSpec'> {
  // What has columns is never asked for as metadata: that falls back to whole objects.
  if (columns !== undefined) return { representation: { columns }, deferSpec: false };
  const rows = Object.entries<Family<never>>(families)
    .filter(([name]) => on.has(name))
    .map(([, row]) => row);
  const representation = rows.every(({ reads }) => reads === 'metadata') ? 'metadata' : 'object';
  return { representation, deferSpec: canDeferSpec(rows) };
}

interface FamilyFilter {
  isOn(name: string, optIn: boolean): boolean;
  readonly idleExpressions: readonly IdleExpression[];
}

async function familyFilter(choices: Choices, families: readonly string[]): Promise<FamilyFilter> {
  const { metricAllowlist, metricDenylist, metricOptInList } = choices;
  if (metricAllowlist.length > 0 && metricDenylist.length > 0) {
    throw new ConfigError({
      flag: ['--metric-allowlist', '--metric-denylist'],
      expected: 'one of them',
      got: 'both',
      hint: 'leave one out',
    });
  }
  const allowed = await matched('--metric-allowlist', regexp2, metricAllowlist, families);
  const denied = await matched('--metric-denylist', regexp2, metricDenylist, families);
  const optedInto = await matched('--metric-opt-in-list', re2, metricOptInList, families);
  return {
    isOn(name, optIn) {
      if (optIn && !optedInto.names.has(name)) return false;
      return metricAllowlist.length > 0 ? allowed.names.has(name) : !denied.names.has(name);
    },
    idleExpressions: [...allowed.idle, ...denied.idle, ...optedInto.idle],
  };
}

interface MatchedFamilies {
  readonly names: ReadonlySet<string>;
  readonly idle: readonly IdleExpression[];
}

/** Loads the dialect only if there are expressions. */
async function matched(
  flag: string,
  dialect: () => Promise<Dialect>,
  expressions: readonly string[],
  families: readonly string[],
): Promise<MatchedFamilies> {
  if (expressions.length === 0) return { names: new Set(), idle: [] };
  const { names, idle } = match(flag, await dialect(), expressions, families);
  return { names, idle: idle.map((expression) => ({ flag, expression })) };
}
