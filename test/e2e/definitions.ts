// The definitions of other projects' kinds that the chart can render: from their Go modules.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder } from '../../tools/goModule.ts';

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

const FETCH_TIMEOUT_MS = 5 * 60_000;

const kept = Object.entries(MODULES).map(([module, paths]) => ({
  module,
  folder: join(cacheFolder, module.replaceAll('/', '_')),
  paths,
}));

/** The files, as paths; they are there only after `fetchDefinitions`. */
export const definitionFiles: readonly string[] = kept.flatMap(({ folder, paths }) =>
  paths.map((path) => join(folder, basename(path))),
);

/** Gets what is missing by the Go module proxy; throws a sentence that names what it could not. */
export function fetchDefinitions(): void {
  if (definitionFiles.every((file) => existsSync(file))) return;
  for (const { module, folder, paths } of kept) {
    const source = downloaded(module);
    mkdirSync(folder, { recursive: true });
    for (const path of paths) copyFileSync(join(source, path), join(folder, basename(path)));
  }
}

/** The folder in Go's cache. */
function downloaded(module: string): string {
  const { stdout, error } = spawnSync('go', ['mod', 'download', '-json', module], {
    encoding: 'utf8',
    timeout: FETCH_TIMEOUT_MS,
  });
  if (error) throw new Error(`The end-to-end suites need go to get ${module}: ${error.message}`);
  const { Dir, Error: reason } = JSON.parse(stdout) as { Dir?: string; Error?: string };
  if (Dir !== undefined) return Dir;
  throw new Error(
    `The end-to-end suites need \`go mod download ${module}\`, and it failed: ${reason}`,
  );
}
