// checkedYaml validates YAML against a schema; an error is one sentence with its line.

import type * as z from 'zod';
import { ConfigError, type ErrorFields, errorMessage } from '../../lib/errors.ts';
import { shortened } from '../../lib/shortened.ts';
import { suggest } from '../../lib/suggest.ts';
import { YamlError, YamlText } from '../../lib/yaml.ts';

const gotCharsMax = 60;

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** The file, and the flag that names it. */
type Source = Pick<ErrorFields, 'flag' | 'place'>;

/**
 * The content of `text` as `schema` has it; keys without a value count as left out. The messages
 * of `schema` say what is expected; custom issues have got and hint as params. Values at or below
 * `secretPaths` are not repeated.
 */
export function checkedYaml<Schema extends z.ZodType>(
  text: string,
  source: Source,
  schema: Schema,
  secretPaths: readonly string[],
): z.output<Schema> {
  const yaml = parsed(text, source);
  const value = withoutNulls(plainOf(yaml, source)) ?? {};
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues as [Issue, ...Issue[]];
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const line = yaml.lineOf(path);
  const secret = secretPaths.some((secretPath) => isAtOrBelow(path.join('.'), secretPath));
  throw new ConfigError({
    flag: source.flag,
    place: [`${source.place}:${line}`, ...(path.length === 0 ? [] : [path.join('.')])].join(': '),
    ...(unknown === undefined
      ? factsOf(issue, secret ? undefined : valueAt(value, path))
      : unknownKey(unknown, knownKeys(schema, issue.path))),
  });
}

function parsed(text: string, source: Source): YamlText {
  try {
    return new YamlText(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ConfigError({
      ...source,
      place: `${source.place}:${error.line}`,
      expected: 'YAML',
      got: error.message,
      hint: 'correct it there',
    });
  }
}

/** The plain value; aliases can make it grow without bound, which shows only here. */
function plainOf(yaml: YamlText, source: Source): unknown {
  try {
    return yaml.value();
  } catch (error) {
    throw new ConfigError({
      ...source,
      expected: 'YAML with few aliases',
      got: errorMessage(error),
      hint: 'write it out',
    });
  }
}

function factsOf(issue: Issue, got: unknown): ErrorFields {
  const expected = issue.message;
  if (issue.code === 'custom' && issue.params !== undefined) return { expected, ...issue.params };
  const words = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const meant = typeof got === 'string' ? suggest(got, words) : undefined;
  const hint = meant ? `write ${meant} if that is what was meant` : 'correct it there';
  return { expected, got: shown(got), hint };
}

function unknownKey(key: string, known: readonly string[]): ErrorFields {
  const meant = suggest(key, known);
  const hint = meant === undefined ? 'leave it out' : `write ${meant} if that is what was meant`;
  return { expected: `one of ${known.join(', ')}`, got: `the unknown key ${key}`, hint };
}

/** Value as a message shows it; undefined where it is secret or not there. */
function shown(value: unknown): string {
  if (value === undefined) return 'something else';
  return shortened(JSON.stringify(value), gotCharsMax);
}

const isAtOrBelow = (path: string, top: string): boolean =>
  path === top || path.startsWith(`${top}.`);

/** The keys that the object at `path` of the schema knows. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: unknown = unwrapped(schema);
  for (const step of path) at = unwrapped(shapeOf(at)[String(step)]);
  return Object.keys(shapeOf(at));
}

const shapeOf = (schema: unknown): Readonly<Record<string, unknown>> =>
  (schema as { shape?: Record<string, unknown> }).shape ?? {};

const unwrapped = (schema: unknown): unknown => {
  const { unwrap } = schema as { unwrap?: () => unknown };
  return unwrap === undefined ? schema : unwrapped(unwrap.call(schema));
};

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[step];
  return at;
}

/** As Go reads YAML: a key without a value is as good as none. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutNulls(entry)]));
}
