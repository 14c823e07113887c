// compileRule makes one metric of a configuration a rule, which collects its series of an object.
import type { Section } from '../metrics/family.ts';
import { sanitised } from '../metrics/labels.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { CelProgram } from './cel.ts';
import { type Each, gaugeEach, infoEach, stateSetEach } from './each.ts';
import { type Element, type LabelSources, labelWriter, type MapLabels } from './labels.ts';
import { compilePath, type Getter, obstacleOf } from './path.ts';
import type { EntryShape, MetricShape } from './schema.ts';
import type { CustomRule, Place, RuleCollector, RulePath, ServedKind } from './types.ts';

export const defaultPrefix = 'kube_customresource';
const star = '*';

type PathMap = Readonly<Record<string, readonly string[]>>;

/** Where the parts of a rule stand, as keys from the top of the document. */
export type PlaceOf = (keys: readonly PropertyKey[]) => Place;

/** The compiled expressions of a rule. */
export interface RuleExpressions {
  /** In the place of the path. */
  readonly value: CelProgram | undefined;
  readonly labels: Readonly<Record<string, CelProgram>>;
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
  readonly ofElement: readonly (readonly [string, (element: Element) => unknown])[];
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
  const hasExpressions = expressions.value !== undefined || hasKeys(expressions.labels);
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
    open: (kind) => collectorOf(source, block, find, labelPaths, kind),
  };
}

const hasKeys = (map: object): boolean => Object.keys(map).length > 0;

const typeOf = { gauge: 'gauge', info: 'info', stateSet: 'stateset' } as const;

function blockOf({ each: { type, gauge = {}, info = {}, stateSet = {} } }: MetricShape): Block {
  if (type === 'Gauge') {
    const { path = [], valueFrom = [], nilIsZero = false, labelsFromPath = {} } = gauge;
    const each = gaugeEach({ valueFrom, nilIsZero });
    return { name: 'gauge', path, labelsFromPath, each, ofElement: keyLabel(gauge.labelFromKey) };
  }
  if (type === 'Info') {
    const { path = [], labelsFromPath = {}, labelFromKey } = info;
    const each = infoEach({ perKey: Boolean(labelFromKey) });
    return { name: 'info', path, labelsFromPath, each, ofElement: keyLabel(labelFromKey) };
  }
  const { path = [], valueFrom = [], list = [], labelName = '', labelsFromPath = {} } = stateSet;
  const each = stateSetEach({ valueFrom, states: list });
  const ofElement = [[labelName, ({ state }: Element) => state]] as const;
  return { name: 'stateSet', path, labelsFromPath, each, ofElement };
}

const keyLabel = (name = ''): Block['ofElement'] =>
  name === '' ? [] : [[name, ({ key }: Element) => key]];

function collectorOf(
  { entry, metric, expressions }: RuleSource,
  block: Block,
  find: Getter,
  labelPaths: PathMap,
  kind: ServedKind,
): RuleCollector {
  let failure: unknown;
  const evaluated = (program: CelProgram, object: unknown): unknown => {
    try {
      return program.evaluate(object);
    } catch (error) {
      failure ??= error;
      return undefined;
    }
  };
  const ofObject = new Map<string, (object: unknown) => unknown>(plainLabels(labelPaths));
  for (const [name, program] of Object.entries(expressions.labels)) {
    ofObject.set(name, (object) => evaluated(program, object));
  }
  const sources: LabelSources = {
    constant: {
      ...entry.commonLabels,
      ...metric.commonLabels,
      customresource_group: kind.group,
      customresource_version: kind.version,
      customresource_kind: kind.kind,
    },
    ofObject,
    mapsOfObject: mapLabels<unknown>(labelPaths, (get) => get),
    ofElement: elementLabels(block),
    mapsOfElement: mapLabels<Element>(
      block.labelsFromPath,
      (get) =>
        ({ value }) =>
          get(value),
    ),
  };
  const writer = labelWriter(sources);
  const { value: program } = expressions;
  return {
    labels: writer.names,
    collect(object, emit, fail) {
      failure = undefined;
      const found = program === undefined ? find(object) : evaluated(program, object);
      if (found === undefined && program === undefined) {
        const obstacle = obstacleOf(block.path, object);
        if (obstacle !== undefined) failure = new TypeError(`expected a map, got a ${obstacle}`);
      }
      writer.begin(object);
      block.each(
        found,
        (value, element) => emit(value, writer.text(element)),
        (error) => {
          failure ??= error;
        },
      );
      if (failure !== undefined) fail(failure);
    },
  };
}

function elementLabels({ labelsFromPath, ofElement }: Block): LabelSources['ofElement'] {
  const labels = new Map<string, (element: Element) => unknown>();
  for (const [name, get] of plainLabels(labelsFromPath)) {
    // What the map around the value has goes before what the value has.
    labels.set(name, ({ value, parent }) => {
      const ofParent = parent === undefined ? undefined : get(parent);
      return ofParent ?? get(value);
    });
  }
  for (const [name, get] of ofElement) labels.set(name, get);
  return labels;
}

const plainLabels = (paths: PathMap): [string, Getter][] =>
  Object.entries(paths)
    .filter(([name]) => !isStar(name))
    .map(([name, path]) => [sanitised(name), compilePath(path)]);

function mapLabels<From>(
  paths: PathMap,
  getterOf: (get: Getter) => (from: From) => unknown,
): MapLabels<From>[] {
  return Object.entries(paths)
    .filter(([name]) => isStar(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, path]) => ({
      prefix: name.slice(0, -star.length),
      entries: getterOf(compilePath(path)),
    }));
}

const isStar = (name: string): boolean => name.endsWith(star);

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
  path.length === 2 && path[0] === 'metadata' && ['name', 'namespace', 'uid'].includes(`${path[1]}`);

function pathsOf({ entry, metric, entryKeys, keys, placeOf }: RuleSource, block: Block): RulePath[] {
  const at = (path: readonly string[], where: readonly PropertyKey[]): RulePath => {
    const get = compilePath(path);
    return { place: placeOf(where), text: path.join('.'), get: (object: KubeObject) => get(object) };
  };
  const ofLabels = (labels: PathMap | undefined, from: readonly PropertyKey[]) =>
    Object.entries(labels ?? {}).map(([name, path]) => at(path, [...from, 'labelsFromPath', name]));
  return [
    ...ofLabels(entry.labelsFromPath, entryKeys),
    ...ofLabels(metric.labelsFromPath, keys),
    ...(block.path.length === 0
      ? ofLabels(block.labelsFromPath, [...keys, 'each', block.name])
      : [at(block.path, [...keys, 'each', block.name, 'path'])]),
  ];
}

/** `spec.resources[0].metrics[1]`. */
export const pathText = (keys: readonly PropertyKey[]): string =>
  keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
