// checkEntryPaths and checkMetricPaths find paths that the OpenAPI schema of a kind lacks.
import { suggest } from '../lib/suggest.ts';
import { any, nameOfType, schemaType, type Type } from './cel/types.ts';
import type { Facts, Findings, Keys } from './findings.ts';
import { indexPattern, lookupPattern } from './path.ts';
import { blocks, type EntryShape, type MetricShape } from './schema.ts';

type Path = readonly string[];
type PathMap = Readonly<Record<string, Path>>;

/** Nothing is found without a schema. */
export function checkEntryPaths(
  { labelsFromPath = {} }: Pick<EntryShape, 'labelsFromPath'>,
  schema: object | undefined,
  keys: Keys,
  findings: Findings,
): void {
  if (schema === undefined) return;
  checkLabels([schemaType(schema)], labelsFromPath, keys, findings);
}

export function checkMetricPaths(
  metric: MetricShape,
  schema: object | undefined,
  keys: Keys,
  findings: Findings,
): void {
  if (schema === undefined) return;
  const top = schemaType(schema);
  checkLabels([top], metric.labelsFromPath ?? {}, keys, findings);
  const name = blocks[metric.each.type];
  const block: Partial<Record<'path' | 'valueFrom', Path>> & { labelsFromPath?: PathMap } =
    metric.each[name] ?? {};
  const at = [...keys, 'each', name];
  const found = check([top], block.path ?? [], [...at, 'path'], findings);
  if (found === undefined || (name === 'gauge' && metric.each.gauge?.cel !== undefined)) return;
  const elements = elementsOf(found, name === 'gauge');
  check(elements, block.valueFrom ?? [], [...at, 'valueFrom'], findings);
  checkLabels(elements, block.labelsFromPath ?? {}, at, findings);
}

function checkLabels(from: readonly Type[], paths: PathMap, keys: Keys, findings: Findings): void {
  for (const [name, path] of Object.entries(paths)) {
    check(from, path, [...keys, 'labelsFromPath', name], findings);
  }
}

/** What the paths below the path of a rule begin at: it has a series for each element of a list. */
function elementsOf(found: Type, isGauge: boolean): readonly Type[] {
  if (found.kind === 'list') return [found.element];
  if (!isGauge) return [found];
  // And for each entry of a map, whose labels may be those of the map itself.
  if (found.kind === 'map') return [found.value, found];
  return found.kind === 'object' ? [found, ...found.fields.values()] : [found];
}

/** What is at the path; undefined, with a mistake, where it is in none of the types. */
function check(
  from: readonly Type[],
  path: Path,
  keys: Keys,
  findings: Findings,
): Type | undefined {
  let first: { readonly step: number; readonly facts: Facts } | undefined;
  for (const type of from) {
    const found = walk(type, path);
    if ('type' in found) return found.type;
    first ??= found;
  }
  if (first !== undefined) findings.add([...keys, first.step], first.facts);
  return undefined;
}

type Found = { readonly type: Type } | { readonly step: number; readonly facts: Facts };

function walk(from: Type, path: Path): Found {
  let type = from;
  for (const [step, part] of path.entries()) {
    const next = below(type, part);
    if (!('kind' in next)) return { step, facts: next };
    type = next;
  }
  return { type };
}

/** What a part of a path leads to, or what is wrong with it. */
function below(type: Type, part: string): Type | Facts {
  if (type.kind === 'map') return type.value;
  if (type.kind === 'object') {
    const field = type.fields.get(part);
    if (field !== undefined || type.open) return field ?? any;
    const known = [...type.fields.keys()];
    const close = suggest(part, known);
    return {
      expected: `a field of the schema${known.length === 0 ? '' : `: ${listed(known)}`}`,
      got: part,
      hint: close && `did you mean ${close}?`,
    };
  }
  if (type.kind === 'list') return elementOf(type.element, part);
  if (type.kind !== 'scalar') return any;
  return {
    expected: `nothing below a ${nameOfType(type)}`,
    got: part,
    hint: 'end the path before it',
  };
}

function elementOf(element: Type, part: string): Type | Facts {
  const [, key] = lookupPattern.exec(part) ?? [];
  if (key !== undefined) {
    const field = below(element, key);
    return 'kind' in field ? element : field;
  }
  if (indexPattern.test(part)) return element;
  return {
    expected: 'an element of the list: an index, or [key=value]',
    got: part,
    hint: 'end the path at the list for a series of each element',
  };
}

/** Names that a sentence lists. */
const namesMax = 12;

const listed = (names: readonly string[]): string =>
  names.length > namesMax ? `${names.slice(0, namesMax).join(', ')}, …` : names.join(', ');
