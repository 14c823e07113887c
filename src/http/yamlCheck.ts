// YAML held against a schema: whatever is wrong becomes one sentence with its line.
import { type Document, isMap, isNode, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type * as z from 'zod';
import { ConfigError, yamlProblem } from '../errors.ts';
import { nearest } from '../nearest.ts';

const gotCharsMax = 60;

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/**
 * The content of `text` as `schema` has it; keys without a value count as left out. The messages
 * of `schema` say what is expected; those of its custom issues are whole sentences. What stands
 * at or below `secretPaths` is not repeated.
 */
export function checkedYaml<Schema extends z.ZodType>(
  text: string,
  source: string,
  schema: Schema,
  secretPaths: readonly string[],
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    // The place may be the end of the line before the one that is meant.
    const blanks = text.slice(problem.pos[0]).search(/\S/);
    const { line } = lines.linePos(problem.pos[0] + Math.max(0, blanks));
    throw new ConfigError(
      `${source}, line ${line}: expected YAML, got: ${yamlProblem(problem.message)}; ` +
        'correct it there.',
    );
  }
  const value = withoutNulls(plainOf(document, source)) ?? {};
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues as [Issue, ...Issue[]];
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const { line } = lines.linePos(offsetOf(document.contents, path));
  const secret = secretPaths.some((secretPath) => isAtOrBelow(path.join('.'), secretPath));
  const sentence =
    unknown === undefined
      ? sentenceOf(issue, secret ? undefined : valueAt(value, path))
      : unknownKey(unknown, knownKeys(schema, issue.path));
  const subject = path.length === 0 ? '' : ` ${path.join('.')}:`;
  throw new ConfigError(`${source}, line ${line}:${subject} ${sentence}.`);
}

/** The document as values; aliases can make it grow without bound, which yaml notices only here. */
function plainOf(document: Document.Parsed, source: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ConfigError(
      `${source}: expected YAML with few aliases, got: ` +
        `${yamlProblem((error as Error).message)}; write it out.`,
    );
  }
}

function sentenceOf(issue: Issue, got: unknown): string {
  if (issue.code === 'custom' && issue.message.startsWith('expected ')) return issue.message;
  const words = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const meant = typeof got === 'string' ? nearest(got, words) : undefined;
  const todo = meant ? `write ${meant} if that is what was meant` : 'correct it there';
  return `expected ${issue.message}, got ${shown(got)}; ${todo}`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const hint = meant === undefined ? 'leave it out' : `write ${meant} if that is what was meant`;
  return `expected one of ${known.join(', ')}, got the unknown key ${key}; ${hint}`;
}

/** Value as a message shows it; undefined where it is secret or not there. */
function shown(value: unknown): string {
  if (value === undefined) return 'something else';
  const text = JSON.stringify(value);
  return text.length > gotCharsMax ? `${text.slice(0, gotCharsMax)}…` : text;
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

/** Where in the text the key of `path` stands, or the nearest thing around it that is there. */
function offsetOf(contents: ParsedNode | null, path: Path): number {
  let node: unknown = contents;
  let offset = contents?.range[0] ?? 0;
  for (const step of path) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => String(isNode(key) ? key.toJSON() : key) === step)
      : undefined;
    const next: unknown = pair?.value ?? itemAt(node, step);
    const place = pair?.key ?? next;
    if (!isNode(place)) break;
    offset = place.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}

function itemAt(node: unknown, step: PropertyKey): unknown {
  const { items } = (node ?? {}) as { items?: unknown[] };
  return typeof step === 'number' ? items?.[step] : undefined;
}

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
