// How long to wait after a failure, what to call it, and when it is final.
import type { Clock } from '../clock.ts';
import { ApiError } from './apiError.ts';
import { Backoff } from './backoff.ts';
import type { Client } from './client.ts';
import { FormError } from './decode.ts';
import { tableOf } from './representation.ts';
import type { Collection } from './types.ts';
import { messageOf } from './words.ts';

/** An unbroken refusal of this length is final for readiness. */
const refusalMsMax = 30_000;
/** How often what is refused for good is asked for: rights and resources may come later. */
const slowRetryMs = 60_000;
/** Rights are often given soon after we start, or right after they were taken by mistake. */
const briskMsMax = 300_000;
/** No server makes us stay away for longer. */
const retryAfterMsMax = 300_000;
/** Waits that the server names get up to this much more, so that we do not return as one. */
const retryAfterJitterMs = 1_000;

/** Whose failures are judged, and by which clock and dice. */
export interface PatienceOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What a failure comes to. */
export interface Verdict {
  /** In words, for a person. */
  readonly detail: string;
  /** The server will not give the collection, by all that can be known. */
  readonly final: boolean;
  /** Its discovery does not list the collection: asking for it is of no use until it does. */
  readonly absent: boolean;
  /** Asking again could bring what must not be seen: it is not done. */
  readonly over: boolean;
  readonly waitMs: number;
}

/** The failures of one reflector, one after the other. */
export class Patience {
  readonly #options: PatienceOptions;
  readonly #backoff: Backoff;
  #refusedSinceMs: number | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random);
  }

  /** Told that the server gave what was asked for: a refusal after this is a new one. */
  reward(): void {
    this.#refusedSinceMs = undefined;
  }

  /** Rests after what is no failure but must not be repeated at once. */
  async rest(signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(this.#backoff.nextMs(), signal);
  }

  /** Says what the failure that just happened comes to. */
  async judge(error: unknown, signal: AbortSignal): Promise<Verdict> {
    const status = error instanceof ApiError ? error.status : undefined;
    const absent = status === 404 && (await this.#isAbsent(signal));
    const over = error instanceof FormError;
    const noTable = over || (status === 406 && tableOf(this.#options.collection) !== undefined);
    const final = this.#isLasting(status) || absent || noTable;
    const waitMs = noTable ? this.#slowMs() : this.#waitMs(error);
    const rest = { final, absent, over, waitMs };
    if (absent) return { detail: 'not served by this API server', ...rest };
    const message = messageOf(error);
    if (noTable)
      return { detail: `not given as a table, and not asked for whole: ${message}`, ...rest };
    return { detail: `${status === 403 ? 'forbidden' : 'retrying'}: ${message}`, ...rest };
  }

  /** Whether this is a refusal, and has been nothing else for long. */
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

  /** Waits as the verdict says: until discovery lists what is absent, for ever if it is over. */
  async wait({ waitMs, absent, over }: Verdict, signal: AbortSignal): Promise<void> {
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
      // Discovery that fails tells nothing; the next request to the collection will.
      return false;
    }
  }
}
