// Deadlines: AbortSignals that bound the time of work, on a clock that is a parameter.
import type { Clock } from './clock.ts';

type DeadlineClock = Pick<Clock, 'sleep' | 'turn'>;

/** `signal` aborts after `ms` with an Error of `what` and the time; `end` it once work is done. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #done = new AbortController();

  constructor(clock: DeadlineClock, ms: number, what = 'not done') {
    const late = new AbortController();
    this.signal = late.signal;
    const wait = async (): Promise<void> => {
      await clock.sleep(ms, this.#done.signal);
      // After a busy spell the timer fires before the sockets are read: answers may be there.
      for (let turns = 0; turns < 2 && !this.#done.signal.aborted; turns++) await clock.turn();
      if (!this.#done.signal.aborted) late.abort(new Error(`${what} within ${ms / 1_000} s`));
    };
    void wait();
  }

  end(): void {
    this.#done.abort();
  }
}

/** Does work that ends when its signal aborts, which is after `ms`, with an Error of `what`. */
export async function withDeadline<T>(
  clock: DeadlineClock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  what?: string,
): Promise<T> {
  const deadline = new Deadline(clock, ms, what);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.end();
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Settles as the promise does, or rejects with the signal's reason as soon as that aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settle = (then: () => void): void => {
      signal.removeEventListener('abort', abort);
      then();
    };
    signal.addEventListener('abort', abort);
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
    if (signal.aborted) abort();
  });
}

/** Waits for the promise, but no longer than `ms`, nor beyond the signal's abort. */
export async function waitAtMost(
  clock: Pick<Clock, 'sleep'>,
  ms: number,
  promise: Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const end = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
  try {
    await Promise.race([promise, clock.sleep(ms, end)]);
  } finally {
    done.abort();
  }
}
