// Events of a watch that cannot be read: one list repairs what they changed, and none repeats.
import { expect } from 'chai';
import { UnreadableEvents } from '../../src/kube/unreadableEvents.ts';
import { TestClock } from '../support/clock.ts';
import { settled } from './harness.ts';
import {
  added,
  bookmark,
  closing,
  deleted,
  modified,
  play,
  type Row,
  start,
  streamed,
  synced,
} from './script.ts';

/** The line of an event that breaks off. */
const cut = (event: object): string => JSON.stringify(event).slice(0, -2);
const relisted = ['relist unreadable', 'watch success', 'list success'];
const soonMs = 1_000;

const lost: { how: string; event: unknown; key: string }[] = [
  { how: 'an ADDED that is no JSON', event: cut(added('x/b', 11)), key: ' x/b' },
  { how: 'a MODIFIED that is no JSON', event: cut(modified('x/a', 11)), key: ' x/a' },
  { how: 'a DELETED that is no JSON', event: cut(deleted('x/a', 11)), key: ' x/a' },
  {
    how: 'a DELETED without a name',
    event: { type: 'DELETED', object: { metadata: { namespace: 'x' } } },
    key: ' x',
  },
  { how: 'an event without a type', event: { object: {} }, key: ' ' },
  { how: 'an event of an unknown type', event: { type: 'GONE', object: {} }, key: ' ' },
];

const rows: Row[] = [
  ...lost.map(({ how, event, key }): Row => {
    const events = synced(event);
    const counts = how.includes('without a name') ? ['event'] : [];
    return {
      behaviour: `lists again soon after ${how}`,
      steps: [
        { events, end: 'open' },
        { passMs: soonMs },
        { events: [added('x/c', 12), closing(12)], end: 'open' },
      ],
      // A version behind the event is asked for where it has one: the list then shows the change.
      requests: [streamed, `${streamed} 10`],
      content: ['x/c@12'],
      told: [...start, ...counts, `malformed${key}`, ...relisted],
    };
  }),
  {
    behaviour: 'lists once for all that could not be read before the list began',
    steps: [
      { events: synced(cut(added('x/b', 11)), cut(added('x/c', 12)), bookmark(13)), end: 'open' },
      { passMs: soonMs },
      { events: [added('x/b', 11), added('x/c', 12), closing(13)], end: 'open' },
    ],
    requests: [streamed, `${streamed} 13`],
    content: ['x/b@11', 'x/c@12'],
    told: [...start, 'malformed x/b', 'malformed x/c', 'bookmark', ...relisted],
    log: [
      'info synced',
      'warn an event could not be read, listing again soon',
      'info listing again',
      'info relisted',
    ],
  },
  {
    behaviour: 'does not list for an object that the last list could not read either',
    steps: [
      { events: [added('x/a', 9), cut(added('x/b', 9)), closing(10)], end: 'open' },
      { relist: 'resharded' },
      {
        events: [
          added('x/a', 9),
          cut(added('x/b', 9)),
          closing(10),
          ...[11, 12, 13].map((version) => cut(modified('x/b', version))),
          cut(deleted('x/b', 14)),
          bookmark(15),
        ],
        end: 'open',
      },
    ],
    requests: [streamed, `${streamed} 10`],
    content: ['x/a@9'],
    told: [
      'relist start',
      'watch success',
      'malformed x/b',
      'list success',
      'relist resharded',
      'watch success',
      'malformed x/b',
      'list success',
      ...Array.from({ length: 4 }, () => 'malformed x/b'),
      'bookmark',
    ],
  },
  {
    behaviour: 'lists for no bookmark that cannot be read, for it tells of no object',
    steps: [{ events: synced({ type: 'BOOKMARK', object: {} }, added('x/b', 11)), end: 'open' }],
    requests: [streamed],
    content: ['x/a@9', 'x/b@11'],
    told: [...start, 'malformed ', 'event'],
  },
];

describe('lists that repair', () => {
  /** What is planned on a clock of its own; `pass` moves the clock to the list, and begins it. */
  function repairs() {
    const clock = new TestClock();
    const waits: number[] = [];
    let lists = 0;
    const events = new UnreadableEvents({
      clock,
      random: () => 0,
      onPlanned: (_key, waitMs) => waits.push(waitMs),
      relist: () => lists++,
    });
    const pass = async (): Promise<void> => {
      await clock.pass(waits.at(-1) as number);
      await settled(() => lists);
      events.listBegins();
      events.listCommitted();
    };
    return { clock, waits, events, pass, lists: () => lists };
  }

  it('come at growing gaps, an hour at most, where events stay unreadable', async () => {
    const { waits, events, pass, lists } = repairs();
    for (let i = 0; i < 10; i++) {
      events.sawInWatch('');
      events.sawInWatch('x/a');
      await pass();
    }
    expect(lists()).to.equal(10);
    const gaps = [1, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600];
    expect(waits.map((ms) => ms / 1_000)).to.deep.equal(gaps);
  });

  it('come soon again after two hours in which all was readable', async () => {
    const { clock, waits, events, pass } = repairs();
    events.sawInWatch('');
    await pass();
    events.sawInWatch('');
    await pass();
    clock.advance(7_200_001);
    events.sawInWatch('');
    expect(waits).to.deep.equal([1_000, 60_000, 1_000]);
    events.stop();
    expect(clock.pending).to.deep.equal([]);
  });

  it('do not come where another list began meanwhile', async () => {
    const { clock, events, lists } = repairs();
    events.sawInWatch('x/a');
    events.listBegins();
    expect(clock.pending).to.deep.equal([]);
    expect(lists()).to.equal(0);
  });

  it('come again for an object that was read after the list that could not read it', () => {
    const { waits, events } = repairs();
    events.listBegins();
    events.sawInList('x/a');
    events.listCommitted();
    events.sawInWatch('x/a');
    expect(waits).to.deep.equal([]);
    events.read({ metadata: { namespace: 'x', name: 'a' } });
    events.sawInWatch('x/a');
    expect(waits).to.deep.equal([1_000]);
  });

  it('do not come for what a list could not read, though a later list fails', () => {
    const { waits, events } = repairs();
    events.listBegins();
    events.sawInList('x/a');
    events.listCommitted();
    events.listBegins();
    events.sawInWatch('x/a');
    expect(waits).to.deep.equal([]);
  });
});

describe('a reflector whose watch sends what cannot be read', () => {
  for (const row of rows) it(row.behaviour, () => play(row));
});
