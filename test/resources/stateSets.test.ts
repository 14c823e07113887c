// State sets: which families they are, and what --sparse-statesets leaves of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Family, isStateSet, type StateSetRow } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile, type Renderer } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources, stateSetNames } from '../../src/resources/index.ts';
import { parseExposition, type Sample } from '../http/parse.ts';
import { expositionOf, objectsNamed } from './madeUp.ts';

const runs = 50;

/** Families whose samples look like those of state sets in the recorded objects, and why not. */
const ALIKE: Readonly<Record<string, string>> = {};

const tables = Object.entries<AnyResource>(resources);
const rowsOf = ({ families }: AnyResource) => Object.entries<Family<never>>(families);
const fail = (family: string, _object: KubeObject, cause: unknown): never => {
  throw new Error(family, { cause });
};
const rendererOf = (table: AnyResource, sparse: boolean): Renderer =>
  compile(
    table,
    { enabled: () => true, labels: undefined, annotations: undefined, sparse: () => sparse },
    fail,
  );

/** The objects of the recorded cluster that has most kinds of them, by kind. */
const recorded = Map.groupBy(
  readFileSync(join(import.meta.dirname, '../conformance/clusters/fuzz.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as KubeObject & { kind: string }),
  ({ kind }) => kind,
);

/** Samples by all of their labels but one. */
const groupsBut = (label: string, samples: readonly Sample[]): Sample[][] => [
  ...Map.groupBy(samples, ({ labels }) =>
    JSON.stringify([...labels].filter(([name]) => name !== label)),
  ).values(),
];

const statesOf = (label: string, group: readonly Sample[]): string[] =>
  group.map(({ labels }) => labels.get(label) ?? '');

/** Whether the samples are 0 and at most one 1 for each of some states, the same in each group. */
function isStateSetBy(label: string, samples: readonly Sample[]): boolean {
  const groups = groupsBut(label, samples);
  const kinds = new Set(groups.map((group) => JSON.stringify(statesOf(label, group))));
  return (
    kinds.size === 1 &&
    groups.every(
      (group) =>
        group.length > 1 &&
        group.every(({ value }) => value === 0 || value === 1) &&
        group.filter(({ value }) => value === 1).length <= 1,
    ) &&
    samples.some(({ value }) => value === 1)
  );
}

describe('the families that are state sets', () => {
  it('are found in the tables', () => {
    expect(stateSetNames()).to.include.members(['kube_pod_status_phase', 'kube_job_failed']);
  });

  for (const [plural, table] of tables) {
    it(`are all and only those that look like one in recorded objects: ${plural}`, () => {
      const objects = recorded.get(table.kind) ?? [];
      const families = parseExposition(expositionOf(rendererOf(table, false), objects));
      const found = families.filter(({ samples }) => {
        const labels = new Set(samples.flatMap((one) => [...one.labels.keys()]));
        return [...labels].some((label) => isStateSetBy(label, samples));
      });
      const names = found.map(({ name }) => name).filter((name) => ALIKE[name] === undefined);
      const shown = families.filter(({ samples }) => samples.length > 0).map(({ name }) => name);
      const declared = rowsOf(table).filter(([, row]) => isStateSet(row));
      expect(names).to.deep.equal(declared.map(([name]) => name));
      expect(shown).to.include.members(names);
    });
  }

  for (const [plural, table] of tables) {
    const stateSets = rowsOf(table).filter((entry): entry is [string, StateSetRow<never>] =>
      isStateSet(entry[1]),
    );
    if (stateSets.length === 0) continue;

    it(`have every state of each thing, of which at most one holds: ${plural}`, () => {
      const renderer = rendererOf(table, false);
      fc.assert(
        fc.property(objectsNamed(plural), (objects) => {
          const families = parseExposition(expositionOf(renderer, objects));
          for (const [name, { labels, states }] of stateSets) {
            const samples = families.find((family) => family.name === name)?.samples ?? [];
            const label = labels.at(-1) ?? '';
            for (const group of groupsBut(label, samples)) {
              expect(statesOf(label, group), name).to.deep.equal([...states]);
              const values = group.map(({ value }) => value).sort();
              expect(values.slice(0, -1).every((value) => value === 0)).to.equal(true);
              expect(values.at(-1)).to.be.oneOf([0, 1]);
            }
          }
        }),
        { numRuns: runs },
      );
    });

    it(`are without their zeros where sparse, and nothing else is missing: ${plural}`, () => {
      const [dense, sparse] = [rendererOf(table, false), rendererOf(table, true)];
      const names = new Set(stateSets.map(([name]) => name));
      const isLeft = (line: string): boolean =>
        !names.has(line.replace(/\{.*/s, '')) || line.endsWith(' 1');
      fc.assert(
        fc.property(objectsNamed(plural), (objects) => {
          const lines = expositionOf(dense, objects).split('\n').filter(isLeft);
          expect(expositionOf(sparse, objects).split('\n')).to.deep.equal(lines);
        }),
        { numRuns: runs },
      );
    });
  }

  it('would be missed by no name: what looks like one is found', () => {
    const sample = (state: string, value: number): Sample =>
      parseExposition(`# HELP a b\n# TYPE a gauge\na{state="${state}"} ${value}\n`)[0]
        ?.samples[0] as Sample;
    expect(isStateSetBy('state', [sample('a', 1), sample('b', 0)])).to.equal(true);
    expect(isStateSetBy('state', [sample('a', 1), sample('b', 1)])).to.equal(false);
    expect(isStateSetBy('state', [sample('a', 1)])).to.equal(false);
  });
});
