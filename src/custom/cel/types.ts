// The types that an expression is checked with: CEL's own, and objects of an OpenAPI schema.
import type { CelType } from '@bufbuild/cel';

/**
 * A type; `any` is CEL's dyn, of which everything may be true; `none` is that of the elements of an
 * empty list.
 */
export type Type =
  | { readonly kind: 'any' | 'none' }
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly value: Type }
  | {
      readonly kind: 'object';
      readonly fields: ReadonlyMap<string, Type>;
      /** Whether fields may be there that the schema does not list. */
      readonly open: boolean;
    };

export const any: Type = { kind: 'any' };
export const none: Type = { kind: 'none' };
export const scalar = (name: string): Type => ({ kind: 'scalar', name });
export const listOf = (element: Type): Type => ({ kind: 'list', element });
export const mapOf = (value: Type): Type => ({ kind: 'map', value });

/** The name that CEL has for it, which overloads are chosen by; undefined for dyn. */
export function baseName(type: Type): string | undefined {
  if (type.kind === 'any' || type.kind === 'none') return undefined;
  if (type.kind === 'scalar') return type.name;
  return type.kind === 'list' ? 'list' : 'map';
}

/** For people: `list(string)`. */
export function nameOfType(type: Type): string {
  switch (type.kind) {
    case 'any':
    case 'none':
      return 'dyn';
    case 'list':
      return `list(${nameOfType(type.element)})`;
    case 'map':
      return `map(${nameOfType(type.value)})`;
    case 'object':
      return 'object';
    default:
      return type.name.replace('google.protobuf.', '').toLowerCase();
  }
}

/** The type of the library's functions. */
export function typeOfCel(type: CelType): Type {
  if (type.kind === 'list') return listOf(typeOfCel(type.element));
  if (type.kind === 'map') return mapOf(typeOfCel(type.value));
  return type.name === 'dyn' ? any : scalar(type.name);
}

/** What a value is that is of the one or of the other. */
export function joined(left: Type, right: Type): Type {
  if (left.kind === 'none') return right;
  if (right.kind === 'none') return left;
  if (left.kind === 'list' && right.kind === 'list') {
    return listOf(joined(left.element, right.element));
  }
  if (left.kind === 'map' && right.kind === 'map') return mapOf(joined(left.value, right.value));
  const same = left === right || (left.kind === 'scalar' && baseName(left) === baseName(right));
  return same ? left : any;
}

/** The parts of an OpenAPI schema of a CRD that tell which fields an object has. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

/** The type of objects of the schema of a CRD's version; dyn without one. */
export function schemaType(schema: object | undefined): Type {
  if (schema === undefined) return any;
  const type = typeOfSchema(schema as Schema);
  if (type.kind !== 'object') return type;
  return { ...type, fields: new Map([...type.fields, ...topFields]) };
}

function typeOfSchema(schema: Schema): Type {
  if (schema['x-kubernetes-int-or-string']) return any;
  switch (schema.type) {
    case 'integer':
      return scalar('int');
    case 'string':
    case 'boolean':
      return scalar(schema.type === 'string' ? 'string' : 'bool');
    case 'array':
      return listOf(schema.items === undefined ? any : typeOfSchema(schema.items));
    case 'object':
      return typeOfObject(schema);
    default:
      // A `number` is an int or a double by its value.
      return any;
  }
}

function typeOfObject(schema: Schema): Type {
  const { properties = {}, additionalProperties } = schema;
  if (typeof additionalProperties === 'object') return mapOf(typeOfSchema(additionalProperties));
  if (additionalProperties === true) return mapOf(any);
  const fields = new Map(
    Object.entries(properties).map(([name, field]) => [name, typeOfSchema(field)]),
  );
  if (schema['x-kubernetes-embedded-resource']) for (const field of topFields) fields.set(...field);
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  return { kind: 'object', fields, open };
}

const text = scalar('string');
const texts = mapOf(text);

/** Fields of the metadata of every object, but managedFields, which kubestate drops. */
const metadata: Type = {
  kind: 'object',
  open: false,
  fields: new Map<string, Type>([
    ...['name', 'namespace', 'uid', 'generateName', 'resourceVersion', 'selfLink'].map(
      (name) => [name, text] as const,
    ),
    ...['creationTimestamp', 'deletionTimestamp'].map((name) => [name, text] as const),
    ...['generation', 'deletionGracePeriodSeconds'].map((name) => [name, scalar('int')] as const),
    ['labels', texts],
    ['annotations', texts],
    ['finalizers', listOf(text)],
    [
      'ownerReferences',
      listOf({
        kind: 'object',
        open: false,
        fields: new Map<string, Type>([
          ...['apiVersion', 'kind', 'name', 'uid'].map((name) => [name, text] as const),
          ...['controller', 'blockOwnerDeletion'].map((name) => [name, scalar('bool')] as const),
        ]),
      }),
    ],
  ]),
};

/** What every object has beside the fields that its schema lists. */
const topFields: readonly (readonly [string, Type])[] = [
  ['apiVersion', text],
  ['kind', text],
  ['metadata', metadata],
];
