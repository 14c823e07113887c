// ReviewCache: which failures let it serve stale reviews, and how it bears a flood of keys.

import { expect } from 'chai';
import { ReviewCache, TooManyReviewsError } from '../../../src/http/auth/reviewCache.ts';
import { TestClock } from '../../support/clock.ts';

const minute = 60_000;

describe('ReviewCache', () => {
  let clock: TestClock;
  let staleErrors: unknown[];
  let reviews: ReviewCache<string>;
  beforeEach(() => {
    clock = new TestClock();
    staleErrors = [];
    reviews = new ReviewCache({
      clock,
      ttlMs: () => minute,
      mayBeStale: (review) => review === 'yes',
      onStale: (error) => staleErrors.push(error),
    });
  });

  const says = (review: string) => async () => review;
  const fails = async (): Promise<string> => {
    throw new Error('connect ECONNREFUSED');
  };
  /** A request that hangs until its time-out. */
  const hangs = (signal: AbortSignal): Promise<string> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  /** Requests so many keys; each is in flight when this returns. */
  const flood = (count: number, client: string, name = 'invented'): Promise<unknown>[] =>
    Array.from({ length: count }, (_, i) =>
      reviews.get(`${name}-${client}-${i}`, client, hangs).catch((error: unknown) => error),
    );
  const failure = (asked: Promise<unknown>): Promise<Error> =>
    asked.then(
      () => expect.fail('it resolved'),
      (error) => error,
    );

  it('serves a stale review where the server fails', async () => {
    await reviews.get('key', 'a', says('yes'));
    clock.advance(minute);
    expect(await reviews.get('key', 'a', fails)).to.equal('yes');
    expect(staleErrors).to.have.length(1);
  });

  it('serves a new review and no stale one, however many requests are in flight', async () => {
    await reviews.get('key', '10.0.0.1', says('yes'));
    clock.advance(minute);
    for (let client = 0; client < 6; client++) void flood(64, `10.0.0.${client}`);
    expect(await reviews.get('key', '10.0.0.1', says('no'))).to.equal('no');
    expect(staleErrors).to.deep.equal([]);
  });

  it('serves no stale review at its own limit', async () => {
    const keys = Array.from({ length: 65 }, (_, i) => `key-${i}`);
    for (const key of keys) await reviews.get(key, 'a', says('yes'));
    clock.advance(minute);
    const under = keys.slice(0, 64).map((key) => reviews.get(key, 'a', hangs));
    expect(await failure(reviews.get('key-64', 'a', says('yes')))).to.be.instanceOf(
      TooManyReviewsError,
    );
    expect(staleErrors).to.deep.equal([]);
    // The others wait for a server that hangs, which is its failure.
    clock.advance(1_000);
    expect(new Set(await Promise.all(under))).to.deep.equal(new Set(['yes']));
    clock.advance(3_000);
  });

  it('serves no stale review where file descriptors run out', async () => {
    await reviews.get('key', 'a', says('yes'));
    clock.advance(minute);
    const cause = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    for (const error of [cause, new Error('fetch failed', { cause })]) {
      const asked = reviews.get('key', 'a', () => Promise.reject(error));
      expect(await failure(asked)).to.equal(error);
    }
    expect(staleErrors).to.deep.equal([]);
  });

  it('has 16 requests in flight for one client, and 64 in all', async () => {
    const refused = async (asked: Promise<unknown>[]): Promise<number> => {
      let count = 0;
      for (const one of asked) {
        void one.then((error) => {
          if (error instanceof TooManyReviewsError) count++;
        });
      }
      await clock.turn();
      return count;
    };
    expect(await refused(flood(20, '10.0.0.1'))).to.equal(4);
    expect(await refused(flood(20, '10.0.0.2'))).to.equal(4);
    expect(await refused(flood(20, '10.0.0.3'))).to.equal(4);
    expect(await refused(flood(20, '10.0.0.4'))).to.equal(4);
    expect(await refused(flood(20, '10.0.0.5'))).to.equal(20);
    const { message } = await failure(reviews.get('late', '10.0.0.1', says('yes')));
    expect(message).to.equal('64 reviews are in flight, 16 of them for 10.0.0.1');
    // All of them time out.
    clock.advance(4_000);
    for (let turns = 0; turns < 10; turns++) await clock.turn();
    expect(await reviews.get('late', '10.0.0.1', says('yes'))).to.equal('yes');
  });

  it('keeps a good review through any number of invented keys', async () => {
    await reviews.get('key', 'a', says('yes'));
    for (let i = 0; i < 5_000; i++) await reviews.get(`invented-${i}`, 'a', says('no'));
    expect(await reviews.get('key', 'a', fails)).to.equal('yes');
    expect(staleErrors).to.deep.equal([]);
  });

  it('drops a review once there is another', async () => {
    await reviews.get('key', 'a', says('yes'));
    clock.advance(minute);
    expect(await reviews.get('key', 'a', says('no'))).to.equal('no');
    clock.advance(minute);
    expect((await failure(reviews.get('key', 'a', fails))).message).to.include('ECONNREFUSED');
    clock.advance(minute);
    expect(await reviews.get('key', 'a', says('yes'))).to.equal('yes');
    clock.advance(minute);
    expect(await reviews.get('key', 'a', fails)).to.equal('yes');
  });

  it('takes a review that a busy thread reads just after the time-out', async () => {
    await reviews.get('key', 'a', says('yes'));
    clock.advance(minute);
    // It came while the thread was busy: it is read in the turn after the clock has run out.
    const asked = reviews.get('key', 'a', () => clock.turn().then(() => 'no'));
    clock.advance(1_000);
    expect(await asked).to.equal('no');
  });
});
