// A configuration that changes while the program runs: what takes over, and what is refused.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { clusterOf, node, pod, TestProgram } from '../support/program.ts';
import { expectRefusal, type Facts, rejectionOf } from '../support/refusal.ts';
import { until } from '../support/until.ts';

describe('A program with a config file', () => {
  let folder: string;
  let file: string;
  let server: ApiServer;
  let url: string;
  let program: TestProgram;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-live-'));
    file = join(folder, 'config.yaml');
    ({ server, url } = await clusterOf(pod('one', { app: 'x' }), node('two')));
    program = new TestProgram();
  });

  afterEach(async () => {
    await program.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const write = (text: string): void => writeFileSync(file, text);
  const start = (...args: string[]): Promise<void> =>
    program.start(`--config=${file}`, `--apiserver=${url}`, ...args);
  const serves = async (...families: string[]): Promise<boolean> => {
    const text = await program.scrape();
    const served = ['kube_pod_info', 'kube_node_info', 'kube_pod_labels'].filter((family) =>
      text.includes(`${family}{`),
    );
    return served.join() === families.join();
  };
  const successful = async (): Promise<string | undefined> =>
    (await program.self('kube_state_metrics_last_config_reload_successful'))[0]?.slice(-1);

  it('does what the file says over what the command line says', async () => {
    write('resources: {nodes: {}}\n');
    await start('--resources=pods');
    await until(() => serves('kube_node_info'));
    expect(await successful()).to.equal('1');
    const [hash] = await program.self('kube_state_metrics_config_hash');
    expect(hash).to.match(/^\S+\{filename="[^"]+config\.yaml",type="config"\} [1-9]\d+$/);
  });

  it('follows the file without a hole in what it serves, on the same port', async () => {
    write('resources: {pods: {}}\n');
    await start();
    await until(() => serves('kube_pod_info'));
    const { port } = program.running.metrics;
    write('resources: {pods: {}, nodes: {}}\n');
    await until(async () => {
      const text = await program.scrape();
      expect(text).to.include('kube_pod_info{');
      return text.includes('kube_node_info{');
    });
    expect(program.running.metrics.port).to.equal(port);
    expect(program.said('the new configuration took over')).to.have.length(1);
    expect(await program.self('kube_state_metrics_resource_objects')).to.have.members([
      'kube_state_metrics_resource_objects{resource="pods"} 1',
      'kube_state_metrics_resource_objects{resource="nodes"} 1',
    ]);
    server.create(node('three'));
    await until(async () => (await program.scrape()).includes('node="three"'));
  });

  it('ends the watches of what the new file leaves out', async () => {
    write('resources: {pods: {}}\n');
    await start();
    await until(() => serves('kube_pod_info'));
    write('resources: {nodes: {}}\n');
    await until(() => serves('kube_node_info'));
    server.forgetRequests();
    // All watches that are open now end, and are opened again.
    server.rewind(server.version);
    await until(() => server.requests.some(({ path }) => path.includes('/nodes')));
    expect(server.requests.filter(({ path }) => path.includes('/pods'))).to.deep.equal([]);
    expect(await program.self('kube_state_metrics_resource_synced')).to.deep.equal([
      'kube_state_metrics_resource_synced{resource="nodes"} 1',
    ]);
  });

  it('sees the swap of symlinks by which a ConfigMap changes', async () => {
    const put = (version: string, text: string): void => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'config.yaml'), text);
      symlinkSync(version, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    put('..1', 'resources: {pods: {}}\n');
    symlinkSync(join('..data', 'config.yaml'), file);
    await start();
    await until(() => serves('kube_pod_info'));
    put('..2', 'resources: {nodes: {}}\n');
    await until(() => serves('kube_node_info'));
  });

  it('refuses a wrong file, says so, goes on, and takes the next right one', async () => {
    write('resources: {pods: {}}\n');
    await start();
    await until(() => serves('kube_pod_info'));
    write('resources: {pods: {}}\nport: http\n');
    await until(async () => (await successful()) === '0');
    expect(program.said('configuration refused, the old one stays in use')[0]?.keys.error).to.equal(
      `${file}:2: port: expected a whole number from 0 to 65535, got "http".`,
    );
    expect(await serves('kube_pod_info')).to.equal(true);
    write('resources: {nodes: {}}\n');
    await until(() => serves('kube_node_info'));
    expect(await successful()).to.equal('1');
  });

  it('goes on where the file vanishes, and is content when it is back as it was', async () => {
    write('resources: {pods: {}}\n');
    await start();
    await until(() => serves('kube_pod_info'));
    rmSync(file);
    await until(async () => (await successful()) === '0');
    expect(await serves('kube_pod_info')).to.equal(true);
    write('resources: {pods: {}}\n');
    await until(async () => (await successful()) === '1');
    expect(program.said('the new configuration took over')).to.deep.equal([]);
  });

  it('goes on where a writer died in the middle of the file, and says so', async () => {
    write('resources: {nodes: {}}\nnamespaces: [default]\n');
    await start();
    await until(() => serves('kube_node_info'));
    write('resources: {nodes: {}}\n');
    const said =
      'a file was cut short: its old content stays in use, unless this lasts for a minute';
    await until(() => program.said(said).length > 0);
    expect(program.said(said)[0]?.keys).to.deep.equal({ files: [file] });
    expect(program.said('the configuration changed')).to.deep.equal([]);
    write('resources: {pods: {}}\nnamespaces: [default]\n');
    await until(() => serves('kube_pod_info'));
    expect(program.said(said)).to.have.length(1);
  });

  it('speaks of what the file set in the words of the file', async () => {
    // biome-ignore format: one row per file
    const refused = {
      'resources: {pod: {}}': { flag: `resources (${file}:1)`, expected: 'the plural of a resource', got: '"pod"' },
      'shard: 2\ntotal_shards: 2': { flag: [`shard (${file}:1)`, `total_shards (${file}:2)`], expected: 'a shard below their total' },
      'metric_allowlist: [a]\nmetric_denylist: [b]': { flag: [`metric_allowlist (${file}:1)`, `metric_denylist (${file}:2)`], expected: 'one of them' },
      'labels_allow_list: {pods: ["*a*"]}': { flag: `labels_allow_list (${file}:1)`, expected: /^at most one [*]/ },
      'resources: {pods: {}}\nmetric_denylist: [kube_pod]': { flag: [`resources (${file}:1)`, '--metric-allowlist', `metric_denylist (${file}:2)`], expected: 'to leave at least one family', got: 'none' },
      'pod: ksm-0': { flag: `pod (${file}:1)`, expected: '--pod-namespace beside it', got: 'it alone' },
      'custom_resources_only: true': { flag: `custom_resources_only (${file}:1)`, expected: /^a configuration by/, got: 'none' },
    };
    for (const [text, facts] of Object.entries<Facts>(refused)) {
      write(text);
      expectRefusal(await rejectionOf(start()), facts);
    }
  });

  it('does not start without the file, unless it is told to go on', async () => {
    const expected = `a readable file at ${file}`;
    expectRefusal(await rejectionOf(start()), { flag: '--config', expected, got: /^ENOENT/ });
    await start('--continue-without-config', '--resources=pods');
    await until(() => serves('kube_pod_info'));
    expect(program.said('config file refused, running with the flags alone')).to.have.length(1);
    expect(await successful()).to.equal('0');
    write('resources: {nodes: {}}\n');
    await until(() => serves('kube_node_info'));
    expect(await successful()).to.equal('1');
  });

  it('says what only a new start can change, and changes the rest', async () => {
    write('resources: {pods: {}}\n');
    await start();
    await until(() => serves('kube_pod_info'));
    write('port: 1\nresources: {nodes: {}}\nnodes: a\nauto-gomemlimit: true\n');
    await until(() => serves('kube_node_info'));
    expect(program.said('these flags change only with a restart')[0]?.keys).to.deep.equal({
      flags: ['port'],
    });
    expect(program.said('without effect in kubestate')[0]?.keys).to.deep.equal({
      settings: ['auto-gomemlimit'],
    });
    expect(program.said('unknown setting')[0]?.keys.setting).to.include(`${file}:3: there is no`);
  });

  it('switches compression by the file', async () => {
    write('resources: {pods: {}}\n');
    await start();
    await until(() => serves('kube_pod_info'));
    const encoding = async (): Promise<string | null> => {
      const target = `http://127.0.0.1:${program.running.metrics.port}/metrics`;
      const answer = await fetch(target, { headers: { 'accept-encoding': 'gzip' } });
      await answer.text();
      return answer.headers.get('content-encoding');
    };
    expect(await encoding()).to.equal('gzip');
    write('resources: {pods: {}}\nenable_gzip_encoding: false\n');
    await until(async () => (await encoding()) === null);
  });

  it('says once which patterns of the allow-lists matched nothing', async () => {
    write('labels_allow_list: {pods: [app, tier]}\n');
    await start('--resources=pods,nodes');
    const message = 'this pattern of an allow-list matched no key';
    await until(() => program.said(message).length > 0);
    await program.scrape();
    expect(program.said(message).map(({ keys }) => keys)).to.deep.equal([
      { flag: '--metric-labels-allowlist', resource: 'pods', pattern: 'tier' },
    ]);
  });

  it('follows its kubeconfig to another cluster, and refuses a wrong one', async () => {
    const other = await clusterOf(pod('elsewhere'));
    const kubeconfig = join(folder, 'kubeconfig');
    try {
      writeFileSync(kubeconfig, kubeconfigOf({ server: url }));
      await program.start('--resources=pods', `--kubeconfig=${kubeconfig}`);
      await until(async () => (await program.scrape()).includes('pod="one"'));
      writeFileSync(kubeconfig, 'clusters: []\n');
      await until(
        () => program.said('configuration refused, the old one stays in use').length === 1,
      );
      expect(await program.scrape()).to.include('pod="one"');
      writeFileSync(kubeconfig, kubeconfigOf({ server: other.url }));
      await until(async () => (await program.scrape()).includes('pod="elsewhere"'));
    } finally {
      await program.stop();
      await other.server.close();
    }
  });

  it('tries again, when told to look, what was refused for want of another file', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    write('resources: {pods: {}}\n');
    await program.start(`--config=${file}`, `--apiserver=${url}`);
    await until(() => serves('kube_pod_info'));
    write(`resources: {nodes: {}}\nkubeconfig: ${kubeconfig}\n`);
    await until(() => program.said('configuration refused, the old one stays in use').length === 1);
    writeFileSync(kubeconfig, kubeconfigOf({ server: url }));
    program.running.pollNow();
    await until(() => serves('kube_node_info'));
    expect(program.said('configuration refused, the old one stays in use')).to.have.length(1);
    program.running.pollNow();
    await until(() => serves('kube_node_info'));
    expect(program.said('the configuration changed')).to.have.length(2);
  });

  it('follows the kubeconfig that the file names, taking over once a change', async () => {
    const other = await clusterOf(pod('elsewhere'));
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    try {
      writeFileSync(first, kubeconfigOf({ server: url }));
      writeFileSync(second, kubeconfigOf({ server: other.url }));
      write(`resources: {pods: {}}\nkubeconfig: ${first}\n`);
      await program.start(`--config=${file}`);
      await until(async () => (await program.scrape()).includes('pod="one"'));
      write(`resources: {pods: {}}\nkubeconfig: ${second}\n`);
      await until(async () => (await program.scrape()).includes('pod="elsewhere"'));
      writeFileSync(second, kubeconfigOf({ server: url }));
      await until(async () => (await program.scrape()).includes('pod="one"'));
      expect(program.said('the new configuration took over')).to.have.length(2);
      expect(program.said('the configuration changed')).to.have.length(2);
    } finally {
      await program.stop();
      await other.server.close();
    }
  });
});
