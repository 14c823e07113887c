// What is served, decided once at start: the resources that are on, and their families and keys.
import { runInNewContext } from 'node:vm';
import { ConfigError } from '../errors.ts';
import { keyFilters, refuseUnknownResource, type UnusedPattern } from './allowlist.ts';
import type { Family } from './family.ts';
import type { RenderChoices } from './render.ts';
import type { Resource } from './resource.ts';

/** The names of all families take an expression microseconds, unless it backtracks without end. */
const matchMsMax = 500;

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
  const isOn = familyFilter(choices, Object.values(tables).flatMap(namesOf));
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

const namesOf = ({ families }: AnyResource): string[] => Object.keys(families);

/** What has columns is never asked for as metadata: that falls back to whole objects. */
function leastOf(resource: AnyResource, on: ReadonlySet<string>): Selected['representation'] {
  const { columns, families } = resource;
  if (columns !== undefined) return { columns };
  const rows = Object.entries<Family<never>>(families).filter(([name]) => on.has(name));
  return rows.every(([, { reads }]) => reads === 'metadata') ? 'metadata' : 'object';
}

function familyFilter(
  choices: Choices,
  families: readonly string[],
): (name: string, optIn: boolean) => boolean {
  const { metricAllowlist, metricDenylist, metricOptInList } = choices;
  if (metricAllowlist.length > 0 && metricDenylist.length > 0) {
    throw new ConfigError(
      '--metric-allowlist and --metric-denylist: expected one of them, got both; leave one out.',
    );
  }
  const allowed = matches('--metric-allowlist', metricAllowlist, families);
  const denied = matches('--metric-denylist', metricDenylist, families);
  const optedInto = matches('--metric-opt-in-list', metricOptInList, families);
  return (name, optIn) => {
    if (optIn && !optedInto.has(name)) return false;
    return metricAllowlist.length > 0 ? allowed.has(name) : !denied.has(name);
  };
}

/**
 * The names in which one of the expressions matches. KSM reads the opt-in list as RE2 and the
 * others as ECMAScript; on names of families the two agree, but for spellings that only RE2 has,
 * such as (?i): those are refused.
 */
function matches(
  flag: string,
  expressions: readonly string[],
  names: readonly string[],
): ReadonlySet<string> {
  return new Set(
    expressions.flatMap((expression) => {
      try {
        return matchingInTime(new RegExp(expression), names);
      } catch (error) {
        throw new ConfigError(refusalOf(flag, expression, error));
      }
    }),
  );
}

/** What the engine runs of an expression can be stopped from outside only, as here by V8 itself. */
function matchingInTime(expression: RegExp, names: readonly string[]): string[] {
  const test = (name: string): boolean => expression.test(name);
  return runInNewContext('names.filter(test)', { names, test }, { timeout: matchMsMax });
}

function refusalOf(flag: string, expression: string, error: unknown): string {
  // What ends the match comes from its own context, whose errors are no instances of ours.
  const { code, message } = error as NodeJS.ErrnoException;
  const got = `${flag}: expected regular expressions, got "${expression}"`;
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
    ? `${got}: it takes longer than ${matchMsMax} ms to match, for it can match a name in too ` +
        'many ways; write it without a repetition inside of a repetition.'
    : `${got}: ${message}.`;
}
