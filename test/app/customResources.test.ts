// Custom resources in the whole program: kinds come and go while it runs, and nothing else changes.
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { configOf, custom, definition, type EntryOptions, entryOf } from '../support/customs.ts';
import { forbid } from '../support/faults.ts';
import { clusterOf, pod, TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

describe('A program with custom resources', () => {
  let server: ApiServer;
  let url: string;
  let program: TestProgram;

  beforeEach(async () => {
    ({ server, url } = await clusterOf(pod('one', { app: 'x' })));
    program = new TestProgram();
  });

  afterEach(async () => {
    await program.stop();
    await server.close();
  });

  const start = async (config: string, ...args: string[]): Promise<void> => {
    const inline = `--custom-resource-state-config=${config}`;
    await program.start(`--apiserver=${url}`, '--resources=pods', inline, ...args);
    await until(async () => !(await program.scrape()).startsWith('503'));
  };
  const install = (kind: string, ...objects: readonly ApiObject[]): void => {
    server.create(definition(kind));
    for (const object of objects) server.create(object);
  };
  /** The series of families of custom resources, without the labels that all of them have. */
  const customsIn = (text: string): string[] =>
    (text.match(/^(kube_customresource|shop)_.*$/gm) ?? []).map((line) =>
      line.replace(/customresource_(group|kind)="[^"]*",/g, ''),
    );
  const served = async (path = ''): Promise<string[]> => {
    const target = `http://127.0.0.1:${program.running.metrics.port}/metrics${path}`;
    return customsIn(await (await fetch(target)).text());
  };
  const readyz = async (): Promise<string> => {
    const target = `http://127.0.0.1:${program.running.telemetry.port}/readyz`;
    const answer = await fetch(target);
    return `${answer.status} ${await answer.text()}`;
  };

  it('serves a kind from the start, and its changes', async () => {
    install('Order', custom('Order', 'a', 3));
    await start(configOf(entryOf('Order')));
    const orderSize = (name: string, size: number): string =>
      `kube_customresource_order_size{customresource_version="v1",name="${name}"} ${size}`;
    expect(await served()).to.deep.equal([orderSize('a', 3)]);
    server.create(custom('Order', 'b', 4));
    server.delete('orders', 'default', 'a');
    await until(async () => (await served()).join() === orderSize('b', 4));
    expect(await readyz()).to.match(/^200 Ready: 3 resources synced\.$/m);
    expect(await readyz()).to.match(/^orders\.v1\.shop\.example\.com +synced +watching$/m);
  });

  it('follows the install, the upgrade and the end of a kind, with no hole elsewhere', async () => {
    install('Order', custom('Order', 'a', 3));
    const truck = { version: '*', metric: 'truck_size' };
    await start(configOf(entryOf('Order'), entryOf('Truck', truck)));
    const texts: string[] = [];
    let scraping = true;
    const scrapes = (async () => {
      while (scraping) texts.push(await program.scrape());
    })();
    const versions = async (): Promise<string> =>
      (await served())
        .filter((line) => line.includes('truck_size'))
        .map((line) => /version="(\w+)"/.exec(line)?.[1])
        .join();
    install('Truck', custom('Truck', 't', 5));
    await until(async () => (await versions()) === 'v1');
    // The new version has the same objects.
    const present = server.get<ApiObject>('customresourcedefinitions', undefined, name('Truck'));
    server.update({ ...present, ...definition('Truck', { versions: ['v1', 'v2'] }) });
    server.create(custom('Truck', 't', 5, 'shop.example.com/v2'));
    await until(async () => (await versions()) === 'v1,v2');
    const families = (await program.scrape()).match(/^# TYPE kube_customresource_truck_size/gm);
    expect(families).to.have.length(1);
    server.delete('customresourcedefinitions', undefined, name('Truck'));
    await until(async () => (await versions()) === '');
    scraping = false;
    await scrapes;
    expect(texts).to.have.length.above(5);
    for (const text of texts) {
      expect(text).to.include('kube_pod_info{').and.include('kube_customresource_order_size{');
    }
    // Once it was there, the first version was in each scrape until the end.
    const has = texts.map((text) => text.includes('truck_size{'));
    expect(has.slice(has.indexOf(true), has.lastIndexOf(true) + 1)).to.not.include(false);
    expect(program.said('a custom resource was installed, serving it')).to.have.length(2);
    expect(program.said('a custom resource is gone, its series too')).to.have.length(2);
    const events = await program.self('kube_state_metrics_custom_resource_state_');
    expect(events.map((line) => line.replace('kube_state_metrics_custom_resource_', ''))).to.eql([
      'state_add_events_total 2',
      'state_update_events_total 1',
      'state_delete_events_total 1',
      'state_cache 1',
    ]);
    const synced = await program.self('kube_state_metrics_resource_synced');
    expect(synced.join()).not.to.include('truck');
  });

  it('is ready without a kind that is not installed, says it, and serves it later', async () => {
    await start(configOf(entryOf('Order')));
    expect(await readyz()).to.match(/^200 Ready: 2 of 3 resources synced, 1 not installed\.$/m);
    expect(await readyz()).to.match(/^orders\.v1\.shop\.example\.com +absent +Order is not/m);
    const said = program.said('these kinds are not installed, each is served once it is');
    expect(said.map(({ level, keys }) => [level, keys.kinds])).to.deep.equal([
      ['info', ['shop.example.com/v1/Order']],
    ]);
    expect(program.lines.filter(({ level }) => level === 'warn' || level === 'error')).to.be.empty;
    install('Order', custom('Order', 'a'));
    await until(async () => (await served()).length === 1);
    expect(await readyz()).to.match(/^200 Ready: 3 resources synced\.$/m);
  });

  it('stays ready while a kind that came later cannot be listed', async () => {
    await start(configOf(entryOf('Order')));
    server.faults.add({ resource: 'orders', act: forbid });
    install('Order', custom('Order', 'a'));
    await until(async () => (await readyz()).includes('joining'));
    expect(await readyz()).to.match(
      /^200 Ready: 2 of 3 resources synced, 1 installed just now\.$/m,
    );
    expect(await program.scrape()).to.include('kube_pod_info{');
  });

  it('waits for the first list of a kind that is there at the start', async () => {
    server.faults.add({ resource: 'orders', act: { answer: 'hang' } });
    install('Order');
    const inline = `--custom-resource-state-config=${configOf(entryOf('Order'))}`;
    await program.start(`--apiserver=${url}`, '--resources=pods', inline);
    await until(async () => (await readyz()).includes('orders.v1'));
    await until(async () => (await readyz()).includes('1 of 3 resources had no complete list'));
    expect(await readyz()).to.match(/^503 /);
  });

  it('looks kinds up where definitions may not be read, and says so once', async () => {
    server.faults.add({ resource: 'customresourcedefinitions', act: forbid });
    install('Order', custom('Order', 'a'));
    await start(configOf(entryOf('Order'), entryOf('Truck')));
    expect(await served()).to.have.length(1);
    install('Truck', custom('Truck', 't'));
    await until(async () => (await served()).length === 2);
    server.delete('customresourcedefinitions', undefined, name('Order'));
    await until(async () => (await served()).length === 1);
    const [said, ...others] = program.lines.filter(({ message }) => message.includes('looked up'));
    expect(others).to.be.empty;
    expect(said?.level).to.equal('warn');
    expect(await readyz()).to.match(/^customresourcedefinitions +refused +forbidden: /m);
  });

  it('serves core kinds too, found by discovery', async () => {
    const labels = { group: '', metric: 'pods', path: ['spec', 'containers', '0', 'ports'] };
    server.create({ ...pod('two'), spec: { containers: [{ ports: 4 }] } } as never);
    await start(configOf(entryOf('Pod', labels)));
    expect(await served()).to.deep.equal([
      'kube_customresource_pods{customresource_version="v1",name="two"} 4',
    ]);
    expect(await served('?resources=pods')).to.deep.equal([]);
    expect(await served('?resources=pods.v1')).to.have.length(1);
    expect(await program.scrape()).to.include('kube_pod_info{');
  });

  it('never reads what Secrets hold, whatever the rules say', async () => {
    const secret = (name: string, size: string): ApiObject => ({
      ...custom('Secret', name, 1, 'v1'),
      ...{ type: 'kind', data: { size } },
    });
    server.create(secret('a', '123456'));
    const data = { group: '', metric: 'data', path: ['data', 'size'] };
    const spec = { group: '', metric: 'made', path: ['metadata', 'creationTimestamp'] };
    await start(configOf(entryOf('Secret', data), entryOf('Secret', spec)));
    expect(await served()).to.have.length(1);
    expect((await served())[0]).to.match(/^kube_customresource_made\{.*name="a"\} [\d.e+]+$/);
    const asked = server.requests.filter(({ path }) => path.endsWith('/secrets'));
    expect(asked).to.not.be.empty;
    for (const { accept } of asked) expect(accept).to.match(/^application\/json;as=Table/);
  });

  const lease: EntryOptions = { group: 'ring.example.com', metric: 'ring' };

  it('takes a plural in queries, where a core plural means the core resource', async () => {
    install('Order', custom('Order', 'a'));
    server.create(definition('Order', { group: 'other.example.com' }));
    server.create(custom('Order', 'b', 1, 'other.example.com/v1'));
    server.create(definition('Pod', { group: 'ring.example.com' }));
    server.create(custom('Pod', 'c', 1, 'ring.example.com/v1'));
    const other = { group: 'other.example.com', metric: 'other' };
    await start(configOf(entryOf('Order'), entryOf('Order', other), entryOf('Pod', lease)));
    const names = async (query: string): Promise<string> =>
      (await served(query)).map((line) => /name="(\w)"/.exec(line)?.[1]).join();
    // Sorted by group, version and plural, as kube-state-metrics does.
    expect(await names('')).to.equal('b,c,a');
    expect(await names('?resources=orders')).to.equal('b,a');
    expect(await names('?resources=orders.other.example.com')).to.equal('b');
    expect(await names('?exclude_resources=orders.shop.example.com')).to.equal('b,c');
    expect(await names('?resources=orders&exclude_resources=orders.other.example.com')).to.equal(
      'a',
    );
    expect(await names('?resources=pods')).to.equal('');
    expect(await names('?exclude_resources=pods')).to.equal('b,c,a');
    expect(await names('?resources=pods.ring.example.com')).to.equal('c');
  });

  it('accepts custom plurals in --resources, of kinds that are not installed too', async () => {
    install('Order', custom('Order', 'a'));
    const policy = entryOf('Policy');
    const box = entryOf('Box', { plural: 'boxen' });
    await start(
      configOf(entryOf('Order'), policy, box),
      '--resources=orders,policies,boxen,orders.shop.example.com',
    );
    expect(await program.scrape()).to.include('kube_pod_info{');
    expect(await served()).to.have.length(1);
    const wrong = new TestProgram();
    const inline = `--custom-resource-state-config=${configOf(policy)}`;
    const refused = await wrong
      .start(`--apiserver=${url}`, '--resources=orders', inline)
      .catch((error: Error) => error.message);
    expect(refused).to.include('expected the plural of a resource, got "orders"');
  });

  it('serves nothing else with --custom-resource-state-only', async () => {
    install('Order', custom('Order', 'a'));
    await start(configOf(entryOf('Order')), '--custom-resource-state-only');
    expect((await program.scrape()).match(/^# TYPE .*$/gm)).to.have.length(1);
    expect(server.requests.some(({ path }) => path.endsWith('/pods'))).to.equal(false);
  });

  it('serves the families that the allow- and deny-lists leave', async () => {
    install('Order', custom('Order', 'a'));
    server.create(definition('Truck'));
    await start(
      configOf(entryOf('Order'), entryOf('Order', { metric: 'other' }), entryOf('Truck')),
      '--metric-denylist=^kube_customresource_(order|truck)_size$',
    );
    expect((await program.scrape()).match(/^# TYPE kube_c.*$/gm)).to.deep.equal([
      '# TYPE kube_customresource_other gauge',
    ]);
    // Of Truck nothing is left: it is not watched.
    expect(server.requests.some(({ path }) => path.endsWith('/trucks'))).to.equal(false);
  });

  it('serves one family of two kinds under one header', async () => {
    install('Order', custom('Order', 'a', 1));
    install('Truck', custom('Truck', 'b', 2));
    const shared = { prefix: 'shop', metric: 'size' };
    await start(configOf(entryOf('Truck', shared), entryOf('Order', shared)));
    const text = await program.scrape();
    expect(text.match(/^# TYPE shop_size/gm)).to.have.length(1);
    expect(customsIn(text)).to.deep.equal([
      'shop_size{customresource_version="v1",name="a"} 1',
      'shop_size{customresource_version="v1",name="b"} 2',
    ]);
  });

  it('serves each object in one shard', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `o${i}`);
    install('Order', ...names.map((one) => custom('Order', one)));
    const second = new TestProgram();
    const all: string[] = [];
    try {
      const inline = `--custom-resource-state-config=${configOf(entryOf('Order'))}`;
      await start(configOf(entryOf('Order')), '--total-shards=2', '--shard=0');
      all.push(...(await served()));
      const first = all.length;
      await second.start(`--apiserver=${url}`, inline, '--total-shards=2', '--shard=1');
      await until(async () => !(await second.scrape()).startsWith('503'));
      all.push(...customsIn(await second.scrape()));
      expect(first).to.be.within(1, 19);
      expect(new Set(all).size).to.equal(20);
      expect(all).to.have.length(20);
    } finally {
      await second.stop();
    }
  });

  it('watches the namespaces of --namespaces only', async () => {
    install('Order', custom('Order', 'a'));
    const elsewhere = custom('Order', 'b');
    server.create({ ...elsewhere, metadata: { name: 'b', namespace: 'other' } });
    await start(configOf(entryOf('Order')), '--namespaces=other');
    expect((await served()).join())
      .to.include('name="b"')
      .and.not.include('name="a"');
  });

  it('is checked, limited and counted as other resources are', async () => {
    install('Order', custom('Order', 'a'), custom('Order', 'b'));
    await start(configOf(entryOf('Order')), '--object-limit=1', '--consistency-check-interval=10s');
    expect(await served()).to.have.length(1);
    const name = 'orders.v1.shop.example.com';
    const value = async (series: string): Promise<string | undefined> =>
      (await program.self(`kube_state_metrics_${series} `))[0]?.split(' ')[1];
    expect(await value(`objects_dropped_total{resource="${name}"}`)).to.equal('1');
    expect(await value(`resource_objects{resource="${name}"}`)).to.equal('1');
    const lists = 'list_total{resource="*unstructured.Unstructured",result="success"}';
    expect(await value(lists)).to.equal('1');
    const checks = `kube_state_metrics_consistency_checks_total{resource="${name}"`;
    await until(async () => (await program.self(checks)).some((line) => !line.endsWith(' 0')));
  });

  it('counts each failure of a rule, and logs it once a rule', async () => {
    install('Order', custom('Order', 'a', 'many'), custom('Order', 'b', 'few'));
    server.create(custom('Order', 'c', 7));
    await start(configOf(entryOf('Order')));
    expect(await served()).to.have.length(1);
    const message = 'a rule could not be applied to an object, further ones are only counted';
    expect(program.said(message)).to.have.length(1);
    const [count] = await program.self('kube_state_metrics_custom_resource_rule_errors_total');
    expect(count).to.match(/filename="--custom-resource-state-config",line="\d+".* 2$/);
  });

  it('refuses --node beside it, for its objects are on no node', async () => {
    const inline = `--custom-resource-state-config=${configOf(entryOf('Order'))}`;
    const refused = await program
      .start(`--apiserver=${url}`, '--resources=pods', '--node=n', inline)
      .catch((error: Error) => error.message);
    expect(refused).to.include('--node').and.include('pods as the only resource');
  });
});

const name = (kind: string): string => `${kind.toLowerCase()}s.shop.example.com`;
