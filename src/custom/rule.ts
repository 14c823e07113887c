// compileRule makes one metric of a configuration a rule, which collects its series of an object.
import { shortened } from '../lib/shortened.ts';
import type { Section } from '../metrics/family.ts';
import { sanitised } from '../metrics/labels.ts';
import type { KubeObject } from '../metrics/object.ts';
import { CelError, type CelProgram } from './cel.ts';
import { type Each, gaugeEach, infoEach, stateSetEach } from './each.ts';
import { type Element, type LabelSources, labelWriter, type MapLabels } from './labels.ts';
import { compileObstacle, compilePath, type Getter } from './path.ts';
import type { EntryShape, MetricShape } from './schema.ts';
import type { CustomRule, OpenRule, Place, RulePath, ServedKind } from './types.ts';

export const defaultPrefix = 'kube_customresource';
const star = '*';
const shownCharsMax = 60;

type PathMap = Readonly<Record<string, readonly string[]>>;

/** Where the parts of a rule stand, as keys from the top of the document. */
export type PlaceOf = (keys: readonly PropertyKey[]) => Place;

/** The compiled expressions of a rule. */
export interface RuleExpressions {
  /** In the place of the path. */
  readonly value: CelProgram | undefined;
  /** Labels of all series. */
  readonly labels: ReadonlyMap<string, CelProgram>;
  /** Labels of the block of `each`, which override all others. */
  readonly ownLabels: ReadonlyMap<string, CelProgram>;
  readonly texts: CustomRule['expressions'];
}

/** A rule as it is read: a metric, the entry around it, and where both are. */
export interface RuleSource {
  readonly entry: EntryShape;
  readonly metric: MetricShape;
  readonly expressions: RuleExpressions;
  readonly entryKeys: readonly PropertyKey[];
  readonly keys: readonly PropertyKey[];
  readonly placeOf: PlaceOf;
}

/** The parts of the three blocks that `each` may have; `block` is the one that its type needs. */
interface Block {
  readonly name: 'gauge' | 'info' | 'stateSet';
  readonly path: readonly string[];
  readonly labelsFromPath: PathMap;
  readonly each: Each;
  readonly ofElement: LabelSources['ofElement'];
}

export const familyNameOf = (
  { metricNamePrefix = defaultPrefix }: Pick<EntryShape, 'metricNamePrefix'>,
  { name }: Pick<MetricShape, 'name'>,
): string => (metricNamePrefix === '' ? name : `${metricNamePrefix}_${name}`);

/** The shapes are those of the schema; all that is wrong with them has been said. */
export function compileRule(source: RuleSource): CustomRule {
  const { entry, metric, expressions, keys, placeOf } = source;
  const block = blockOf(metric);
  const labelPaths = { ...entry.labelsFromPath, ...metric.labelsFromPath };
  const paths = pathsOf(source, block);
  const find = compilePath(block.path);
  const hasExpressions = expressions.texts.length > 0;
  return {
    place: placeOf(keys),
    path: pathText(keys),
    family: familyNameOf(entry, metric),
    type: typeOf[block.name],
    help: metric.help ?? '',
    errorLogV: metric.errorLogV ?? entry.errorLogV ?? 0,
    reads: hasExpressions
      ? 'object'
      : sectionOf([...valuePaths(block), ...Object.values(labelPaths)]),
    paths,
    expressions: expressions.texts,
    sources: sourcesOf(source, block, labelPaths),
    open: (kind) => openRule(source, block, find, labelPaths, kind),
  };
}

/** Paths are told from constants, and from each other by where they start. */
function sourcesOf(
  { entry, metric }: RuleSource,
  { name, path, labelsFromPath, ofElement }: Block,
  labelPaths: PathMap,
): ReadonlyMap<string, string> | undefined {
  if ([...Object.keys(labelPaths), ...Object.keys(labelsFromPath)].some(isStar)) return undefined;
  const { list = [] } = metric.each.stateSet ?? {};
  const { cel } = metric.each.gauge ?? {};
  const own = metric.each[name];
  const top = cel === undefined ? path : [`cel ${cel}`];
  const fromElement = name === 'stateSet' ? `states ${list}` : `keys of ${top}`;
  const all: [string, string][] = [
    ...entriesOf({ ...entry.commonLabels, ...metric.commonLabels }, (value) => `text ${value}`),
    ...entriesOf(labelPaths, (below) => `path ${JSON.stringify(below)}`),
    ...entriesOf({ ...entry.labelsFromCEL, ...metric.labelsFromCEL }, (text) => `cel ${text}`),
    ...[...ofElement.keys()].map((label): [string, string] => [label, fromElement]),
    ...entriesOf(labelsFromPath, (below) => `path ${JSON.stringify([...top, ...below])}`),
    ...entriesOf(own?.labelsFromCEL ?? {}, (text) => `cel ${text}`),
  ];
  return new Map(all.map(([label, source]) => [sanitised(label), source]));
}

