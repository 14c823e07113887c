// Renders recorded clusters with select and compile, and compares with what KSM served.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import { type Choices, select } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import type { Format } from '../../src/store/types.ts';
import { shardOf } from '../../src/sync/shardHash.ts';
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

describe('the tables, with the objects of recorded clusters', () => {
  for (const recorded of cases.filter(({ name }) => !name.startsWith('custom-'))) {
    it(`render what KSM served: ${recorded.name}`, async () => {
      const expected = read(`expected/${recorded.name}.prom`);
      const { differences, series } = compare(expected, await exposition(recorded));
      expect(differences).to.deep.equal([]);
      expect(series.expected, 'series to compare').to.be.greaterThan(0);
    });
  }
});

/** The exposition of a case, concatenated plainly. */
async function exposition({ clusters, args, path, accept }: Case): Promise<string> {
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
  const { resources: selected } = await select(resources, choices);
  for (const { plural, resource, choices: rendering } of selected) {
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

/** The text of a flag; empty for a switch that is on, `undefined` if it is not given. */
type FlagValue = (flag: string) => string | undefined;

/** Flags of the cases that select objects, which watches and shards apply in the program. */
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
