// ReviewCache keeps the API server's reviews, and serves stale ones while the server is down.
import type { Clock } from '../../lib/clock.ts';
import { unlessAborted, withDeadline } from '../../lib/deadline.ts';
import { LruCache } from '../../lib/lru.ts';
import { Slots } from '../slots.ts';

/** Cached reviews that may be served stale, and as many others. */
const entriesMax = 4_096;
/**
 * Requests in flight for keys that are not cached; beyond this somebody invents tokens. A proxy on
 * loopback stands for many clients, so loopback may have all slots.
 */
const reviewsMax = 64;
const reviewsPerClientMax = 16;
/** The same for renewals of cached reviews, so that invented tokens do not block them. */
const renewalsMax = 64;
/** Time-out of a request. */
const reviewMsMax = 4_000;
/** After so long a stale review is served, though the request goes on: scrapes cannot wait. */
const renewalMsMax = 1_000;
/** After a failed renewal the stale review is served for so long before the next try. */
const retryMs = 10_000;
/** The greatest age of a review that is served stale. */
export const staleMsMax = 600_000;

export interface ReviewCacheOptions<Review> {
  readonly clock: Clock;
  /** How long this review is fresh. */
  readonly ttlMs: (review: Review) => number;
  /** Whether it may be served stale while it cannot be renewed. */
  readonly mayBeStale: (review: Review) => boolean;
  /** Called when a stale review is served because of this error. */
  readonly onStale: (error: unknown) => void;
}

/** The cache's own limit was reached: no failure of the server, so nothing stale is served. */
export class TooManyReviewsError extends Error {
  override readonly name = 'TooManyReviewsError';
}

type Request<Review> = (signal: AbortSignal) => Promise<Review>;

interface Entry<Review> {
  readonly review: Review;
  readonly requestedMs: number;
  retryAtMs: number;
}

/** Reviews by key; there is one request at a time for each key. */
export class ReviewCache<Review> {
  readonly #options: ReviewCacheOptions<Review>;
  /** Two caches, so that no number of invented keys evicts a review that may be served stale. */
  readonly #mayBeStale = new LruCache<Entry<Review>>(entriesMax);
  readonly #others = new LruCache<Entry<Review>>(entriesMax);
  readonly #inFlight = new Map<string, Promise<Review>>();
  readonly #reviewSlots = new Slots({
    total: reviewsMax,
    perClient: reviewsPerClientMax,
    perLoopback: reviewsMax,
  });
  readonly #renewalSlots = new Slots({
    total: renewalsMax,
    perClient: renewalsMax,
    perLoopback: renewalsMax,
  });

  constructor(options: ReviewCacheOptions<Review>) {
    this.#options = options;
  }

  /**
   * The cached review of `key`, else the one that `request` fetches on behalf of `client`. Rejects
   * where there is neither, with TooManyReviewsError where the cache's own limit is the reason.
   */
  async get(key: string, client: string, request: Request<Review>): Promise<Review> {
    const { clock, ttlMs, mayBeStale, onStale } = this.#options;
    const entry = this.#mayBeStale.get(key) ?? this.#others.get(key);
    const age = entry === undefined ? Number.POSITIVE_INFINITY : clock.now() - entry.requestedMs;
    if (entry !== undefined && age < ttlMs(entry.review)) return entry.review;
    const stale = age < staleMsMax && entry && mayBeStale(entry.review) ? entry : undefined;
    if (stale !== undefined && clock.now() < stale.retryAtMs) return stale.review;
    const slots = stale === undefined ? this.#reviewSlots : this.#renewalSlots;
    const review = this.#request(key, client, slots, request);
    if (stale === undefined) return review;
    try {
      // A late review is cached all the same when it comes.
      const inTime = (late: AbortSignal) => unlessAborted(review, late);
      return await withDeadline(clock, renewalMsMax, inTime, 'no answer');
    } catch (error) {
      if (isOwnLimit(error)) throw error;
      stale.retryAtMs = clock.now() + retryMs;
      onStale(error);
      return stale.review;
    }
  }

  #request(key: string, client: string, slots: Slots, request: Request<Review>): Promise<Review> {
    const inFlight = this.#inFlight.get(key);
    if (inFlight !== undefined) return inFlight;
    const release = slots.tryAcquire(client);
    if (release === undefined) {
      const [all, own] = [slots.inUse(), slots.inUse(client)];
      const sentence = `${all} reviews are in flight, ${own} of them for ${client}`;
      return Promise.reject(new TooManyReviewsError(sentence));
    }
    const review = this.#fetch(key, request).finally(() => {
      release();
      this.#inFlight.delete(key);
    });
    this.#inFlight.set(key, review);
    return review;
  }

  async #fetch(key: string, request: Request<Review>): Promise<Review> {
    const { clock, mayBeStale } = this.#options;
    const requestedMs = clock.now();
    const review = await withDeadline(clock, reviewMsMax, request, 'no answer');
    const [to, from] = mayBeStale(review)
      ? [this.#mayBeStale, this.#others]
      : [this.#others, this.#mayBeStale];
    from.delete(key);
    to.set(key, { review, requestedMs, retryAtMs: 0 });
    return review;
  }
}

/** Resources that run out in this process or machine, perhaps because of its clients. */
const ownLimits = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);
const causesMax = 5;

/** Whether a request failed for a reason that says nothing about the API server. */
function isOwnLimit(error: unknown, causes = 0): boolean {
  if (error instanceof TooManyReviewsError) return true;
  if (!(error instanceof Error) || causes > causesMax) return false;
  return (
    ownLimits.has((error as NodeJS.ErrnoException).code ?? '') ||
    isOwnLimit(error.cause, causes + 1)
  );
}
