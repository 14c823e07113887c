// Custom resources of a real API server: kinds come and go while the program is scraped.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { configOf, entryOf } from '../support/customs.ts';
import { until } from '../support/until.ts';
import { Exporter } from './exporter.ts';

const START_TIMEOUT_MS = 120_000;
const SERVED_TIMEOUT_MS = 20_000;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const group = 'shop.example.com';

const versionOf = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
    },
  },
});

const definitionOf = (kind: string, scope: 'Namespaced' | 'Cluster') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${group}` },
  spec: {
    group,
    scope,
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
    versions: [versionOf('v1', true)],
  },
});

const objectOf = (kind: string, name: string, size: number) => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  spec: { size },
});

describe('custom resources of a real API server', function () {
  this.timeout(START_TIMEOUT_MS);

  let cluster: RealCluster;
  let folder: string;
  const started: { stop(): Promise<unknown> }[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-custom-'));
    cluster = await startApiServer({ users: { reader: [] } });
    await cluster.must('POST', definitions, definitionOf('Order', 'Namespaced'));
    await collection('orders');
    await cluster.must('POST', orders, objectOf('Order', 'one', 3));
  });

  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
  });

  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });

  const orders = `/apis/${group}/v1/namespaces/default/orders`;
  const trucks = `/apis/${group}/v1/trucks`;
  const truckDefinition = `${definitions}/trucks.${group}`;
  const config = configOf(
    entryOf('Order'),
    entryOf('Truck', { version: '*', metric: 'truck_size' }),
  );
  const orderLine = /^kube_customresource_order_size\{.*name="one"\} 3$/m;
  const truckLine = (version: string): RegExp =>
    new RegExp(`^kube_customresource_truck_size\\{.*version="${version}",name="t"\\} 5$`, 'm');

  /** Resolves once the server serves the plural: soon after its definition. */
  async function collection(plural: string): Promise<void> {
    const serves = async () => {
      const { status } = await cluster.request('GET', `/apis/${group}/v1/${plural}`);
      return status === 200;
    };
    await until(serves, SERVED_TIMEOUT_MS);
  }

  async function start(kubeconfig: string, ...flags: string[]): Promise<Exporter> {
    const file = join(folder, 'crs.yaml');
    writeFileSync(file, config);
    const exporter = await Exporter.start(
      kubeconfig,
      '--resources=namespaces',
      `--custom-resource-state-config-file=${file}`,
      ...flags,
    );
    started.push(exporter);
    return exporter;
  }

  it('appear, get a version and vanish, and no other series misses a scrape', async () => {
    const exporter = await start(cluster.kubeconfig());
    const { text = '' } = (await exporter.readyz()) ?? {};
    expect(text).to.match(/^trucks\.\*\.shop\.example\.com +absent /m);
    const before = await exporter.scrape();
    const lasting = before.split('\n').filter((line) => /^kube_|^# /.test(line));
    expect(lasting.length).to.be.above(5);
    expect(before).to.match(orderLine);
    const isWhole = (scraped: string): boolean => {
      const lines = new Set(scraped.split('\n'));
      return lasting.every((line) => lines.has(line));
    };
    const scrapes = await exporter.scrapedThrough(isWhole, async () => {
      await cluster.must('POST', definitions, definitionOf('Truck', 'Cluster'));
      await collection('trucks');
      await cluster.must('POST', trucks, objectOf('Truck', 't', 5));
      await exporter.shows('a truck', (scraped) => truckLine('v1').test(scraped));
      const patch = { spec: { versions: [versionOf('v1', true), versionOf('v2', false)] } };
      await cluster.must('PATCH', truckDefinition, patch);
      await exporter.shows('it as v2, too', (scraped) => {
        // Once the first version is served, the second one does not touch it.
        expect(scraped).to.match(truckLine('v1'));
        return truckLine('v2').test(scraped);
      });
      await cluster.must('DELETE', truckDefinition);
      await exporter.shows('no truck', (scraped) => !scraped.includes('truck_size'));
    });
    expect(scrapes).to.be.above(3);
    const complaints = exporter.program.stderr.match(/^.*"level":"(warn|error)".*$/gm) ?? [];
    // The server itself is not ready for a moment after it has got a version, and knows a kind no
    // more before it tells that its definition is gone.
    const expected = /storage is \(re\)initializing|"resource":"trucks".*not served by this API/;
    const others = complaints.filter((line) => !expected.test(line));
    expect(others).to.deep.equal([]);
    expect(
      await exporter.own('kube_state_metrics_custom_resource_state_delete_events_total'),
    ).to.equal(1);
    expect(await exporter.stop()).to.equal(0);
  });

  it('are found by discovery by a user who may not read their definitions', async () => {
    const rules = [
      { apiGroups: [group], resources: ['*'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
    ];
    const path = '/apis/rbac.authorization.k8s.io/v1';
    const metadata = { name: 'reader' };
    await cluster.must('POST', `${path}/clusterroles`, { metadata, rules });
    await cluster.must('POST', `${path}/clusterrolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'User', name: 'reader' }],
    });
    const exporter = await start(cluster.kubeconfig({ token: cluster.token('reader') }));
    expect(await exporter.scrape()).to.match(orderLine);
    const { text = '' } = (await exporter.readyz()) ?? {};
    expect(text).to.match(/^customresourcedefinitions +refused +forbidden: .*by discovery/m);
    const said = exporter.program.stderr.match(/kinds are looked up every half minute/g);
    expect(said).to.have.length(1);
    expect(await exporter.stop()).to.equal(0);
  });
});