const entriesOf = <Value>(
  map: Readonly<Record<string, Value>>,
  textOf: (value: Value) => string,
): [string, string][] => Object.entries(map).map(([name, value]) => [name, textOf(value)]);

/** A value of an object as a log line shows it: not all of it. */
function shown(value: unknown): string {
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return shortened(text, shownCharsMax);
}

const typeOf = { gauge: 'gauge', info: 'info', stateSet: 'stateset' } as const;

function blockOf({ each: { type, gauge = {}, info = {}, stateSet = {} } }: MetricShape): Block {
  if (type === 'Gauge') {
    const { path = [], valueFrom = [], nilIsZero = false, labelsFromPath = {} } = gauge;
    const each = gaugeEach({ valueFrom, nilIsZero });
    return { name: 'gauge', path, labelsFromPath, each, ofElement: keyLabel(gauge.labelFromKey) };
  }
  if (type === 'Info') {
    const { path = [], labelsFromPath = {} } = info;
    const ofElement = keyLabel(info.labelFromKey);
    return { name: 'info', path, labelsFromPath, each: infoEach, ofElement };
  }
  const { path = [], valueFrom = [], list = [], labelName = '', labelsFromPath = {} } = stateSet;
  const each = stateSetEach({ valueFrom, states: list });
  const ofElement = new Map([[labelName, ({ state }: Element) => state]]);
  return { name: 'stateSet', path, labelsFromPath, each, ofElement };
}

/** An empty key makes no label. */
const keyLabel = (name = ''): Block['ofElement'] =>
  new Map(name === '' ? [] : [[name, ({ key }: Element) => key || undefined]]);

/** What becomes of one object at a time: results of expressions, and the first failure. */
class Evaluation {
  failure: unknown;
  #object: unknown;
  /** An expression sees the object, not its elements: its result is that of all of them. */
  readonly #results = new Map<CelProgram, unknown>();

  begin(object: unknown): void {
    this.#object = object;
    this.failure = undefined;
    this.#results.clear();
  }

  valueOf(program: CelProgram): unknown {
    if (!this.#results.has(program)) this.#results.set(program, this.#evaluated(program));
    return this.#results.get(program);
  }

  /** Most failures are those of the state before: an error is made for the first one alone. */
  fail(expected: string, got: unknown): void {
    this.failure ??= new TypeError(`expected ${expected}, got ${shown(got)}`);
  }

  #evaluated(program: CelProgram): unknown {
    try {
      return program.evaluate(this.#object);
    } catch (error) {
      // What an object lacks is no failure, as of a path.
      if (!(error instanceof CelError && error.kind === 'missing')) this.failure ??= error;
      return undefined;
    }
  }
}

function openRule(
  { entry, metric, expressions }: RuleSource,
  block: Block,
  find: Getter,
  labelPaths: PathMap,
  kind: ServedKind,
): OpenRule {
  const evaluation = new Evaluation();
  const withExpressions = (paths: PathMap, programs: RuleExpressions['labels']) =>
    new Map<string, Getter>([
      ...plainLabels(paths),
      ...[...programs].map(([name, program]): [string, Getter] => [
        name,
        () => evaluation.valueOf(program),
      ]),
    ]);
  const sources: LabelSources = {
    constant: {
      ...entry.commonLabels,
      customresource_group: kind.group,
      customresource_version: kind.version,
      customresource_kind: kind.kind,
      ...metric.commonLabels,
    },
    ofObject: withExpressions(labelPaths, expressions.labels),
    mapsOfObject: mapLabels(labelPaths),
    ofElement: block.ofElement,
    mapsOfValue: mapLabels(block.labelsFromPath),
    ofValue: withExpressions(block.labelsFromPath, expressions.ownLabels),
  };
  const writer = labelWriter(sources);
  const { value: program } = expressions;
  const isInfo = block.name === 'info';
  const obstacleOf = compileObstacle(block.path);
  const fail = (expected: string, got: unknown): void => evaluation.fail(expected, got);
  return {
    labels: writer.names,
    collect(object, emit, onFailure) {
      evaluation.begin(object);
      const found = program === undefined ? find(object) : evaluation.valueOf(program);
      if (found === undefined && program === undefined) {
        const obstacle = obstacleOf(object);
        if (obstacle !== undefined) {
          evaluation.failure = new TypeError(`expected a map, got ${obstacle}`);
        }
      }
      // What an expression fails on is not nil, which could be served as zero.
      if (evaluation.failure === undefined || program === undefined) {
        writer.begin(object);
        block.each(
          found,
          (value, element) => {
            const text = writer.text(element);
            if (writer.hasOwn || !isInfo) emit(value, text, writer.id);
          },
          fail,
        );
      }
      if (evaluation.failure !== undefined) onFailure(evaluation.failure);
    },
  };
}

const plainLabels = (paths: PathMap): [string, Getter][] =>
  Object.entries(paths)
    .filter(([name]) => !isStar(name))
    .map(([name, path]) => [sanitised(name), compilePath(path)]);

const mapLabels = (paths: PathMap): MapLabels[] =>
  Object.entries(paths)
    .filter(([name]) => isStar(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, path]) => ({
      prefix: name.endsWith(star) ? name.slice(0, -star.length) : '',
      get: compilePath(path),
    }));

