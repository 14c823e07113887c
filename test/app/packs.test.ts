// --custom-resource-pack in the whole program, on the simulated API server with the packs' samples.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packNames } from '../../src/custom/packs.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { loadObjects } from '../../src/demo/apiserver/file.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import { differencesBetween, inWords } from '../conformance/compare.ts';
import { sampleExposition, sampleLines } from '../custom/packSamples.ts';
import { clusterOf, pod, TestProgram } from '../support/program.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { until } from '../support/until.ts';

describe('--custom-resource-pack', () => {
  let folder: string;
  let server: ApiServer;
  let url: string;
  let program: TestProgram;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-packs-'));
    ({ server, url } = await clusterOf(pod('one')));
    loadObjects(server, packNames.map(sampleLines).join(''), 'samples');
    server.create(pod('two'));
    program = new TestProgram();
  });

  afterEach(async () => {
    await program.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (...args: string[]): Promise<void> => {
    await program.start(`--apiserver=${url}`, ...args);
    await until(async () => !(await program.scrape()).startsWith('503'));
  };

  it('serves what kube-state-metrics serves by the same rules, without an error', async () => {
    await start('--custom-resource-state-only', `--custom-resource-pack=${packNames.join()}`);
    const recorded = packNames.map(sampleExposition).join('');
    const found = differencesBetween(recorded, await program.scrape())
      .filter(({ kind }) => kind !== 'order')
      .map(inWords);
    expect(found).to.deep.equal([]);
    const errors = await program.self('kube_state_metrics_custom_resource_rule_errors_total{');
    expect(new Set(errors.map((line) => line.split(' ').at(-1)))).to.deep.equal(new Set(['0']));
    const disabled = await program.self('kube_state_metrics_custom_resource_rules_disabled{');
    expect(disabled.map((line) => line.split(' ').at(-1))).to.deep.equal(packNames.map(() => '0'));
  });

  it('is added to core resources, and may be named twice', async () => {
    await start(
      '--resources=pods',
      '--custom-resource-pack=flux,flux',
      '--custom-resource-pack=volume-snapshot',
    );
    const text = await program.scrape();
    expect(text).to.include('kube_pod_info{').and.include('gotk_resource_info{');
    expect(text).to.include('kube_volumesnapshot_info{').and.not.include('gatewayapi_');
  });

  it('is followed in the file of --config, and one that does not exist is refused', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'custom_resource_pack: [flux]\n');
    await start('--resources=pods', `--config=${config}`);
    expect(await program.scrape()).to.include('gotk_resource_info{');
    writeFileSync(config, 'custom_resource_pack: [fluxx]\n');
    const refused = 'configuration refused, the old one stays in use';
    await until(() => program.said(refused).length > 0);
    expect(String(program.said(refused)[0]?.keys.error)).to.include('did you mean flux?');
    writeFileSync(config, 'custom_resource_pack: [volume-snapshot]\n');
    await until(async () => !(await program.scrape()).includes('gotk_resource_info{'));
    expect(await program.scrape()).to.include('kube_volumesnapshot_info{');
  });

  it('stops the start where the pack does not exist', async () => {
    const error = await rejectionOf(start('--custom-resource-pack=argo'));
    expectRefusal(error, { flag: '--custom-resource-pack', got: '"argo"' }, ConfigError);
  });
});
