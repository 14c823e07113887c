// Renders objects by a custom-resource configuration, as text or OpenMetrics, without a server.
import { readCustomConfig } from '../../src/custom/read.ts';
import { customTable, matchesKind } from '../../src/custom/table.ts';
import type { CustomConfig, OnRuleError, ServedKind } from '../../src/custom/types.ts';
import { ExactIntegers, parseJson } from '../../src/kube/json.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import type { Format } from '../../src/store/types.ts';

type Definition = KubeObject & {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
};
export type AnyObject = KubeObject & { readonly apiVersion: string; readonly kind: string };

/** The objects of a file of JSON lines, as they are decoded for custom resources. */
export const objectsOf = (jsonl: string): AnyObject[] => {
  const exact = new ExactIntegers('all');
  return jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJson(line, exact) as AnyObject);
};

/** The kinds that the custom resource definitions among the objects define. */
export const kindsOf = (objects: readonly AnyObject[]): ServedKind[] =>
  objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .flatMap((definition) => {
      const { group, scope, names, versions } = (definition as unknown as Definition).spec;
      return versions.map(({ name }) => ({
        group,
        version: name,
        kind: names.kind,
        plural: names.plural,
        scope: scope === 'Cluster' ? ('cluster' as const) : ('namespace' as const),
      }));
    });

/** Families of one name in several tables are one family: what each gives, and its header. */
class Families {
  readonly #texts = new Map<string, { readonly header: string; text: string }>();

  add(
    table: AnyResource,
    objects: readonly KubeObject[],
    { format = 'text', sparse = false }: Rendering,
  ): void {
    if (objects.length === 0) return;
    const choices = {
      enabled: (family: string) => table.families[family]?.optIn !== true,
      labels: undefined,
      annotations: undefined,
      sparse: () => sparse,
    };
    const renderer = compile(table, choices, (family, object, cause) => {
      throw new Error(`${family} of ${object.metadata.name}`, { cause });
    });
    for (const { name, header } of renderer.families) {
      if (!this.#texts.has(name)) this.#texts.set(name, { header: header[format], text: '' });
    }
    for (const object of objects) {
      for (const [i, text] of renderer.render(object).entries()) {
        const family = this.#texts.get(renderer.families[i]?.name ?? '');
        if (family !== undefined) family.text += text;
      }
    }
  }

  exposition(format: Format): string {
    const families = [...this.#texts.values()].map(({ header, text }) => header + text);
    return families.join('') + (format === 'openmetrics' ? '# EOF\n' : '');
  }
}

interface Rendering {
  readonly format?: Format;
  /** Core tables that are served in front of the custom ones, by the kind of their objects. */
  readonly core?: readonly AnyResource[];
  /** Whether state sets are without their series of 0. */
  readonly sparse?: boolean;
  readonly onRuleError?: OnRuleError;
}

const throwing: OnRuleError = (rule, object, cause) => {
  throw new Error(`${rule.family} of ${object.metadata.name}`, { cause });
};

const ofTable = (table: AnyResource, objects: readonly AnyObject[]): AnyObject[] => {
  const apiVersion = table.group === '' ? table.version : `${table.group}/${table.version}`;
  return objects.filter((one) => one.apiVersion === apiVersion && one.kind === table.kind);
};

export function expositionOf(
  { entries }: CustomConfig,
  kinds: readonly ServedKind[],
  objects: readonly AnyObject[],
  rendering: Rendering = {},
): string {
  const { format = 'text', core = [], onRuleError = throwing } = rendering;
  const families = new Families();
  const customs = kinds
    .map((kind) => {
      const about = entries.filter(({ pattern }) => matchesKind(pattern, kind));
      return customTable(kind, about, onRuleError);
    })
    .filter((table) => Object.keys(table.families).length > 0);
  for (const table of [...core, ...customs])
    families.add(table, ofTable(table, objects), rendering);
  return families.exposition(format);
}

/** Reads the text, whose mistakes are none of the test. */
export const configOf = (text: string): Promise<CustomConfig> => readCustomConfig('a.yaml', text);

/** An object named `a` of kind Thing in example.com/v1. */
export const thingOf = (fields: object): AnyObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'n', uid: 'u' },
  ...fields,
});

export const thingKind: ServedKind = {
  group: 'example.com',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  scope: 'namespace',
};
