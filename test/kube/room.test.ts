// A reflector whose sink is slow: it takes no more than there is room for, and waits to be served.
import { expect } from 'chai';
import { settled } from './harness.ts';
import {
  added,
  begin,
  bookmark,
  closing,
  list,
  listed,
  noWatchList,
  type Step,
  streamed,
  synced,
} from './script.ts';

/** A promise that the test keeps when it likes. */
function gate(): { readonly promise: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open: () => open() };
}

const keys = Array.from({ length: 20 }, (_, i) => `x/${i}`);
const items = keys.map((key, i) => added(key, i + 1).object);
const objects = keys.map((key, i) => added(key, i + 1));

const means: { how: string; steps: Step[]; watching: Step[] }[] = [
  {
    how: 'a list that a watch streams',
    steps: [{ events: [...objects, closing(30), added('x/new', 31)], end: 'open' }],
    watching: [],
  },
  {
    how: 'a list in pages',
    steps: [noWatchList, list(30, items.slice(0, 10), 'more'), list(30, items.slice(10))],
    watching: [{ events: [added('x/new', 31)], end: 'open' }],
  },
];

describe('a reflector whose sink is slow', () => {
  for (const { how, steps, watching } of means) {
    it(`puts no more than a few objects of ${how} while there is no room`, async () => {
      const at = begin([...steps, ...watching]);
      const { promise, open } = gate();
      at.sink.room = () => promise;
      await settled(at.look);
      expect(at.sink.puts).to.equal(8);
      expect(at.reflector.status.synced).to.equal(false);
      open();
      await settled(at.look);
      expect(at.sink.objects.size).to.equal(21);
      at.stop.abort();
      await at.running;
    });

    it(`is synced, and goes on, only once ${how} is served`, async () => {
      const at = begin([...steps, ...watching]);
      const { promise, open } = gate();
      at.sink.served = () => promise;
      await settled(at.look);
      expect(at.sink.puts).to.equal(20);
      expect(at.reflector.status).to.include({ synced: false, detail: 'listing' });
      expect(at.observer.told).not.to.include('list success');
      open();
      await settled(at.look);
      expect(at.reflector.status).to.include({ synced: true, detail: 'watching' });
      expect(at.sink.objects.get('x/new')).to.equal('31');
      at.stop.abort();
      await at.running;
    });

    for (const wait of ['room', 'served'] as const) {
      it(`ends at once while it waits for ${wait} in ${how}`, async () => {
        const at = begin(steps);
        at.sink[wait] = () => gate().promise;
        await settled(at.look);
        at.stop.abort();
        await at.running;
        expect(at.sink.relistings).to.deep.equal({ open: 0, commits: 0, aborts: 1 });
        expect(at.sink.objects.size).to.equal(0);
        expect(at.clock.pending).to.deep.equal([]);
      });
    }

    it(`fails ${how} that cannot be committed, and shows nothing of it`, async () => {
      const at = begin(steps);
      at.sink.served = () => Promise.reject(new Error('no room on the disk'));
      await settled(at.look);
      expect(at.observer.told.slice(-1)).to.deep.equal(['list error']);
      expect(at.sink.relistings).to.deep.equal({ open: 0, commits: 0, aborts: 1 });
      expect(at.reflector.status).to.include({ synced: false });
      expect(at.sink.objects.size).to.equal(0);
      at.stop.abort();
      await at.running;
    });
  }

  it('does not take its own waiting for the silence of the server', async () => {
    const at = begin([
      {
        events: [...objects, closing(30), ...keys.slice(0, 9).map((key) => added(key, 40))],
        end: 'open',
      },
    ]);
    const [commit, room] = [gate(), gate()];
    at.sink.served = () => commit.promise;
    await settled(at.look);
    for (const wait of [commit, room]) {
      for (let i = 0; i < 10; i++) {
        at.clock.advance(60_000);
        await settled(at.look);
      }
      if (wait === commit) at.sink.room = () => room.promise;
      wait.open();
      await settled(at.look);
    }
    expect(at.observer.told).to.include('list success');
    expect(at.observer.told.filter((told) => told.startsWith('restart'))).to.deep.equal([]);
    expect(at.sink.objects.get('x/8')).to.equal('40');
    expect(at.clock.pending).to.have.length(1);
    at.stop.abort();
    await at.running;
  });

  it('gives the server its time again once it has waited within a list', async () => {
    const at = begin([{ events: objects.slice(0, 8), end: 'open' }, list(30, items)]);
    const { promise, open } = gate();
    at.sink.room = () => promise;
    await settled(at.look);
    at.clock.advance(200_000);
    await settled(at.look);
    open();
    await settled(at.look);
    for (let second = 0; second < 14; second++) {
      at.clock.advance(1_000);
      await settled(at.look);
    }
    expect(at.requests).to.deep.equal([streamed]);
    at.clock.advance(1_000);
    await settled(at.look);
    expect(at.requests.slice(0, 2)).to.deep.equal([streamed, listed('resourceVersion=0')]);
    at.stop.abort();
    await at.running;
  });

  it('takes events while there is room, and ends at once while there is none', async () => {
    const at = begin([{ events: [...synced(), ...objects, bookmark(50)], end: 'open' }]);
    let asked = 0;
    at.sink.room = () => (++asked < 2 ? Promise.resolve() : gate().promise);
    await settled(at.look);
    expect(at.observer.told.filter((told) => told === 'event')).to.have.length(16);
    at.stop.abort();
    await at.running;
    expect(at.clock.pending).to.deep.equal([]);
  });
});
