// Golden cases: each <plural>/<case>.yaml gives the series that the <case>.prom beside it holds.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';

/** All series of the objects, family by family, opt-in ones and all labels included. */
function seriesOf(resource: AnyResource, objects: readonly KubeObject[]): string[] {
  const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };
  const { families, render } = compile(resource, choices, (family, object, error) => {
    throw new Error(`${family} of ${object.metadata.name}`, { cause: error });
  });
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
  const folder = join(import.meta.dirname, plural);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const cases = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

  describe(`the series of ${plural}`, () => {
    for (const file of cases) {
      it(`are as written by hand: ${file.replace('.yaml', '')}`, () => {
        const objects = parseAllDocuments(read(file)).map((document) => document.toJS());
        // Comments in the expected text say why.
        const expected = read(file.replace('.yaml', '.prom'))
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'));
        expect(seriesOf(resource, objects)).to.deep.equal(expected);
      });
    }
  });
}
