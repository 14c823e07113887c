// History keeps series, bytes and changes of the last hour, in fixed memory.
import type { Clock } from '../lib/clock.ts';
import type * as api from './api.ts';

const intervalSeconds = 30;
const intervalMs = intervalSeconds * 1_000;
export const pointsMax = 120;

/** What is read at the end of each interval. */
export interface HistorySample {
  readonly series: number;
  readonly bytes: number;
  /** Objects added, changed and removed so far; a reload of the configuration begins anew. */
  readonly changes: number;
}

/** One for the process: another configuration goes on with it. `run` it once. */
export class History {
  readonly #read: () => HistorySample;
  readonly #clock: Pick<Clock, 'now' | 'wall' | 'sleep'>;
  readonly #times = new Float64Array(pointsMax);
  readonly #series = new Float64Array(pointsMax);
  readonly #bytes = new Float64Array(pointsMax);
  readonly #changes = new Float64Array(pointsMax);
  /** Points so far; the newest is at `(#count - 1) % pointsMax`. */
  #count = 0;
  #last: { readonly changes: number; readonly nowMs: number } | undefined;

  constructor(read: () => HistorySample, clock: Pick<Clock, 'now' | 'wall' | 'sleep'>) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Adds a point at the end of each interval, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const clock = this.#clock;
    this.#last = { changes: this.#read().changes, nowMs: clock.now() };
    let dueMs = clock.now();
    while (!signal.aborted) {
      dueMs += intervalMs;
      // Points that were due while the process was stopped would all be of now.
      const missed = Math.max(0, Math.ceil((clock.now() - dueMs) / intervalMs));
      dueMs += missed * intervalMs;
      await clock.sleep(Math.max(0, dueMs - clock.now()), signal);
      if (!signal.aborted) this.#add();
    }
  }

  answer(): api.History {
    const first = Math.max(0, this.#count - pointsMax);
    const points = Array.from({ length: this.#count - first }, (_, i): api.HistoryPoint => {
      const at = (first + i) % pointsMax;
      return {
        time: this.#times[at] as number,
        series: this.#series[at] as number,
        bytes: this.#bytes[at] as number,
        changes: this.#changes[at] as number,
      };
    });
    return { interval: intervalSeconds, points };
  }

  #add(): void {
    const { series, bytes, changes } = this.#read();
    const nowMs = this.#clock.now();
    const before = this.#last ?? { changes: 0, nowMs };
    // Fewer than before: the stores of another configuration count from zero.
    const more = changes < before.changes ? changes : changes - before.changes;
    const seconds = (nowMs - before.nowMs) / 1_000;
    const at = this.#count % pointsMax;
    this.#times[at] = Math.round(this.#clock.wall() / 1_000);
    this.#series[at] = series;
    this.#bytes[at] = bytes;
    this.#changes[at] = seconds > 0 ? more / seconds : 0;
    this.#count++;
    this.#last = { changes, nowMs };
  }
}
