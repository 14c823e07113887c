// CountedStore counts how far each Event gets: once each, whatever is listed or told again.
import { expect } from 'chai';
import { countersMax, idleMsMax } from '../../src/store/counters.ts';
import { RelistAbortedError } from '../../src/store/relistPhases.ts';
import { TestClock } from '../support/clock.ts';
import { CountedEvents, event, type Occurred, totalsIn } from './counted.ts';
import { textOf } from './opened.ts';

describe('A store that counts Events', () => {
  let clock: TestClock;
  let events: CountedEvents;
  const put = (one: Occurred): void => events.put(one);

  beforeEach(() => {
    clock = new TestClock({ wallMs: Date.parse('2026-01-01T12:00:00Z') });
    events = new CountedEvents(clock);
  });

  afterEach(() => events.stores.close());

  const expectTotal = async (total: number): Promise<void> => {
    expect(await events.totals()).to.deep.equal({ 'shop BackOff': total });
  };

  it('begins at 0 with what the first list has', async () => {
    await events.list([{ count: 57 }]);
    await expectTotal(0);
  });

  it('adds 4 where a count goes from 3 to 7', async () => {
    await events.list([{ count: 3 }]);
    put({ count: 7 });
    await expectTotal(4);
  });

  it('adds nothing for what is told again', async () => {
    await events.list([]);
    put({ count: 3, version: 5 });
    put({ count: 3, version: 5 });
    put({ count: 3, version: 6 });
    await events.list([{ count: 3, version: 6 }]);
    await expectTotal(3);
  });

  it('counts what a later list shows of the time before it', async () => {
    await events.list([{ name: 'a', count: 3 }]);
    await events.list([
      { name: 'a', count: 5 },
      { name: 'b', count: 2 },
    ]);
    await expectTotal(4);
  });

  it('keeps what was counted of Events that are gone, by a deletion or a list', async () => {
    await events.list([]);
    put({ name: 'a', count: 3 });
    put({ name: 'b', count: 4 });
    // A deletion may have nothing but the head of the object.
    const { metadata } = event({ name: 'a' });
    events.store.delete({ metadata });
    await events.list([]);
    expect(events.store.size.objects).to.equal(0);
    await expectTotal(7);
  });

  it('counts an Event anew that was made again under its name', async () => {
    await events.list([]);
    put({ count: 5, uid: 'old' });
    put({ count: 2, uid: 'new' });
    // Of the old one, too late.
    events.store.delete(event({ uid: 'old' }));
    put({ count: 3, uid: 'new' });
    await expectTotal(8);
  });

  it('goes on where a count was set back', async () => {
    await events.list([]);
    put({ count: 7 });
    put({ count: 1 });
    put({ count: 2 });
    await expectTotal(8);
  });

  it('adds nothing where an older state comes again, as in a list from a cache', async () => {
    await events.list([]);
    put({ count: 5, version: 9 });
    await events.list([{ count: 3, version: 7 }]);
    put({ count: 4, version: 8 });
    put({ count: 5, version: 9 });
    put({ count: 6, version: 10 });
    await expectTotal(6);
  });

  it('adds nothing where an Event comes again that was gone, as from a server behind', async () => {
    await events.list([]);
    put({ name: 'a', count: 5, version: 9 });
    put({ name: 'b', count: 2, version: 10 });
    events.store.delete(event({ name: 'b' }));
    await events.list([{ name: 'b', count: 1, version: 8 }]);
    put({ name: 'b', count: 2, version: 10 });
    put({ name: 'a', count: 5, version: 9 });
    put({ name: 'a', count: 6, version: 11 });
    await expectTotal(8);
  });

  it('counts from then on what had left when its scope grows again', async () => {
    await events.list([{ name: 'a', count: 5 }]);
    await events.list([]);
    events.store.scopeGrows?.();
    await events.list([{ name: 'a', count: 9 }]);
    put({ name: 'a', count: 10 });
    await expectTotal(1);
  });

  it('goes on in another series where the reason of an Event changes', async () => {
    await events.list([]);
    put({ count: 7 });
    put({ count: 9, reason: 'Failed' });
    expect(await events.totals()).to.deep.equal({ 'shop BackOff': 7, 'shop Failed': 2 });
  });

  it('adds nothing for a list that is aborted', async () => {
    await events.list([]);
    const relist = events.store.relist();
    relist.put(event({ count: 3 }));
    expect(() => events.store.relist()).to.throw('expected no relist under way of the store');
    await relist.abort();
    const cancelled = events.store.relist();
    cancelled.put(event({ count: 3 }));
    const committed = cancelled.commit().catch((error: unknown) => error);
    expect(() => put({})).to.throw('expected changes of the store once its list is committed');
    expect(await cancelled.abort()).to.equal(false);
    expect(await committed).to.be.instanceOf(RelistAbortedError);
    put({ count: 2 });
    await expectTotal(2);
  });

  it('leaves out of a list what was deleted while it came, not what was made again', async () => {
    const relist = events.store.relist();
    relist.put(event({ name: 'a', uid: 'one' }));
    relist.delete(event({ name: 'a', uid: 'one' }));
    relist.put(event({ name: 'b', uid: 'new' }));
    relist.delete(event({ name: 'b', uid: 'old' }));
    await relist.commit();
    expect([...events.store.versions()].map(({ key }) => key)).to.deep.equal(['shop/b']);
  });

  it('keeps parts apart: a list takes nothing from another part', async () => {
    await events.list([{ name: 'a', namespace: 'x', count: 3 }], 'x');
    await events.list([{ name: 'b', namespace: 'y', count: 3 }], 'y');
    await events.list([], 'x');
    events.put({ name: 'b', namespace: 'y', count: 4 }, 'y');
    expect([...events.store.versions('x')]).to.deep.equal([]);
    expect([...events.store.versions('y')].map(({ key }) => key)).to.deep.equal(['y/b']);
    expect(await events.totals()).to.deep.equal({ 'x BackOff': 0, 'y BackOff': 1 });
  });

  it('begins at 0 with what was there before its scope grew', async () => {
    await events.list([]);
    events.store.scopeGrows?.();
    put({ name: 'old', count: 57, createdAt: '2026-01-01T11:59:00Z' });
    put({ name: 'old', count: 58 });
    await events.list([
      { name: 'old', count: 58 },
      { name: 'older', count: 9, createdAt: '2026-01-01T11:00:00Z' },
      { name: 'new', count: 2, createdAt: '2026-01-01T12:00:01Z' },
    ]);
    await expectTotal(3);
  });

  it('knows by namespace since when Events of it are followed', async () => {
    await events.list([]);
    events.store.scopeGrows?.('joined');
    const createdAt = '2026-01-01T11:59:59Z';
    put({ namespace: 'joined', count: 57, createdAt });
    put({ namespace: 'joined', name: 'new', createdAt: '2026-01-01T12:00:00Z' });
    // It was on its way only.
    put({ count: 2, createdAt });
    expect(await events.totals()).to.deep.equal({ 'joined BackOff': 1, 'shop BackOff': 2 });
  });

  it('shows a series as 0 until a scrape has read that to its end', async () => {
    await events.list([]);
    put({ count: 3 });
    // The explorer reads texts, and a client may go away.
    await events.stores.flushed();
    expect([...events.stores.snapshot(() => true).texts()]).to.have.length(1);
    for await (const _ of events.stores
      .snapshot(() => true)
      .body('text', 'gzip')
      .chunks())
      break;
    const early = events.stores.snapshot(() => true);
    put({ name: 'f', reason: 'Failed', count: 2 });
    expect(totalsIn(await events.scrape())).to.deep.equal({ 'shop BackOff': 0, 'shop Failed': 0 });
    put({ count: 4 });
    expect(totalsIn(await events.scrape())).to.deep.equal({ 'shop BackOff': 4, 'shop Failed': 2 });
    // What was taken before stays as it was.
    expect(totalsIn(await textOf(early))).to.deep.equal({ 'shop BackOff': 0 });
  });

  it('shows no count yet where the snapshot of a scrape was older than the series', async () => {
    await events.list([{ reason: 'Old' }]);
    await events.stores.flushed();
    const before = events.stores.snapshot(() => true);
    put({ name: 'f', count: 3 });
    await textOf(before);
    expect(totalsIn(await events.scrape())).to.deep.equal({ 'shop BackOff': 0, 'shop Old': 0 });
    expect(totalsIn(await events.scrape())).to.deep.equal({ 'shop BackOff': 3, 'shop Old': 0 });
  });

  it('drops a series an hour after the last of its Events', async () => {
    await events.list([]);
    put({ name: 'a', count: 3 });
    put({ name: 'b', reason: 'Failed' });
    events.store.delete(event({ name: 'a' }));
    await clock.advance(idleMsMax - 1);
    put({ name: 'c', reason: 'Other' });
    expect(await events.totals()).to.include({ 'shop BackOff': 3 });
    await clock.advance(1);
    put({ name: 'd', reason: 'Another' });
    expect(await events.totals()).to.deep.equal({
      'shop Another': 1,
      'shop Failed': 1,
      'shop Other': 1,
    });
    put({ name: 'a', uid: 'new', count: 2 });
    expect(await events.totals()).to.include({ 'shop BackOff': 2 });
  });

  it('has a bound, beyond which it counts in a series without label values', async () => {
    await events.list([]);
    for (let i = 0; i < countersMax; i++) put({ name: `n${i}`, reason: `R${i}` });
    expect(events.full).to.deep.equal([]);
    put({ name: 'more', reason: 'More', count: 3 });
    put({ name: 'more', reason: 'More', count: 5 });
    put({ name: 'most', reason: 'Most' });
    put({ name: 'n7', reason: 'R7', count: 4 });
    const totals = await events.totals();
    expect(Object.keys(totals)).to.have.length(countersMax + 1);
    expect(totals).to.include({ ' ': 6, 'shop R7': 4 });
    expect(new Set(events.full)).to.deep.equal(new Set(['kube_events_total']));
  });

  it('is in sizes and searches as other stores are', async () => {
    await events.list([{ name: 'a' }, { name: 'b', count: 2, namespace: 'x' }, { name: 'c' }]);
    await events.stores.flushed();
    const [sizes] = events.stores.sizes().resources;
    expect(sizes).to.deep.include({ resource: 'things', series: 2 });
    expect([...(sizes?.namespaces.keys() ?? [])].sort()).to.deep.equal(['shop', 'x']);
    expect(sizes?.families.map(({ header, series }) => [header.name, series])).to.deep.equal([
      ['kube_events_total', 2],
    ]);
    expect(events.store.size.objects).to.equal(3);
    const { indexInHeap } = events.stores.memory();
    events.put({ name: 'd' });
    expect(events.stores.memory().indexInHeap).to.be.greaterThan(indexInHeap);
    const { objects } = await events.stores.find('BackOff', { limit: 5 });
    expect(objects.map(({ key }) => events.store.textsOf(key)?.families[0]?.text)).to.deep.equal([
      'kube_events_total{namespace="shop",involved_kind="Pod",reason="BackOff",type="Warning"} 0\n',
      'kube_events_total{namespace="x",involved_kind="Pod",reason="BackOff",type="Warning"} 0\n',
    ]);
  });

  describe('in place of another one', () => {
    let next: CountedEvents;
    /** What that has counted of an Event which is not here. */
    const failed = { 'shop Failed': 2 };

    beforeEach(async () => {
      next = new CountedEvents(clock);
      await events.list([{ name: 'known', count: 57 }]);
      put({ name: 'a', count: 3 });
      put({ name: 'b', reason: 'Failed', count: 2 });
      await events.scrape();
      await next.list([
        { name: 'known', count: 57 },
        { name: 'a', count: 3 },
      ]);
    });

    afterEach(() => next.stores.close());

    it('goes on from its values, and shows at once what that has shown', async () => {
      next.put({ name: 'd', namespace: 'new', count: 5 });
      next.stores.continueCounting(events.stores, false);
      expect(totalsIn(await next.scrape())).to.deep.equal({ 'new BackOff': 0, 'shop BackOff': 3 });
      next.put({ name: 'a', count: 6 });
      expect(await next.totals()).to.deep.equal({ 'new BackOff': 5, 'shop BackOff': 6 });
    });

    it('goes on with series of Events that are gone, until their hour is over', async () => {
      await clock.advance(1_000);
      events.store.delete(event({ name: 'b' }));
      await clock.advance(1_000);
      next.put({ name: 'd', reason: 'Late' });
      next.store.delete(event({ name: 'd' }));
      await next.scrape();
      next.stores.continueCounting(events.stores, true);
      const all = { ...failed, 'shop BackOff': 3, 'shop Late': 1 };
      expect(totalsIn(await next.scrape())).to.deep.equal(all);
      await clock.advance(idleMsMax - 1_001);
      expect(await next.totals()).to.deep.equal(all);
      await clock.advance(1);
      expect(await next.totals()).to.deep.equal({ 'shop BackOff': 3, 'shop Late': 1 });
      next.put({ name: 'b', reason: 'Failed' });
      expect(await next.totals()).to.include({ 'shop Failed': 1 });
    });

    it('counts once what both have seen, or one of them', async () => {
      // Both; this one alone; that one alone.
      for (const one of [events, next]) one.put({ name: 'both', count: 2 });
      next.put({ name: 'ours', count: 4 });
      next.put({ name: 'known', count: 58 });
      put({ name: 'theirs', count: 8 });
      put({ name: 'a', count: 19 });
      next.stores.continueCounting(events.stores, true);
      const total = 3 + 2 + 4 + 1 + 8 + 16;
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': total });
      // What that one has seen comes here, too.
      next.put({ name: 'theirs', count: 8 });
      next.put({ name: 'theirs', count: 9 });
      next.put({ name: 'a', count: 19 });
      next.put({ name: 'a', count: 20 });
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': total + 2 });
    });

    it('counts once what that has seen first, whatever states of it come here', async () => {
      put({ name: 'a', count: 19, version: 30 });
      put({ name: 'theirs', count: 8, version: 40 });
      next.put({ name: 'a', count: 7, version: 10 });
      next.stores.continueCounting(events.stores, true);
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': 3 + 16 + 8 });
      next.put({ name: 'a', count: 10, version: 20 });
      next.put({ name: 'a', count: 19, version: 30 });
      next.put({ name: 'theirs', count: 2, version: 35 });
      next.put({ name: 'theirs', count: 8, version: 40 });
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': 3 + 16 + 8 });
      next.put({ name: 'a', count: 20, version: 41 });
      next.put({ name: 'theirs', count: 10, version: 42 });
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': 3 + 16 + 8 + 3 });
    });

    it('counts once what is gone there, and comes here later', async () => {
      put({ name: 'brief', count: 2 });
      events.store.delete(event({ name: 'brief' }));
      next.stores.continueCounting(events.stores, true);
      next.put({ name: 'brief', count: 2 });
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': 3 + 2 });
    });

    it('forgets it after a minute', async () => {
      put({ name: 'theirs', count: 8 });
      next.stores.continueCounting(events.stores, true);
      await clock.advance(61_000);
      next.put({ name: 'theirs', count: 9 });
      expect(await next.totals()).to.deep.equal({ ...failed, 'shop BackOff': 3 + 8 + 9 });
    });
  });
});
