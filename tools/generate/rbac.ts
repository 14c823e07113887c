// Renders the plain manifests: rbac/ and the kustomization at the root.
import { stringify } from 'yaml';
import type { ChartFacts } from './chart.ts';
import { notice } from './notice.ts';
import { readme } from './rbac/readme.ts';
import { variantsOf } from './rbac/variants.ts';
import type { Tables } from './rules.ts';

/** The files by path below rbac/. */
export function manifests(tables: Tables, chart: ChartFacts): Record<string, string> {
  const variants = variantsOf(tables, chart);
  const files: Record<string, string> = { 'README.md': readme(variants, tables, chart.image) };
  for (const [folder, objects] of Object.entries(variants)) {
    const path = folder === '' ? '' : `${folder}/`;
    for (const [file, object] of Object.entries(objects)) files[path + file] = yamlOf(object);
    // kustomize accepts this name, and `kubectl apply -f` of the folder ignores it.
    files[`${path}Kustomization`] = kustomization(Object.keys(objects));
  }
  return files;
}

/** A kustomization of these files or folders. */
export const kustomization = (resources: readonly string[]): string =>
  yamlOf({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });

const yamlOf = (object: object): string =>
  `# ${notice('tools/generate/rbac')}\n` +
  stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
