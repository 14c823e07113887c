// What an election asks of the API server, each request with a time limit and a name for errors.
import type { Clock } from '../clock.ts';

/** The API server as far as an election needs it; errors bear the HTTP status as `status`. */
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

/** The HTTP status of a refusal; undefined of any other error, as of a connection that broke. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}

export const isConflict = (error: unknown): boolean => statusOf(error) === 409;
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/** A request that failed, in one sentence; `status` is that of the answer, if one came. */
export class ElectionError extends Error {
  override readonly name = 'ElectionError';
  readonly status: number | undefined;

  constructor(sentence: string, cause: unknown) {
    super(sentence, { cause });
    this.status = statusOf(cause);
  }
}

/** Some time, after which its signal aborts; `end` it where the work is done before. */
export class TimeLimit {
  readonly signal: AbortSignal;
  readonly #done = new AbortController();

  constructor(clock: Clock, ms: number) {
    const late = new AbortController();
    this.signal = late.signal;
    void clock.sleep(ms, this.#done.signal).then(() => {
      if (!this.#done.signal.aborted) late.abort(new Error(`not done within ${ms / 1_000} s`));
    });
  }

  end(): void {
    this.#done.abort();
  }
}

/** Makes requests; one that takes longer than `msMax` fails, for it must not outlast the lease. */
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
    const limit = new TimeLimit(this.#clock, this.#msMax);
    try {
      return await request(this.#api, AbortSignal.any([signal, limit.signal]));
    } catch (error) {
      throw new ElectionError(sentenceOf(what, error), error);
    } finally {
      limit.end();
    }
  }
}

function sentenceOf(what: string, error: unknown): string {
  const got = error instanceof Error ? error.message : String(error);
  if (statusOf(error) !== 403) return `expected to ${what}, got: ${got}`;
  return (
    `expected to be allowed to ${what}, got: ${got}; ` +
    'give the service account the role of docs/high-availability.md'
  );
}
