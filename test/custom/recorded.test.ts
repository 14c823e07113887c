// Custom resources as kube-state-metrics v2.20 serves them: the recorded cases, without a server.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { resources } from '../../src/resources/index.ts';
import { compare } from '../conformance/compare.ts';
import { configOf, expositionOf, kindsOf, objectsOf } from './exposition.ts';

const folder = new URL('../conformance/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
const customs = objectsOf(read('clusters/customs.jsonl'));

const cases = {
  'custom-resources': {},
  'custom-resources-openmetrics': { format: 'openmetrics' },
  'custom-and-core': { core: [resources.namespaces, resources.services] },
} as const;

describe('a custom-resource configuration, recorded', () => {
  for (const [name, rendering] of Object.entries(cases)) {
    it(`gives what was recorded: ${name}`, async () => {
      const config = await configOf(read('configs/custom-resources.yaml'));
      expect(config.mistakes).to.deep.equal([]);
      const objects = 'core' in rendering ? objectsOf(read('clusters/fuzz.jsonl')) : [];
      const kinds = kindsOf(customs);
      const failed = new Set<string>();
      const exposition = expositionOf(config, kinds, [...customs, ...objects], {
        ...rendering,
        onRuleError: (rule, _object, error) => failed.add(`${rule.family}: ${error}`),
      });
      const { differences, series } = compare(read(`expected/${name}.prom`), exposition);
      expect(differences).to.deep.equal([]);
      expect(series.same).to.be.above(100);
      // kube-state-metrics reads whole percents only.
      expect([...failed]).to.deep.equal([
        'kube_customresource_percent: TypeError: expected a number, got "12.5%"',
      ]);
    });
  }
});
