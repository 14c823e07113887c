// Custom resources as kube-state-metrics v2.20 serves them: recorded cases, without a server.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { resources } from '../../src/resources/index.ts';
import { compare } from '../conformance/compare.ts';
import { configOf, expositionOf, kindsOf, objectsOf } from './exposition.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const customs = objectsOf(read('../conformance/clusters/customs.jsonl'));

const conformance = {
  'custom-resources': {},
  'custom-resources-openmetrics': { format: 'openmetrics' },
  'custom-and-core': { core: [resources.namespaces, resources.services] },
} as const;

describe('a custom-resource configuration, recorded', () => {
  for (const [name, rendering] of Object.entries(conformance)) {
    it(`gives what was recorded: ${name}`, async () => {
      const config = await configOf(read('../conformance/configs/custom-resources.yaml'));
      expect(config.mistakes).to.deep.equal([]);
      const fuzz = 'core' in rendering ? objectsOf(read('../conformance/clusters/fuzz.jsonl')) : [];
      const failed = new Set<string>();
      const exposition = expositionOf(config, kindsOf(customs), [...customs, ...fuzz], {
        ...rendering,
        onRuleError: (rule, _object, error) => failed.add(`${rule.family}: ${error}`),
      });
      const expected = read(`../conformance/expected/${name}.prom`);
      const { differences, series } = compare(expected, exposition);
      expect(differences).to.deep.equal([]);
      expect(series.same).to.be.above(100);
      // kube-state-metrics reads whole percents only.
      expect([...failed]).to.deep.equal([
        'kube_customresource_percent: TypeError: expected a number, got "12.5%"',
      ]);
    });
  }

  // `values` is about what is a number, and labels as Go prints them; `lookups` about the parts of
  // paths that find an element; `shapes` about paths, keys, maps and labels of all three types.
  for (const name of ['values', 'lookups', 'shapes']) {
    it(`gives what was recorded of made-up objects: ${name}`, async () => {
      const config = await configOf(read(`recorded/${name}.yaml`));
      const objects = objectsOf(read(`recorded/${name}.jsonl`));
      const exposition = expositionOf(config, kindsOf(objects), objects, { onRuleError: () => {} });
      const { differences, series } = compare(read(`recorded/${name}.prom`), exposition);
      expect(differences).to.deep.equal([]);
      expect(series.same).to.be.above(100);
    });
  }
});
