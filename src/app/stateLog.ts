// StateLog logs when all resources are synced, and while the state that is served is stale.
import {
  isReady,
  type Readiness,
  type StaleState,
  staleStateOf,
  stateOf,
} from '../http/readiness.ts';
import type { Clock } from '../lib/clock.ts';
import { counted } from '../lib/grouped.ts';
import type { Logger } from '../lib/log.ts';
import { LogInterval } from '../lib/logThrottle.ts';
import type { StoreSize } from '../store/types.ts';

/** Interval of checks until all is synced, as the time to that is logged to a tenth of a second. */
const startLookMs = 100;
const lookMs = 1_000;
/** While the served state is stale, that is logged again this often. */
const repeatMs = 300_000;

export interface StateLogOptions {
  readonly readiness: Readiness;
  /** Size of the store of each resource, by plural. */
  readonly sizes: () => ReadonlyMap<string, StoreSize>;
  readonly clock: Clock;
  readonly log: Logger;
  /** When the start began, by `clock.now()`. */
  readonly startedMs: number;
  /** Called once, when the first lists are in. */
  onReady(): void;
}

/** A period in which the state that is served is stale. */
interface Spell {
  readonly repeats: LogInterval;
  /** The most resources that were stale, and the greatest age. */
  resources: number;
  ageMs: number;
}

/** One for the whole program; `run` it once. */
export class StateLog {
  readonly #options: StateLogOptions;
  #ready = false;
  #spell: Spell | undefined;

  constructor(options: StateLogOptions) {
    this.#options = options;
  }

  /** Checks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.#ready) this.#sayReady();
      this.#sayStale();
      await this.#options.clock.sleep(this.#ready ? lookMs : startLookMs, signal);
    }
  }

  #sayReady(): void {
    const { readiness, sizes, clock, log, startedMs } = this.#options;
    const statuses = readiness();
    if (!isReady(statuses)) return;
    this.#ready = true;
    this.#options.onReady();
    const states = statuses.map(stateOf);
    const refused = states.filter((state) => state === 'refused').length;
    const resources = states.filter((state) => state === 'synced' || state === 'stale').length;
    const objects = [...sizes().values()].reduce((sum, size) => sum + size.objects, 0);
    const seconds = ((clock.now() - startedMs) / 1_000).toFixed(1);
    const parts = [`ready in ${seconds} s`, counted(resources, 'resource')];
    if (refused > 0) parts.push(`${refused} refused`);
    parts.push(counted(objects, 'object'));
    log.info({ resources, refused, objects, seconds: Number(seconds) }, parts.join(', '));
  }

  #sayStale(): void {
    const { readiness, clock, log } = this.#options;
    const stale = staleStateOf(readiness());
    if (stale === undefined) {
      this.#sayEnd();
      return;
    }
    const message = `the state that is served is ${this.#spell ? 'still ' : ''}stale`;
    this.#spell ??= { repeats: new LogInterval(clock, repeatMs), resources: 0, ageMs: 0 };
    this.#spell.repeats.write(() => log.warn(keysOf(stale), message));
    this.#spell.resources = Math.max(this.#spell.resources, stale.resources.length);
    this.#spell.ageMs = Math.max(this.#spell.ageMs, stale.ageMs);
  }

  #sayEnd(): void {
    if (this.#spell === undefined) return;
    const { resources, ageMs } = this.#spell;
    this.#spell = undefined;
    const keys = { resources, seconds: Math.round(ageMs / 1_000) };
    this.#options.log.info(keys, 'the state that is served is current again');
  }
}

function keysOf({ resources, of, untilMs, ageMs, why }: StaleState): object {
  return {
    resources: resources.length,
    of,
    ...(resources.length === 1 && { resource: resources[0] }),
    since: new Date(untilMs).toISOString(),
    seconds: Math.round(ageMs / 1_000),
    why,
  };
}
