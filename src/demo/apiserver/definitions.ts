// kindsDefinedBy reads the kinds that a CustomResourceDefinition adds to the simulated API server.
import type { ApiObject } from '../objects.ts';
import type { Kind } from './kinds.ts';

/** The names and versions in a CustomResourceDefinition. */
interface DefinitionSpec {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: { readonly kind?: string; readonly plural?: string };
  readonly versions?: readonly {
    readonly name?: string;
    readonly served?: boolean;
    readonly subresources?: { readonly status?: object };
  }[];
}

/** One kind for each served version of a CustomResourceDefinition. */
export function kindsDefinedBy({ spec }: ApiObject): Kind[] {
  const { group, scope, names, versions = [] } = (spec ?? {}) as DefinitionSpec;
  const { kind, plural } = names ?? {};
  if (group === undefined || kind === undefined || plural === undefined) return [];
  return versions.flatMap(({ name, served, subresources }) =>
    name === undefined || served === false
      ? []
      : {
          resource: plural,
          group,
          version: name,
          kind,
          namespaced: scope === 'Namespaced',
          counted: true,
          statusApart: subresources?.status !== undefined,
          custom: true,
        },
  );
}
