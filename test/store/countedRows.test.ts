// A table with counted rows beside others: one resource in scrapes and sizes.
import { expect } from 'chai';
import { counts, metadata } from '../../src/metrics/family.ts';
import { idleMsMax } from '../../src/store/counters.ts';
import { TestClock } from '../support/clock.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';
import { openThings, textOf, thingsIn } from './opened.ts';

const renderer = compileAll(
  thingTable({
    kube_thing_info: metadata.gauge('ALPHA', 'Always 1: it exists.', () => 1),
    kube_thing_ends_total: counts('ALPHA', 'Ends.', ['namespace', 'reason'], (_, emit) => {
      emit(1, 'shop', 'Error');
    }),
  }),
);

describe('Counted rows beside others', () => {
  const open = (clock = new TestClock()) => {
    const stores = openThings(renderer, { clock });
    const counters = stores.counters.get('things') ?? expect.fail('no counters');
    return { stores, counters, things: thingsIn(stores) };
  };

  it('are not rendered for each object, and are served behind what is', async () => {
    const { stores, counters, things } = open();
    things.put({ metadata: { name: 'one', namespace: 'shop' } });
    const ends = { family: 0, namespace: 'shop', labels: 'namespace="shop",reason="Error"' };
    const counter = counters.hold(ends);
    expect(counters.hold({ ...ends })).to.equal(counter);
    counters.add(counter, 3);
    await stores.flushed();
    await textOf(stores.snapshot(() => true));
    await stores.flushed();
    const text = await textOf(stores.snapshot(() => true));
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).to.deep.equal([
      'kube_thing_info{namespace="shop",thing="one"} 1',
      'kube_thing_ends_total{namespace="shop",reason="Error"} 3',
      '',
    ]);
    expect(await textOf(stores.snapshot(([name]) => name === 'others'))).to.equal('');
    await stores.close();
  });

  it('end without anything else that happens, once they are idle for an hour', async () => {
    const clock = new TestClock();
    const { stores, counters } = open(clock);
    const ends = { family: 0, namespace: 'shop', labels: 'namespace="shop",reason="Error"' };
    counters.release(counters.hold(ends));
    await stores.flushed();
    clock.advance(idleMsMax - 1);
    expect(await textOf(stores.snapshot(() => true))).to.include('reason="Error"');
    clock.advance(1);
    await textOf(stores.snapshot(() => true));
    await stores.flushed();
    expect(await textOf(stores.snapshot(() => true))).not.to.include('reason="Error"');
    await stores.close();
  });

  it('end with the scope of the store, where no object counts in them', async () => {
    const { stores, counters, things } = open();
    const ends = (namespace: string) => ({ family: 0, namespace, labels: `in="${namespace}"` });
    for (const namespace of ['stays', 'leaves']) counters.release(counters.hold(ends(namespace)));
    counters.hold(ends('held'));
    await stores.flushed();
    things.scopeShrinks?.((namespace) => namespace === 'stays');
    await stores.flushed();
    const text = await textOf(stores.snapshot(() => true));
    expect(text.match(/in=".*?"/g)).to.deep.equal(['in="stays"', 'in="held"']);
    await stores.close();
  });

  it('add to the sizes of their resource, but are none of its objects', async () => {
    const { stores, counters, things } = open();
    things.put({ metadata: { name: 'one', namespace: 'shop' } });
    for (const namespace of ['shop', 'gone']) {
      counters.hold({ family: 0, namespace, labels: `namespace="${namespace}",reason="Error"` });
    }
    await stores.flushed();
    const [sizes, ...more] = stores.sizes().resources;
    expect(more).to.deep.equal([]);
    expect(sizes?.objects).to.equal(1);
    expect(sizes?.families.map(({ header, series }) => [header.name, series])).to.deep.equal([
      ['kube_thing_info', 1],
      ['kube_thing_ends_total', 2],
    ]);
    expect(
      [...(sizes?.namespaces ?? [])].map(([name, { series }]) => [name, series]),
    ).to.deep.equal([
      ['shop', 2],
      ['gone', 1],
    ]);
    const { objects } = await stores.find('o', { limit: 5 });
    expect(objects.map(({ key }) => key)).to.deep.equal(['shop/one']);
    await stores.close();
  });
});
