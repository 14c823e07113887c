// Deadlines: when work is aborted, and what is left of the timer.

import { expect } from 'chai';
import { unlessAborted, waitAtMost, withDeadline } from '../../src/lib/deadline.ts';
import { TestClock } from '../support/clock.ts';

describe('withDeadline', () => {
  let clock: TestClock;
  beforeEach(() => {
    clock = new TestClock();
  });

  const never = (signal: AbortSignal): Promise<never> =>
    unlessAborted(new Promise<never>(() => undefined), signal);
  const outcome = (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: Error) => error.message);

  it('resolves with the work and leaves no timer', async () => {
    expect(await withDeadline(clock, 1_000, async () => 'done')).to.equal('done');
    expect(clock.pending).to.deep.equal([]);
  });

  it('aborts work that takes too long, and says what took too long', async () => {
    const late = outcome(withDeadline(clock, 1_500, never, 'no answer'));
    await clock.pass(1_500);
    expect(await late).to.equal('no answer within 1.5 s');
  });

  it('takes a result that a busy thread reads just after the deadline', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const work = withDeadline(clock, 1_000, (signal) => unlessAborted(promise, signal));
    await clock.pass(1_000);
    resolve('in time');
    expect(await outcome(work)).to.equal('in time');
  });

  it('waits at most so long for what does not end', async () => {
    const waited = waitAtMost(clock, 1_000, new Promise(() => undefined));
    await clock.pass(1_000);
    await waited;
    await waitAtMost(clock, 1_000, Promise.resolve());
    expect(clock.pending).to.deep.equal([]);
  });
});