export const isStar = (name: string): boolean => name.startsWith(star) || name.endsWith(star);

/** From the top of the object, what the block reads. */
function valuePaths({ name, path, labelsFromPath }: Block): (readonly string[])[] {
  const labels = Object.values(labelsFromPath).map((below) => [...path, ...below]);
  return name === 'info' && path.length === 0 && labels.length > 0 ? labels : [path, ...labels];
}

/** What a rule reads, if that is one section, or the status with the metadata. */
function sectionOf(paths: readonly (readonly string[])[]): Section | 'object' {
  const sections = new Set(paths.map(([first]) => first));
  if (sections.has('spec')) {
    const others = paths.filter(([first]) => first !== 'spec');
    return others.every(isIdentity) ? 'spec' : 'object';
  }
  const isMetadata = [...sections].every((section) => section === 'metadata');
  if (isMetadata && sections.size > 0) return 'metadata';
  const isStatus = [...sections].every((one) => one === 'metadata' || one === 'status');
  return isStatus ? 'status' : 'object';
}

/** Whether the path leads to what stays the same for as long as an object exists. */
const isIdentity = (path: readonly string[]): boolean =>
  path.length === 2 &&
  path[0] === 'metadata' &&
  ['name', 'namespace', 'uid'].includes(`${path[1]}`);

function pathsOf(
  { entry, metric, entryKeys, keys, placeOf }: RuleSource,
  block: Block,
): RulePath[] {
  const at = (path: readonly string[], where: readonly PropertyKey[]): RulePath => {
    const get = compilePath(path);
    return {
      place: placeOf(where),
      text: path.join('.'),
      get: (object: KubeObject) => get(object),
    };
  };
  const ofLabels = (labels: PathMap | undefined, from: readonly PropertyKey[]) =>
    Object.entries(labels ?? {}).map(([name, path]) => at(path, [...from, 'labelsFromPath', name]));
  const blockKeys = [...keys, 'each', block.name];
  const outer = [
    ...ofLabels(entry.labelsFromPath, entryKeys),
    ...ofLabels(metric.labelsFromPath, keys),
  ];
  if (block.path.length === 0) return [...outer, ...ofLabels(block.labelsFromPath, blockKeys)];
  const top = at(block.path, [...blockKeys, 'path']);
  const below = (path: readonly string[], where: readonly PropertyKey[]): RulePath => {
    const get = compilePath(path);
    return {
      ...at([...block.path, ...path], where),
      within: top,
      get: (object) => elementsOf(top.get(object)).map(get).find(isThere),
    };
  };
  const { valueFrom = [] } = metric.each.gauge ?? metric.each.stateSet ?? {};
  return [
    ...outer,
    top,
    ...(valueFrom.length === 0 ? [] : [below(valueFrom, [...blockKeys, 'valueFrom'])]),
    ...Object.entries(block.labelsFromPath).map(([name, path]) =>
      below(path, [...blockKeys, 'labelsFromPath', name]),
    ),
  ];
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** What a block starts at: each element of a list; a map, and each of its values. */
function elementsOf(found: unknown): readonly unknown[] {
  if (Array.isArray(found)) return found;
  if (typeof found === 'object' && found !== null) return [found, ...Object.values(found)];
  return isThere(found) ? [found] : [];
}

/** `spec.resources[0].metrics[1]`. */
export const pathText = (keys: readonly PropertyKey[]): string =>
  keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
