// Every table with objects made up from the API server's schemas, and no isolation of their faults.
import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { parseExposition, type ReadFamily } from '../exposition/parse.ts';
import { withoutNulls } from './arbitrary.ts';
import { expositionOf, objectsNamed, rendererOf } from './madeUp.ts';

const runs = 50;
/** The objects that show every family are always the same ones. */
const seed = 2_20;
const sampleSize = 100;

/** Words that only a slip in JavaScript makes; no schema and no recorded object has them. */
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

describe('objects made up from the schemas of the API', () => {
  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    const renderer = rendererOf(resource);

    it(`are rendered without a throw, a twin or a slip, null as absent: ${plural}`, function () {
      this.timeout(120_000);
      fc.assert(
        fc.property(objectsNamed(plural), (objects) => {
          const text = expositionOf(renderer, objects);
          const families = parseExposition(text);
          expect(families.map(({ name }) => name)).to.deep.equal(
            renderer.families.map(({ name }) => name),
          );
          expect(complaints(families)).to.deep.equal([]);
          const plain = objects.map((one) => withoutNulls(one) as KubeObject);
          expect(expositionOf(renderer, plain)).to.equal(text);
        }),
        { numRuns: runs },
      );
    });

    it(`give every family a series: ${plural}`, function () {
      this.timeout(120_000);
      const shown = new Set<string>();
      for (const object of fc.sample(objectsNamed(plural), { seed, numRuns: sampleSize }).flat()) {
        for (const [i, text] of renderer.render(object).entries()) {
          if (text !== '') shown.add(renderer.families[i]?.name ?? '');
        }
      }
      const missing = renderer.families.filter(({ name }) => !shown.has(name));
      expect(missing.map(({ name }) => name)).to.deep.equal([]);
    });
  }
});
