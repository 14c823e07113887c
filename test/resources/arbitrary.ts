// Objects made up from the API server's own schemas: every field may be absent, null, empty or odd.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';

interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Documents {
  readonly roots: Readonly<Record<string, string>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');
const { roots, schemas } = JSON.parse(read('openapi.json')) as Documents;

const itemsMax = 3;
const keysMax = 4;
const longCharsMax = 5_000;
/** Of the words that recorded objects have in one place the most frequent: more would be rare. */
const wordsMax = 10;

const oddStrings = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '"',
      '\\',
      '\n',
      '\r\n',
      '\\n',
      '\\"',
      '"} 1\n',
      '{',
      '\u0000',
      '\u2028',
      '\ufeff',
      'é',
      '😀',
      '日本',
      '_',
      'a.b',
      'a-b',
      'a/b',
      'A',
      '-1',
      '0',
      '50%',
      '1e999',
      '%',
      '#',
      ',',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'length',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ minLength: 1, maxLength: 4 }), fc.nat(longCharsMax))
      .map(([text, length]) => text.repeat(Math.ceil(length / text.length))),
  },
);

/** What JSON carries of Go's whole numbers, which JavaScript reads as the nearest that it has. */
const whole = (bits: number): Arbitrary<number> =>
  fc.oneof(
    fc.nat(1000),
    fc.constantFrom(0, 1, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), 2 ** 31),
    fc.integer(),
  );

/** The years that Go's encoder takes, with and without the fractions of its MicroTime. */
const times = fc
  .tuple(
    fc.oneof(
      fc.date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
      fc.constantFrom('0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z').map((text) => new Date(text)),
    ),
    fc.boolean(),
  )
  .map(([date, fraction]) => date.toISOString().replace(/\.(\d+)Z$/, fraction ? '.$1001Z' : 'Z'));

const quantities = fc.oneof(
  fc.constantFrom(
    '0',
    '100m',
    '1',
    '2',
    '1500m',
    '64Mi',
    '1Gi',
    '10k',
    '1e3',
    '123456789012',
    '-1',
  ),
  fc.constantFrom('9223372036854775807', '-9223372036854775807', '8Ei', '1n', '999999999n', '.5'),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 0n, max: 2n ** 63n }),
      fc.constantFrom(
        '',
        'n',
        'u',
        'm',
        'k',
        'M',
        'G',
        'T',
        'P',
        'E',
        'Ki',
        'Mi',
        'Gi',
        'Ti',
        'Ei',
      ),
    )
    .map(([sign, digits, suffix]) => `${sign}${digits}${suffix}`),
);

/** The strings of recorded objects by schema and field; the keys of maps behind a field's {}. */
const words = new Map<string, Map<string, number>>();

/** Words that rows look for and no recorded object has, by schema and field. */
const unrecorded: ReadonlyMap<string, readonly string[]> = new Map([
  ['core.v1.PodCondition.type', ['PodResizePending', 'PodResizeInProgress']],
]);

/** The fields of recorded objects: made-up ones have them more often than the many others. */
const seen = new Set<string>();

function learn(value: unknown, schema: Schema, place: string): void {
  if (schema.$ref !== undefined) {
    const referred = schemas[schema.$ref] as Schema;
    learn(value, referred, referred.properties ? schema.$ref : place);
    return;
  }
  if (typeof value === 'string') keep(value, place);
  if (Array.isArray(value)) for (const item of value) learn(item, schema.items ?? {}, place);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    const property = schema.properties?.[key];
    if (property !== undefined) {
      seen.add(`${place}.${key}`);
      learn(one, property, `${place}.${key}`);
    }
    if (schema.additionalProperties === undefined) continue;
    keep(key, `${place}{}`);
    learn(one, schema.additionalProperties, place);
  }
}

function keep(word: string, place: string): void {
  const known = words.get(place) ?? new Map<string, number>();
  words.set(place, known);
  known.set(word, (known.get(word) ?? 0) + 1);
}

const kinds = Object.fromEntries(
  Object.values(roots).map((root) => [root.replace(/.*\./, ''), root]),
);
for (const line of read('../conformance/clusters/fuzz.jsonl').split('\n').filter(Boolean)) {
  const object = JSON.parse(line) as { kind: string };
  learn(object, { $ref: kinds[object.kind] as string }, '');
}

