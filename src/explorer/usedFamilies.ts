// usedFamilies says which families the dashboards and rules in a text read.
import { ConfigError } from '../lib/errors.ts';
import type { UsageSource } from './api.ts';
import { isOpen } from './brackets.ts';
import { documentsIn, type TextDocument } from './documents.ts';
import { type MetricNames, metricNamesIn, type NameSelector } from './metricNames.ts';
import { NameMatching } from './nameMatching.ts';
import type { RuleExpression } from './promqlProblem.ts';

/** Larger texts are refused: the largest dashboards have some 2 MB. */
const textCharsMax = 64 * 1024 * 1024;
/** Levels of lists and maps in each other; dashboards have some 20. */
const depthMax = 200;

/** One dashboard or rule, and what it reads of the given families. */
export interface FamilyUse {
  readonly kind: UsageSource['kind'];
  /** Title of the dashboard, or name of the rule. */
  readonly name: string;
  /** In the order in which they were given. */
  readonly families: readonly string[];
  /** The first expression that reads every family, such as `{job="kube-state-metrics"}`. */
  readonly readsAll: string | undefined;
  /** Names with a colon: they are recorded by rules, which have to be given as well. */
  readonly recorded: readonly string[];
  /** Names of the library panels that it shows and that are not in the text. */
  readonly libraryPanels: readonly string[];
  /** The first expression with an open bracket or quote: it may read more than was found. */
  readonly unreadable: string | undefined;
}

/**
 * What the dashboards and rules in a text read. A dashboard is Grafana's JSON, also as the API or a
 * Kubernetes object wraps it; rules are a file of Prometheus, or PrometheusRules. Names are found
 * without parsing: a template keeps all families that it may stand for. Rejects with ConfigError,
 * which names `place`, where the text holds neither, or one of them is broken, as is a rule of
 * Prometheus whose expression is no PromQL.
 */
export async function usedFamilies(
  text: string,
  place: string,
  families: readonly string[],
): Promise<FamilyUse[]> {
  const queries: Queries[] = [];
  // Editors of Windows begin a file with a byte order mark.
  await readText(text.replace(/^\ufeff/, ''), place, 0, queries);
  await refuseBroken(queries);
  const matching = new NameMatching(families);
  return Promise.all(queries.map((one) => useOf(one, matching)));
}

/** The expressions of a dashboard or rule. */
interface Queries {
  readonly kind: UsageSource['kind'];
  readonly name: string;
  readonly expressions: readonly string[];
  /** Variables that it declares with what they may be; others may be anything. */
  readonly declared: ReadonlySet<string>;
  readonly libraryPanels: readonly string[];
  readonly unreadable: string | undefined;
  /** The expression of a rule that has to be PromQL. */
  readonly promql: RuleExpression | undefined;
}

/** The parser is loaded for rules only: the page has it in a file of its own. */
async function refuseBroken(queries: readonly Queries[]): Promise<void> {
  const rules = queries.flatMap(({ promql }) => promql ?? []);
  if (rules.length === 0) return;
  const { brokenRule } = await import('./promqlProblem.ts');
  for (const rule of rules) {
    const problem = brokenRule(rule);
    if (problem !== undefined) throw problem;
  }
}

async function useOf(queries: Queries, matching: NameMatching): Promise<FamilyUse> {
  const { kind, name, expressions, declared, libraryPanels, unreadable } = queries;
  const found = new Set<string>();
  const recorded = new Set<string>();
  let readsAll: string | undefined;
  for (const expression of new Set(expressions)) {
    const names = metricNamesIn(expression);
    for (const one of names.names) {
      if (matching.has(one)) found.add(one);
      else if (/[^:]:[^:]/.test(one)) recorded.add(one);
    }
    for (const selector of selectorsOf(names, declared)) {
      const matched = await matching.matched(selector);
      if (matched.length === matching.names.length) readsAll ??= expression;
      for (const one of matched) found.add(one);
    }
  }
  const families = matching.names.filter((one) => found.has(one));
  const others = { recorded: [...recorded], libraryPanels, unreadable };
  return { kind, name, families, readsAll, ...others };
}

