// What is served, decided once at start: the resources that are on, and their families and keys.
import type { Representation } from '../kube/types.ts';
import { ConfigError } from '../lib/errors.ts';
import { suggest } from '../lib/suggest.ts';
import { keyFilters, refuseUnknownResource, type UnusedPattern } from './allowlist.ts';
import { type Dialect, match, re2, regexp2 } from './expressions/matching.ts';
import { canDeferSpec, type Family, isStateSet } from './family.ts';
import { objectSelectors, type SelectorChoices } from './objectSelectors.ts';
import {
  type LabelSourceName,
  labelSources,
  type PromotionTarget,
  promotedLabels,
  sourcesOf,
} from './promotedLabels.ts';
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
  /** The only families to serve of our tables, beside those that the other choices ask for. */
  readonly profile?: ReadonlySet<string> | undefined;
  /** Of which state sets the series of 0 are left out: all, none, or these families. */
  readonly sparseStateSets?: boolean | readonly string[];
  /** Labels that all series of a resource get: pods=[team],namespaces=[team]->pods. */
  readonly promoteLabels?: readonly string[];
  /** Whether the families are on that mark deleted objects, also opt-in ones. */
  readonly keepDeleted?: boolean;
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
  /** Whether a family that is on needs every event: see its row. */
  readonly everyEvent: boolean;
  /** Whether the table is one of ours, and not of a custom-resource configuration. */
  readonly builtIn: boolean;
  /** Which of its objects are served, by their labels; all where it is undefined. */
  readonly labelSelector: string | undefined;
  /** What its objects inherit labels from. */
  readonly inherits: readonly LabelSourceName[];
}

/** What custom resources bring to the choices: their tables come with their kinds. */
export interface CustomChoices {
  /** The names of all families that their tables may have. */
  readonly families: readonly string[];
  /** Those of them that are state sets. */
  readonly stateSets: readonly string[];
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
  /** Expressions, or names of state sets, that match no family of any table. */
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
  const { sparse, idleNames } = sparseFilter(choices.sparseStateSets ?? false, tables, custom);
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
    const isShown = (family: Family<never>): boolean =>
      'prefix' in family && family.allowList !== undefined && keys[family.allowList] !== undefined;
    for (const [name, family] of Object.entries<Family<never>>(resource.families)) {
      const inProfile = !builtIn || (choices.profile?.has(name) ?? true);
      const isMark = choices.keepDeleted === true && family.marksDeleted === true;
      const isAsked = family.optIn === true || isMark || isShown(family);
      const mustBeNamed = family.optIn === true && !isMark;
      if (isOn(name, mustBeNamed) && (inProfile || isAsked)) on.add(name);
    }
    // A resource without enabled families is not watched.
    if (on.size === 0) return undefined;
    const one = { resource, choices: { enabled: (name: string) => on.has(name), sparse, ...keys } };
    const rows = enabledRows(one);
    const rest = { builtIn, labelSelector: selectors.of(called), inherits: sourcesOf(rows, []) };
    return inheriting({ plural, ...one, ...needsOf(resource, rows), ...rest });
  };
  for (const [plural, resource] of custom?.only ? [] : Object.entries(tables)) {
    const named = choices.resources.includes(plural);
    if (!named && (choices.resources.length > 0 || !resource.default)) continue;
    const keys = { labels: labels.of(plural), annotations: annotations.of(plural) };
    const one = selectOne(plural, resource, true, keys, [plural]);
    if (one !== undefined) selected.push(one);
  }
  return {
    resources: promoteLabels(selected, choices.promoteLabels ?? [], tables, custom),
    selectCustom: (plural, resource, called) =>
      selectOne(plural, resource, false, { labels: undefined, annotations: undefined }, called),
    unusedPatterns: () => [...labels.unused(), ...annotations.unused()],
    idleSelectors: selectors
      .unused()
      .map(({ resource }) => resource)
      .filter((resource) => !custom?.accepts(resource)),
    idleExpressions: [...idleExpressions, ...idleNames],
  };
}