function textsAt(place: string): Arbitrary<string> {
  const counted = [...(words.get(place) ?? [])].sort(([, a], [, b]) => b - a);
  if (counted.length === 0) return oddStrings;
  const recorded = counted.slice(0, wordsMax).map(([word]) => word);
  const known = [...recorded, ...(unrecorded.get(place) ?? [])];
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: oddStrings },
  );
}

const made = new Map<string, Arbitrary<unknown>>();

function valuesOf(schema: Schema, place: string): Arbitrary<unknown> {
  const { $ref, type, format } = schema;
  if ($ref === 'resource.Quantity') return quantities;
  if ($ref !== undefined) {
    const referred = schemas[$ref] as Schema;
    const at = referred.properties ? $ref : place;
    const known = made.get(at) ?? valuesOf(referred, at);
    if (at === $ref) made.set(at, known);
    return known;
  }
  if (format === 'int-or-string') return fc.oneof(whole(32), textsAt(place));
  if (format === 'date-time') return times;
  if (format === 'byte') return fc.base64String({ maxLength: 40 });
  if (type === 'string') return textsAt(place);
  if (type === 'integer') return whole(format === 'int64' ? 64 : 32);
  if (type === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'array')
    return fc.array(valuesOf(schema.items ?? {}, place), { maxLength: itemsMax });
  if (schema.properties) return fieldsOf(schema, place);
  const items = schema.additionalProperties;
  if (items === undefined) return fc.constantFrom({}, { a: { b: [1] } });
  return fc.dictionary(textsAt(`${place}{}`), valuesOf(items, place), { maxKeys: keysMax });
}

/** Optional fields may be absent, null or empty; the others null or empty where Go's may be. */
function fieldsOf({ properties = {}, required = [] }: Schema, place: string): Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const at = `${place}.${name}`;
    const values = { weight: seen.has(at) ? 12 : 2, arbitrary: valuesOf(schema, at) };
    const empty = fc.constant(emptyOf(schema));
    if (required.includes(name)) {
      const lesser = isScalar(schema) ? empty : fc.oneof(empty, fc.constant(null));
      return [name, fc.oneof(values, { weight: 1, arbitrary: lesser })] as const;
    }
    // JSON has no undefined: it leaves such a field out.
    const lesser = fc.oneof(
      fc.constant(undefined),
      fc.constant(undefined),
      fc.constant(null),
      empty,
    );
    return [name, fc.oneof(values, { weight: 3, arbitrary: lesser })] as const;
  });
  return fc.record(Object.fromEntries(fields));
}

const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (schemas[schema.$ref] as Schema);

/** Whether Go's field is no pointer, list or map, so that it is never null. */
const isScalar = (schema: Schema): boolean => {
  const { type, format, properties } = resolved(schema);
  return (
    format !== 'date-time' && type !== 'array' && (type !== 'object' || properties !== undefined)
  );
};

function emptyOf(schema: Schema): unknown {
  const { type, format } = resolved(schema);
  if (schema.$ref === 'resource.Quantity') return '0';
  if (format === 'date-time') return null;
  if (format === 'int-or-string' || type === 'integer' || type === 'number') return 0;
  if (type === 'string') return '';
  if (type === 'boolean') return false;
  return type === 'array' ? [] : {};
}

/** An object of the resource as it comes from the wire, but without a name. */
export function objectsOf(plural: string): Arbitrary<Record<string, unknown>> {
  const root = roots[plural];
  if (root === undefined) {
    throw new Error(
      `test/resources/openapi.json: expected a schema of ${plural}, got none; run ` +
        '`npx node tools/openapi.ts`, which writes it from the sources of Kubernetes.',
    );
  }
  return fieldsOf(schemas[root] as Schema, root).map((object) =>
    JSON.parse(JSON.stringify(object)),
  );
}

/** The object without the fields that are null, which to Go is the same. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const given = Object.entries(value).filter(([, one]) => one !== null);
  return Object.fromEntries(given.map(([name, one]) => [name, withoutNulls(one)]));
}
