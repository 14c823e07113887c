// The definitions of other projects' kinds that manifests of ours have: from their Go modules.
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { goSources } from '../../tools/goModule.ts';
import { keptFolder, makeOnce } from '../../tools/kept.ts';

/** By module at its version, the files in it. */
type Modules = Readonly<Record<string, readonly string[]>>;

const operator = 'example/prometheus-operator-crd/monitoring.coreos.com_';
const prometheusOperator = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

/** What the chart can render. */
const OF_CHART: Modules = {
  [prometheusOperator]: [
    `${operator}servicemonitors.yaml`,
    `${operator}scrapeconfigs.yaml`,
    `${operator}prometheusrules.yaml`,
  ],
  'k8s.io/autoscaler/vertical-pod-autoscaler@v1.8.1': ['deploy/vpa-v1-crd-gen.yaml'],
};

/** What docs/recipes.md shows beyond that, and what the Prometheus operator asks for. */
const OF_RECIPES: Modules = {
  [prometheusOperator]: [
    `${operator}prometheuses.yaml`,
    `${operator}podmonitors.yaml`,
    `${operator}probes.yaml`,
  ],
  'github.com/VictoriaMetrics/operator@v0.50.0': ['config/crd/overlay/crd.yaml'],
  'github.com/argoproj/argo-cd/v3@v3.0.12': ['manifests/crds/application-crd.yaml'],
};

interface Kept {
  readonly module: string;
  readonly folder: string;
  readonly paths: readonly string[];
}

const kept = (modules: Modules, suffix = ''): Kept[] =>
  Object.entries(modules).map(([module, paths]) => {
    const [, name = ''] = /([^/]+?)(?:\/v\d+)?@/.exec(module) ?? [];
    return { module, folder: keptFolder(`${name}${suffix}`, [module, ...paths]), paths };
  });

const filesOf = (all: readonly Kept[]): string[] =>
  all.flatMap(({ folder, paths }) => paths.map((path) => join(folder, basename(path))));

const ofChart = kept(OF_CHART);
const ofRecipes = kept(OF_RECIPES, '-recipes');

/** The files, as paths; they are there only after `fetchDefinitions`. */
export const definitionFiles: readonly string[] = filesOf(ofChart);
export const recipeDefinitionFiles: readonly string[] = filesOf([...ofChart, ...ofRecipes]);

/** Gets what is missing by the Go module proxy; throws a sentence that names what it could not. */
export function fetchDefinitions(): void {
  for (const { module, folder, paths } of [...ofChart, ...ofRecipes]) {
    makeOnce(folder, (filling) => {
      const source = goSources(module);
      for (const path of paths) copyFileSync(join(source, path), join(filling, basename(path)));
    });
  }
}
