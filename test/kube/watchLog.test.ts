// What a reflector logs by default when its watch ends or a list begins, and how often.
import {
  added,
  bookmark,
  closing,
  gone,
  play,
  type Row,
  start,
  streamed,
  synced,
  watchFrom,
} from './script.ts';

const rows: Row[] = [
  {
    behaviour: 'says that the watch fell silent, once in five minutes',
    steps: [
      { events: synced(), end: 'open' },
      { passMs: 15_000 },
      { passMs: 165_000 },
      { events: [added('x/b', 11)], end: 'open' },
      { passMs: 180_000 },
      { events: [], end: 'open' },
    ],
    requests: [streamed, watchFrom(10), watchFrom(11)],
    content: ['x/a@9', 'x/b@11'],
    told: [
      ...start,
      'restart silence',
      'watch success',
      'event',
      'restart silence',
      'watch success',
    ],
    log: ['info synced', 'info the watch fell silent, opening it again'],
  },
  {
    behaviour: 'says that the server ended the watch before its time',
    steps: [
      { events: synced(), end: 'close' },
      { passMs: 500 },
      { events: [bookmark(11)], end: 'open' },
    ],
    requests: [streamed, watchFrom(10)],
    content: ['x/a@9'],
    told: [...start, 'restart closed', 'watch success', 'bookmark'],
    log: ['info synced', 'info the server ended the watch early, opening it again'],
  },
  {
    behaviour: 'says that a list begins because the version is gone, before it is complete',
    steps: [
      { events: synced(), end: 'close' },
      { passMs: 500 },
      gone,
      { passMs: 1_000 },
      { events: [added('x/b', 19), closing(20)], end: 'open' },
    ],
    requests: [streamed, watchFrom(10), `${streamed} 10`],
    content: ['x/b@19'],
    told: [
      ...start,
      'restart closed',
      'watch error',
      'relist gone',
      'watch success',
      'list success',
    ],
    log: [
      'info synced',
      'info the server ended the watch early, opening it again',
      'info listing again',
      'info relisted',
    ],
  },
  {
    behaviour: 'says that a list begins that was asked for',
    steps: [
      { events: synced(), end: 'open' },
      { relist: 'resharded' },
      { events: [added('x/c', 12), closing(13)], end: 'open' },
    ],
    requests: [streamed, `${streamed} 10`],
    content: ['x/c@12'],
    told: [...start, 'relist resharded', 'watch success', 'list success'],
    log: ['info synced', 'info listing again', 'info relisted'],
  },
];

describe('the log of a reflector', () => {
  for (const row of rows) it(row.behaviour, () => play(row));
});
