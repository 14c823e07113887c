// Writes test/resources/openapi.json: the schemas of all resources, from Kubernetes' OpenAPI files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyResource } from '../src/metrics/select.ts';
import { resources } from '../src/resources/index.ts';
import { goSources } from './goModule.ts';

/** The module whose sources contain the documents of /openapi/v3. */
const KUBERNETES = 'k8s.io/kubernetes@v1.36.3';
const DOCUMENTS = 'api/openapi-spec/v3';
const OUTPUT = join(import.meta.dirname, '../test/resources/openapi.json');

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly 'x-kubernetes-group-version-kind'?: readonly Record<string, string>[];
}

type Schemas = Readonly<Record<string, Schema>>;

function schemasOf(folder: string, { group, version }: AnyResource): Schemas {
  const name = group === '' ? `api__${version}` : `apis__${group}__${version}`;
  const document: unknown = JSON.parse(readFileSync(join(folder, `${name}_openapi.json`), 'utf8'));
  return (document as { components: { schemas: Schemas } }).components.schemas;
}

const shortNameOf = (ref: string): string =>
  ref.replace(/^.*\//, '').replace(/^io\.k8s\.(?:api|apimachinery\.pkg\.(?:apis|api))\./, '');

/** The schema without descriptions; references by name only. */
function trimmed(schema: Schema): object {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (ref !== undefined) return { $ref: shortNameOf(ref) };
  const { type, format, required } = schema;
  const each = (schemas: Schemas): object =>
    Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, trimmed(one)]));
  return {
    type,
    format,
    enum: schema.enum,
    required,
    oneOf: schema.oneOf?.map(trimmed),
    items: schema.items && trimmed(schema.items),
    additionalProperties: schema.additionalProperties && trimmed(schema.additionalProperties),
    properties: schema.properties && each(schema.properties),
  };
}

/** Adds the schema of this name and all that it refers to. */
function collect(name: string, from: Schemas, into: Map<string, object>): void {
  const short = shortNameOf(name);
  const schema = from[name];
  if (into.has(short)) return;
  if (schema === undefined) throw new Error(`expected a schema ${name}, got none`);
  into.set(short, trimmed(schema));
  for (const [, ref = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/(.*?)"/g)) {
    collect(ref, from, into);
  }
}

const folder = join(goSources(KUBERNETES), DOCUMENTS);
const roots: Record<string, string> = {};
const schemas = new Map<string, object>();
for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
  const from = schemasOf(folder, resource);
  const name = Object.keys(from).find((one) =>
    from[one]?.['x-kubernetes-group-version-kind']?.some(
      ({ group, version, kind }) =>
        group === resource.group && version === resource.version && kind === resource.kind,
    ),
  );
  if (name === undefined) throw new Error(`expected a schema for ${resource.kind}, got none`);
  roots[plural] = shortNameOf(name);
  collect(name, from, schemas);
}

const lines = (entries: Iterable<[string, unknown]>): string =>
  [...entries].map(([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`).join(',\n');
const text = [
  `{"source": "${KUBERNETES} ${DOCUMENTS}, by tools/openapi.ts",`,
  `"roots": {\n${lines(Object.entries(roots))}},`,
  `"schemas": {\n${lines([...schemas].sort(([a], [b]) => (a < b ? -1 : 1)))}}}\n`,
].join('\n');
writeFileSync(OUTPUT, text);
process.stdout.write(`${OUTPUT}: ${schemas.size} schemas, ${text.length} bytes\n`);
