// Waiting for the sink: rarely enough to cost nothing, and no longer than anybody wants it.
import type { Sink } from './types.ts';

/** After so many objects the sink is asked whether it has room for more. */
const objectsMax = 8;

/** Settles as the promise does, or rejects with the signal's reason as soon as that aborts. */
export function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settle = (then: () => void): void => {
      signal.removeEventListener('abort', abort);
      then();
    };
    signal.addEventListener('abort', abort);
    promise.then(
      () => settle(resolve),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal.aborted) abort();
  });
}

/** Counts what is handed to a sink, or to a relisting. */
export class Room {
  readonly #sink: Pick<Sink, 'room'>;
  #objects = 0;

  constructor(sink: Pick<Sink, 'room'>) {
    this.#sink = sink;
  }

  /** Told of each object: a promise of room where it is time to wait for that. */
  took(): Promise<void> | undefined {
    this.#objects++;
    return this.#objects % objectsMax === 0 ? this.#sink.room() : undefined;
  }
}
