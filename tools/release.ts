// Prints for the release workflow: `facts` as outputs of a step, `notes` for the release page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asOutputs, releaseFacts, releaseNotes } from './release/facts.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

/** A variable that GitHub sets in every job. */
function given(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`expected the variable ${name}, as a workflow has it, got nothing`);
  return value;
}

const parts: Readonly<Record<string, () => string>> = {
  facts: () =>
    asOutputs(
      releaseFacts({
        packageJson: read('package.json'),
        chartYaml: read('helm/kube-state-metrics/Chart.yaml'),
        valuesYaml: read('helm/kube-state-metrics/values.yaml'),
        gitTag: given('GITHUB_REF_NAME'),
        source: `${given('GITHUB_SERVER_URL')}/${given('GITHUB_REPOSITORY')}`,
        revision: given('GITHUB_SHA'),
        created: new Date().toISOString(),
      }),
    ),
  notes: () => releaseNotes(read('CHANGELOG.md'), JSON.parse(read('package.json')).version),
};

try {
  const asked = process.argv[2] ?? '';
  const part = Object.hasOwn(parts, asked) ? parts[asked] : undefined;
  if (part === undefined) {
    throw new Error(`expected one of ${Object.keys(parts).join(', ')}, got "${asked}"`);
  }
  process.stdout.write(part());
} catch (error) {
  process.stderr.write(`release: ${(error as Error).message}.\n`);
  process.exitCode = 1;
}
