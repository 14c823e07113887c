// Renders values.schema.json: types from the defaults in values.yaml, or from rows.
import { isDeepStrictEqual } from 'node:util';
import { isMap, isPair, isScalar, parse, parseDocument, visit } from 'yaml';
import { notice } from './notice.ts';
import { count, open, type Schema, text, textList, toggle } from './valueTypes.ts';

/** What defaults do not determine; a path is keys joined with dots. */
export interface ValueFacts {
  readonly rows: Readonly<Record<string, Schema>>;
  /** Maps that templates always read, so they are required. */
  readonly asked: readonly string[];
  /** Maps that reject unknown keys. */
  readonly closed: readonly string[];
  /** Maps that may have keys that are not in values.yaml: they are passed on as they are. */
  readonly others: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/**
 * The text of values.schema.json. Throws an error if neither default nor row has the type of a key,
 * if both have the same, or if a path is not below a map.
 */
export function valuesSchema(valuesYaml: string, facts: ValueFacts): string {
  const { rows, asked, closed } = facts;
  const defaults = parse(valuesYaml) as Values;
  for (const path of [...Object.keys(rows), ...asked, ...closed]) requireParent(defaults, path);
  const comments = commentsOf(valuesYaml);

  function mapSchema(map: Values, path: string): Schema {
    const keys = new Set([...Object.keys(map), ...keysUnder(path, Object.keys(rows))]);
    const properties = [...keys].map((key) => {
      const own = path === '' ? key : `${path}.${key}`;
      const description = comments[own];
      const schema = schemaOf(map[key], own);
      return [key, description === undefined ? schema : { description, ...schema }];
    });
    const required = keysUnder(path, asked);
    return {
      ...open,
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      additionalProperties: !closed.includes(path),
    };
  }

  function schemaOf(value: unknown, path: string): Schema {
    const row = rows[path];
    if (row === undefined && isValues(value) && Object.keys(value).length > 0) {
      return mapSchema(value, path);
    }
    const told = leafSchema(value);
    if (row !== undefined && isDeepStrictEqual(row, told)) {
      throw new Error(
        `tools/generate/valueRows.ts: the row of ${path} says what its default in values.yaml ` +
          'says already; take it away.',
      );
    }
    const schema = row ?? told;
    if (schema !== undefined) return schema;
    throw new Error(
      `values.yaml: the default of ${path}, ${JSON.stringify(value)}, does not tell what the key ` +
        'takes; add a row for it to tools/generate/valueRows.ts.',
    );
  }

  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: notice('values.yaml and tools/generate/valueRows.ts'),
    title: 'Values of the chart kube-state-metrics',
    ...mapSchema(defaults, ''),
    type: 'object',
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** The keys that a map of values may have; `true` where its keys are not known. */
export type KnownKeys = { readonly [key: string]: KnownKeys } | true;

/** The keys that the schema names. Maps of the Kubernetes API among them have others, too. */
export function knownKeys(schemaText: string, facts: ValueFacts): KnownKeys {
  const keysOf = ({ properties }: Schema, path: string): KnownKeys => {
    if (properties === undefined || facts.others.includes(path)) return true;
    const under = (key: string) => (path === '' ? key : `${path}.${key}`);
    return Object.fromEntries(
      Object.entries(properties).map(([key, schema]) => [key, keysOf(schema, under(key))]),
    );
  };
  return keysOf(JSON.parse(schemaText), '');
}

function leafSchema(value: unknown): Schema | undefined {
  if (typeof value === 'boolean') return toggle;
  if (typeof value === 'string') return text;
  if (Number.isInteger(value)) return count;
  const isTextList = Array.isArray(value) && value.every((one) => typeof one === 'string');
  return isTextList && value.length > 0 ? textList : undefined;
}

function requireParent(defaults: Values, path: string): void {
  const parent = parentOf(path);
  const keys = parent === '' ? [] : parent.split('.');
  const found = keys.reduce<unknown>(
    (map, key) => (isValues(map) ? map[key] : undefined),
    defaults,
  );
  if (isValues(found)) return;
  throw new Error(
    `tools/generate/valueRows.ts: expected paths under maps of values.yaml, got ${path}; mend it ` +
      'or take it away.',
  );
}

/** The comment right above each key, by path: editors show it as the description. */
function commentsOf(valuesYaml: string): Record<string, string> {
  const comments: Record<string, string> = {};
  visit(parseDocument(valuesYaml), {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key)) return;
      const map = ancestors.at(-1);
      // The parser attaches the comment above the first key of a map to the map.
      const above = isMap(map) && map.items[0] === pair ? map.commentBefore : undefined;
      const comment = lastParagraph(pair.key.commentBefore ?? above ?? '');
      const parents = ancestors.filter(isPair).map(({ key }) => String(key));
      if (comment !== '') comments[[...parents, String(pair.key)].join('.')] = comment;
    },
  });
  return comments;
}

/** The text after the last empty line, which is about the key; without markers of the generator. */
function lastParagraph(comment: string): string {
  const paragraph = comment.split('\n\n').at(-1) ?? '';
  if (paragraph.endsWith('\n')) return '';
  const lines = paragraph.split('\n').map((line) => line.trim());
  return lines.filter((line) => !line.startsWith('Generated')).join(' ');
}

/** The last keys of those paths that are directly below `parent`. */
const keysUnder = (parent: string, paths: readonly string[]): string[] =>
  paths.filter((path) => parentOf(path) === parent).map((path) => path.split('.').at(-1) ?? path);

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
