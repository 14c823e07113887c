// Made-up objects of every resource, as PyPI's prometheus_client reads what is served of them.
import { expect } from 'chai';
import fc from 'fast-check';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { parseExposition } from '../http/parse.ts';
import { expositionOf, objectsNamed, rendererOf } from '../resources/madeUp.ts';
import { outcomeOf } from '../support/outcome.ts';
import { python } from './tools.ts';

const expositions = 20;

/** Reads JSON texts, one a line, and answers each with its samples. */
const program = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
for line in sys.stdin:
    samples = [s for family in parse(json.loads(line)) for s in family.samples]
    print(json.dumps([[s.name, sorted(s.labels.items()), s.value] for s in samples]))
`;

function readByPython(texts: readonly string[]): unknown[] {
  const lines = texts.map((text) => `${JSON.stringify(text)}\n`);
  const { status, stdout, stderr } = outcomeOf(python, ['-c', program], { input: lines.join('') });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** By code points, as Python sorts. */
const byName = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

const readByUs = (text: string): unknown[] =>
  parseExposition(text).flatMap(({ samples }) =>
    samples.map(({ name, labels, value }) => [name, [...labels].sort(byName), value]),
  );

const isCounted = ({ families }: AnyResource): boolean =>
  Object.values(families).every(({ counted }) => counted);

describe('made-up objects', () => {
  for (const [plural, resource] of Object.entries<AnyResource>(resources)) {
    it(`are read by prometheus_client, sample by sample, as they were meant: ${plural}`, () => {
      const some = fc.sample(objectsNamed(plural), expositions);
      // The store makes the sums of counted rows: here the series of each object stand alone.
      const shown = isCounted(resource) ? some.map((objects) => objects.slice(0, 1)) : some;
      const texts = shown.map((objects) => expositionOf(rendererOf(resource), objects));
      expect(readByPython(texts)).to.deep.equal(texts.map(readByUs));
    });
  }
});