/** The resources, with what --promote-labels says of them. */
function promoteLabels(
  selected: readonly Selected[],
  texts: readonly string[],
  tables: Readonly<Record<string, AnyResource>>,
  custom: CustomChoices | undefined,
): readonly Selected[] {
  if (texts.length === 0) return selected;
  const served = new Map(
    selected.map((one): [string, PromotionTarget] => [
      one.plural,
      { table: one.resource, families: enabledRows(one) },
    ]),
  );
  const isCustom = (name: string): boolean => custom?.accepts(name) === true;
  const promoted = promotedLabels(texts, tables, served, isCustom);
  return selected.map((one) => {
    const labels = promoted.get(one.plural);
    if (labels === undefined) return one;
    const inherits = sourcesOf(enabledRows(one), labels);
    return inheriting({ ...one, inherits, choices: { ...one.choices, promoted: labels } });
  });
}

/** The resource; its objects are asked for whole where their specs say what they inherit from. */
function inheriting(one: Selected): Selected {
  const readsSpec = one.inherits.some((source) => labelSources[source].ofSpec);
  return readsSpec && one.representation === 'metadata'
    ? { ...one, representation: 'object' }
    : one;
}

/** The rows of the families that are on, in the order of the table. */
export const enabledRows = ({
  resource: { families },
  choices: { enabled },
}: Pick<Selected, 'resource' | 'choices'>): Family<never>[] =>
  Object.entries<Family<never>>(families).flatMap(([name, row]) => (enabled(name) ? [row] : []));

const namesOf = ({ families }: AnyResource): string[] => Object.keys(families);

function needsOf(
  { columns }: AnyResource,
  rows: readonly Family<never>[],
): Pick<Selected, 'representation' | 'deferSpec' | 'everyEvent'> {
  // What has columns is never asked for as metadata: that falls back to whole objects.
  if (columns !== undefined) {
    return { representation: { columns }, deferSpec: false, everyEvent: false };
  }
  const everyEvent = rows.some((row) => row.everyEvent === true);
  const representation = rows.every(({ reads }) => reads === 'metadata') ? 'metadata' : 'object';
  return { representation, deferSpec: canDeferSpec(rows), everyEvent };
}

interface FamilyFilter {
  isOn(name: string, optIn: boolean): boolean;
  readonly idleExpressions: readonly IdleExpression[];
}

async function familyFilter(choices: Choices, families: readonly string[]): Promise<FamilyFilter> {
  const { metricAllowlist, metricDenylist, metricOptInList, profile } = choices;
  refuseTogether({
    '--profile': profile !== undefined,
    '--metric-allowlist': metricAllowlist.length > 0,
    '--metric-denylist': metricDenylist.length > 0,
  });
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

/** Throws ConfigError where more than one of these flags is given. */
function refuseTogether(given: Readonly<Record<string, boolean>>): void {
  const flag = Object.keys(given).filter((name) => given[name]);
  if (flag.length < 2) return;
  const two = flag.length === 2;
  throw new ConfigError({
    flag,
    expected: 'one of them',
    got: two ? 'both' : 'all',
    hint: two ? 'leave one out' : 'leave two out',
  });
}

const sparseFlag = '--sparse-statesets';

/**
 * The state sets that are sparse. Throws ConfigError for a name that is none; one that a rule of a
 * custom resource may still get is idle.
 */
function sparseFilter(
  chosen: NonNullable<Choices['sparseStateSets']>,
  tables: Readonly<Record<string, AnyResource>>,
  custom: CustomChoices | undefined,
): { sparse(family: string): boolean; readonly idleNames: readonly IdleExpression[] } {
  if (typeof chosen === 'boolean') return { sparse: () => chosen, idleNames: [] };
  const rows = new Map(Object.values(tables).flatMap(({ families }) => Object.entries(families)));
  const known = [...rows].filter(([, row]) => isStateSet(row)).map(([name]) => name);
  const stateSets = new Set([...known, ...(custom?.stateSets ?? [])]);
  const others = chosen.filter((name) => !stateSets.has(name));
  const wrong = others.find((name) => custom === undefined || rows.has(name));
  if (wrong !== undefined) {
    const close = suggest(wrong, [...stateSets]);
    throw new ConfigError({
      flag: sparseFlag,
      expected: 'metrics that are state sets',
      got: `"${wrong}"${rows.has(wrong) ? ', which is none' : ''}`,
      hint: close === undefined ? 'docs/cardinality.md lists them' : `did you mean ${close}?`,
    });
  }
  const sparse = new Set(chosen);
  return {
    sparse: (family) => sparse.has(family),
    idleNames: others.map((expression) => ({ flag: sparseFlag, expression })),
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
