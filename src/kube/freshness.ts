// Freshness knows until when a reflector's content was up to date, and why it no longer is.
import { errorCode, errorMessage, isOutOfFiles } from '../lib/errors.ts';
import { ApiError, isUnacceptable, isVersionUnknown } from './apiError.ts';
import { StoreError } from './backpressure.ts';
import { SlowListError } from './listPace.ts';
import type { Behind } from './types.ts';
import { SilenceError, type Watch } from './watch.ts';

/** Of a message that stands within a sentence. */
const whyCharsMax = 120;

/** One for each reflector, which reports how its lists and watches end. */
export class Freshness {
  #untilMs: number | undefined;
  /** Why the last request failed; undefined where none has since the last good list or watch. */
  #failure: unknown;

  /** A list was committed, or a watch ended in order: the content is the server's of now. */
  upToDate(nowMs: number): void {
    this.#untilMs = nowMs;
    this.#failure = undefined;
  }

  /** An open watch broke. A dead connection is noticed late: its last event counts then. */
  watchBroke(error: unknown, watch: Watch | undefined, nowMs: number): void {
    const late = error instanceof SilenceError || errorCode(error) === 'ETIMEDOUT';
    this.upToDate(late ? (watch?.lastMs ?? nowMs) : nowMs);
  }

  /** A list or a watch failed. An unknown version is no failure: a relist repairs it. */
  failed(error: unknown): void {
    this.#failure = isVersionUnknown(error) || isUnacceptable(error) ? undefined : error;
  }

  /** What to report while no watch is open; `relists` says whether a new list is the reason. */
  behind(relists: boolean): Behind | undefined {
    if (this.#untilMs === undefined) return undefined;
    const withoutFailure = relists ? 'it is listed again' : 'the API server does not answer';
    const why = this.#failure === undefined ? withoutFailure : whyOf(this.#failure);
    return { sinceMs: this.#untilMs, why };
  }
}

const refusals: Readonly<Record<number, string>> = {
  401: 'the API server refuses the credentials (401)',
  403: 'the API server forbids it (403)',
  404: 'the API server does not have it (404)',
  429: 'the API server limits requests (429)',
};

/** Why a resource cannot be followed, as the end of a sentence. */
function whyOf(error: unknown): string {
  if (error instanceof ApiError) {
    const { status } = error;
    return refusals[status] ?? `the API server answers with an error (${status})`;
  }
  const code = errorCode(error);
  if (isOutOfFiles(error)) return `the process has too few file descriptors (${code})`;
  if (code !== undefined) return `the API server cannot be reached (${code})`;
  if (error instanceof SilenceError) return 'the API server does not answer';
  if (error instanceof StoreError) return error.message;
  if (error instanceof SlowListError) return 'the API server sends the list too slowly';
  const message = errorMessage(error).replaceAll(/\s+/g, ' ').trim();
  return `it cannot be read: ${message.slice(0, whyCharsMax)}`;
}
