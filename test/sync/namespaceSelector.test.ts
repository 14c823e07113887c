// --namespace-selector through the whole program: exactly what is selected, as labels change.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { configOf, custom, definition, entryOf } from '../support/customs.ts';
import { type FaultRule, forbid } from '../support/faults.ts';
import type { TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import {
  called,
  LabelledCluster,
  namespaceIn,
  namespaceOf,
  resources,
  seriesOf,
} from './labelledCluster.ts';

const withoutNamespaces = resources.replace(',namespaces', '');

describe('A program with --namespace-selector', () => {
  let scene: LabelledCluster;
  beforeEach(async () => {
    scene = await LabelledCluster.open();
  });
  afterEach(() => scene.close());

  const flag = '--namespace-selector=team in (a,b)';
  const inSelected = (series: string): boolean => {
    const selected = scene.named('namespaces', ({ team }) => team === 'a' || team === 'b');
    return series.startsWith('kube_node_') || selected.has(namespaceIn(series));
  };

  it('serves what is in those that match, and them, as labels change', async () => {
    const whole = await scene.synced(resources);
    const program = await scene.synced(resources, flag);
    await scene.servesOf(program, whole, inSelected);
    expect(seriesOf(await program.scrape()).some((line) => line.includes('"o0"'))).to.equal(true);
    scene.relabel('namespaces', undefined, 'c', { team: 'b' });
    await scene.servesOf(program, whole, inSelected);
    expect(seriesOf(await program.scrape()).some((line) => line.includes('"o200"'))).to.equal(true);
    scene.relabel('namespaces', undefined, 'a', {});
    scene.server.create(namespaceOf('d', { team: 'a' }));
    for (const kind of ['Pod', 'Secret']) scene.server.create(called(kind, 900, 'd'));
    await scene.servesOf(program, whole, inSelected);
    scene.relabel('namespaces', undefined, 'a', { team: 'a' });
    scene.server.delete('namespaces', undefined, 'b');
    await scene.servesOf(program, whole, inSelected);
  });

  it('lists nothing again for a new namespace, and only what it left out for another', async () => {
    const program = await scene.synced(resources, flag);
    const relisted = (): Promise<string[]> =>
      program
        .self('kube_state_metrics_relists_total')
        .then((lines) => lines.filter((line) => /namespaces-joined"\} [1-9]/.test(line)));
    scene.server.create(namespaceOf('d', { team: 'a' }));
    await until(() => program.said('other namespaces match --namespace-selector now').length > 0);
    scene.server.create(called('Pod', 900, 'd'));
    await until(async () => (await program.scrape()).includes('"o900"'));
    expect(await relisted()).to.deep.equal([]);
    for (const resource of ['secrets', 'configmaps', 'replicasets']) {
      for (const { metadata } of [...scene.server.objects(resource)]) {
        if (metadata.namespace === 'c') scene.server.delete(resource, 'c', metadata.name);
      }
    }
    // What was left out before is remembered: a list would show that it is gone.
    scene.relabel('namespaces', undefined, 'c', { team: 'a' });
    await until(async () => (await program.scrape()).includes('"o200"'));
    await until(async () => (await relisted()).length === 4);
    expect((await relisted()).filter((line) => line.includes('nodes'))).to.deep.equal([]);
  });

  it('is not ready before it knows them, says so, and serves once it does', async () => {
    scene.server.faults.add({ resource: 'namespaces', act: forbid });
    const program = await scene.start(withoutNamespaces, flag);
    const nodes = () => program.running.readiness().find(({ resource }) => resource === 'nodes');
    await until(() => nodes()?.synced === true);
    const details = new Map(
      program.running.readiness().map(({ resource, detail }) => [resource, detail]),
    );
    expect(await program.scrape()).to.match(/^503 /);
    expect(details.get('pods')).to.equal(
      'waiting for the namespaces that match --namespace-selector',
    );
    await until(() => setStatus(program)?.detail.startsWith('forbidden: ') === true);
    // As long as a refusal takes to be final for other resources.
    await until(() => program.said('refused by the API server').length > 0);
    expect(await program.scrape()).to.match(/^503 /);
    const [said] = program.said('refused by the API server');
    expect(said?.keys).to.include({ resource: 'namespaces', for: '--namespace-selector' });
    scene.server.faults.clear();
    await until(async () => !(await program.scrape()).startsWith('503'));
    expect(seriesOf(await program.scrape()).filter((line) => line.includes('"o0"'))).to.not.be
      .empty;
  });

  it('keeps what it serves while it may not read them, and says that it is old', async () => {
    const program = await scene.synced(withoutNamespaces, flag);
    const before = seriesOf(await program.scrape());
    scene.server.faults.add({ resource: 'namespaces', act: forbid });
    scene.server.cut();
    await until(() => program.said('the state that is served is stale').length > 0);
    const [line] = program.said('the state that is served is stale');
    expect(line?.keys).to.include({ resource: 'namespaces (--namespace-selector)' });
    scene.relabel('namespaces', undefined, 'a', {});
    expect(seriesOf(await program.scrape()).filter((one) => one.includes('"o0"'))).to.deep.equal(
      before.filter((one) => one.includes('"o0"')),
    );
    scene.server.faults.clear();
    await until(async () => !(await program.scrape()).includes('"o0"'));
  });

  it('warns where none matches', async () => {
    const program = await scene.synced(resources, '--namespace-selector=team=nobody');
    const message = 'no namespace matches --namespace-selector, each is served once it does';
    expect(program.said(message)).to.have.length(1);
    expect(seriesOf(await program.scrape()).some((line) => namespaceIn(line))).to.equal(false);
  });

  const nine = Array.from('cdefghijk');
  const rows: [name: string, args: string[], selects: (series: string) => boolean][] = [
    [
      'those of --namespaces only',
      [resources, '--namespaces=b,c'],
      (series) =>
        !namespaceIn(series) || namespaceIn(series) === 'b' || /^kube_namespace_/.test(series),
    ],
    [
      'those of many --namespaces only',
      [resources, `--namespaces=b,${nine}`],
      (series) =>
        !namespaceIn(series) || namespaceIn(series) === 'b' || /^kube_namespace_/.test(series),
    ],
    [
      'none of --namespaces-denylist',
      [resources, '--namespaces-denylist=a'],
      (series) => namespaceIn(series) !== 'a' || /^kube_namespace_/.test(series),
    ],
    ['the pods of its nodes', ['--resources=pods', '--node=n1,n2'], () => true],
    [
      'the objects that are selected',
      [resources, '--object-selector=pods:tier=web'],
      (series) => !/^kube_pod_/.test(series) || /"o\d*0"/.test(series),
    ],
    ['what a limit leaves room for', [resources, '--object-limit=1000'], () => true],
  ];
  for (const [name, args, selects] of rows) {
    it(`serves ${name}`, async () => {
      const whole = await scene.synced(args[0] as string);
      const program = await scene.synced(...args, flag);
      const both = (series: string): boolean => inSelected(series) && selects(series);
      await scene.servesOf(program, whole, both);
      scene.relabel('namespaces', undefined, 'b', {});
      await scene.servesOf(program, whole, both);
      scene.relabel('namespaces', undefined, 'b', { team: 'b' });
      await scene.servesOf(program, whole, both);
    });
  }

  it('serves those of many --namespaces where each of them may be listed alone', async () => {
    const whole = await scene.synced('--resources=pods,secrets');
    const when: FaultRule['when'] = ({ kind, namespace }) =>
      kind?.namespaced === true && namespace === undefined;
    scene.server.faults.add({ act: forbid, when });
    const program = await scene.synced('--resources=pods,secrets', `--namespaces=b,${nine}`, flag);
    const selected = (series: string): boolean => inSelected(series) && namespaceIn(series) !== 'a';
    await scene.servesOf(program, whole, selected);
    scene.relabel('namespaces', undefined, 'c', { team: 'a' });
    await scene.servesOf(program, whole, selected);
    scene.relabel('namespaces', undefined, 'b', {});
    await scene.servesOf(program, whole, selected);
    expect(
      program.said('forbidden in all namespaces at once, following each of them instead'),
    ).to.have.length(2);
  });

  it('serves each object in one shard', async () => {
    const whole = await scene.synced(resources);
    const shards = await Promise.all(
      ['0', '1'].map((i) => scene.synced(resources, flag, `--shard=${i}`, '--total-shards=2')),
    );
    const together = async (): Promise<string> =>
      (await Promise.all(shards.map((shard) => shard.scrape().then(seriesOf))))
        .flat()
        .sort()
        .join('\n');
    const right = async (): Promise<boolean> =>
      (await together()) ===
      seriesOf(await whole.scrape())
        .filter(inSelected)
        .join('\n');
    await until(right);
    scene.relabel('namespaces', undefined, 'c', { team: 'a' });
    await until(right);
    scene.relabel('namespaces', undefined, 'a', {});
    await until(right);
  });

  it('takes another selector from the file of --config, with no hole', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-selectors-'));
    try {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, 'namespace_selector: team=a\n');
      const program = await scene.synced(resources, `--config=${file}`);
      expect(await program.scrape())
        .to.include('"o0"')
        .and.not.include('"o100"');
      writeFileSync(file, 'namespace_selector: team\nobject_selector: {pods: tier=web}\n');
      await until(async () => {
        const text = await program.scrape();
        expect(text).to.include('"o0"');
        return text.includes('"o100"') && !text.includes('pod="o1"');
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('serves custom resources in those that match', async () => {
    scene.server.create(definition('Order'));
    const order = custom('Order', 'order');
    scene.server.create({ ...order, metadata: { ...order.metadata, namespace: 'c' } });
    const program = await scene.synced(
      '--custom-resource-state-only',
      `--custom-resource-state-config=${configOf(entryOf('Order'))}`,
      flag,
    );
    expect(seriesOf(await program.scrape())).to.deep.equal([]);
    scene.relabel('namespaces', undefined, 'c', { team: 'a' });
    await until(async () => seriesOf(await program.scrape()).length === 1);
  });
});

const setStatus = (program: TestProgram) =>
  program.running
    .readiness()
    .find(({ resource }) => resource === 'namespaces (--namespace-selector)');
