// Configurations as people write them for Flux, Gateway API, Cluster API and VPA, rebuilt.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { ServedKind } from '../../src/custom/types.ts';
import { type AnyObject, configOf, expositionOf } from './exposition.ts';

const read = (name: string): string =>
  readFileSync(new URL(`wild/${name}`, import.meta.url), 'utf8');

const plurals = {
  flux: 'kustomizations',
  'gateway-api': 'gateways',
  'cluster-api': 'machines',
  vpa: 'verticalpodautoscalers',
};

const kindOf = ({ apiVersion, kind }: AnyObject, plural: string): ServedKind => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind, plural, scope: 'namespace' };
};

describe('configurations in the wild', () => {
  for (const [name, plural] of Object.entries(plurals)) {
    it(`are read without a mistake, and served: ${name}`, async () => {
      const config = await configOf(read(`${name}.config.yaml`));
      expect(config.mistakes).to.deep.equal([]);
      const object = parse(read(`${name}.object.yaml`)) as AnyObject;
      const exposition = expositionOf(config, [kindOf(object, plural)], [object]);
      expect(exposition).to.equal(read(`${name}.prom`));
    });
  }

  it('may be JSON on one line, as the flag has it, and about core kinds', async () => {
    const rule = { name: 'a', each: { type: 'Gauge', gauge: { path: ['spec', 'a'] } } };
    const groupVersionKind = { group: '', version: 'v1', kind: 'Pod' };
    const resources = [{ groupVersionKind, metrics: [rule] }];
    const config = await configOf(
      JSON.stringify({ kind: 'CustomResourceStateMetrics', spec: { resources } }),
    );
    expect(config.mistakes).to.deep.equal([]);
    const pod: AnyObject & object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      ...{ spec: { a: '5m' } },
    };
    expect(expositionOf(config, [kindOf(pod, 'pods')], [pod])).to.equal(
      '# HELP kube_customresource_a \n# TYPE kube_customresource_a gauge\n' +
        'kube_customresource_a{customresource_group="",customresource_kind="Pod",' +
        'customresource_version="v1"} 0.005\n',
    );
  });
});
