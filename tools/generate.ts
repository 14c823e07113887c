// Writes all generated files; with --check it only lists those that are stale.
import { globSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resultsIn } from '../bench/lib/results.ts';
import { questions } from '../bench/questions.ts';
import { dashboards } from '../monitoring/dashboards/index.ts';
import { ruleGroups } from '../monitoring/rules/index.ts';
import { commands } from '../src/cli/index.ts';
import { flags } from '../src/config/options.ts';
import { packNames } from '../src/custom/packs.ts';
import { resources } from '../src/resources/index.ts';
import { electionFamilies, selfFamilies } from '../src/telemetry/table.ts';
import { recorded, unrecorded } from '../test/chart/differences.ts';
import { deliberate } from '../test/judge/differences.ts';
import { knownOfPacks, knownOfTables } from '../test/monitoring/known.ts';
import { sources as mixins } from '../test/monitoring/mixin.ts';
import { ruleFiles } from './generate/alerts.ts';
import { alertsPage } from './generate/alertsPage.ts';
import { benchmarkPages } from './generate/benchmarks.ts';
import { withGenerated } from './generate/between.ts';
import { beyondPart } from './generate/beyond.ts';
import { profilePart, stateSetTable } from './generate/cardinality.ts';
import { alertTemplates, chartFacts, derivedTemplates, withCollectors } from './generate/chart.ts';
import { differenceTable } from './generate/chartDifferences.ts';
import { cliPage } from './generate/cli.ts';
import { comparison } from './generate/comparison.ts';
import { hasContents, withContents } from './generate/contents.ts';
import { customSchema } from './generate/customSchema.ts';
import { dashboardFiles } from './generate/dashboards.ts';
import { metricPages } from './generate/metrics.ts';
import { flagTable } from './generate/migration.ts';
import { mixinFamilies, mixinUsageFile, type Usage } from './generate/mixinFamilies.ts';
import { packPart } from './generate/packPages.ts';
import { packResources } from './generate/packs.ts';
import { type Messages, protobufMessages } from './generate/protobuf.ts';
import { kustomization, manifests } from './generate/rbac.ts';
import { knownKeys, valuesSchema } from './generate/schema.ts';
import { readableTable } from './generate/security.ts';
import { sizingPages } from './generate/sizing.ts';
import { differing } from './generate/stale.ts';
import { telemetryPage } from './generate/telemetry.ts';
import { type UsageInput, usageFile } from './generate/usage.ts';
import { valueFacts } from './generate/valueRows.ts';

const root = join(import.meta.dirname, '..');
const chart = 'helm/kube-state-metrics';

/** Folders with generated files only: other files in them are stale. */
const generatedFolders = [
  'docs/metrics',
  'docs/benchmarks',
  'rbac',
  ...['dashboards', 'rules'].map((name) => `${chart}/files/${name}`),
];

const read = (path: string) => readFile(join(root, path), 'utf8');

/** The page at the path with its generated parts replaced, by the source that each part names. */
async function renewed(path: string, parts: Record<string, string>): Promise<string> {
  return Object.entries(parts).reduce(
    (page, [source, part]) => withGenerated(path, page, source, part),
    await read(path),
  );
}

/** All generated files by path below the root. */
async function generate(): Promise<Record<string, string>> {
  const values = await read(`${chart}/values.yaml`);
  const results = resultsIn(join(root, 'bench/results'));
  const schema = valuesSchema(values, valueFacts);
  const facts = chartFacts(await read(`${chart}/Chart.yaml`), values);
  const served = new Set([...knownOfTables().keys(), ...knownOfPacks().keys()]);
  return {
    ...under('docs/metrics', metricPages(resources)),
    ...under('docs', benchmarkPages(results, questions)),
    ...under('docs', sizingPages(results)),
    'docs/cli.md': cliPage(commands),
    'docs/custom-resources.schema.json': customSchema(),
    'src/kube/protobuf/messages.ts': protobufMessages(
      JSON.parse(await read('tools/protobuf/messages.json')) as Messages,
      resources,
    ),
    'src/explorer/usage.json': usageFile({
      isServed: (family) => served.has(family),
      mixins,
      neighbours: JSON.parse(await read('test/neighbours/usage.json')) as UsageInput['neighbours'],
      dashboards,
      ruleGroups,
    }),
    'src/resources/mixinFamilies.ts': mixinFamilies(
      JSON.parse(await read(mixinUsageFile)) as Usage,
    ),
    'docs/telemetry.md': telemetryPage(selfFamilies, electionFamilies),
    'docs/migration.md': await renewed('docs/migration.md', {
      'test/judge/differences.ts': differenceTable(
        ['family', 'kube-state-metrics', 'kubestate'],
        deliberate,
      ),
      'test/chart/differences.ts': differenceTable(
        ['', "kube-state-metrics' chart", 'this chart'],
        [...recorded, ...unrecorded],
      ),
      'src/config/options.ts': flagTable(flags),
    }),
    'docs/cardinality.md': await renewed('docs/cardinality.md', {
      'src/resources': stateSetTable(resources),
      'src/resources/profiles.ts': profilePart(resources, ruleGroups),
    }),
    'docs/opt-in.md': await renewed('docs/opt-in.md', {
      'bench/results/beyond.json': beyondPart(results),
    }),
    'docs/packs.md': await renewed(
      'docs/packs.md',
      Object.fromEntries(
        packNames.map((pack) => [`src/custom/packs/${pack}.yaml`, packPart(pack)]),
      ),
    ),
    'docs/security.md': await renewed('docs/security.md', {
      'tools/generate/security.ts': readableTable(resources),
    }),
    'README.md': await renewed('README.md', { 'bench/results': comparison(results) }),
    ...under(`${chart}/files/dashboards`, dashboardFiles(dashboards)),
    ...under('rbac', manifests(resources, facts)),
    'kustomization.yaml': kustomization(['rbac']),
    ...under(`${chart}/files/rules`, ruleFiles(ruleGroups)),
    'docs/alerts.md': alertsPage(ruleGroups),
    [`${chart}/values.yaml`]: withCollectors(values, resources),
    [`${chart}/values.schema.json`]: schema,
    [`${chart}/files/known-values.json`]: `${JSON.stringify(knownKeys(schema, valueFacts))}\n`,
    [`${chart}/templates/_derived.tpl`]: derivedTemplates(resources, packResources(), flags),
    [`${chart}/templates/_alerts.tpl`]: alertTemplates(ruleGroups),
  };
}

const under = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

/** The same with the contents of all pages that have some. */
async function generateAll(): Promise<Record<string, string>> {
  const files = await generate();
  const pages = globSync(['*.md', 'docs/*.md', `${chart}/README.md`], { cwd: root });
  for (const path of pages) {
    const page = files[path] ?? (await read(path));
    if (hasContents(page)) files[path] = withContents(page);
  }
  return files;
}

const files = await generateAll();
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
