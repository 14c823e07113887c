// Renders the recorded clusters through select and compile, and compares with what KSM served.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import { type Choices, select } from '../../src/metrics/select.ts';
import type { Format } from '../../src/metrics/store.ts';
import { resources } from '../../src/resources/index.ts';
import { shardOf } from '../../src/shard/hash.ts';
import { compare } from '../conformance/compare.ts';

interface Case {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly args: readonly string[];
  readonly path?: string;
  readonly accept?: string;
}

type ClusterObject = KubeObject & { kind: string; spec?: { nodeName?: string } };

const conformance = join(import.meta.dirname, '../conformance');
const read = (file: string): string => readFileSync(join(conformance, file), 'utf8');
const cases = JSON.parse(read('cases.json')) as readonly Case[];

describe('the tables, with the objects of the recorded clusters', () => {
  for (const recorded of cases.filter(({ name }) => !name.startsWith('custom-'))) {
    it(`give what KSM gave: ${recorded.name}`, () => {
      const expected = read(`expected/${recorded.name}.prom`);
      const { differences, series } = compare(expected, exposition(recorded));
      expect(differences).to.deep.equal([]);
      expect(series.expected, 'series to compare').to.be.greaterThan(0);
    });
  }
});

/** What this case serves, put together in the plainest way. */
function exposition({ clusters, args, path, accept }: Case): string {
  const value: FlagValue = (flag) =>
    args.find((arg) => `${arg}=`.startsWith(`--${flag}=`))?.slice(flag.length + 3);
  const list = (flag: string): string[] => value(flag)?.split(',') ?? [];
  const choices: Choices = {
    resources: list('resources'),
    metricAllowlist: list('metric-allowlist'),
    metricDenylist: list('metric-denylist'),
    metricOptInList: list('metric-opt-in-list'),
    metricLabelsAllowlist: value('metric-labels-allowlist'),
    metricAnnotationsAllowlist: value('metric-annotations-allowlist'),
  };
  const objects = clusters.flatMap((file) => objectsOf(file)).filter((o) => isServed(o, value));
  const query = new URL(path ?? '/', 'http://localhost').searchParams;
  const only = query.get('resources')?.split(',');
  const format: Format = accept?.startsWith('application/openmetrics') ? 'openmetrics' : 'text';
  let text = '';
  for (const { plural, resource, choices: rendering } of select(resources, choices).resources) {
    if (only?.includes(plural) === false) continue;
    if (query.getAll('exclude_resources').includes(plural)) continue;
    const renderer = compile(resource, rendering, (family, object, error) => {
      throw new Error(`${family} of ${object.metadata.name}`, { cause: error });
    });
    const texts = objects
      .filter(({ kind }) => kind === resource.kind)
      .map((object) => renderer.render(object));
    if (texts.length === 0) continue;
    for (const [i, { header }] of renderer.families.entries()) {
      text += header[format] + texts.map((families) => families[i]).join('');
    }
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

const objectsOf = (file: string): ClusterObject[] =>
  read(`clusters/${file}`)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ClusterObject);

/** A flag's text; empty for a switch that is on, `undefined` for what is not given. */
type FlagValue = (flag: string) => string | undefined;

/** The cases' flags that decide about objects; the program gives them to watches and shards. */
function isServed(object: ClusterObject, value: FlagValue): boolean {
  const { namespace, uid } = object.metadata;
  const namespaces = value('namespaces')?.split(',');
  const shard = value('shard');
  const node = value('track-unscheduled-pods') ?? value('node');
  return (
    (!namespace || namespaces === undefined || namespaces.includes(namespace)) &&
    (!namespace || !value('namespaces-denylist')?.split(',').includes(namespace)) &&
    (shard === undefined || shardOf(uid ?? '', Number(value('total-shards'))) === Number(shard)) &&
    (node === undefined || (object.spec?.nodeName ?? '') === node)
  );
}
