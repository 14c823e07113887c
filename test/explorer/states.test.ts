// The explorer's API before the sync, on a follower, behind a login, after a reload, and off.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import type * as api from '../../src/explorer/api.ts';
import { ask } from '../http/harness.ts';
import { forbid, hang } from '../support/faults.ts';
import { node, pod } from '../support/program.ts';
import { until } from '../support/until.ts';
import { ExplorerBench } from './bench.ts';

describe('the API of the explorer', () => {
  let bench: ExplorerBench;
  let folder: string;
  beforeEach(() => {
    bench = new ExplorerBench();
    folder = mkdtempSync(join(tmpdir(), 'kubestate-explorer-'));
  });
  afterEach(async () => {
    await bench.stop();
    rmSync(folder, { recursive: true });
  });

  it('answers before the sync with what is held, and says what is waited for', async () => {
    bench.server.faults.add({ resource: 'nodes', act: hang });
    bench.server.create(pod('one'));
    await bench.startEmpty('--resources=pods,nodes');
    await until(async () => (await bench.get<api.Status>('status')).total.objects === 1);
    const status = await bench.get<api.Status>('status');
    expect(status.serves).to.equal(false);
    const sentence = 'Not ready: 1 of 2 resources had no complete list yet.';
    expect(status.freshness).to.deep.equal({ sentence, good: false });
    expect(
      status.resources.map(({ resource, state, objects }) => [resource, state, objects]),
    ).to.deep.equal([
      ['nodes', 'waiting', 0],
      ['pods', 'synced', 1],
    ]);
    expect((await ask(bench.port, '/metrics')).status).to.equal(503);
    const { families } = await bench.get<api.Families>('families');
    expect(
      families.filter(({ series }) => series > 0).every((one) => one.resource === 'pods'),
    ).to.equal(true);
    expect(families.map(({ name }) => name)).to.include('kube_node_info');
    const { result } = await bench.slow<api.FamilyLabels>('families/kube_node_info/labels');
    expect(result).to.deep.include({ labels: [], namespaces: [], samples: [], zeros: 0 });
    expect(await bench.get('objects?search=one'))
      .to.have.property('objects')
      .of.length(1);
  });

  it('names the refusal of a resource', async () => {
    bench.server.faults.add({ resource: 'nodes', act: forbid });
    await bench.startEmpty('--resources=pods,nodes');
    await until(async () => (await bench.get<api.Status>('status')).serves);
    const { freshness, resources } = await bench.get<api.Status>('status');
    expect(freshness.good).to.equal(false);
    const nodes = resources.find(({ resource }) => resource === 'nodes');
    expect(nodes?.state).to.equal('refused');
    expect(nodes?.detail).to.match(/403|forbid/i);
  });

  it('answers on a follower of an election with what it holds', async () => {
    bench.server.create(pod('ksm-a'));
    bench.server.create(pod('ksm-b'));
    bench.server.create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'kube-state-metrics', namespace: 'default' },
      spec: {
        holderIdentity: 'ksm-b',
        leaseDurationSeconds: 3_600,
        renewTime: new Date().toISOString().replace('Z', '000Z'),
        acquireTime: new Date().toISOString().replace('Z', '000Z'),
      },
    });
    const replica = ['--leader-elect', '--pod=ksm-a', '--pod-namespace=default'];
    await bench.startEmpty('--resources=pods', ...replica);
    await bench.synced();
    await until(async () => {
      const { headlines } = await bench.get<api.Status>('status');
      return headlines.some(({ sentence }) => sentence.includes('ksm-b leads'));
    });
    const status = await bench.get<api.Status>('status');
    expect(status.serves).to.equal(false);
    expect(status.total.objects).to.equal(2);
    const { families } = await bench.get<api.Families>('families');
    expect(families.find(({ name }) => name === 'kube_pod_info')?.series).to.equal(2);
    const { result } = await bench.slow<api.Zeros>('zeros');
    expect(result.families).to.have.length.above(10);
  });

  it('is behind the same login as /metrics', async () => {
    const file = join(folder, 'web.yaml');
    writeFileSync(file, `basic_auth_users:\n  ada: ${hashSync('lovelace', 4)}\n`);
    bench.server.create(pod('one'));
    await bench.startEmpty('--resources=pods', `--tls-config=${file}`);
    await bench.synced();
    const authorization = `Basic ${Buffer.from('ada:lovelace').toString('base64')}`;
    for (const path of [
      'status',
      'families',
      'zeros',
      'openapi.json',
      'objects/pods/default/one',
    ]) {
      const stranger = await bench.ask(path);
      expect(stranger.status, path).to.equal(401);
      expect(stranger.headers['www-authenticate']).to.match(/^Basic /);
      expect(JSON.parse(stranger.body.toString())).to.deep.equal({
        error: 'Expected a valid name and password.',
      });
      expect((await bench.ask(path, { headers: { authorization } })).status, path).to.equal(200);
    }
  });

  it('follows a reload of the configuration: other families, and some are cut off', async () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {pods: {}, nodes: {}}\n');
    bench.server.create(pod('one'));
    bench.server.create(node('two'));
    await bench.startEmpty(`--config=${file}`);
    await bench.synced();
    const names = async (): Promise<string[]> =>
      (await bench.get<api.Families>('families')).families.map(({ name }) => name);
    await until(async () => (await names()).includes('kube_node_info'));
    expect((await bench.ask('families/kube_node_info/labels')).status).to.equal(200);
    const { snapshot } = await bench.get<api.Status>('status');
    writeFileSync(file, 'resources: {pods: {}}\nmetric_denylist: {kube_pod_owner: {}}\n');
    bench.program.running.pollNow();
    await until(async () => !(await names()).includes('kube_node_info'));
    expect((await bench.get<api.Status>('status')).snapshot).to.be.above(snapshot);
    for (const cut of ['kube_node_info', 'kube_pod_owner']) {
      const { status, body } = await bench.ask(`families/${cut}/labels`);
      expect(status, cut).to.equal(404);
      expect(body.toString()).to.include('Expected a family that is served');
    }
    expect(
      (await bench.slow<api.Zeros>('zeros')).result.families.map(({ name }) => name).sort(),
    ).to.deep.equal((await names()).sort());
  });

  it('is off with --explorer=false, and the landing page stays', async () => {
    bench.server.create(pod('one'));
    await bench.startEmpty('--resources=pods', '--explorer=false');
    await bench.synced();
    for (const path of ['status', 'openapi.json', 'zeros']) {
      expect((await bench.ask(path)).status, path).to.equal(404);
    }
    const page = await ask(bench.port, '/');
    expect(page.status).to.equal(200);
    expect(page.body.toString()).to.include('<a href="metrics">');
  });
});
