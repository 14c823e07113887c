// The explorer's API with custom resources: families that several kinds have, and kinds that go.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import type * as api from '../../src/explorer/api.ts';
import { configOf, custom, definition, entryOf } from '../support/customs.ts';
import { until } from '../support/until.ts';
import { ExplorerBench, familiesOf } from './bench.ts';

const size = { metric: 'thing_size', prefix: 'shop' };

const inNamespace = (object: ApiObject, namespace: string): ApiObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

describe('the API of the explorer with custom resources', () => {
  let bench: ExplorerBench;
  beforeEach(async () => {
    bench = new ExplorerBench();
    bench.server.create(definition('Order'));
    bench.server.create(definition('Truck'));
    bench.server.create(custom('Order', 'a', 0));
    bench.server.create(custom('Truck', 'a', 2));
    bench.server.create(custom('Truck', 'b', 3));
    const config = configOf(entryOf('Order', size), entryOf('Truck', size));
    await bench.startEmpty('--resources=pods', `--custom-resource-state-config=${config}`);
    await until(async () => (await bench.get<api.Status>('status')).serves);
  });
  afterEach(() => bench.stop());

  const shop = async (): Promise<api.FamilySize | undefined> =>
    (await bench.get<api.Families>('families')).families.find(({ name }) => name.includes('shop'));

  it('counts a family once that two kinds have, as /metrics does', async () => {
    await until(async () => (await shop())?.series === 3);
    const family = await shop();
    expect(family).to.deep.include({ name: 'shop_thing_size', stability: 'ALPHA', type: 'gauge' });
    const { series, bytes } = family as api.FamilySize;
    expect(familiesOf(await bench.metrics()).get('shop_thing_size')).to.deep.equal({
      series,
      bytes,
    });
    const { result } = await bench.slow<api.FamilyLabels>('families/shop_thing_size/labels');
    const kinds = result.labels.find(({ name }) => name === 'customresource_kind');
    expect(kinds?.top).to.deep.equal([
      { value: 'Truck', series: 2 },
      { value: 'Order', series: 1 },
    ]);
    expect(result.zeros).to.equal(1);
    const { objects } = await bench.get<api.Objects>('objects?search=default/b');
    expect(objects).to.deep.include({
      resource: 'trucks.v1.shop.example.com',
      namespace: 'default',
      name: 'b',
      series: 1,
      bytes: objects[0]?.bytes,
    });
    const path = 'objects/trucks.v1.shop.example.com/default/b';
    const { families } = await bench.get<api.ObjectText>(path);
    expect(families[0]?.text).to.match(/^shop_thing_size\{.*name="b".*\} 3\n$/);
  });

  it('tells the families of a namespace also without a label for it, if there is one', async () => {
    await until(async () => (await shop())?.series === 3);
    const { result } = await bench.slow<api.NamespaceFamilies>('namespaces/default/families');
    expect(result.families.map(({ name, series }) => [name, series])).to.deep.equal([
      ['shop_thing_size', 3],
    ]);
    bench.server.create(inNamespace(custom('Truck', 'c', 1), 'other'));
    await until(async () => (await shop())?.series === 4);
    // Of the trucks, nothing tells which namespace they are in.
    const some = await bench.slow<api.NamespaceFamilies>('namespaces/default/families');
    expect(some.result.families.map(({ series }) => series)).to.deep.equal([1]);
  });

  it('follows a kind that goes', async () => {
    await until(async () => (await shop())?.series === 3);
    const before = await bench.get<api.Status>('status');
    bench.server.delete('customresourcedefinitions', undefined, 'trucks.shop.example.com');
    await until(async () => (await shop())?.series === 1);
    const { total, snapshot, resources } = await bench.get<api.Status>('status');
    expect(total.objects).to.equal(before.total.objects - 2);
    expect(snapshot).to.be.above(before.snapshot);
    const trucks = resources.find(({ resource }) => resource.startsWith('trucks'));
    expect(trucks?.state).to.equal('absent');
    const { status } = await bench.ask('objects/trucks.v1.shop.example.com/default/b');
    expect(status).to.equal(404);
  });
});
