// Compares what is held of one collection with what the server has, now and then, and heals it.
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { isOlder } from '../versions.ts';
import type { Client } from './client.ts';
import { DecodeError } from './decode.ts';
import { apply } from './objects.ts';
import type { Standing } from './reflector.ts';
import { tableOf } from './representation.ts';
import type { Collection, HeldVersion, ListedObject, Sink } from './types.ts';
import { messageOf } from './words.ts';

/** After a relist that was to heal, the next check comes at the latest after so long. */
const recheckMsMax = 60_000;
/** How often it is looked whether the reflector has come as far as a list. */
const lookMs = 1_000;
/** A reflector that has not come as far after so long is taken as it is. */
const catchUpMsMax = 180_000;
/** So many objects are compared before the event loop gets a turn. */
const comparedMax = 2_000;
/** Of the keys of objects that differ, so many are named in the log. */
const namedMax = 10;

/** How a check ended: `error` where the server gave no list, `given-up` where one came between. */
export type CheckResult = 'consistent' | 'drift' | 'error' | 'given-up';
export const checkResults: readonly CheckResult[] = ['consistent', 'drift', 'error', 'given-up'];

export interface ConsistencyOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** The mean time between two checks. */
  readonly intervalMs: number;
  /** Where the reflector stands; undefined while it does anything but watch. */
  readonly standing: () => Standing | undefined;
  /** Asks the reflector for a full list. */
  readonly heal: () => void;
  /** What is held of the collection; by the same keys as the store's. */
  readonly held: () => Iterable<HeldVersion>;
  /** Lets through to `sink` those of the listed objects that are to be held. */
  readonly share: (sink: Sink) => Sink;
  /** False while objects are left out on purpose: then none counts as missing. */
  readonly complete: () => boolean;
  readonly onResult: (result: CheckResult) => void;
}

/** Which state of an object the server has, uid and version in one text. */
type Listed = Map<string, string>;

/** An object that is held otherwise than it is listed; a side that lacks it is undefined. */
interface Difference {
  readonly key: string;
  readonly listed: string | undefined;
  readonly held: string | undefined;
}

/** One check after the other; `run` it once, beside the reflector. */
export class ConsistencyCheck {
  readonly #options: ConsistencyOptions;
  #drift: number | undefined;
  /** What the last relist was to heal: what it could not, another one will not. */
  #tried = '';

  constructor(options: ConsistencyOptions) {
    this.#options = options;
  }

  /** How many objects differed at the last check; undefined before the first. */
  get drift(): number | undefined {
    return this.#drift;
  }

