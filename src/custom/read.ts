// readCustomConfig reads the rules of a custom-resource configuration, and its mistakes.
import type * as z from 'zod';
import { ConfigError } from '../lib/errors.ts';
import { isMap } from '../lib/isMap.ts';
import { suggest } from '../lib/suggest.ts';
import { YamlError, YamlText } from '../lib/yaml.ts';
import { checkMetric, checkNames, checkPattern } from './check.ts';
import { withoutConflicts } from './conflicts.ts';
import { compileExpressions } from './expressions.ts';
import { Findings, knownKeys, shown } from './findings.ts';
import { compileRule } from './rule.ts';
import { type EntryShape, entriesMax, entrySchema, kindOfFile, metricSchema } from './schema.ts';
import { checkEntryPaths, checkMetricPaths } from './schemaPaths.ts';
import type { CustomEntry, CustomRule, KindPattern, ReadCustomConfig } from './types.ts';

/** Configurations in the wild have some 50 KB. */
const textBytesMax = 1024 * 1024;
/** More than a file of that size can have without aliases. */
const valuesMax = 1_000_000;

export const readCustomConfig: ReadCustomConfig = async (
  file,
  text,
  taken = new Set(),
  schemaOf = () => undefined,
) => {
  const bytes = Buffer.byteLength(text);
  if (bytes > textBytesMax) {
    throw new ConfigError({
      place: file,
      expected: `a custom-resource configuration of at most ${textBytesMax} bytes`,
      got: `${bytes}`,
      hint: 'split it into several files of a folder',
    });
  }
  const yaml = parsed(file, text);
  const document = documentOf(file, yaml);
  const findings = new Findings(file, yaml);
  if (yaml.rest !== undefined) {
    findings.noteAt({ file, ...yaml.rest }, [], {
      expected: 'one document',
      got: 'another one behind it, which is not read',
      hint: 'put it into a file of its own',
    });
  }
  const entries: CustomEntry[] = [];
  for (const [i, given] of resourcesOf(document, findings).entries()) {
    const keys = ['spec', 'resources', i];
    const entry = await readEntry(given, keys, { findings, taken, schemaOf });
    if (entry !== undefined) entries.push(entry);
  }
  return withoutConflicts({ entries, mistakes: findings.mistakes });
};

function parsed(file: string, text: string): YamlText {
  try {
    return new YamlText(text, { merge: true, first: true });
  } catch (error) {
    throw noYaml(file, error);
  }
}

function noYaml(file: string, error: unknown): unknown {
  if (!(error instanceof YamlError)) return error;
  const { line = 1, column = 1, detail } = error;
  return new ConfigError({
    place: `${file}:${line}:${column}`,
    expected: 'YAML',
    got: detail,
    hint: 'correct it there',
  });
}

/** The topmost map of a file of the right kind. */
function documentOf(file: string, yaml: YamlText): Record<string, unknown> {
  let document: unknown;
  try {
    document = withoutNulls(yaml.texts());
  } catch (error) {
    throw noYaml(file, error);
  }
  const wrong = (keys: readonly string[], expected: string, got: unknown): ConfigError => {
    const { line, column } = yaml.positionOf(keys, 'value');
    return new ConfigError({
      place: [`${file}:${line}:${column}`, ...keys].join(': '),
      expected,
      got: shown(got),
      hint: `begin the file with kind: ${kindOfFile}`,
    });
  };
  if (!isMap(document)) throw wrong([], 'a map with kind and spec', document);
  const { kind } = document;
  if (kind !== undefined && kind !== kindOfFile) throw wrong(['kind'], kindOfFile, kind);
  return document;
}

/** The entries of `spec.resources`; the list may be missing, or be at the wrong depth. */
function resourcesOf(document: Record<string, unknown>, findings: Findings): readonly unknown[] {
  findings.unknownKeys(document, ['apiVersion', 'kind', 'metadata', 'spec'], []);
  if (document.kind === undefined) {
    findings.note([], {
      expected: `kind: ${kindOfFile}`,
      got: 'no kind',
      hint: `begin the file with kind: ${kindOfFile}`,
    });
  }
  const { spec } = document;
  if (!isMap(spec)) {
    const found = Array.isArray(document.resources) ? ['resources'] : undefined;
    findings.add(found ?? ['spec'], {
      expected: 'spec.resources, a list of entries',
      got: found ? 'the list resources at the top' : shown(spec),
      hint: found ? 'move it below spec' : 'add spec with resources',
    });
    return [];
  }
  findings.unknownKeys(spec, ['resources'], ['spec']);
  const { resources } = spec;
  if (!Array.isArray(resources)) {
    const list = isMap(resources) ? Object.keys(resources).find((key) => key !== '') : undefined;
    findings.add(['spec', 'resources'], {
      expected: 'a list of entries',
      got: shown(resources),
      hint: list === undefined ? 'add resources below spec' : 'begin each entry with -',
    });
    return [];
  }
  if (resources.length > entriesMax) {
    findings.add(['spec', 'resources', entriesMax], {
      expected: `at most ${entriesMax} entries`,
      got: `${resources.length}`,
      hint: 'split them into several files of a folder',
    });
  }
  return resources.slice(0, entriesMax);
}

