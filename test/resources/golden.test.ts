// Golden cases: each <plural>/<case>.yaml gives the series that the <case>.prom beside it holds.
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { LabelSources, OnRenderError } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { Owners } from '../../src/sync/owners/owners.ts';
import { workloadLabels } from '../../src/sync/owners/workloads.ts';
import { compileWhole } from '../support/compileWhole.ts';
import { goldenCasesOf, readGolden } from './goldenCases.ts';
import { historyOf } from './historyOf.ts';

/** What workloads are called by the references to them: nothing is known of what is above. */
const owners = new Owners({ tableOf: () => undefined, onProblem: () => undefined });
const sources: LabelSources = new Map([
  ['workloads', { labelsOf: (key) => workloadLabels(owners, key), listen: () => () => undefined }],
]);

/** All series of the objects, family by family, opt-in ones and all labels included. */
function seriesOf(resource: AnyResource, objects: readonly KubeObject[]): string[] {
  const all = { enabled: () => true, labels: everyKey, annotations: everyKey };
  const choices = { ...all, history: historyOf(objects) };
  const onError: OnRenderError = (family, object, error) => {
    throw new Error(`${family} of ${object.metadata.name}`, { cause: error });
  };
  const { families, render } = compileWhole(resource, choices, onError, sources);
  const texts = objects.map(render);
  return families.flatMap((_, i) =>
    texts
      .map((text) => text[i])
      .join('')
      .split('\n')
      .filter(Boolean),
  );
}

for (const [plural, resource] of Object.entries(resources)) {
  const cases = goldenCasesOf(plural);

  describe(`the series of ${plural}`, () => {
    // Without any case this fails, and names the first file to write.
    for (const name of cases.length > 0 ? cases : ['bare']) {
      it(`are as written by hand: ${name}`, () => {
        const given = readGolden(plural, `${name}.yaml`);
        const objects = parseAllDocuments(given).map((document) => document.toJS());
        if (name === 'bare') {
          const first = `test/resources/${plural}/bare.yaml: the first object has a name alone`;
          expect(objects[0], first).to.deep.equal({ metadata: { name: 'bare' } });
        }
        // Comments in the expected text say why.
        const expected = readGolden(plural, `${name}.prom`)
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'));
        expect(seriesOf(resource, objects)).to.deep.equal(expected);
      });
    }
  });
}

describe('a golden case', () => {
  it('names the file to write where one is missing', () => {
    expect(goldenCasesOf('nothings')).to.deep.equal([]);
    expect(() => readGolden('nothings', 'bare.yaml')).to.throw(
      'test/resources/nothings/bare.yaml: expected an object, got no file; write it.',
    );
    expect(() => readGolden('pods', 'nothing.prom')).to.throw(
      'test/resources/pods/nothing.prom: expected the series of the object beside it,',
    );
  });
});
