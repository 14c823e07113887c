// The history of the last hour: its points, what a reload leaves of it, and that it ends.
import { expect } from 'chai';
import { History, pointsMax } from '../../src/explorer/history.ts';
import { TestClock } from '../support/clock.ts';

const interval = 30_000;

describe('the history', () => {
  it('has a point for each interval, with the changes per second', async () => {
    const clock = new TestClock({ nowMs: 0, wallMs: 1_700_000_000_000 });
    const now = { series: 10, bytes: 1_000, changes: 5 };
    const history = new History(() => now, clock);
    const ending = new AbortController();
    const running = history.run(ending.signal);
    expect(history.answer()).to.deep.equal({ interval: 30, points: [] });
    Object.assign(now, { series: 20, bytes: 2_000, changes: 65 });
    await clock.pass(interval);
    await clock.turn();
    Object.assign(now, { series: 30, bytes: 3_000 });
    await clock.pass(interval);
    await clock.turn();
    expect(history.answer().points).to.deep.equal([
      { time: 1_700_000_030, series: 20, bytes: 2_000, changes: 2 },
      { time: 1_700_000_060, series: 30, bytes: 3_000, changes: 0 },
    ]);
    // The stores of another configuration count from zero.
    now.changes = 30;
    await clock.pass(interval);
    await clock.turn();
    expect(history.answer().points.at(-1)?.changes).to.equal(1);
    ending.abort();
    await running;
    expect(clock.pending).to.deep.equal([]);
  });

  it('keeps the last hour, oldest first', async () => {
    const clock = new TestClock({ nowMs: 0 });
    const now = { series: 0, bytes: 0, changes: 0 };
    const history = new History(() => now, clock);
    const ending = new AbortController();
    const running = history.run(ending.signal);
    for (let i = 1; i <= pointsMax + 7; i++) {
      now.series = i;
      await clock.pass(interval);
      await clock.turn();
    }
    const { points } = history.answer();
    expect(points).to.have.length(pointsMax);
    expect(points.map(({ series }) => series)).to.deep.equal(
      Array.from({ length: pointsMax }, (_, i) => i + 8),
    );
    ending.abort();
    await running;
  });

  it('does not drift where a point is late', async () => {
    const clock = new TestClock({ nowMs: 0 });
    const history = new History(() => ({ series: 0, bytes: 0, changes: 0 }), clock);
    const ending = new AbortController();
    const running = history.run(ending.signal);
    clock.advance(interval + 1_000);
    await clock.pass(interval - 1_000);
    ending.abort();
    await running;
    expect(history.answer().points).to.have.length(2);
  });

  it('has one point for a time in which the process was stopped, at its mean', async () => {
    const clock = new TestClock({ nowMs: 0 });
    const now = { series: 0, bytes: 0, changes: 0 };
    const history = new History(() => now, clock);
    const ending = new AbortController();
    const running = history.run(ending.signal);
    now.changes = 310;
    clock.advance(10 * interval + 10_000);
    await clock.pass(interval - 10_000);
    ending.abort();
    await running;
    const changes = history.answer().points.map((point) => point.changes);
    expect(changes).to.deep.equal([1, 0]);
  });
});
