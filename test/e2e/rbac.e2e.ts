// The roles that `kubestate rbac` prints, on a real API server: with them the program reads all.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { execute } from '../../tools/execute.ts';
import { configOf, entryOf } from '../support/customs.ts';
import { until } from '../support/until.ts';
import { defineKind } from './defineKind.ts';
import { Exporter } from './exporter.ts';
import { get } from './get.ts';
import { kubestate } from './program.ts';

const SERVED_TIMEOUT_MS = 20_000;
const namespace = 'monitoring';
const pod = 'kube-state-metrics-0';
const many = [...'abcdefghi'].map((letter) => `team-${letter}`);

interface SecretList {
  readonly items: readonly { readonly data?: Readonly<Record<string, string>> }[];
}

describe('kubestate rbac on a real API server', function () {
  this.timeout(120_000);

  let cluster: RealCluster;
  let folder: string;
  let accounts = 0;
  let exporter: Exporter | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-rbac-'));
    writeFileSync(join(folder, 'custom.yaml'), configOf(entryOf('Order')));
    cluster = await startApiServer();
    for (const name of [namespace, ...many]) {
      await cluster.must('POST', '/api/v1/namespaces', { metadata: { name } });
    }
    await defineKind(cluster, 'Order', { group: 'shop.example.com' });
    const containers = [{ name: 'main', image: 'example' }];
    for (const name of [namespace, ...many]) {
      const pods = `/api/v1/namespaces/${name}/pods`;
      await cluster.must('POST', pods, { metadata: { name: pod }, spec: { containers } });
    }
    const orders = '/apis/shop.example.com/v1/namespaces/team-a/orders';
    const apiVersion = 'shop.example.com/v1';
    const one = { apiVersion, kind: 'Order', metadata: { name: 'one' }, spec: { size: 1 } };
    await cluster.must('POST', orders, one);
  });

  afterEach(async () => {
    await exporter?.stop();
    exporter = undefined;
  });

  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });

  /** A kubeconfig of a new account that has what the command prints for these flags. */
  async function granted(flags: readonly string[]): Promise<string> {
    const name = `reader-${++accounts}`;
    await cluster.must('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      metadata: { name },
    });
    const own = [`--name=${name}`, `--service-account=${namespace}/${name}`];
    const roles = await execute(process.execPath, [kubestate, 'rbac', ...own, ...flags]);
    await cluster.kubectl(['apply', '-f', '-'], roles);
    return cluster.kubeconfig({ token: await cluster.accountToken(namespace, name) });
  }

  async function start(...flags: string[]): Promise<Exporter> {
    exporter = await Exporter.start(await granted(flags), ...flags);
    return exporter;
  }

  const rows: Readonly<Record<string, readonly string[]>> = {
    'no flags': [],
    'two namespaces': ['--resources=pods,configmaps', '--namespaces=team-a,team-b'],
    'more namespaces than are watched apart': ['--resources=pods', `--namespaces=${many}`],
    'a resource that is off by default': ['--resources=serviceaccounts,roles'],
    'metadata alone': ['--resources=secrets,configmaps', '--metric-allowlist=_created$'],
    'checks of consistency': ['--resources=pods', '--consistency-check-interval=10s'],
    election: [
      ...['--resources=namespaces', '--leader-elect', '--leader-elect-lease-duration=3s'],
      ...[`--pod=${pod}`, `--pod-namespace=${namespace}`],
    ],
    'custom resources': ['--resources=namespaces', '--custom-resource-state-config-file=@'],
    'custom resources of a namespace': [
      ...['--custom-resource-state-only', '--custom-resource-state-config-file=@'],
      '--namespaces=team-a',
    ],
  };
  for (const [name, flags] of Object.entries(rows)) {
    it(`prints all that is needed for ${name}`, async () => {
      const file = join(folder, 'custom.yaml');
      const running = await start(...flags.map((flag) => flag.replace(/=@$/, `=${file}`)));
      // A replica that has not been elected yet answers 503.
      const serves = async () => {
        const { status, body } = await get(running.metricsUrl);
        return status === 200 && /^kube_/m.test(body.toString());
      };
      await until(serves, SERVED_TIMEOUT_MS);
      const { text = '' } = (await running.readyz()) ?? {};
      expect(text).to.not.match(/forbidden|refused|behind/);
      expect(running.program.stderr).to.not.match(/"level":"(?:warn|error)".*forbidden/);
    });
  }

  it('prints what reviews of tokens need', async () => {
    const flags = ['--resources=namespaces', '--auth-filter'];
    const running = await start(...flags);
    const authorization = `Bearer ${cluster.token('admin')}`;
    expect((await get(running.metricsUrl, { authorization })).status).to.equal(200);
  });

  it('lets whoever has its token read the data of secrets, unless they are left out', async () => {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const stringData = { password: 'swordfish' };
    await cluster.must('POST', path, { metadata: { name: 'login' }, stringData });
    const listed = async (flags: readonly string[]) => {
      const config = JSON.parse(readFileSync(await granted(flags), 'utf8'));
      const { token } = config.users[0].user as { token: string };
      return cluster.request<SecretList>('GET', path, undefined, { token });
    };
    const { body } = await listed(['--resources=secrets,pods']);
    const data = Buffer.from('swordfish').toString('base64');
    expect(body.items.map((secret) => secret.data?.password)).to.include(data);
    expect((await listed(['--resources=pods'])).status).to.equal(403);
  });

  it('prints no more: another resource may not be read', async () => {
    await granted(['--resources=namespaces']);
    const as = `--as=system:serviceaccount:${namespace}:reader-${accounts}`;
    const mayList = (plural: string): Promise<string> =>
      cluster.kubectl(['auth', 'can-i', 'list', plural, '--all-namespaces', as]);
    expect((await mayList('namespaces')).trim()).to.equal('yes');
    await mayList('pods').then(
      (said) => expect.fail(said),
      (refusal) => expect(`${refusal}`).to.match(/ended with 1: no\n$/),
    );
  });
});
