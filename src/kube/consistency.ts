// ConsistencyCheck compares stored objects with those of the server, and asks for a relist.
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { keyOf } from '../lib/objectKey.ts';
import { isOlder } from '../lib/resourceVersion.ts';
import type { KubeObject } from '../metrics/object.ts';
import type { ObjectVersion, Sink } from '../store/types.ts';
import { tableOf } from './accept.ts';
import type { Client } from './client.ts';
import { DecodeError } from './decode.ts';
import { acceptsOf } from './initialList.ts';
import { type ListPace, withPace } from './listPace.ts';
import { apply } from './objects.ts';
import type { SyncPosition } from './reflector.ts';
import type { Collection } from './types.ts';

/** After a check that found drift, or was not completed, the next one comes after this at most. */
const recheckMsMax = 60_000;
/** How often to look whether the reflector has reached the version of a list. */
const lookMs = 1_000;
/** How long to wait for that; the comparison goes on without it then. */
const catchUpMsMax = 180_000;
/** Objects compared in one turn of the event loop. */
const comparedMax = 2_000;
/** Keys of objects that differ, in the log line. */
const namedMax = 10;

/** How a check ended: `error` where the server gave no list, `given-up` where a relist came. */
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
  /** How far the reflector has come; undefined while it does anything but watch. */
  readonly position: () => SyncPosition | undefined;
  /** Asks the reflector for a full list. */
  readonly heal: () => void;
  /** The stored objects of the collection. */
  readonly stored: () => Iterable<ObjectVersion>;
  /** `sink`, but it gets the listed objects that are to be stored only. */
  readonly share: (sink: Sink) => Sink;
  /** False where objects are dropped on purpose: then none counts as missing. */
  readonly complete: () => boolean;
  readonly onResult: (result: CheckResult) => void;
}

/** The state of each object that the server has, by key: uid and version in one text. */
type ListedStates = Map<string, string>;

/** An object in two states; undefined where the server or the store does not have it. */
interface Difference {
  readonly key: string;
  readonly listed: string | undefined;
  readonly stored: string | undefined;
}

