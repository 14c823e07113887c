// Writes every file that derives from the tables; with --check it names the stale ones instead.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resultsIn } from '../bench/lib/results.ts';
import { questions } from '../bench/questions.ts';
import { ruleGroups } from '../monitoring/rules/index.ts';
import { commands } from '../src/commands/index.ts';
import { flags } from '../src/options.ts';
import { resources } from '../src/resources/index.ts';
import { recorded, unrecorded } from '../test/chart/differences.ts';
import { alertsPage, ruleFiles } from './generate/alerts.ts';
import { benchmarkPages } from './generate/benchmarks.ts';
import { withGenerated } from './generate/between.ts';
import { chartFacts, derivedTemplates, withCollectors } from './generate/chart.ts';
import { differenceTable } from './generate/chartDifferences.ts';
import { cliPage } from './generate/cli.ts';
import { comparison } from './generate/comparison.ts';
import { metricPages } from './generate/metrics.ts';
import { flagTable } from './generate/migration.ts';
import { kustomization, manifests } from './generate/rbac.ts';
import { valuesSchema } from './generate/schema.ts';
import { differing } from './generate/stale.ts';
import { valueFacts } from './generate/valueRows.ts';

const root = join(import.meta.dirname, '..');
const chart = 'helm/kube-state-metrics';

/** Folders of generated files only: one that nothing makes any more is stale. */
const generatedFolders = ['docs/metrics', 'docs/benchmarks', 'rbac', `${chart}/files/rules`];

const read = (path: string) => readFile(join(root, path), 'utf8');

/** The page at the path with its generated parts renewed, each by the source it says it is from. */
async function renewed(path: string, parts: Record<string, string>): Promise<string> {
  return Object.entries(parts).reduce(
    (page, [source, part]) => withGenerated(path, page, source, part),
    await read(path),
  );
}

/** The files by their path under the root. */
async function generate(): Promise<Record<string, string>> {
  const values = await read(`${chart}/values.yaml`);
  const results = resultsIn(join(root, 'bench/results'));
  const facts = chartFacts(await read(`${chart}/Chart.yaml`), values);
  return {
    ...under('docs/metrics', metricPages(resources)),
    ...under('docs', benchmarkPages(results, questions)),
    'docs/cli.md': cliPage(commands),
    'docs/migration.md': await renewed('docs/migration.md', {
      'test/chart/differences.ts': differenceTable([...recorded, ...unrecorded]),
      'src/options.ts': flagTable(flags),
    }),
    'README.md': await renewed('README.md', { 'bench/results': comparison(results) }),
    ...under('rbac', manifests(resources, facts)),
    'kustomization.yaml': kustomization(['rbac']),
    ...under(`${chart}/files/rules`, ruleFiles(ruleGroups)),
    'docs/alerts.md': alertsPage(ruleGroups),
    [`${chart}/values.yaml`]: withCollectors(values, resources),
    [`${chart}/values.schema.json`]: valuesSchema(values, valueFacts),
    [`${chart}/templates/_derived.tpl`]: derivedTemplates(resources),
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
