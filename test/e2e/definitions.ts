// The definitions of other projects' kinds that the chart can render: from their Go modules.
import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { goSources } from '../../tools/goModule.ts';
import { keptFolder, makeOnce } from '../../tools/kept.ts';

const operator = 'example/prometheus-operator-crd/monitoring.coreos.com_';

/** A module at its version, and the files in it. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  'github.com/prometheus-operator/prometheus-operator@v0.85.0': [
    `${operator}servicemonitors.yaml`,
    `${operator}scrapeconfigs.yaml`,
    `${operator}prometheusrules.yaml`,
  ],
  'k8s.io/autoscaler/vertical-pod-autoscaler@v1.8.1': ['deploy/vpa-v1-crd-gen.yaml'],
};

const kept = Object.entries(MODULES).map(([module, paths]) => ({
  module,
  folder: keptFolder(basename(module.replace(/@.*/, '')), [module, ...paths]),
  paths,
}));

/** The files, as paths; they are there only after `fetchDefinitions`. */
export const definitionFiles: readonly string[] = kept.flatMap(({ folder, paths }) =>
  paths.map((path) => join(folder, basename(path))),
);

/** Gets what is missing by the Go module proxy; throws a sentence that names what it could not. */
export function fetchDefinitions(): void {
  for (const { module, folder, paths } of kept) {
    makeOnce(folder, (filling) => {
      const source = goSources(module);
      for (const path of paths) copyFileSync(join(source, path), join(filling, basename(path)));
    });
  }
}
