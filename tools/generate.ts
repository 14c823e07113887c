// Writes every file that derives from the tables; with --check it names the stale ones instead.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resultsIn } from '../bench/lib/results.ts';
import { questions } from '../bench/questions.ts';
import { dashboards } from '../monitoring/dashboards/index.ts';
import { commands } from '../src/commands/index.ts';
import { flags } from '../src/options.ts';
import { resources } from '../src/resources/index.ts';
import { benchmarkPages } from './generate/benchmarks.ts';
import { chartFacts, derivedTemplates, withCollectors } from './generate/chart.ts';
import { cliPage } from './generate/cli.ts';
import { dashboardFiles } from './generate/dashboards.ts';
import { metricPages } from './generate/metrics.ts';
import { withFlags } from './generate/migration.ts';
import { manifests } from './generate/rbac.ts';
import { differing } from './generate/stale.ts';

const root = join(import.meta.dirname, '..');
const chart = 'helm/kube-state-metrics';

/** Folders of generated files only: one that nothing makes any more is stale. */
const generatedFolders = [
  ...['docs/metrics', 'docs/benchmarks', 'rbac'],
  `${chart}/files/dashboards`,
];

/** The files by their path under the root. */
async function generate(): Promise<Record<string, string>> {
  const read = (path: string) => readFile(join(root, path), 'utf8');
  const values = await read(`${chart}/values.yaml`);
  const facts = chartFacts(await read(`${chart}/Chart.yaml`), values);
  return {
    ...under('docs/metrics', metricPages(resources)),
    ...under('docs', benchmarkPages(resultsIn(join(root, 'bench/results')), questions)),
    'docs/cli.md': cliPage(commands),
    'docs/migration.md': withFlags(await read('docs/migration.md'), flags),
    ...under(`${chart}/files/dashboards`, dashboardFiles(dashboards)),
    ...under('rbac', manifests(resources, facts)),
    [`${chart}/values.yaml`]: withCollectors(values, resources),
    [`${chart}/templates/_derived.tpl`]: derivedTemplates(values, resources),
  };
}

const under = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

const files = await generate();
const stale = await differing(root, files, generatedFolders);
if (!process.argv.includes('--check')) {
  for (const { path } of stale) {
    const text = files[path];
    if (text === undefined) {
      await rm(join(root, path));
      continue;
    }
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  process.stdout.write(
    `${stale.length} of ${Object.keys(files).length} generated files renewed.\n`,
  );
} else if (stale.length > 0) {
  for (const { path, reason } of stale) process.stderr.write(`${path}: ${reason}\n`);
  process.stderr.write('Run `npm run generate` and commit what it writes.\n');
  process.exitCode = 1;
}