/** With one that lets everything through for a variable of which nothing is known. */
function selectorsOf(names: MetricNames, declared: ReadonlySet<string>): readonly NameSelector[] {
  const isKnown = [...names.variables].every((one) => declared.has(one));
  return isKnown ? names.selectors : [...names.selectors, []];
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const what = 'a Grafana dashboard or a file of Prometheus rules';

/** Where a reader is: in which file, and in how many lists, maps and texts in each other. */
interface At {
  readonly place: string;
  readonly depth: number;
  readonly placeOf: TextDocument['placeOf'];
}

async function readText(
  text: string,
  place: string,
  depth: number,
  queries: Queries[],
): Promise<void> {
  if (text.length > textCharsMax) {
    const expected = `${what} of at most ${textCharsMax} characters`;
    throw new ConfigError({ place, expected, got: String(text.length) });
  }
  const before = queries.length;
  for (const { value, placeOf } of await documentsIn(text, place)) {
    await readValue(value, { place, depth, placeOf }, queries);
  }
  if (queries.length > before) return;
  throw new ConfigError({ place, expected: what, got: shownStart(text) });
}

function shownStart(text: string): string {
  const start = text.trim().slice(0, 40);
  if (start === '') return 'an empty text';
  if (/^<(?:!doctype|html)/i.test(start)) return 'a page of HTML';
  return `a text that begins with ${JSON.stringify(start)}`;
}

/** Adds what a value is: a dashboard, rules, or what wraps them. */
async function readValue(value: unknown, at: At, queries: Queries[]): Promise<void> {
  const { place, depth } = at;
  if (depth > depthMax) throw tooDeep(place);
  const inside = { ...at, depth: depth + 1 };
  if (Array.isArray(value)) {
    for (const one of value) await readValue(one, inside, queries);
    return;
  }
  if (!isFields(value)) return;
  const { kind, spec } = value;
  const json = textOf(fieldsOf(spec).json);
  const groups = groupsIn(value);
  if (groups !== undefined) {
    const isPrometheus = kind === undefined || kind === 'PrometheusRule';
    queries.push(...groups.flatMap((group) => queriesOfGroup(group, isPrometheus, at)));
  } else if (Array.isArray(value.items) && textOf(kind)?.endsWith('List')) {
    await readValue(value.items, inside, queries);
  } else if (kind === 'ConfigMap' || kind === 'Secret') {
    await readTexts(value, inside, queries);
  } else if (json !== undefined) {
    await readText(json, placeIn(value, place, 'json'), inside.depth, queries);
  } else {
    const dashboard = dashboardIn(value);
    if (dashboard !== undefined) queries.push(queriesOfDashboard(dashboard, value, place));
  }
}

const tooDeep = (place: string): ConfigError =>
  new ConfigError({
    place,
    expected: `at most ${depthMax} levels of lists and maps`,
    got: 'more of them in each other',
  });

/** The texts of a ConfigMap; those that are neither dashboards nor rules are passed over. */
async function readTexts(object: Fields, at: At, queries: Queries[]): Promise<void> {
  for (const [key, text] of Object.entries(fieldsOf(object.data ?? object.stringData))) {
    if (typeof text !== 'string') continue;
    if (!/\.(?:json|ya?ml|rules)$/.test(key) && !/^\s*(?:[{[]|groups:)/.test(text)) continue;
    const place = placeIn(object, at.place, key);
    for (const { value, placeOf } of await documentsIn(text, place)) {
      await readValue(value, { ...at, place, placeOf }, queries);
    }
  }
}

const placeIn = ({ metadata }: Fields, place: string, key: string): string =>
  `${place}: ${textOf(fieldsOf(metadata).name) ?? 'an object'}: ${key}`;

/** Of a rules file, of a PrometheusRule or VMRule, or of the answer of Prometheus' API. */
function groupsIn({ groups, spec, data }: Fields): readonly unknown[] | undefined {
  const found = [groups, fieldsOf(spec).groups, fieldsOf(data).groups].find(
    (one) => Array.isArray(one) && one.every((group) => Array.isArray(fieldsOf(group).rules)),
  );
  return Array.isArray(found) ? found : undefined;
}

/** Groups of vmalert may be of another type than Prometheus', and read something else. */
function queriesOfGroup(group: unknown, isPrometheus: boolean, at: At): Queries[] {
  const { name, type, rules } = fieldsOf(group);
  const isPromql = isPrometheus && (textOf(type) ?? 'prometheus') === 'prometheus';
  return listOf(rules)
    .filter(isFields)
    .map((rule) => {
      const queries = queriesOfRule(rule, at.place);
      if (!isPromql || !isOfPrometheus(rule)) return queries;
      const called = `${queries.kind} ${queries.name} in group ${textOf(name) ?? 'without a name'}`;
      const expression = rule.expr === undefined || rule.expr === null ? '' : String(rule.expr);
      return {
        ...queries,
        promql: { expression, place: () => `${at.placeOf(expression)}: ${called}` },
      };
    });
}

/** Rules of Grafana have no expression of their own; those that an API answers are in force. */
const isOfPrometheus = ({ alert, record, data, query }: Fields): boolean =>
  textOf(alert ?? record) !== undefined && data === undefined && query === undefined;

function queriesOfRule(rule: Fields, place: string): Queries {
  const { record, alert, expr, title, name, type, annotations } = rule;
  const records = textOf(record) !== undefined || type === 'recording';
  const expressions = expr === undefined ? expressionsIn(rule, place) : [String(expr)];
  return {
    kind: records ? 'recording rule' : 'alert',
    name: [record, alert, title, name].map(textOf).find(Boolean) ?? 'a rule without a name',
    expressions: [...expressions, ...Object.values(fieldsOf(annotations)).flatMap(templateQueries)],
    declared: new Set(),
    libraryPanels: [],
    unreadable: expr === undefined ? undefined : expressions.find(isOpen),
    promql: undefined,
  };
}

/** Expressions of `{{ query "…" }}` and `{{ printf "…" . | query }}` in an annotation. */
function templateQueries(text: unknown): string[] {
  if (typeof text !== 'string') return [];
  return text
    .split('{{')
    .slice(1)
    .map((part) => part.slice(0, Math.max(0, part.indexOf('}}'))))
    .filter((action) => /\bquery\b/.test(action.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '')))
    .flatMap((action) => [...action.matchAll(/"((?:[^"\\]|\\.)*)"|`([^`]*)`/gs)])
    .map(([, quoted, raw]) => raw ?? quoted?.replace(/\\(.)/gs, '$1') ?? '');
}

/** The dashboard in what the API, Kubernetes or a library panel wraps around it. */
function dashboardIn(value: Fields): Fields | undefined {
  const { dashboard, spec, result, model } = value;
  const candidates = [value, dashboard, spec, model, fieldsOf(result).model].filter(isFields);
  const found = candidates.find(looksLikeDashboard);
  if (found !== undefined) return found;
  // A list of library panels, as the API answers it.
  const elements = listOf(fieldsOf(result).elements).map(fieldsOf);
  return elements.some((one) => looksLikeDashboard(fieldsOf(one.model)))
    ? fieldsOf(result)
    : undefined;
}

const looksLikeDashboard = ({ panels, rows, templating, targets, elements }: Fields): boolean =>
  [rows, targets].some(Array.isArray) || [panels, templating, elements].some(isObject);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

function queriesOfDashboard(dashboard: Fields, wrapped: Fields, place: string): Queries {
  const metadata = fieldsOf(wrapped.metadata);
  const { name } = fieldsOf(wrapped.result);
  const names = [dashboard.title, wrapped.title, wrapped.name, metadata.name, name];
  return {
    kind: 'dashboard',
    name: names.map(textOf).find(Boolean) ?? place,
    expressions: expressionsIn(dashboard, place),
    declared: declaredIn(dashboard),
    libraryPanels: missingPanels(dashboard, place),
    unreadable: expressionsIn(dashboard, place, new Set(['expr'])).find(isOpen),
    promql: undefined,
  };
}

/** Variables whose values are written in the dashboard or come from a query in it. */
function declaredIn(dashboard: Fields): Set<string> {
  const variables = [
    ...listOf(fieldsOf(dashboard.templating).list).map(fieldsOf),
    ...listOf(dashboard.variables).map((one) => fieldsOf(fieldsOf(one).spec)),
  ];
  const known = variables.filter(({ type }) => type !== 'textbox' && type !== 'adhoc');
  return new Set(known.flatMap(({ name }) => textOf(name) ?? []));
}

/** Under these keys are expressions, of panels, variables and annotations alike. */
const expressionKeys: ReadonlySet<string> = new Set(['expr', 'query', 'definition', 'expression']);

function expressionsIn(value: unknown, place: string, keys = expressionKeys): string[] {
  const found: string[] = [];
  walk<string | undefined>(value, place, undefined, (fields, outer) => {
    const type = sourceType(fields) ?? outer;
    for (const [key, text] of Object.entries(fields)) {
      if (typeof text === 'string' && keys.has(key) && asksPrometheus(type)) {
        found.push(text);
      }
    }
    return type;
  });
  return found;
}

/** The type of the data source that a panel, target, variable or annotation asks. */
function sourceType({ datasource, kind, group }: Fields): string | undefined {
  return textOf(fieldsOf(datasource).type) ?? (kind === 'DataQuery' ? textOf(group) : undefined);
}

const prometheusType = /prometheus|mimir|thanos|cortex|victoriametrics-(?:metrics-)?datasource/;
/** Types that leave open who is asked: a variable, several sources, another panel. */
const openType = /^(?:[$-]|mixed$|datasource$|grafana$)/;

/** Whether queries may be PromQL: old dashboards do not say who answers. */
const asksPrometheus = (type: string | undefined): boolean =>
  type === undefined || openType.test(type) || prometheusType.test(type);

/** Library panels that are only named: their queries are elsewhere. */
function missingPanels(dashboard: Fields, place: string): string[] {
  const here = new Set(Object.keys(fieldsOf(dashboard.__elements)));
  const missing = new Set<string>();
  walk(dashboard, place, undefined, ({ libraryPanel, targets }) => {
    const { name, uid } = fieldsOf(libraryPanel);
    const isHere = Array.isArray(targets) || here.has(String(uid));
    const shown = textOf(name) ?? textOf(uid);
    if (isFields(libraryPanel) && !isHere && shown !== undefined) missing.add(shown);
  });
  return [...missing];
}

/** Visits all maps in a value; each may tell those inside of it something. */
function walk<T>(
  value: unknown,
  place: string,
  told: T,
  visit: (fields: Fields, told: T) => T,
  depth = 0,
): void {
  if (depth > depthMax) throw tooDeep(place);
  if (typeof value !== 'object' || value === null) return;
  const inside = isFields(value) ? visit(value, told) : told;
  for (const one of Object.values(value)) walk(one, place, inside, visit, depth + 1);
}
