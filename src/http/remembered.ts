// Answers that are costly to get, kept for a while, and for longer while nobody can be asked.
import type { Clock } from '../clock.ts';
import { Recent } from './recent.ts';

const entriesMax = 4_096;
/** Questions under way; beyond this somebody is making up keys. */
const asksMax = 64;
/** How long an answer is waited for. */
const askMsMax = 4_000;
/** The same where an older answer would do: a scraper waits for no server that hangs. */
const hurriedMsMax = 1_000;
/** After a failure the older answer does for so long before it is asked for again. */
const retryMs = 10_000;
/** How long after it was given an answer may at most outlive those who could renew it. */
export const outlivesMsMax = 600_000;

export interface RememberedOptions<Answer> {
  readonly clock: Clock;
  /** How long this answer holds. */
  readonly keepMs: (answer: Answer) => number;
  /** Whether it may do beyond that while no other can be had. */
  readonly outlives: (answer: Answer) => boolean;
  /** Told of each question that an older answer had to do for. */
  readonly onOutlived: (error: unknown) => void;
}

type Ask<Answer> = (signal: AbortSignal) => Promise<Answer>;

interface Entry<Answer> {
  readonly answer: Answer;
  readonly askedMs: number;
  retryAtMs: number;
}

/** Answers by key; questions for one key that come together are asked once. */
export class Remembered<Answer> {
  readonly #options: RememberedOptions<Answer>;
  readonly #entries = new Recent<Entry<Answer>>(entriesMax);
  readonly #asks = new Map<string, Promise<Answer>>();

  constructor(options: RememberedOptions<Answer>) {
    this.#options = options;
  }

  /** The answer that holds for `key`, else that of `ask`; rejects where neither can be had. */
  async get(key: string, ask: Ask<Answer>): Promise<Answer> {
    const { clock, keepMs, outlives, onOutlived } = this.#options;
    const entry = this.#entries.get(key);
    const age = entry === undefined ? Number.POSITIVE_INFINITY : clock.now() - entry.askedMs;
    if (entry !== undefined && age < keepMs(entry.answer)) return entry.answer;
    const older = age < outlivesMsMax && entry && outlives(entry.answer) ? entry : undefined;
    if (older !== undefined && clock.now() < older.retryAtMs) return older.answer;
    const asked = this.#askOnce(key, ask);
    if (older === undefined) return asked;
    try {
      return await this.#hurried(asked);
    } catch (error) {
      older.retryAtMs = clock.now() + retryMs;
      onOutlived(error);
      return older.answer;
    }
  }

  /** Rejects where the answer takes its time; it is remembered all the same when it comes. */
  async #hurried(asked: Promise<Answer>): Promise<Answer> {
    const done = new AbortController();
    const late = this.#options.clock.sleep(hurriedMsMax, done.signal).then((): never => {
      throw new Error(`no answer within ${hurriedMsMax} ms`);
    });
    try {
      return await Promise.race([asked, late]);
    } finally {
      done.abort();
    }
  }

  #askOnce(key: string, ask: Ask<Answer>): Promise<Answer> {
    const underWay = this.#asks.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#asks.size >= asksMax) {
      return Promise.reject(new Error(`${asksMax} questions are under way, and no more at once`));
    }
    const asked = this.#askNow(key, ask).finally(() => this.#asks.delete(key));
    this.#asks.set(key, asked);
    return asked;
  }

  async #askNow(key: string, ask: Ask<Answer>): Promise<Answer> {
    const { clock } = this.#options;
    const askedMs = clock.now();
    const answered = new AbortController();
    const late = new AbortController();
    const patience = clock.sleep(askMsMax, answered.signal).then(() => {
      if (!answered.signal.aborted) late.abort(new Error(`no answer within ${askMsMax} ms`));
    });
    try {
      const answer = await ask(late.signal);
      this.#entries.set(key, { answer, askedMs, retryAtMs: 0 });
      return answer;
    } finally {
      answered.abort();
      await patience;
    }
  }
}
