// A reflector whose sink is slow: it puts no more than there is room for, and waits for commits.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
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
      at.sink.drained = () => promise;
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

    for (const wait of ['drained', 'served'] as const) {
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
      const broken = Object.assign(new Error('out of memory'), { code: 'Z_MEM_ERROR' });
      at.sink.served = () => Promise.reject(broken);
      await settled(at.look);
      expect(at.observer.told.slice(-1)).to.deep.equal(['list error']);
      expect(at.sink.relistings).to.deep.equal({ open: 0, commits: 0, aborts: 1 });
      const detail = 'retrying: the list could not be stored: out of memory';
      expect(at.reflector.status).to.include({ synced: false, detail });
      expect(at.log.lines).to.deep.equal(['warn request failed, retrying']);
      expect(at.sink.objects.size).to.equal(0);
      at.stop.abort();
      await at.running;
    });
  }

  it('goes on where the sink fails to make room, and says that it was the store', async () => {
    const broken = Object.assign(new Error('out of memory'), { code: 'Z_MEM_ERROR' });
    const at = begin([{ events: [...synced(), ...objects, ...objects], end: 'open' }]);
    at.sink.drained = () => Promise.reject(broken);
    await settled(at.look);
    expect(at.observer.told.filter((told) => told === 'event')).to.have.length(40);
    expect(at.observer.told.filter((told) => told.startsWith('restart'))).to.deep.equal([]);
    expect(at.reflector.status).to.include({ synced: true, behind: undefined, detail: 'watching' });
    // Once a minute: the store is asked after every few objects.
    expect(at.log.lines).to.deep.equal(['info synced', 'error the store could not make room']);
    expect(at.log.keys[1]).to.include({ resource: 'pods', err: broken });
    at.stop.abort();
    await at.running;
  });

  for (const { how, steps, watching } of means) {
    it(`reads ${how} to its end where the sink fails to make room`, async () => {
      const at = begin([...steps, ...watching]);
      at.sink.drained = () => Promise.reject(new Error('out of memory'));
      await settled(at.look);
      expect(at.sink.objects.size).to.equal(21);
      expect(at.observer.told).to.include('list success');
      at.stop.abort();
      await at.running;
    });
  }

  it('does not count its wait for the sink as silence of the server', async () => {
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
      if (wait === commit) at.sink.drained = () => room.promise;
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

  it('does not count its wait for a turn of the event loop as silence of the server', async () => {
    const at = begin([{ events: [...objects, closing(30)], end: 'open' }]);
    const { promise, open } = gate();
    at.clock.turn = () => promise;
    const relist = at.sink.relist.bind(at.sink);
    at.sink.relist = () => {
      const list = relist();
      const put = (object: KubeObject): void => {
        list.put(object);
        // Longer than all may work in one turn.
        at.clock.advance(20);
      };
      return { ...list, put };
    };
    await settled(at.look);
    expect(at.sink.puts).to.be.below(20);
    at.clock.advance(20_000);
    await settled(at.look);
    at.clock.turn = () => Promise.resolve();
    open();
    await settled(at.look);
    expect(at.requests).to.deep.equal([streamed]);
    expect(at.observer.told).to.include('list success');
    at.stop.abort();
    await at.running;
  });

  it('starts the time of the server anew after a wait for the sink within a list', async () => {
    const at = begin([{ events: objects.slice(0, 8), end: 'open' }, list(30, items)]);
    const { promise, open } = gate();
    at.sink.drained = () => promise;
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
    at.sink.drained = () => (++asked < 2 ? Promise.resolve() : gate().promise);
    await settled(at.look);
    expect(at.observer.told.filter((told) => told === 'event')).to.have.length(16);
    at.stop.abort();
    await at.running;
    expect(at.clock.pending).to.deep.equal([]);
  });
});
