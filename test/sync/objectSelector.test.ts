// --object-selector through the whole program: exactly what is selected, as labels change.
import { expect } from 'chai';
import { configOf, custom, definition, entryOf } from '../support/customs.ts';
import { forbid } from '../support/faults.ts';
import { until } from '../support/until.ts';
import {
  called,
  LabelledCluster,
  type Labels,
  namespaceIn,
  objectIn,
  resources,
  seriesOf,
} from './labelledCluster.ts';

describe('A program with --object-selector', () => {
  let scene: LabelledCluster;
  beforeEach(async () => {
    scene = await LabelledCluster.open();
  });
  afterEach(() => scene.close());

  const flags = [
    '--object-selector=pods:team=a,tier!=db',
    '--object-selector=secrets:tier in (web)',
    '--object-selector=configmaps:!team',
    '--object-selector=namespaces:team',
  ];
  const prefixes: [prefix: string, resource: string, selects: (labels: Labels) => boolean][] = [
    ['kube_pod_', 'pods', ({ team, tier }) => team === 'a' && tier !== 'db'],
    ['kube_secret_', 'secrets', ({ tier }) => tier === 'web'],
    ['kube_configmap_', 'configmaps', ({ team }) => team === undefined],
    ['kube_namespace_', 'namespaces', ({ team }) => team !== undefined],
  ];
  const selected = (series: string): boolean => {
    const row = prefixes.find(([prefix]) => series.startsWith(prefix));
    if (row === undefined) return true;
    const [, resource, selects] = row;
    const name = resource === 'namespaces' ? namespaceIn(series) : objectIn(series);
    return scene.named(resource, selects).has(name);
  };

  it('serves the series of what matches: of objects, metadata and tables', async () => {
    const whole = await scene.synced(resources);
    const program = await scene.synced(resources, ...flags);
    await scene.servesOf(program, whole, selected);
    expect(seriesOf(await program.scrape()).length).to.be.within(60, 1_000);
    scene.relabel('pods', 'a', 'o0', { team: 'a', tier: 'db' });
    scene.relabel('pods', 'b', 'o102', { team: 'a' });
    scene.relabel('secrets', 'a', 'o11', { tier: 'web' });
    scene.relabel('configmaps', 'c', 'o222', { team: 'x' });
    scene.relabel('namespaces', undefined, 'c', { team: 'c' });
    scene.server.delete('pods', 'b', 'o100');
    scene.server.create(called('Pod', 900, 'c', { team: 'a' }));
    await scene.servesOf(program, whole, selected);
    scene.relabel('pods', 'a', 'o0', { team: 'a', tier: 'web' });
    scene.relabel('namespaces', undefined, 'c', {});
    await scene.servesOf(program, whole, selected);
  });

  it('has the API server select, in every list, watch and check', async () => {
    scene.server.compact();
    const program = await scene.synced(resources, ...flags, '--consistency-check-interval=10s');
    await until(() =>
      scene.server.requests.some(
        ({ path, query }) =>
          path === '/api/v1/pods' && query.resourceVersionMatch === 'NotOlderThan' && !query.watch,
      ),
    );
    scene.server.cut();
    scene.server.faults.add({ resource: 'pods', verb: 'watch', act: forbid, times: 1 });
    await until(() => program.running.readiness().every(({ detail }) => detail === 'watching'));
    const asked = (path: string): string[] => [
      ...new Set(
        scene.server.requests
          .filter((request) => request.path === path)
          .map(({ query }) => query.labelSelector ?? ''),
      ),
    ];
    expect(asked('/api/v1/pods')).to.deep.equal(['team=a,tier!=db']);
    expect(asked('/api/v1/secrets')).to.deep.equal(['tier in (web)']);
    expect(asked('/api/v1/configmaps')).to.deep.equal(['!team']);
    expect(asked('/apis/apps/v1/replicasets')).to.deep.equal(['']);
    expect(
      program.said('stored objects differ from those of the API server, listing again'),
    ).to.deep.equal([]);
  });

  it('says what it selects, and what it would select of what is not served', async () => {
    const objects = ['pods:team=a', 'jobs:x'];
    const program = await scene.synced(
      '--resources=pods',
      ...objects.map((one) => `--object-selector=${one}`),
      '--namespace-selector=team',
    );
    const [line] = program.said('only objects that match label selectors are served');
    expect(line?.keys).to.deep.equal({ objects, namespaces: 'team' });
    const [idle] = program.said('this resource of --object-selector is not served');
    expect(idle?.keys).to.deep.equal({ resource: 'jobs' });
  });

  for (const name of ['orders', 'orders.shop.example.com', 'orders.v1.shop.example.com']) {
    it(`serves of custom resources what matches, called ${name}`, async () => {
      scene.server.create(definition('Order'));
      scene.server.create(custom('Order', 'plain'));
      const labelled = custom('Order', 'labelled');
      labelled.metadata.labels = { team: 'a' };
      scene.server.create(labelled);
      const program = await scene.synced(
        '--custom-resource-state-only',
        `--custom-resource-state-config=${configOf(entryOf('Order'))}`,
        `--object-selector=${name}:team=a`,
      );
      const lines = seriesOf(await program.scrape());
      expect(lines.map((line) => /[{,]name="(\w+)"/.exec(line)?.[1])).to.deep.equal(['labelled']);
    });
  }
});
