// Every table with random objects from the API server's schemas; errors are not caught per family.
import { expect } from 'chai';
import fc from 'fast-check';
import type { Family } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { parseExposition, type ReadFamily } from '../http/parse.ts';
import { withoutNulls } from './arbitrary.ts';
import { expositionOf, objectsNamed, rendererOf } from './madeUp.ts';

const runs = 50;
/** A fixed seed for the objects that must show every family. */
const seed = 2_20;
const sampleSize = 100;

/** Words that only a bug in JavaScript produces; no schema and no recorded object has them. */
const slips = new Set(['undefined', 'null', 'NaN', '[object Object]']);

function complaints(families: readonly ReadFamily[]): string[] {
  return families.flatMap(({ name, samples }) =>
    samples.flatMap(({ labels, value }) => [
      ...(Number.isFinite(value) ? [] : [`${name} is ${value}`]),
      ...[...labels]
        .filter(([, text]) => slips.has(text))
        .map(([key]) => `${name}: a slip in ${key}`),
    ]),
  );
}

/** Objects whose series are told apart; those of counted families may be the same. */
const apart = ({ families }: AnyResource, objects: readonly KubeObject[]) =>
  Object.values<Family<never>>(families).some(({ counted }) => counted)
    ? objects.map((object) => [object])
    : [objects];

/** The object as a row that reads this much of it must be content with. */
function onlyReadBy(reads: Family<never>['reads'], object: KubeObject): KubeObject {
  const { metadata, spec, status } = object as KubeObject & { spec?: object; status?: object };
  const { name, namespace, uid } = metadata;
  const identity = { metadata: { name, namespace, uid } } as KubeObject;
  switch (reads) {
    case 'metadata':
      return { metadata };
    case 'spec':
      return { ...identity, ...(spec !== undefined && { spec }) };
    case 'status':
      return { ...identity, ...(status !== undefined && { status }) };
    case 'joined':
      return { metadata, ...(spec !== undefined && { spec }), ...(status && { status }) };
    case 'object':
      return object;
  }
}

describe('random objects from the schemas of the API', () => {
  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    const renderer = rendererOf(resource);

    it(`are rendered without errors, duplicates or bad lines; null is absent: ${plural}`, () => {
      fc.assert(
        fc.property(objectsNamed(plural), (all) => {
          for (const objects of apart(resource, all)) {
            const text = expositionOf(renderer, objects);
            const families = parseExposition(text);
            expect(families.map(({ name }) => name)).to.deep.equal(
              renderer.families.map(({ name }) => name),
            );
            expect(complaints(families)).to.deep.equal([]);
            const plain = objects.map((one) => withoutNulls(one) as KubeObject);
            expect(expositionOf(renderer, plain)).to.equal(text);
          }
        }),
        { numRuns: runs },
      );
    });

    it(`give each row its text without the sections that it does not read: ${plural}`, () => {
      const rows = Object.values<Family<never>>(resource.families);
      fc.assert(
        fc.property(objectsNamed(plural), (objects) => {
          for (const object of objects) {
            const whole = renderer.render(object);
            for (const reads of new Set(rows.map((row) => row.reads))) {
              const texts = renderer.render(onlyReadBy(reads, object));
              for (const [i, row] of rows.entries()) {
                if (row.reads === reads) expect(texts[i], row.help).to.equal(whole[i]);
              }
            }
          }
        }),
        { numRuns: runs },
      );
    });

    it(`have a series of every family: ${plural}`, () => {
      const shown = new Set<string>();
      for (const object of fc.sample(objectsNamed(plural), { seed, numRuns: sampleSize }).flat()) {
        for (const [i, text] of renderer.render(object).entries()) {
          if (text !== '') shown.add(renderer.families[i]?.name ?? '');
        }
      }
      const missing = renderer.families.filter(
        ({ name }) => !shown.has(name) && !name.includes('_by_workload_'),
      );
      expect(missing.map(({ name }) => name)).to.deep.equal([]);
    });
  }

  it('lose a text that is read of two sections where one is missing', () => {
    const renderer = rendererOf(resources.pods);
    const at = renderer.families.findIndex(({ name }) => name === 'kube_pod_container_info');
    const containers = { spec: { containers: [{ name: 'a' }] } };
    const statuses = { status: { containerStatuses: [{ name: 'a' }] } };
    const pod: KubeObject = { metadata: { name: 'p' }, ...containers, ...statuses };
    expect(renderer.render(onlyReadBy('joined', pod))[at]).to.include('container="a"');
    expect(renderer.render(onlyReadBy('status', pod))[at]).to.equal('');
    expect(renderer.render(onlyReadBy('spec', pod))[at]).to.equal('');
  });
});
