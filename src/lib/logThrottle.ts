// Throttles of log lines: once per subject, once per interval, and for what may flap.
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

/** After so many subjects nothing more is logged. Metrics count all of them. */
const subjectsMax = 1_000;

/** Warnings that are logged once per subject. */
export function logOnce(
  log: Pick<Logger, 'warn'>,
): (subject: string, keys: object, message: string) => void {
  const logged = new Set<string>();
  return (subject, keys, message) => {
    if (logged.has(subject) || logged.size >= subjectsMax) return;
    logged.add(subject);
    log.warn(keys, message);
    if (logged.size === subjectsMax) log.warn({ subjectsMax }, 'no more warnings of this kind');
  };
}

/** A log line that may be written once per interval. */
export class LogInterval {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #intervalMs: number;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'now'>, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Calls `log`, unless it did so within the interval. */
  write(log: () => void): void {
    const now = this.#clock.now();
    if (now - this.#loggedMs < this.#intervalMs) return;
    this.#loggedMs = now;
    log();
  }
}

/** Log lines of several kinds, each of which may be written once per interval. */
export class LogIntervals {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #intervalMs: number;
  readonly #kinds = new Map<string, LogInterval>();

  constructor(clock: Pick<Clock, 'now'>, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Calls `log`, unless it did so for this kind within the interval; kinds are few. */
  write(kind: string, log: () => void): void {
    let interval = this.#kinds.get(kind);
    if (interval === undefined) {
      interval = new LogInterval(this.#clock, this.#intervalMs);
      this.#kinds.set(kind, interval);
    }
    interval.write(log);
  }
}

/** So many failures are logged within `windowMs`, each with its recovery. */
const failuresMax = 3;
const windowMs = 300_000;

export interface FailureLogOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** A failure that goes on is logged again this often; never where it is left out. */
  readonly repeatMs?: number;
  /** Logs that failure and recovery alternate, and that fewer lines follow. */
  readonly onFlapping: () => void;
}

/**
 * FailureLog logs when something fails and when it works again. Where it flaps, that is logged, and
 * nothing more until the earliest of the last failures is five minutes old.
 */
export class FailureLog {
  readonly #options: FailureLogOptions;
  /** When the last failures were logged, the earliest first. */
  readonly #loggedMs: number[] = [];
  /** The failure that was logged last; undefined where none was, or its recovery was. */
  #failure: string | undefined;
  #flapping = false;

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** Logs a failure, unless it is the one that was logged last, without a recovery since. */
  failed(failure: string, log: () => void): void {
    const { clock, repeatMs = Number.POSITIVE_INFINITY, onFlapping } = this.#options;
    const now = clock.now();
    const lastMs = this.#loggedMs.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (failure === this.#failure && now - lastMs < repeatMs) return;
    while (now - (this.#loggedMs[0] ?? now) >= windowMs) this.#loggedMs.shift();
    if (this.#loggedMs.length >= failuresMax) {
      if (!this.#flapping) onFlapping();
      this.#flapping = true;
      return;
    }
    this.#flapping = false;
    this.#failure = failure;
    this.#loggedMs.push(now);
    log();
  }

  /** Logs the recovery from a failure that was logged. */
  recovered(log: () => void): void {
    if (this.#failure === undefined && !this.#flapping) return;
    const oldestMs = this.#loggedMs[0] ?? Number.NEGATIVE_INFINITY;
    if (this.#flapping && this.#options.clock.now() - oldestMs < windowMs) return;
    this.#failure = undefined;
    this.#flapping = false;
    log();
  }
}
