// RetryPolicy classifies failed requests: what to call one, how long to wait, whether it is final.
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/errors.ts';
import { tableOf } from './accept.ts';
import { ApiError } from './apiError.ts';
import type { Client } from './client.ts';
import { FormError } from './decode.ts';
import type { Collection } from './types.ts';

const backoffMsFirst = 1_000;
/** Short enough that ten seconds after an outage all is right again. */
const backoffMsMax = 8_000;
/** Without a failure for this long, the next one counts as the first. */
const backoffResetMs = 120_000;
/**
 * A watch that was open for this long resets the backoff. A load balancer may cut each watch at its
 * idle time-out, often a minute; without the reset, each cut would cost the longest wait.
 */
const steadyWatchMsMin = 30_000;
/** An unbroken refusal of this length is final for readiness. */
const refusalMsMax = 30_000;
/** How often to retry after a final refusal: rights and resources may come later. */
const slowRetryMs = 60_000;
/** How long to retry quickly: missing rights are often given soon after the start. */
const briskMsMax = 300_000;
/** A longer Retry-After is cut to this. */
const retryAfterMsMax = 300_000;
/** Retry-After gets up to this much more, so that reflectors do not return at the same time. */
const retryAfterJitterMs = 1_000;

export interface RetryPolicyOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A classified failure. */
export interface Failure {
  /** In words, for a person. */
  readonly detail: string;
  /** The server will not give the collection, as far as can be known. */
  readonly final: boolean;
  /** Discovery does not list the collection: there is no use in a retry until it does. */
  readonly absent: boolean;
  /** A retry could bring data that must not be read: there is none. */
  readonly over: boolean;
  readonly waitMs: number;
}

/** The failures of one reflector, one after the other. */
export class RetryPolicy {
  readonly #options: RetryPolicyOptions;
  readonly #backoff: Backoff;
  #refusedSinceMs: number | undefined;

  constructor(options: RetryPolicyOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random);
  }

  /** Called after success: a refusal after this is a new one. */
  reset(): void {
    this.#refusedSinceMs = undefined;
  }

  /** Called when an open watch has ended, in whatever way. */
  watchEnded(livedMs: number): void {
    if (livedMs >= steadyWatchMsMin) this.#backoff.reset();
  }

  /** Waits after an event that is no failure but must not repeat at once. */
  async backoff(signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(this.#backoff.nextMs(), signal);
  }

  /** Classifies the failure that just happened. */
  async classify(error: unknown, signal: AbortSignal): Promise<Failure> {
    const status = error instanceof ApiError ? error.status : undefined;
    const absent = status === 404 && (await this.#isAbsent(signal));
    const over = error instanceof FormError;
    const noTable = over || (status === 406 && tableOf(this.#options.collection) !== undefined);
    const final = this.#isLasting(status) || absent || noTable;
    const waitMs = noTable ? this.#slowMs() : this.#waitMs(error);
    const rest = { final, absent, over, waitMs };
    if (absent) return { detail: 'not served by this API server', ...rest };
    const message = errorMessage(error);
    if (noTable)
      return { detail: `not given as a table, and not asked for whole: ${message}`, ...rest };
    return { detail: `${status === 403 ? 'forbidden' : 'retrying'}: ${message}`, ...rest };
  }

  /** Whether this is a refusal, and all failures for some time were refusals too. */
  #isLasting(status: number | undefined): boolean {
    if (status !== 403 && status !== 404) {
      this.#refusedSinceMs = undefined;
      return false;
    }
    const now = this.#options.clock.now();
    this.#refusedSinceMs ??= now;
    return now - this.#refusedSinceMs >= refusalMsMax;
  }

  #waitMs(error: unknown): number {
    const retryAfter = error instanceof ApiError ? error.retryAfterSeconds : undefined;
    if (retryAfter === undefined) return this.#retryMs();
    const jitterMs = this.#options.random() * retryAfterJitterMs;
    return Math.min(retryAfter * 1_000, retryAfterMsMax) + jitterMs;
  }

  /** Slow after a long refusal: each try is a line in the server's audit log. */
  #retryMs(): number {
    const sinceMs = this.#refusedSinceMs ?? Number.POSITIVE_INFINITY;
    const slow = this.#options.clock.now() - sinceMs >= briskMsMax;
    return slow ? this.#slowMs() : this.#backoff.nextMs();
  }

  #slowMs(): number {
    return slowRetryMs * (1 + this.#options.random() / 2);
  }

  /** Waits: until discovery lists a collection that is absent, for ever if `over`. */
  async wait({ waitMs, absent, over }: Failure, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(waitMs, signal);
    while (!signal.aborted && (over || (absent && (await this.#isAbsent(signal))))) {
      await clock.sleep(over ? waitMs : this.#retryMs(), signal);
    }
  }

  async #isAbsent(signal: AbortSignal): Promise<boolean> {
    const { client, collection } = this.#options;
    try {
      return !(await client.served(collection, signal));
    } catch {
      // Discovery failed: the next request to the collection shows whether it is there.
      return false;
    }
  }
}

/** The waits between attempts at one thing: exponential with jitter, short again after a pause. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #attempts = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** The next failure counts as the first. */
  reset(): void {
    this.#attempts = 0;
  }

  /** How long to wait after the failure that just happened. */
  nextMs(): number {
    const now = this.#clock.now();
    if (now - this.#lastMs > backoffResetMs) this.#attempts = 0;
    this.#lastMs = now;
    const wait = Math.min(backoffMsFirst * 2 ** this.#attempts, backoffMsMax);
    if (wait < backoffMsMax) this.#attempts++;
    // Half of the wait is random, so that reflectors that failed together do not return together.
    return wait / 2 + (wait / 2) * this.#random();
  }
}
