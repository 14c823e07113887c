// UnreadableEvents has a list repair what the unreadable events of a watch have changed.
import type { Clock } from '../lib/clock.ts';
import { keyOf } from '../lib/objectKey.ts';
import { metadataOf } from './objects.ts';

/** The list begins between these times after the event: replicas do not all list at once. */
const soonMsMin = 1_000;
const soonMsMax = 5_000;
/** The time between two such lists, at the least; it doubles while events stay unreadable. */
const gapMsFirst = 60_000;
const gapMsMax = 3_600_000;
/** Without such a list for this long, the next one counts as the first. */
const calmMsMin = 2 * gapMsMax;
/** So many objects are known to be unreadable; events of others are repaired, at longer gaps. */
const keysMax = 1_000;

export interface UnreadableEventsOptions {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly random: () => number;
  /** Called with the key of the event, empty where it cannot be read, and the time to the list. */
  readonly onPlanned: (key: string, waitMs: number) => void;
  /** Called when a list has to start. */
  readonly relist: () => void;
}

/**
 * One for each reflector. An event that cannot be read may have added, changed or deleted any
 * object, and the watch never tells it again: only a list does. An object that the last list could
 * not read either is not in the store, so that its unreadable events change nothing.
 */
export class UnreadableEvents {
  readonly #options: UnreadableEventsOptions;
  /** Events of the watch that could not be read. */
  seen = 0;
  /** The objects that the last list could not read, and those of the list under way. */
  #known = new Set<string>();
  #inList = new Set<string>();
  /** Set while a list is planned: it repairs all that comes until it begins. */
  #planned: AbortController | undefined;
  #plannedMs = Number.NEGATIVE_INFINITY;
  #gapMs = 0;

  constructor(options: UnreadableEventsOptions) {
    this.#options = options;
  }

  /** A list begins, whatever for: it repairs all that came before. */
  listBegins(): void {
    this.#planned?.abort();
    this.#planned = undefined;
    this.#inList = new Set();
  }

  /** An object of the list under way cannot be read. */
  sawInList(key: string): void {
    if (key !== '' && this.#inList.size < keysMax) this.#inList.add(key);
  }

  listCommitted(): void {
    this.#known = this.#inList;
  }

  /** An event of the watch cannot be read. */
  sawInWatch(key: string): void {
    this.seen++;
    if (this.#planned !== undefined || this.#known.has(key)) return;
    const waitMs = this.#nextWaitMs();
    this.#planned = new AbortController();
    this.#options.onPlanned(key, waitMs);
    void this.#relistAfter(waitMs, this.#planned.signal);
  }

  /** An event of this object was read: it may be in the store from now on. */
  read(object: unknown): void {
    if (this.#known.size > 0) this.#known.delete(keyOf(metadataOf(object)));
  }

  /** No list starts any more. */
  stop(): void {
    this.#planned?.abort();
  }

  #nextWaitMs(): number {
    const { clock, random } = this.#options;
    const now = clock.now();
    if (now - this.#plannedMs > calmMsMin) this.#gapMs = 0;
    const soonMs = soonMsMin + random() * (soonMsMax - soonMsMin);
    const waitMs = Math.max(soonMs, this.#plannedMs + this.#gapMs - now);
    this.#plannedMs = now + waitMs;
    this.#gapMs = this.#gapMs === 0 ? gapMsFirst : Math.min(2 * this.#gapMs, gapMsMax);
    return waitMs;
  }

  async #relistAfter(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(ms, signal);
    if (!signal.aborted) this.#options.relist();
  }
}
