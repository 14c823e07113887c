// values.schema.json of the chart: types by the defaults in values.yaml, and rows for the rest.
import { isMap, isPair, isScalar, parse, parseDocument, visit } from 'yaml';
import { notice } from './notice.ts';
import { count, open, type Schema, text, textList, toggle } from './valueTypes.ts';

/** What defaults cannot tell; all paths are keys joined with dots. */
export interface ValueFacts {
  readonly rows: Readonly<Record<string, Schema>>;
  /** Maps that templates ask for keys whatever else is set, so that there is none without them. */
  readonly asked: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Maps of switches that upstream's chart does not have. Only these refuse unknown keys: upstream
 * lets all pass, so values that have worked for years may hold what no template reads any more.
 */
const ownMaps = ['highAvailability', 'prometheusRule', 'dashboards'];

/**
 * The text of values.schema.json. Throws a sentence where a default tells no type and no row does,
 * and where a row is for a key that nothing can be under.
 */
export function valuesSchema(valuesYaml: string, { rows, asked }: ValueFacts): string {
  const defaults = parse(valuesYaml) as Values;
  for (const path of [...Object.keys(rows), ...asked]) requireParent(defaults, path);
  const comments = commentsOf(valuesYaml);

  function mapSchema(map: Values, path: string): Schema {
    const under = path === '' ? '' : `${path}.`;
    const rowPaths = Object.keys(rows).filter((row) => parentOf(row) === path);
    const paths = new Set([...Object.keys(map).map((key) => `${under}${key}`), ...rowPaths]);
    const properties = [...paths].map((one) => {
      const key = one.slice(under.length);
      const description = comments[one];
      const schema = rows[one] ?? schemaOf(map[key], one);
      return [key, description === undefined ? schema : { description, ...schema }];
    });
    const required = asked.filter((one) => parentOf(one) === path);
    return {
      ...open,
      properties: Object.fromEntries(properties),
      ...(required.length === 0
        ? {}
        : { required: required.map((one) => one.slice(under.length)) }),
      additionalProperties: !ownMaps.includes(path),
    };
  }

  function schemaOf(value: unknown, path: string): Schema {
    if (isValues(value) && Object.keys(value).length > 0) return mapSchema(value, path);
    const schema = leafSchema(value);
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

/** By path, the comment right above a key: editors show it beside the key. */
function commentsOf(valuesYaml: string): Record<string, string> {
  const comments: Record<string, string> = {};
  visit(parseDocument(valuesYaml), {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key)) return;
      const map = ancestors.at(-1);
      // The parser gives the comment above a map's first key to the map.
      const above = isMap(map) && map.items[0] === pair ? map.commentBefore : undefined;
      const comment = lastParagraph(pair.key.commentBefore ?? above ?? '');
      const parents = ancestors.filter(isPair).map(({ key }) => String(key));
      if (comment !== '') comments[[...parents, String(pair.key)].join('.')] = comment;
    },
  });
  return comments;
}

/** What stands above an empty line is about more than the key below; so are the generator's marks. */
function lastParagraph(comment: string): string {
  const paragraph = comment.split('\n\n').at(-1) ?? '';
  if (paragraph.endsWith('\n')) return '';
  const lines = paragraph.split('\n').map((line) => line.trim());
  return lines.filter((line) => !line.startsWith('Generated')).join(' ');
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
