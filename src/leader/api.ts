// Requests sends an election's requests to the API server, each with a time-out and a clear error.
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { errorMessage, httpStatusOf, isForbidden } from '../lib/errors.ts';

/** The API server as an election uses it; errors have the HTTP status as `status`. */
export interface LeaderApi {
  get(
    path: string,
    signal: AbortSignal,
    query?: Readonly<Record<string, string>>,
  ): Promise<unknown>;
  create(path: string, object: object, signal: AbortSignal): Promise<unknown>;
  replace(path: string, object: object, signal: AbortSignal): Promise<unknown>;
  patch(path: string, patch: object, signal: AbortSignal): Promise<unknown>;
}

/** A failed request as one sentence; `status` is that of the answer, if there was one. */
export class ElectionError extends Error {
  override readonly name = 'ElectionError';
  readonly status: number | undefined;

  constructor(sentence: string, cause: unknown) {
    super(sentence, { cause });
    this.status = httpStatusOf(cause);
  }
}

/** A request fails after `msMax`, because it must not outlast the lease. */
export class Requests {
  readonly #api: LeaderApi;
  readonly #clock: Clock;
  readonly #msMax: number;

  constructor(api: LeaderApi, clock: Clock, msMax: number) {
    this.#api = api;
    this.#clock = clock;
    this.#msMax = msMax;
  }

  /** Does one request; `what` names it as RBAC does: `patch pods in namespace x`. */
  async send<T>(
    what: string,
    signal: AbortSignal,
    request: (api: LeaderApi, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await withDeadline(this.#clock, this.#msMax, (late) =>
        request(this.#api, AbortSignal.any([signal, late])),
      );
    } catch (error) {
      throw new ElectionError(sentenceOf(what, error), error);
    }
  }
}

function sentenceOf(what: string, error: unknown): string {
  const got = errorMessage(error);
  if (!isForbidden(error)) return `expected to ${what}, got: ${got}`;
  return (
    `expected to be allowed to ${what}, got: ${got}; ` +
    'give the service account the role of docs/high-availability.md'
  );
}
