// Profiles: what they hold of kubernetes-mixin's metrics, and what is served with them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Family } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import { type AnyResource, select } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { familiesOf } from '../../src/resources/profiles.ts';
import { mixinAlerts } from '../monitoring/mixin.ts';
import { noChoices } from '../support/choices.ts';
import { selectorsOf } from '../support/promql.ts';

const tables = Object.entries<AnyResource>(resources);
const rows = new Map(tables.flatMap(([, { families }]) => Object.entries<Family<never>>(families)));
const minimal = familiesOf('minimal') ?? new Set<string>();
const mixin = familiesOf('mixin') ?? new Set<string>();

const objects = Map.groupBy(
  readFileSync(join(import.meta.dirname, '../conformance/clusters/fuzz.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as KubeObject & { kind: string }),
  ({ kind }) => kind,
);

/** The text of each family that is served of the recorded objects, by its name. */
async function served(profile: 'minimal' | 'mixin' | 'full'): Promise<Map<string, string>> {
  const selection = await select(resources, { ...noChoices, profile: familiesOf(profile) });
  const texts = new Map<string, string>();
  for (const { resource, choices } of selection.resources) {
    const renderer = compile(resource, choices, (family, _object, cause) => {
      throw new Error(family, { cause });
    });
    const rendered = (objects.get(resource.kind) ?? []).map((object) => renderer.render(object));
    for (const [i, { name }] of renderer.families.entries()) {
      texts.set(name, rendered.map((one) => one[i]).join(''));
    }
  }
  return texts;
}

const watched = async (profile: 'minimal' | 'mixin'): Promise<string[]> =>
  (await select(resources, { ...noChoices, profile: familiesOf(profile) })).resources.map(
    ({ plural }) => plural,
  );

/** Metrics that alerts query in the version of usage.json, and not in the one recorded here. */
const OF_OTHER_VERSION = ['kube_node_info'];

describe('the profiles', () => {
  it('are each a part of the next', () => {
    expect(minimal.size).to.be.above(20);
    expect([...minimal].filter((name) => !mixin.has(name))).to.deep.equal([]);
    expect(mixin.size).to.be.above(minimal.size);
    expect(familiesOf('full')).to.equal(undefined);
  });

  it('turn on no metric that is off by default', () => {
    expect([...mixin].filter((name) => rows.get(name)?.optIn)).to.deep.equal([]);
    const off = tables.filter(([, table]) => !table.default);
    const ofOff = off.flatMap(([, { families }]) => Object.keys(families));
    expect(ofOff.filter((name) => mixin.has(name))).to.deep.equal([]);
  });

  it('have what the recorded alerts of kubernetes-mixin query, and minimal has no more', () => {
    const queried = new Set(
      mixinAlerts
        .flatMap(({ expr }) => selectorsOf(expr))
        // A recording rule is named by the metric that it reads.
        .map(({ metric = '' }) => metric.split(':').find((part) => part.startsWith('kube_')) ?? '')
        .filter((name) => rows.has(name)),
    );
    expect([...minimal].filter((name) => !queried.has(name))).to.deep.equal(OF_OTHER_VERSION);
    expect([...queried].filter((name) => !minimal.has(name))).to.deep.equal([]);
  });

  for (const profile of ['minimal', 'mixin'] as const) {
    it(`serve of their metrics what is served by default, and no others: ${profile}`, async () => {
      const [all, some] = [await served('full'), await served(profile)];
      const expected = [...all].filter(([name]) => familiesOf(profile)?.has(name));
      expect([...some]).to.deep.equal(expected);
      expect(some.size).to.equal(familiesOf(profile)?.size);
    });
  }

  it('leave out resources without a metric of theirs', async () => {
    expect(await watched('mixin')).to.include.members(['pods', 'replicasets', 'namespaces']);
    expect(await watched('mixin')).to.not.include.members(['configmaps', 'secrets']);
    expect(await watched('minimal')).to.include('pods');
    expect(await watched('minimal')).to.not.include.members(['replicasets', 'namespaces']);
  });
});
