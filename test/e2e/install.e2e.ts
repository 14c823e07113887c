// The chart's life by real Helm on a real API server: installed, run, upgraded, rolled back, gone.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resources } from '../../src/resources/index.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { execute } from '../../tools/execute.ts';
import { prometheus as newest } from '../../tools/prometheus/program.ts';
import { Prometheus } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import type { Exporter } from './exporter.ts';
import { chart } from './helm.ts';
import { createPod, type Pod, type PodTemplate, runPod } from './kubelet.ts';
import { JOBS, TARGET } from './target.ts';
import { helm } from './tools.ts';

const NAMESPACE = 'kube-system';
const RELEASE = 'kube-state-metrics';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:${RELEASE}`;
const UP_TIMEOUT_MS = 20_000;
const LEASE_TIMEOUT_MS = 20_000;

const CONFIG = { global: { scrape_interval: '1s' }, scrape_configs: JOBS };

/** Server and kubelets renew these without us. */
const NOT_OURS = ['events', 'events.events.k8s.io', 'leases.coordination.k8s.io'];

interface Workload {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly template: PodTemplate };
}

interface Service {
  readonly spec: { readonly selector: Readonly<Record<string, string>> };
}

describe('the chart, installed by helm on a real API server', function () {
  this.timeout(180_000);

  let cluster: RealCluster;
  let untouched: string[];
  const started: { stop(): Promise<unknown> }[] = [];

  before(async () => {
    cluster = await startApiServer();
    await cluster.must('POST', '/api/v1/nodes', { metadata: { name: 'node-1' } });
    untouched = await everything();
    await helmed('install', RELEASE, chart);
  });

  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
  });

  after(() => cluster?.stop());

  it('is a release that helm knows', async () => {
    const status = JSON.parse(await helmed('status', RELEASE, '--output', 'json')) as {
      info: { status: string };
      version: number;
    };
    expect([status.info.status, status.version]).to.deep.equal(['deployed', 1]);
  });

  for (const [plural, { group, default: isDefault }] of Object.entries(resources)) {
    it(`${isDefault ? 'may' : 'may not'} list ${plural}`, async () => {
      const resource = group === '' ? plural : `${plural}.${group}`;
      expect(await mayDo('list', resource)).to.equal(isDefault);
      expect(await mayDo('watch', resource)).to.equal(isDefault);
    });
  }

  it('may do nothing else with what it watches', async () => {
    for (const verb of ['get', 'create', 'update', 'patch', 'delete']) {
      for (const resource of ['pods', 'secrets', 'configmaps', 'deployments.apps']) {
        expect(await mayDo(verb, resource), `${verb} ${resource}`).to.equal(false);
      }
    }
  });

  it('runs with its arguments and account, and Prometheus scrapes both ports', async () => {
    const { spec } = await workload('deployments');
    await run('ksm-1', spec.template);
    const prometheus = await Prometheus.start(CONFIG, newest);
    started.push(prometheus);
    const up = await until(
      'both targets up',
      async () => {
        const found = await prometheus.query('up == 1');
        return found.length === 2 ? found : undefined;
      },
      UP_TIMEOUT_MS,
    );
    expect(up.map(({ labels }) => `${labels.job} ${labels.instance}`).sort()).to.deep.equal([
      `kube-state-metrics ${TARGET}:8080`,
      `kube-state-metrics-telemetry ${TARGET}:8081`,
    ]);
    const [service] = await prometheus.queried(`kube_service_info{service="${RELEASE}"}`);
    expect(service?.labels).to.include({ job: 'kube-state-metrics', namespace: NAMESPACE });
    const [ours] = await prometheus.queried('kube_pod_info{pod="ksm-1"}');
    expect(ours?.labels).to.include({ namespace: NAMESPACE, node: 'node-1' });
    const listed = await prometheus.queried('kube_state_metrics_list_total{result="success"}');
    expect(new Set(listed.map(({ labels }) => labels.resource)).size).to.equal(
      Object.values(resources).filter((one) => one.default).length,
    );
  });

  it('is upgraded to other values, with the rights that these need and no more', async () => {
    await helmed('upgrade', RELEASE, chart, '--set', 'collectors={pods,roles}');
    const { args = [] } = (await workload('deployments')).spec.template.spec.containers[0];
    expect(args).to.include('--resources=pods,roles');
    expect(await mayDo('list', 'roles.rbac.authorization.k8s.io')).to.equal(true);
    expect(await mayDo('list', 'pods')).to.equal(true);
    expect(await mayDo('list', 'nodes')).to.equal(false);
  });

  it('is rolled back to what it was', async () => {
    await helmed('rollback', RELEASE, '1');
    const { args = [] } = (await workload('deployments')).spec.template.spec.containers[0];
    expect(args.join(' ')).to.include('configmaps,cronjobs');
    expect(await mayDo('list', 'roles.rbac.authorization.k8s.io')).to.equal(false);
    expect(await mayDo('list', 'nodes')).to.equal(true);
  });

  it('rolls the pods for a next version, unless the values name an image tag', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-next-'));
    started.push({ stop: async () => rmSync(folder, { recursive: true }) });
    cpSync(chart, folder, { recursive: true });
    const path = join(folder, 'Chart.yaml');
    const text = readFileSync(path, 'utf8');
    const next = text.replace(/^version: .*$/m, 'version: 99.0.0');
    expect(next).to.not.equal(text);
    writeFileSync(path, next);
    const first = await workload('deployments');
    await helmed('upgrade', RELEASE, folder);
    const [release] = JSON.parse(await helmed('list', '--output', 'json')) as { chart: string }[];
    expect(release?.chart).to.equal('kube-state-metrics-99.0.0');
    const second = await workload('deployments');
    expect(second.metadata.uid).to.equal(first.metadata.uid);
    expect(second.spec.template).to.not.deep.equal(first.spec.template);
    const mine = ['--set', 'image.tag=mine'];
    await helmed('upgrade', RELEASE, chart, ...mine);
    const third = await workload('deployments');
    await helmed('upgrade', RELEASE, folder, ...mine);
    expect((await workload('deployments')).spec.template).to.deep.equal(third.spec.template);
  });

  it('elects a leader, which its Service selects, by the rights that come with that', async () => {
    await helmed('upgrade', RELEASE, chart, '--set', 'highAvailability.enabled=true');
    const { spec } = await workload('deployments');
    await run('ksm-2', spec.template);
    const service = await cluster.must<Service>('GET', `/api/v1${namespaced('services')}`);
    const selector = Object.entries(service.spec.selector).map((pair) => pair.join('='));
    const selected = async () => {
      const names = await podsOf(selector.join());
      return names.length > 0 ? names : undefined;
    };
    const leaders = await until('a leader that is selected', selected, LEASE_TIMEOUT_MS);
    expect(leaders).to.deep.equal(['ksm-2']);
  });

  it('is sharded by a StatefulSet, and finds out its place in it', async () => {
    // A Service that has an address never loses it, so this is no upgrade.
    await helmed('uninstall', RELEASE);
    await helmed('install', RELEASE, chart, '--set', 'autosharding.enabled=true,replicas=2');
    const { metadata, spec } = await workload('statefulsets');
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: RELEASE, controller: true };
    const exporter = await run(`${RELEASE}-1`, spec.template, { ...owner, uid: metadata.uid });
    const telemetry = await exporter.telemetry();
    expect(telemetry).to.match(/^kube_state_metrics_total_shards 2$/m);
    expect(telemetry).to.match(/^kube_state_metrics_shard_ordinal\{shard_ordinal="1"\} 1$/m);
  });

  it('leaves nothing when it is uninstalled', async () => {
    expect(await everything()).to.not.deep.equal(untouched);
    await helmed('uninstall', RELEASE);
    expect(await everything()).to.deep.equal(untouched);
  });

  /** Runs helm as the administrator; there is nobody who would make a pod, so it need not wait. */
  function helmed(...args: string[]): Promise<string> {
    const all = ['--kubeconfig', cluster.kubeconfig(), '--namespace', NAMESPACE, ...args];
    return execute(helm, all, { env: { HOME: cluster.folder } });
  }

  /** What kubectl says of the chart's own account. */
  async function mayDo(verb: string, resource: string): Promise<boolean> {
    const question = ['auth', 'can-i', verb, resource, `--as=${ACCOUNT}`, '--all-namespaces'];
    try {
      return (await cluster.kubectl(question)).trim() === 'yes';
    } catch (error) {
      // A no is an exit code of 1 as well.
      if (/ended with 1: (Warning: .*\n)*no\b/.test(`${(error as Error).message}`)) return false;
      throw error;
    }
  }

  const workload = (plural: string): Promise<Workload> => cluster.must('GET', pathOf(plural));

  /** A pod of the workload, and its program; both end with the test. */
  async function run(name: string, template: PodTemplate, owner?: object): Promise<Exporter> {
    const { labels } = template.metadata;
    const pod: Pod = {
      metadata: { name, namespace: NAMESPACE, labels, ownerReferences: owner ? [owner] : [] },
      spec: { ...template.spec, nodeName: 'node-1' },
    };
    await createPod(cluster, pod, '127.0.0.1');
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}?gracePeriodSeconds=0`;
    started.push({ stop: () => cluster.must('DELETE', path) });
    const exporter = await runPod(cluster, pod);
    started.unshift(exporter);
    return exporter;
  }

  async function podsOf(selector: string): Promise<string[]> {
    const query = `labelSelector=${encodeURIComponent(selector)}`;
    const path = `/api/v1/namespaces/${NAMESPACE}/pods?${query}`;
    const { items } = await cluster.must<{ items: { metadata: { name: string } }[] }>('GET', path);
    return items.map(({ metadata }) => metadata.name);
  }

  /** The names of all objects of all kinds there are. */
  async function everything(): Promise<string[]> {
    const kinds = await cluster.kubectl(['api-resources', '--verbs=list', '--output=name']);
    const listed = kinds.split('\n').filter((kind) => kind !== '' && !NOT_OURS.includes(kind));
    const text = await cluster.kubectl(['get', listed.join(), '-A', '--output=name']);
    return text.split('\n').filter(Boolean).sort();
  }
});

const namespaced = (plural: string): string => `/namespaces/${NAMESPACE}/${plural}/${RELEASE}`;
const pathOf = (plural: string): string => `/apis/apps/v1${namespaced(plural)}`;
