// Custom resources in tests: their definitions, their objects, and configurations of them.
import type { ApiObject } from '../../src/demo/objects.ts';

export interface DefinitionOptions {
  readonly group?: string;
  readonly plural?: string;
  readonly scope?: 'Namespaced' | 'Cluster';
  /** The names that are served; another one is in the definition, and not served. */
  readonly versions?: readonly string[];
  readonly conditions?: Readonly<Record<string, string>>;
}

/** A CustomResourceDefinition that the API server has accepted. */
export function definition(kind: string, options: DefinitionOptions = {}): ApiObject {
  const { group = 'shop.example.com', versions = ['v1'], scope = 'Namespaced' } = options;
  const { plural = `${kind.toLowerCase()}s`, conditions = { Established: 'True' } } = options;
  const served = versions.map((name, i) => ({ name, served: true, storage: i === 0 }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [...served, { name: 'v0', served: false, storage: false }],
    },
    status: {
      conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })),
    },
  } as unknown as ApiObject;
}

/** An object with `spec.size`. */
export const custom = (
  kind: string,
  name: string,
  size: unknown = 1,
  apiVersion = 'shop.example.com/v1',
): ApiObject =>
  ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'default' },
    spec: { size },
  }) as unknown as ApiObject;

export interface EntryOptions {
  readonly group?: string;
  readonly version?: string;
  readonly prefix?: string;
  readonly plural?: string;
  /** The name of its only metric. */
  readonly metric?: string;
  readonly path?: readonly string[];
}

/** An entry with one gauge of `spec.size`, and the label `name`. */
export function entryOf(kind: string, options: EntryOptions = {}): object {
  const { group = 'shop.example.com', version = 'v1', prefix, plural } = options;
  const { metric = `${kind.toLowerCase()}_size`, path = ['spec', 'size'] } = options;
  return {
    groupVersionKind: { group, version, kind },
    ...(prefix && { metricNamePrefix: prefix }),
    ...(plural && { resourcePlural: plural }),
    labelsFromPath: { name: ['metadata', 'name'] },
    metrics: [{ name: metric, help: 'Its size.', each: { type: 'Gauge', gauge: { path } } }],
  };
}

/** The text of a configuration; JSON is YAML. */
export const configOf = (...resources: readonly object[]): string =>
  JSON.stringify({ kind: 'CustomResourceStateMetrics', spec: { resources } }, undefined, 1);
