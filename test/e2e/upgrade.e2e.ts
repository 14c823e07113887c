// The commands of docs/upgrade.md on a real API server: to kubestate, to a next version, and back.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { execute } from '../../tools/execute.ts';
import { until } from '../../tools/until.ts';
import { outcomeOf } from '../support/outcome.ts';
import { chart } from './helm.ts';
import type { PodTemplate } from './kubelet.ts';
import { kubestate } from './program.ts';
import { helm } from './tools.ts';

const root = join(import.meta.dirname, '../..');
const THEIRS = 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0';
const POD_TIMEOUT_MS = 20_000;

/** The commands of the page, each on one line. */
const page = readFileSync(join(root, 'docs/upgrade.md'), 'utf8');
const commands = [...page.matchAll(/^```sh .*\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .trim()
    .split('\n'),
);

interface Workload {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly selector: object; readonly template: PodTemplate };
}

interface TestPod {
  readonly metadata: { readonly name: string };
  readonly spec: PodTemplate['spec'];
}

describe('the commands of upgrade and rollback, on a real API server', function () {
  this.timeout(120_000);

  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kubestate-upgrade-')));
  const upstream = join(folder, 'upstream');
  const next = join(folder, 'next');
  const values = join(folder, 'your-values.yaml');
  const run = new Set<string>();
  let cluster: RealCluster;
  let first: Workload;

  before(async () => {
    cluster = await startApiServer();
    // What their chart renders, as a chart: as far as these commands can tell, it is theirs.
    mkdirSync(join(upstream, 'templates'), { recursive: true });
    const about = 'apiVersion: v2\nname: kube-state-metrics\nversion: 8.4.0\nappVersion: 2.20.0\n';
    writeFileSync(join(upstream, 'Chart.yaml'), about);
    const [, registry, repository, tag] = /^([^/]+)\/(.+):(.+)$/.exec(THEIRS) ?? [];
    const defaults = JSON.stringify({ image: { registry, repository, tag } });
    writeFileSync(join(upstream, 'values.yaml'), defaults);
    const recorded = readFileSync(join(root, 'test/chart/rendered/default.yaml'), 'utf8');
    const image = '{{ with .Values.image }}{{ .registry }}/{{ .repository }}:{{ .tag }}{{ end }}';
    expect(recorded).to.include(THEIRS);
    writeFileSync(join(upstream, 'templates/all.yaml'), recorded.replaceAll(THEIRS, image));
    writeFileSync(values, 'collectorsExclude: [leases]\n');
    cpSync(chart, next, { recursive: true });
    const path = join(next, 'Chart.yaml');
    const text = readFileSync(path, 'utf8').replace(/^version: .*$/m, 'version: 99.0.0');
    writeFileSync(path, text);
    await helmed('install', 'kube-state-metrics', upstream, '-n', 'kube-system');
    first = await workload();
  });

  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true });
  });

  it('go back to their image after a swap of it alone', async () => {
    await helmed(
      ...['upgrade', 'kube-state-metrics', upstream, '-n', 'kube-system', '--reuse-values'],
      ...['--set', 'image.registry=registry.example.com'],
      ...['--set', 'image.repository=monitoring/kube-state-metrics'],
      ...['--set', 'image.tag=v2.20.0-1.0.0'],
    );
    expect(imageOf(await workload())).to.equal(
      'registry.example.com/monitoring/kube-state-metrics:v2.20.0-1.0.0',
    );
    await command(/^helm upgrade .* --reuse-values .*image\.registry=registry\.k8s\.io/);
    expect((await workload()).spec).to.deep.equal(first.spec);
  });

  it('go back to their image without helm', async () => {
    const deployment = 'deployment/kube-state-metrics';
    const other = 'kube-state-metrics=registry.example.com/x:v1';
    await cluster.kubectl(['-n', 'kube-system', 'set', 'image', deployment, other]);
    expect(imageOf(await workload())).to.equal('registry.example.com/x:v1');
    await command(/^kubectl .* set image /);
    expect(imageOf(await workload())).to.equal(THEIRS);
  });

  it('go from their chart to this one, and roll back', async () => {
    await command(/^helm upgrade kube-state-metrics helm\/kube-state-metrics /);
    const ours = await workload();
    expect(ours.metadata.uid).to.equal(first.metadata.uid);
    expect(ours.spec.selector).to.deep.equal(first.spec.selector);
    expect(imageOf(ours)).to.match(/^ghcr\.io\/kubestate\/.*:v2\.20\.0-\d+\.\d+\.\d+$/);
    await command(/^helm rollback kube-state-metrics 1 /);
    expect((await workload()).spec).to.deep.equal(first.spec);
  });

  it('go from this chart to theirs', async () => {
    await helmed('upgrade', 'kube-state-metrics', chart, '-n', 'kube-system', '-f', values);
    await command(/^helm upgrade kube-state-metrics prometheus-community\/\S+ .*-f your-values/);
    expect((await workload()).spec).to.deep.equal(first.spec);
  });

  it('go to the next version, which rolls the pods, and back to the one before', async () => {
    await helmed('upgrade', 'kube-state-metrics', chart, '-n', 'kube-system', '-f', values);
    const before = await workload();
    await helmed('upgrade', 'kube-state-metrics', next, '-n', 'kube-system', '-f', values);
    const after = await workload();
    expect(after.metadata.uid).to.equal(before.metadata.uid);
    expect(imageOf(after)).to.match(/:v2\.20\.0-99\.0\.0$/);
    expect(after.spec.template).to.not.deep.equal(before.spec.template);
    expect(await command(/^helm history /)).to.match(/kube-state-metrics-99\.0\.0/);
    await command(/^helm rollback kube-state-metrics -n/);
    expect((await workload()).spec).to.deep.equal(before.spec);
  });

  it('tell the version of pods, and leave no Lease', async () => {
    const { metadata, spec } = (await workload()).spec.template;
    const pod = { metadata: { name: 'one', labels: metadata.labels }, spec };
    await cluster.must('POST', '/api/v1/namespaces/kube-system/pods', pod);
    expect(await command(/^kubectl .* get pods .* -L /)).to.match(/^one .* \d+\.\d+\.\d+$/m);
    await command(/^kubectl .* delete lease /);
  });

  it('test the arguments before a rollout is trusted, by a pod that ends well', async () => {
    const testing = command(/^helm test /);
    const said = await runTestPod();
    expect([said.status, said.stderr]).to.deep.equal([0, '']);
    expect(said.stdout).to.match(/^The flags are right\. Resources: /);
    expect(await testing).to.match(/^Phase: +Succeeded$/m);
  });

  it('fail the test of wrong values, and say why', async () => {
    const wrong = ['--set', 'metricDenylist={kube_(}'];
    await helmed('upgrade', 'kube-state-metrics', chart, '-n', 'kube-system', ...wrong);
    const testing = command(/^helm test /).then(
      () => '',
      (error: Error) => error.message,
    );
    const said = await runTestPod();
    expect(said.status).to.equal(2);
    expect(said.stderr).to.match(/^kubestate: --metric-denylist: expected .*kube_\(.*\n$/);
    expect(await testing).to.match(/pod kube-state-metrics-test-\w+ failed/);
    // The log is the kubelet's, and there is none: what is asked for is found.
    const logs = await command(/^kubectl .* logs -l /).catch((error: Error) => error.message);
    expect(logs).to.not.match(/No resources found/);
  });

  it('are all of the page', () => {
    expect([...run].sort()).to.deep.equal([...commands].sort());
    expect(commands).to.have.length.above(8);
  });

  /** Runs the one command of the page that matches. */
  async function command(which: RegExp): Promise<string> {
    const matching = commands.filter((one) => which.test(one));
    expect(matching, String(which)).to.have.length(1);
    const [line = ''] = matching;
    run.add(line);
    const [program, ...words] = line
      .replace('prometheus-community/kube-state-metrics', upstream)
      .replace('helm/kube-state-metrics', chart)
      .replace('your-values.yaml', values)
      .split(/\s+/);
    return program === 'helm' ? await helmed(...words) : await cluster.kubectl(words);
  }

  function helmed(...args: string[]): Promise<string> {
    const all = ['--kubeconfig', cluster.kubeconfig(), ...args];
    return execute(helm, all, { env: { HOME: cluster.folder } });
  }

  const workload = (): Promise<Workload> =>
    cluster.must('GET', '/apis/apps/v1/namespaces/kube-system/deployments/kube-state-metrics');

  /** What a kubelet does with the pod of helm test: runs it, and tells how it ended. */
  async function runTestPod() {
    const path = '/api/v1/namespaces/kube-system/pods';
    const query = `labelSelector=${encodeURIComponent('app.kubernetes.io/component=test')}`;
    const find = async () =>
      (await cluster.must<{ items: TestPod[] }>('GET', `${path}?${query}`)).items[0];
    const { metadata, spec } = await until('the pod of helm test', find, POD_TIMEOUT_MS);
    const args = [...(spec.containers[0].args ?? []), `--kubeconfig=${cluster.kubeconfig()}`];
    const outcome = outcomeOf(kubestate, args);
    const status = { phase: outcome.status === 0 ? 'Succeeded' : 'Failed' };
    await cluster.must('PATCH', `${path}/${metadata.name}/status`, { status });
    return outcome;
  }
});

const imageOf = ({ spec }: Workload): string =>
  (spec.template.spec.containers[0] as unknown as { image: string }).image;
