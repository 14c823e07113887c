// Writes test/custom/packs/*.definitions.jsonl: the projects' own definitions of what packs serve.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type PackName, packNames } from '../src/custom/packs.ts';
import { execute } from './execute.ts';
import { packEntries } from './generate/packs.ts';
import { goSources } from './goModule.ts';

/** A Go module, and its folder of definitions; without one they are made of its Go types. */
interface Source {
  readonly module: string;
  readonly folder?: string;
}

const flux = 'github.com/fluxcd';
const bases = 'config/crd/bases';
const clusterApi = 'sigs.k8s.io/cluster-api@v1.14.2';

/** All are licensed under Apache-2.0. */
const sources: Readonly<Record<PackName, readonly Source[]>> = {
  'gateway-api': [{ module: 'sigs.k8s.io/gateway-api@v1.6.3', folder: 'config/crd/standard' }],
  flux: [
    { module: `${flux}/source-controller@v1.9.6`, folder: bases },
    { module: `${flux}/kustomize-controller@v1.9.6`, folder: bases },
    { module: `${flux}/helm-controller@v1.4.0`, folder: bases },
    { module: `${flux}/notification-controller@v1.6.0`, folder: bases },
    { module: `${flux}/image-reflector-controller/api@v1.2.5` },
    { module: `${flux}/image-automation-controller/api@v1.2.5` },
  ],
  'cluster-api': [
    { module: clusterApi, folder: 'core/config/crd/bases' },
    { module: clusterApi, folder: 'controlplane/kubeadm/config/crd/bases' },
    { module: clusterApi, folder: 'bootstrap/kubeadm/config/crd/bases' },
  ],
  'vertical-pod-autoscaler': [
    { module: 'k8s.io/autoscaler/vertical-pod-autoscaler@v1.8.1', folder: 'deploy' },
  ],
  'volume-snapshot': [
    {
      module: 'github.com/kubernetes-csi/external-snapshotter/client/v8@v8.7.0',
      folder: 'config/crd',
    },
  ],
};

/** What makes definitions of Go types; `go run` builds it. */
const CONTROLLER_GEN = 'sigs.k8s.io/controller-tools/cmd/controller-gen@v0.20.1';
const OUTPUT = join(import.meta.dirname, '../test/custom/packs');

interface Definition {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly schema: unknown }[];
  };
}

/** Groups of Kubernetes need it. */
const APPROVAL = 'api-approved.kubernetes.io';

/** The definition with one version, without what only people read. */
function trimmed({ metadata, spec }: Definition, version: string): object {
  const only = spec.versions.find(({ name }) => name === version);
  if (only === undefined) throw new Error(`expected ${metadata.name} in ${version}, got none`);
  const approval = metadata.annotations?.[APPROVAL];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: metadata.name,
      ...(approval !== undefined && { annotations: { [APPROVAL]: approval } }),
    },
    spec: {
      group: spec.group,
      scope: spec.scope,
      names: spec.names,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: withoutDescriptions(only.schema),
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** A description is a text; a property of that name is a schema, and stays. */
const withoutDescriptions = (schema: unknown): unknown =>
  JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === 'description' && typeof value === 'string' ? undefined : value,
    ),
  );

async function definitionsOf({ module, folder }: Source): Promise<Definition[]> {
  const at = goSources(module);
  if (folder !== undefined) return definitionsIn(join(at, folder));
  const made = mkdtempSync(join(tmpdir(), 'kubestate-definitions-'));
  try {
    const args = ['crd', 'paths=./v1/...', `output:crd:dir=${made}`];
    await execute('go', ['run', '-C', at, CONTROLLER_GEN, ...args]);
    return definitionsIn(made);
  } finally {
    rmSync(made, { recursive: true });
  }
}

const definitionsIn = (folder: string): Definition[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .map((document) => document.toJS() as Definition | null)
    .filter((one): one is Definition => one?.kind === 'CustomResourceDefinition');

for (const name of packNames) {
  const all = (await Promise.all(sources[name].map(definitionsOf))).flat();
  const lines = packEntries(name).map(({ groupVersionKind, resourcePlural: plural }) => {
    const { group, version } = groupVersionKind;
    const found = all.find((one) => one.metadata.name === `${plural}.${group}`);
    if (found === undefined) throw new Error(`expected a definition ${plural}.${group}, got none`);
    return `${JSON.stringify(trimmed(found, version))}\n`;
  });
  const file = join(OUTPUT, `${name}.definitions.jsonl`);
  writeFileSync(file, lines.join(''));
  process.stdout.write(`${file}: ${lines.length} definitions, ${lines.join('').length} bytes\n`);
}
