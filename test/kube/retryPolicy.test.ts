// Waits between attempts, and how long a watch may be silent.

import { expect } from 'chai';
import fc from 'fast-check';
import { ApiError } from '../../src/kube/apiError.ts';
import { Backoff, RetryPolicy } from '../../src/kube/retryPolicy.ts';
import { SilenceWindow } from '../../src/kube/watch.ts';
import { TestClock } from '../support/clock.ts';
import { clientOf, recordingLog } from './harness.ts';

const take = (backoff: Backoff, count: number): number[] =>
  Array.from({ length: count }, () => backoff.nextMs());

describe('a backoff', () => {
  it('doubles from half a second at the least, up to four', () => {
    const waits = take(new Backoff(new TestClock(), () => 0), 6);
    expect(waits).to.deep.equal([500, 1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it('never waits longer than eight seconds, nor less than half of what it could', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(2_000), (random, n) => {
        const wait = take(new Backoff(new TestClock(), () => random), n + 1).at(-1) as number;
        const longest = Math.min(1_000 * 2 ** n, 8_000);
        expect(wait).to.be.within(longest / 2, longest);
      }),
      { numRuns: 50 },
    );
  });

  it('starts over when two minutes went by without a failure', () => {
    const clock = new TestClock();
    const backoff = new Backoff(clock, () => 0);
    take(backoff, 5);
    clock.advance(120_000);
    expect(backoff.nextMs()).to.equal(4_000);
    clock.advance(120_001);
    expect(backoff.nextMs()).to.equal(500);
  });
});

describe('a retry policy', () => {
  it('waits as after a first failure once a watch was open for half a minute', async () => {
    const clock = new TestClock();
    const policy = new RetryPolicy({
      client: clientOf('http://api.test', clock, recordingLog()),
      collection: { resource: 'pods', group: '', version: 'v1' },
      clock,
      random: () => 0,
    });
    const { signal } = new AbortController();
    const waitMs = async (): Promise<number> =>
      (await policy.classify(new Error('reset'), signal)).waitMs;
    expect([await waitMs(), await waitMs(), await waitMs()]).to.deep.equal([500, 1_000, 2_000]);
    policy.watchEnded(29_999);
    expect(await waitMs()).to.equal(4_000);
    policy.watchEnded(30_000);
    expect(await waitMs()).to.equal(500);
  });
});

describe('a refusal', () => {
  const forbidden = new ApiError(403, '');
  const failure = new ApiError(500, '');
  const { signal } = new AbortController();

  /** Whether each failure is final, one every sixteen seconds; `reward` stands for success. */
  async function finals(failures: readonly (ApiError | 'success')[]): Promise<boolean[]> {
    const clock = new TestClock();
    const patience = new RetryPolicy({
      client: clientOf('http://api.test', clock, recordingLog()),
      collection: { resource: 'pods', group: '', version: 'v1' },
      clock,
      random: () => 0,
    });
    const result = [];
    for (const failed of failures) {
      if (failed === 'success') patience.reset();
      else result.push((await patience.classify(failed, signal)).final);
      clock.advance(16_000);
    }
    return result;
  }

  it('is final after thirty seconds in which every request was refused', async () => {
    expect(await finals([forbidden, forbidden, forbidden])).to.deep.equal([false, false, true]);
  });

  it('counts anew after success, and after a failure of another kind', async () => {
    for (const other of ['success', failure] as const) {
      const last = (await finals([forbidden, forbidden, other, forbidden, forbidden])).at(-1);
      expect(last).to.equal(false);
    }
  });
});

describe('the window of silence', () => {
  const windowAfter = (...intervals: number[]): number => {
    const window = new SilenceWindow();
    for (const interval of intervals) window.saw(interval);
    return window.ms;
  };

  it('is three minutes while no bookmarks have been compared', () => {
    expect(windowAfter()).to.equal(180_000);
  });

  it('is four times the interval between bookmarks, within bounds', () => {
    expect(windowAfter(60_000)).to.equal(240_000);
    expect(windowAfter(1)).to.equal(30_000);
    expect(windowAfter(3_600_000)).to.equal(600_000);
  });

  it('forgets a long interval, but not at once', () => {
    expect(windowAfter(100_000, 10_000)).to.be.closeTo(320_000, 1);
    expect(windowAfter(100_000, ...Array.from({ length: 30 }, () => 10_000))).to.be.closeTo(
      40_000,
      1,
    );
  });
});