/** One check after the other; `run` it once, at the same time as the reflector. */
export class ConsistencyCheck {
  readonly #options: ConsistencyOptions;
  #drift: number | undefined;
  /** The drift that the last relist was for: where that did not help, another one would not. */
  #relistedFor = '';

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
      // Half of the pause is random, so that the checks of all resources spread out.
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
      log.debug({ resource, namespace, error: errorMessage(error) }, 'consistency not checked');
    }
    return 'error';
  }

  /**
   * Between any list and the store there are changes on their way. So objects that differ are
   * compared again once the reflector has reached the list's version. They count as drift only if
   * a second list, no older than the store was then, has them in the same state as the first one:
   * no change on its way can repair them.
   */
  async #check(signal: AbortSignal): Promise<CheckResult> {
    const { position } = this.#options;
    const start = position();
    if (start === undefined) return 'given-up';
    const first = await this.#list(start.version, signal);
    const suspects = await this.#differences(first.listed, first.version);
    if (suspects.length === 0) return this.#conclude([]);
    await this.#catchUp(first.version, start.lists, signal);
    const caughtUp = position();
    if (caughtUp?.lists !== start.lists) return 'given-up';
    const remaining = this.#stillStored(suspects);
    if (remaining.length === 0) return this.#conclude([]);
    const second = await this.#list(caughtUp.version, signal);
    if (position()?.lists !== start.lists) return 'given-up';
    return this.#conclude(remaining.filter(({ key, listed }) => second.listed.get(key) === listed));
  }

  #conclude(drifted: readonly Difference[]): CheckResult {
    const { log, collection, heal } = this.#options;
    this.#drift = drifted.length;
    if (drifted.length === 0) {
      this.#relistedFor = '';
      return 'consistent';
    }
    const found = JSON.stringify(drifted.map(({ key, listed }) => [key, listed]));
    if (found === this.#relistedFor) return 'drift';
    this.#relistedFor = found;
    const { resource, namespace } = collection;
    const objects = drifted.slice(0, namedMax).map(({ key }) => key);
    const keys = { resource, namespace, drift: drifted.length, objects };
    log.warn(keys, 'stored objects differ from those of the API server, listing again');
    heal();
    return 'drift';
  }

  /** The server's objects, metadata only, no older than `version`: from its cache, in one body. */
  async #list(
    version: string,
    signal: AbortSignal,
  ): Promise<{ version: string; listed: ListedStates }> {
    const { clock } = this.#options;
    return withPace({ clock, signal }, (pace) => this.#read(version, pace));
  }

  async #read(version: string, pace: ListPace): Promise<{ version: string; listed: ListedStates }> {
    const { client, collection, share } = this.#options;
    // A collection that is read as a table must not be read otherwise; its rows have metadata too.
    const representation = tableOf(collection) ? collection.representation : 'metadata';
    const query = { resourceVersion: version, resourceVersionMatch: 'NotOlderThan' } as const;
    const asked = { ...collection, ...(representation && { representation }) };
    // An object that cannot be read is not in the store either.
    const malformed = (): void => undefined;
    const listed: ListedStates = new Map();
    const sink = share(collecting(listed));
    const stream = await client.list(asked, query, {
      signal: pace.signal,
      onMalformed: malformed,
      pace,
      accepts: acceptsOf(sink),
    });
    for await (const object of stream) apply(sink, 'put', object, { malformed });
    const { resourceVersion } = stream.metadata();
    if (resourceVersion === '') throw new DecodeError('expected a list with a version, got none');
    return { version: resourceVersion, listed };
  }

  async #differences(listed: ListedStates, version: string): Promise<Difference[]> {
    const { stored, clock, complete } = this.#options;
    const differences: Difference[] = [];
    const missing = new Map(listed);
    let compared = 0;
    for (const object of stored()) {
      const { key } = object;
      const [listedState, storedState] = [listed.get(key), stateOf(object)];
      missing.delete(key);
      // The list says nothing of objects that are newer than it.
      if (listedState !== storedState && !isOlder(version, object.version)) {
        differences.push({ key, listed: listedState, stored: storedState });
      }
      if (++compared % comparedMax === 0) await clock.turn();
    }
    if (!complete()) return differences;
    for (const [key, state] of missing) {
      differences.push({ key, listed: state, stored: undefined });
    }
    return differences;
  }

  /** Waits until the reflector has reached the version, or until that takes too long. */
  async #catchUp(version: string, lists: number, signal: AbortSignal): Promise<void> {
    const { clock, position } = this.#options;
    const endMs = clock.now() + catchUpMsMax;
    while (!signal.aborted && clock.now() < endMs) {
      const now = position();
      if (now !== undefined && (now.lists !== lists || !isOlder(now.version, version))) return;
      await clock.sleep(lookMs, signal);
    }
    signal.throwIfAborted();
  }

  /** Those of the objects whose state in the store is still the same. */
  #stillStored(suspects: readonly Difference[]): Difference[] {
    const states = new Map(suspects.map(({ key }) => [key, undefined as string | undefined]));
    for (const object of this.#options.stored()) {
      if (states.has(object.key)) states.set(object.key, stateOf(object));
    }
    return suspects.filter(({ key, stored }) => states.get(key) === stored);
  }
}

/** A sink that notes the state of each object. */
function collecting(listed: ListedStates): Sink {
  const put = ({ metadata }: KubeObject): void => {
    const { uid, resourceVersion } = metadata;
    const state = stateOf({ uid: uid ?? undefined, version: resourceVersion ?? '' });
    listed.set(keyOf(metadata), state);
  };
  const nothing = (): Promise<void> => Promise.resolve();
  const relist = (): never => {
    throw new Error('expected no relist of a list that is compared');
  };
  return { put, delete: () => undefined, drained: nothing, relist };
}

const stateOf = ({ uid, version }: Pick<ObjectVersion, 'uid' | 'version'>): string =>
  `${uid ?? ''} ${version}`;
