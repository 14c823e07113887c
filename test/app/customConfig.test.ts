// The files of custom-resource configuration: at the start, and when they change under the program.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import { configOf, custom, definition, entryOf } from '../support/customs.ts';
import { clusterOf, pod, TestProgram } from '../support/program.ts';
import { rejectionOf } from '../support/refusal.ts';
import { until } from '../support/until.ts';

const refusedSaid = 'configuration refused, the old one stays in use';

describe('A file of custom-resource configuration', () => {
  let folder: string;
  let file: string;
  let server: ApiServer;
  let url: string;
  let program: TestProgram;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-custom-'));
    file = join(folder, 'crs.yaml');
    ({ server, url } = await clusterOf(pod('one')));
    for (const kind of ['Order', 'Truck']) {
      server.create(definition(kind));
      server.create(custom(kind, 'a'));
    }
    program = new TestProgram();
  });

  afterEach(async () => {
    await program.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const write = (path: string, text: string): void => writeFileSync(path, text);
  const orders = configOf(entryOf('Order'));
  const trucks = configOf(entryOf('Truck'));
  const open = (...args: string[]): Promise<void> =>
    program.start(`--apiserver=${url}`, '--resources=pods', ...args);
  const start = async (...args: string[]): Promise<void> => {
    await open(...args);
    await until(async () => !(await program.scrape()).startsWith('503'));
  };
  const flag = (path = file): string => `--custom-resource-state-config-file=${path}`;
  /** The kinds that are served, in their order. */
  const kinds = async (): Promise<string> =>
    ((await program.scrape()).match(/(?<=^kube_customresource_)\w+?(?=_size\{)/gm) ?? []).join();
  const metric = async (name: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await program.self(`kube_state_metrics_${name}{`)).map((line) => {
        const [, path = '', value = ''] = /filename="([^"]*)".* (\S+)$/.exec(line) ?? [];
        return [path.replace(`${folder}/`, ''), value];
      }),
    );
  const refusalOf = async (...args: string[]): Promise<ConfigError> => {
    const error = await rejectionOf(open(...args));
    expect(error).to.be.instanceOf(ConfigError);
    return error as ConfigError;
  };

  it('is served and counted under the type that kube-state-metrics gives it', async () => {
    write(file, orders);
    await start(flag());
    expect(await kinds()).to.equal('order');
    const all = await program.self('kube_state_metrics_config_hash');
    expect(all.join()).to.match(/\{filename="[^"]+\/crs\.yaml",type="customresourceconfig"\} \d+$/);
    expect(await metric('last_config_reload_successful')).to.deep.equal({ 'crs.yaml': '1' });
    expect(await metric('custom_resource_rules_disabled')).to.deep.equal({ 'crs.yaml': '0' });
  });

  it('stops the start where it is missing, no YAML, or of another kind', async () => {
    const { flag: named, got } = await refusalOf(flag());
    expect(named).to.equal('--custom-resource-state-config-file');
    expect(got).to.include('ENOENT');
    write(file, 'kind: [');
    expect((await refusalOf(flag())).place).to.match(/crs\.yaml:1:/);
    write(file, 'kind: ConfigMap');
    const { place, expected } = await refusalOf(flag());
    expect(place).to.include(`${file}:1`);
    expect(expected).to.equal('CustomResourceStateMetrics');
  });

  it('is left out until it is right, with --continue-without-…', async () => {
    await start(flag(), '--continue-without-custom-resource-state-config-file');
    expect(await kinds()).to.equal('');
    expect(await metric('last_config_reload_successful')).to.deep.equal({ 'crs.yaml': '0' });
    const said = program.said('custom-resource configuration left out');
    expect(said.map(({ keys }) => keys.file)).to.deep.equal([file]);
    write(file, orders);
    await until(async () => (await kinds()) === 'order');
    expect(await metric('last_config_reload_successful')).to.deep.equal({ 'crs.yaml': '1' });
  });

  it('loses the rule that is wrong, and no other', async () => {
    const wrong = entryOf('Truck', { metric: 'no name' });
    write(file, configOf(entryOf('Order'), wrong));
    await start(flag());
    expect(await kinds()).to.equal('order');
    const said = program.said('a rule is wrong and is not served');
    expect(said).to.have.length(1);
    expect(String(said[0]?.keys.error)).to.match(
      /crs\.yaml:\d+:\d+: spec\.resources\[1\]\.metrics/,
    );
    expect(await metric('custom_resource_rules_disabled')).to.deep.equal({ 'crs.yaml': '1' });
  });

  it('is followed, with no hole in what is served', async () => {
    write(file, orders);
    await start(flag());
    write(file, configOf(entryOf('Truck'), entryOf('Order')));
    await until(async () => {
      const text = await program.scrape();
      expect(text).to.include('kube_pod_info{').and.include('kube_customresource_order_size{');
      return text.includes('kube_customresource_truck_size{');
    });
    expect(await kinds()).to.equal('order,truck');
  });

  it('keeps its last good content where the new one is wrong, and says so', async () => {
    write(file, orders);
    await start(flag());
    const before = await metric('config_hash');
    write(file, 'kind: ConfigMap\n');
    await until(() => program.said(refusedSaid).length > 0);
    expect(String(program.said(refusedSaid)[0]?.keys.error)).to.include(`${file}:1`);
    expect(await metric('last_config_reload_successful')).to.deep.equal({ 'crs.yaml': '0' });
    expect(await metric('config_hash')).to.deep.equal(before);
    expect(await kinds()).to.equal('order');
    rmSync(file);
    await until(() => program.said(refusedSaid).length > 1);
    expect(await kinds()).to.equal('order');
    write(file, trucks);
    await until(async () => (await kinds()) === 'truck');
    expect(await metric('last_config_reload_successful')).to.deep.equal({ 'crs.yaml': '1' });
  });

  it('is the last of those that a repeated flag names', async () => {
    const other = join(folder, 'other.yaml');
    write(file, orders);
    write(other, trucks);
    await start(flag(), flag(other));
    expect(await kinds()).to.equal('truck');
  });

  it('is not read where the configuration is given inline', async () => {
    await start(flag(), `--custom-resource-state-config=${trucks}`);
    expect(await kinds()).to.equal('truck');
    expect(await metric('last_config_reload_successful')).to.deep.equal({});
  });

  it('is one of a folder, each with its own name in errors and metrics', async () => {
    write(join(folder, 'b.yml'), orders);
    write(join(folder, 'a.yaml'), trucks);
    write(join(folder, 'notes.txt'), 'kind: [');
    write(join(folder, '.a.yaml.swp.yaml'), 'kind: [');
    await start(flag(folder));
    expect(await kinds()).to.equal('order,truck');
    const both = { 'a.yaml': '1', 'b.yml': '1' };
    expect(await metric('last_config_reload_successful')).to.deep.equal(both);
    write(join(folder, 'c.yaml'), 'kind: Other');
    await until(() => program.said(refusedSaid).length > 0);
    expect(await metric('last_config_reload_successful')).to.deep.equal({ ...both, 'c.yaml': '0' });
    rmSync(join(folder, 'c.yaml'));
    // Nothing is said of a file that is gone.
    await until(async () => !('c.yaml' in (await metric('last_config_reload_successful'))));
    rmSync(join(folder, 'a.yaml'));
    await until(async () => (await kinds()) === 'order');
    expect(await metric('last_config_reload_successful')).to.deep.equal({ 'b.yml': '1' });
  });

  it('loses a rule that contradicts one of another file of the folder', async () => {
    write(join(folder, 'a.yaml'), orders);
    write(join(folder, 'b.yaml'), configOf(entryOf('Order'), entryOf('Truck')));
    await start(flag(folder));
    expect(await kinds()).to.equal('order,truck');
    const said = program.said('a rule is wrong and is not served');
    expect(said.map(({ keys }) => String(keys.error).includes(`${folder}/b.yaml:`))).to.eql([true]);
    const disabled = await metric('custom_resource_rules_disabled');
    expect(disabled).to.deep.equal({ 'a.yaml': '0', 'b.yaml': '1' });
  });

  it('loses one wrong file of a folder with --continue-without-…, and stops without', async () => {
    write(join(folder, 'a.yaml'), orders);
    write(join(folder, 'b.yaml'), 'kind: Other');
    expect((await refusalOf(flag(folder))).place).to.include('b.yaml:1');
    await start(flag(folder), '--continue-without-custom-resource-state-config-file');
    expect(await kinds()).to.equal('order');
    // What was left out before holds nothing up; what is served must not be lost.
    write(join(folder, 'a.yaml'), configOf(entryOf('Order'), entryOf('Truck')));
    await until(async () => (await kinds()) === 'order,truck');
    expect(await metric('last_config_reload_successful')).to.eql({ 'a.yaml': '1', 'b.yaml': '0' });
    write(join(folder, 'a.yaml'), 'kind: Other');
    await until(() => program.said(refusedSaid).length === 1);
    rmSync(join(folder, 'a.yaml'));
    rmSync(join(folder, 'b.yaml'));
    await until(() => program.said(refusedSaid).length === 2);
    expect(await kinds()).to.equal('order,truck');
  });

  it('may not be an empty folder', async () => {
    expect((await refusalOf(flag(folder))).expected).to.match(
      /^from 1 to 100 files \.yaml or \.yml/,
    );
  });

  it('follows the symlinks of a ConfigMap, as a file and as a folder', async () => {
    const put = (version: string, text: string): void => {
      mkdirSync(join(folder, version));
      write(join(folder, version, 'crs.yaml'), text);
      symlinkSync(version, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    put('..1', orders);
    symlinkSync('..data/crs.yaml', file);
    for (const path of [file, folder]) {
      await start(flag(path));
      expect(await kinds()).to.equal('order');
      put(`..2${path.length}`, trucks);
      await until(async () => (await kinds()) === 'truck');
      put(`..3${path.length}`, orders);
      await until(async () => (await kinds()) === 'order');
      await program.stop();
    }
  });

  it('is named by the file of --config too, under either of its keys', async () => {
    const config = join(folder, 'config');
    write(file, orders);
    for (const key of ['custom_resource_state_config_file', 'custom_resource_config_file']) {
      write(config, `${key}: ${file}\ncustom_resources_only: true\n`);
      await start(`--config=${config}`);
      expect(await program.scrape()).not.to.include('kube_pod_info');
      expect(await kinds()).to.equal('order');
      await program.stop();
    }
    write(config, `custom_resource_config: |\n${trucks.replace(/^/gm, '  ')}\n`);
    await start(`--config=${config}`);
    expect(await kinds()).to.equal('truck');
    write(config, 'resources: {pods: {}}\n');
    await until(async () => (await kinds()) === '');
  });

  it('is followed after it was refused, where only then it is named', async () => {
    const config = join(folder, 'config');
    write(config, 'resources: {pods: {}}\n');
    await start(`--config=${config}`);
    write(config, `resources: {pods: {}}\ncustom_resource_state_config_file: ${file}\n`);
    await until(() => program.said(refusedSaid).length > 0);
    write(file, orders);
    await until(async () => (await kinds()) === 'order');
    expect(program.said(refusedSaid)).to.have.length(1);
  });

  it('has to be there where nothing else is served', async () => {
    const { flag: named, got } = await refusalOf('--custom-resource-state-only');
    expect(named).to.equal('--custom-resource-state-only');
    expect(got).to.equal('none');
  });
});
