// What a reflector says of itself: how it lists, how far it is, in which encoding, what is due.
import { expect } from 'chai';
import nock from 'nock';
import { object, settled } from './harness.ts';
import { added, begin, bookmark, failed, list, noWatchList, type Step, synced } from './script.ts';

const waiting: Step = { events: [], end: 'open' };

describe('the report of a reflector', () => {
  afterEach(() => nock.cleanAll());

  const rows: [what: string, steps: Step[], report: object][] = [
    [
      'knows nothing before the first list',
      [waiting],
      { resourceVersion: undefined, listedBy: undefined },
    ],
    [
      'has the version of the last event of a streamed list and its watch',
      [{ events: synced(added('x/b', 12)), end: 'open' }],
      { resourceVersion: '12', listedBy: 'WatchList', wireFormat: 'JSON' },
    ],
    [
      'has the version of the last bookmark, after a list in one body',
      [noWatchList, list(10, [object('x/a', 9)]), { events: [bookmark(30)], end: 'open' }],
      { resourceVersion: '30', listedBy: 'LIST', wireFormat: 'JSON', representation: 'object' },
    ],
  ];
  for (const [what, steps, report] of rows) {
    it(what, async () => {
      const { reflector, stop, running, look } = begin(steps);
      await settled(look);
      expect(reflector.report).to.deep.include({ namespace: undefined, ...report });
      stop.abort();
      await running;
    });
  }
});

describe('a reflector', () => {
  it('tells whether a list is due: not while its watch is only opened again', async () => {
    const at = begin([
      { events: [added('x/a', 9)], end: 'open' },
      { events: synced(), end: 'close' },
      { events: [failed(410, 'Expired')], end: 'open' },
    ]);
    const { reflector, clock } = at;
    await settled(at.look);
    expect(reflector.isListed, 'the first list is under way').to.equal(false);
    reflector.relist('resharded');
    await settled(at.look);
    expect(reflector.isListed, 'the watch has ended').to.equal(true);
    expect(reflector.position).to.equal(undefined);
    await clock.pass(500);
    await settled(at.look);
    expect(reflector.isListed, 'the version is gone').to.equal(false);
    at.stop.abort();
    await at.running;
  });
});