  /** Works until the signal aborts, then resolves; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, random, onResult } = this.#options;
    let result: CheckResult = 'consistent';
    while (!signal.aborted) {
      const pauseMs = result === 'consistent' ? intervalMs : Math.min(intervalMs, recheckMsMax);
      // Half of the pause is random: all resources begin at once, and should not go on so.
      await clock.sleep(pauseMs * (0.5 + random()), signal);
      if (signal.aborted) break;
      result = await this.#check(signal).catch((error: unknown) => this.#failed(error, signal));
      if (!signal.aborted) onResult(result);
    }
  }

  #failed(error: unknown, signal: AbortSignal): CheckResult {
    const { log, collection } = this.#options;
    if (!signal.aborted) {
      const { resource, namespace } = collection;
      log.debug({ resource, namespace, error: messageOf(error) }, 'consistency not checked');
    }
    return 'error';
  }

  /**
   * Changes are in flight between any list and what is held. So what differs is looked at again
   * once the reflector has come as far as the list, and counts only if a second list, no older than
   * what was held then, has the same: in between nothing can have made it right.
   */
  async #check(signal: AbortSignal): Promise<CheckResult> {
    const { standing } = this.#options;
    const start = standing();
    if (start === undefined) return 'given-up';
    const first = await this.#list(start.version, signal);
    const suspects = await this.#differences(first.listed, first.version);
    if (suspects.length === 0) return this.#settle([]);
    await this.#catchUp(first.version, start.lists, signal);
    const then = standing();
    if (then?.lists !== start.lists) return 'given-up';
    const stood = this.#stillHeld(suspects);
    if (stood.length === 0) return this.#settle([]);
    const second = await this.#list(then.version, signal);
    if (standing()?.lists !== start.lists) return 'given-up';
    return this.#settle(stood.filter(({ key, listed }) => second.listed.get(key) === listed));
  }

  #settle(drifted: readonly Difference[]): CheckResult {
    const { log, collection, heal } = this.#options;
    this.#drift = drifted.length;
    if (drifted.length === 0) {
      this.#tried = '';
      return 'consistent';
    }
    const tried = JSON.stringify(drifted.map(({ key, listed }) => [key, listed]));
    if (tried === this.#tried) return 'drift';
    this.#tried = tried;
    const { resource, namespace } = collection;
    const objects = drifted.slice(0, namedMax).map(({ key }) => key);
    const keys = { resource, namespace, drift: drifted.length, objects };
    log.warn(keys, 'what is held differs from the API server, listing again');
    heal();
    return 'drift';
  }

  /** What the server has, metadata alone, no older than `version`: from its memory, in one body. */
  async #list(version: string, signal: AbortSignal): Promise<{ version: string; listed: Listed }> {
    const { client, collection, share } = this.#options;
    // Where a table is asked for, nothing else may be: its rows have the metadata as well.
    const representation = tableOf(collection) ? collection.representation : 'metadata';
    const query = { resourceVersion: version, resourceVersionMatch: 'NotOlderThan' } as const;
    const asked = { ...collection, ...(representation && { representation }) };
    // An item that cannot be read is not held either.
    const malformed = (): void => undefined;
    const stream = await client.list(asked, query, { signal, onMalformed: malformed });
    const listed: Listed = new Map();
    const sink = share(collecting(listed));
    for await (const item of stream) apply(sink, 'put', item, { malformed });
    const { resourceVersion } = stream.metadata();
    if (resourceVersion === '') throw new DecodeError('expected a list with a version, got none');
    return { version: resourceVersion, listed };
  }

  async #differences(listed: Listed, version: string): Promise<Difference[]> {
    const { held, clock, complete } = this.#options;
    const differences: Difference[] = [];
    const missing = new Map(listed);
    let compared = 0;
    for (const object of held()) {
      const { key } = object;
      const [has, holds] = [listed.get(key), stateOf(object)];
      missing.delete(key);
      // What is newer than the list is none of its business.
      if (has !== holds && !isOlder(version, object.version)) {
        differences.push({ key, listed: has, held: holds });
      }
      if (++compared % comparedMax === 0) await clock.turn();
    }
    if (!complete()) return differences;
    for (const [key, has] of missing) differences.push({ key, listed: has, held: undefined });
    return differences;
  }

  /** Waits until what is held is as new as `version`, or until that takes too long. */
  async #catchUp(version: string, lists: number, signal: AbortSignal): Promise<void> {
    const { clock, standing } = this.#options;
    const endMs = clock.now() + catchUpMsMax;
    while (!signal.aborted && clock.now() < endMs) {
      const now = standing();
      if (now !== undefined && (now.lists !== lists || !isOlder(now.version, version))) return;
      await clock.sleep(lookMs, signal);
    }
    signal.throwIfAborted();
  }

  #stillHeld(suspects: readonly Difference[]): Difference[] {
    const states = new Map(suspects.map(({ key }) => [key, undefined as string | undefined]));
    for (const object of this.#options.held()) {
      if (states.has(object.key)) states.set(object.key, stateOf(object));
    }
    return suspects.filter(({ key, held }) => states.get(key) === held);
  }
}

function collecting(listed: Listed): Sink {
  const put = ({ metadata }: ListedObject): void => {
    const { namespace, name, uid, resourceVersion } = metadata;
    const state = stateOf({ uid: uid ?? undefined, version: resourceVersion ?? '' });
    listed.set(`${namespace ?? ''}/${name}`, state);
  };
  const nothing = (): Promise<void> => Promise.resolve();
  const relist = (): never => {
    throw new Error('what is compared is listed by hand');
  };
  return { put, delete: () => undefined, room: nothing, relist };
}

const stateOf = ({ uid, version }: Pick<HeldVersion, 'uid' | 'version'>): string =>
  `${uid ?? ''} ${version}`;