/** What reading goes by. */
interface Reading {
  readonly findings: Findings;
  readonly taken: ReadonlySet<string>;
  readonly schemaOf: (pattern: KindPattern) => object | undefined;
}

async function readEntry(
  given: unknown,
  keys: readonly PropertyKey[],
  reading: Reading,
): Promise<CustomEntry | undefined> {
  const { findings } = reading;
  const entry = parse(entrySchema, given, keys, findings);
  if (entry === undefined) return undefined;
  const before = findings.serious;
  checkPattern(entry, keys, findings);
  checkNames(entry, keys, findings);
  const { group = '', version, kind } = entry.groupVersionKind;
  const pattern = { group, version, kind, plural: entry.resourcePlural };
  const schema = reading.schemaOf(pattern);
  checkEntryPaths(entry, schema, keys, findings);
  if (findings.serious > before) return undefined;
  const rules: CustomRule[] = [];
  for (const [i, metric] of entry.metrics.entries()) {
    const keysOfRule = [...keys, 'metrics', i];
    const rule = await readRule({ entry, entryKeys: keys, schema }, metric, keysOfRule, reading);
    if (rule !== undefined) rules.push(rule);
  }
  return { place: findings.placeOf(keys), pattern, rules };
}

/** The entry around a rule. */
interface Around {
  readonly entry: EntryShape;
  readonly entryKeys: readonly PropertyKey[];
  readonly schema: object | undefined;
}

async function readRule(
  { entry, entryKeys, schema }: Around,
  given: unknown,
  keys: readonly PropertyKey[],
  { findings, taken }: Reading,
): Promise<CustomRule | undefined> {
  const metric = parse(metricSchema, given, keys, findings);
  if (metric === undefined) return undefined;
  const before = findings.serious;
  checkNames(metric, keys, findings);
  checkMetric(entry, metric, keys, findings, taken);
  checkMetricPaths(metric, schema, keys, findings);
  const where = { entryKeys, keys, findings, schema };
  const expressions = await compileExpressions(entry, metric, where);
  if (findings.serious > before) return undefined;
  const placeOf = (at: readonly PropertyKey[]) => findings.placeOf(at);
  return compileRule({ entry, metric, expressions, entryKeys, keys, placeOf });
}

/** The value as the schema has it; undefined, with a mistake for each fault, where it has none. */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  keys: readonly PropertyKey[],
  findings: Findings,
): z.output<Schema> | undefined {
  findings.unknownKeysOf(schema, given, keys);
  const checked = schema.safeParse(given);
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) {
    const got = valueAt(given, issue.path);
    const words = issue.code === 'invalid_value' ? issue.values.map(String) : [];
    const meant = typeof got === 'string' ? suggest(got, words) : undefined;
    const missing = got === undefined ? knownKeys(schema, issue.path.slice(0, -1)) : [];
    findings.add([...keys, ...issue.path], {
      expected: issue.message,
      got: shown(got),
      hint: meant ? `did you mean ${meant}?` : missing.length > 0 ? 'add it' : undefined,
    });
  }
  return undefined;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[step];
  return at;
}

/**
 * As Go reads YAML: a key without a value is as good as none. An item without one is a mistake of
 * the list, which says where it stands. What aliases stand for counts each time.
 */
function withoutNulls(whole: unknown): unknown {
  let values = 0;
  const cleaned = (value: unknown): unknown => {
    values += 1;
    if (values > valuesMax) throw new YamlError(`more than ${valuesMax} values through aliases`);
    if (Array.isArray(value)) return value.map(cleaned);
    if (!isMap(value)) return value ?? undefined;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, cleaned(entry)]));
  };
  return cleaned(whole);
}
