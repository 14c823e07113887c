// definitionsOf reads CustomResourceDefinitions: the kinds that they make, and their schemas.
import type { KindPattern, ServedKind } from './types.ts';

/** A kind in one version, as its definition has it. */
export interface DefinedKind extends ServedKind {
  /** Its OpenAPI schema; undefined where the definition has none. */
  readonly schema: object | undefined;
}

interface Definition {
  readonly spec?: {
    readonly group?: string;
    readonly scope?: string;
    readonly names?: { readonly kind?: string; readonly plural?: string };
    readonly versions?: readonly {
      readonly name?: string;
      readonly schema?: { readonly openAPIV3Schema?: object };
    }[];
  };
}

/** The kinds of an object that is a definition; none of all other objects. */
export function definedKinds(object: object): DefinedKind[] {
  const { kind, spec } = object as Definition & { readonly kind?: string };
  if (kind !== 'CustomResourceDefinition' || spec === undefined) return [];
  const { group = '', scope, names = {}, versions = [] } = spec;
  return versions.map(({ name = '', schema }) => ({
    group,
    version: name,
    kind: names.kind ?? '',
    plural: names.plural ?? '',
    scope: scope === 'Cluster' ? ('cluster' as const) : ('namespace' as const),
    schema: schema?.openAPIV3Schema,
  }));
}

/** The schema of the kinds of a pattern; undefined unless there is exactly one kind of them. */
export function schemaOf(
  { group, version, kind }: KindPattern,
  defined: readonly DefinedKind[],
): object | undefined {
  const matching = defined.filter(
    (one) =>
      one.group === group && one.kind === kind && (version === '*' || one.version === version),
  );
  // Of several versions the last one is the newest, and mostly has all that the others have.
  return matching.at(-1)?.schema;
}
