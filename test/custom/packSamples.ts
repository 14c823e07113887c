// The samples of each pack: definitions, objects, and the exposition that the pack makes of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { PackName } from '../../src/custom/packs.ts';

/** An object as the API server has it. */
export interface SampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly creationTimestamp: string;
  };
  readonly status?: object;
}

export interface SampleDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

const folder = join(import.meta.dirname, 'packs');

/** The path of a file of the samples. */
export const sampleFile = (pack: PackName, kind: 'prom'): string => join(folder, `${pack}.${kind}`);

const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** The projects' own definitions, cut to one version by tools/packDefinitions.ts. */
export const sampleDefinitions = (pack: PackName): SampleDefinition[] =>
  textOf(`${pack}.definitions.jsonl`)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SampleDefinition);

export const sampleObjects = (pack: PackName): SampleObject[] =>
  parseAllDocuments(textOf(`${pack}.objects.yaml`)).map(
    (document) => document.toJS() as SampleObject,
  );

/** What kube-state-metrics serves of them, recorded by tools/packRecordings.ts. */
export const sampleExposition = (pack: PackName): string => textOf(`${pack}.prom`);

/** What the API server says of a definition that it serves. */
const statusOf = ({ spec }: SampleDefinition): object => ({
  acceptedNames: spec.names,
  conditions: [{ type: 'Established', status: 'True' }],
  storedVersions: spec.versions.map(({ name }) => name),
});

/** All of them as a file of the simulated API server. */
export const sampleLines = (pack: PackName): string =>
  [
    ...sampleDefinitions(pack).map((one) => ({ ...one, status: statusOf(one) })),
    ...sampleObjects(pack),
  ]
    .map((one) => `${JSON.stringify(one)}\n`)
    .join('');
