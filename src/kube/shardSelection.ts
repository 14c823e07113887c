// ShardSelection asks the server for one shard's objects, as long as it is sure to get them all.

import type { Clock } from '../lib/clock.ts';
import { errorCode, errorMessage } from '../lib/errors.ts';
import type { HashRanges } from '../lib/hashRanges.ts';
import { ApiError, isUnacceptable, isVersionUnknown } from './apiError.ts';
import { StoreError } from './backpressure.ts';
import type { Client } from './client.ts';
import { SlowListError, withPace } from './listPace.ts';
import { asRecord } from './objects.ts';
import type { Collection } from './types.ts';
import { SilenceError } from './watch.ts';

/** No object can have this name: Secrets must not be read, and are asked about as well. */
const nobody = 'kubestate.io:shard-selector';

/** After so many failures in a row that may be due to the selector, it is left out. */
const failuresMax = 3;
/** Then it is tried again: the failures may have been an outage. */
const retryMs = 3_600_000;

export interface ShardSelectionOptions {
  readonly client: Client;
  readonly collection: Collection;
  readonly clock: Clock;
  /** The ranges to ask for now; undefined for all objects. */
  readonly ranges: () => HashRanges | undefined;
  /** A namespace to ask in; none of a cluster-scoped resource. */
  readonly namespace: string | undefined;
  /** Counts objects that the server sent of another shard. */
  readonly observer: { foreignObject(): void };
  /** Logs what was found out, once for all resources. */
  readonly say: SaySelection;
  /** Called where a list or watch under way may lack objects: all have to be listed. */
  readonly relist: () => void;
}

/** `subject` tells what may be said once only. */
export type SaySelection = (
  subject: string,
  keys: { readonly resource: string; readonly detail?: string },
  message: string,
) => void;

/** Whether the server honours the selector. */
type Trust =
  | { readonly state: 'unknown' }
  | { readonly state: 'honoured' }
  /** It does not know the selector; another server may. */
  | { readonly state: 'unsupported' }
  /** It has failed with the selector. */
  | { readonly state: 'failing'; readonly untilMs: number }
  /** It was wrong after it had confirmed the selector; `version` of the server, where known. */
  | { readonly state: 'broken'; readonly version: string | undefined };

/**
 * A list in another form than whole objects does not echo the selector, and no watch does. So each
 * collection is asked about by a list of its own, and the uid of each object is looked at as well.
 */
export class ShardSelection {
  readonly #options: ShardSelectionOptions;
  #trust: Trust = { state: 'unknown' };
  #asked: HashRanges | undefined;
  /** The connection has broken: the server behind the next one may be another. */
  #reconnecting = false;
  #failures = 0;

  constructor(options: ShardSelectionOptions) {
    this.#options = options;
  }

  /** Whether the server selects the objects that are listed or watched now. */
  get isActive(): boolean {
    return this.#asked !== undefined;
  }

  /**
   * Called before each list and each watch: the selector to send with it; undefined for none.
   * Rejects where the server cannot be asked, as the list would.
   */
  async prepare(signal: AbortSignal): Promise<string | undefined> {
    const ranges = this.#options.ranges();
    this.#asked = undefined;
    if (ranges === undefined) return undefined;
    if (this.#reconnecting) await this.#reconnected(signal);
    const trust = this.#trust;
    const isOver = trust.state === 'failing' && this.#options.clock.now() >= trust.untilMs;
    if (isOver) this.#trust = { state: 'unknown' };
    if (this.#trust.state === 'unknown') await this.#probe(ranges, signal);
    if (this.#trust.state === 'honoured') this.#asked = ranges;
    return this.#asked?.selector;
  }

  /** Called with the uid of an object that is not this shard's: was it asked for? */
  sawForeign(uid: string): void {
    if (this.#asked === undefined || this.#asked.has(uid)) return;
    this.#options.observer.foreignObject();
    this.#distrust('foreign', 'the API server sent objects of other shards, filtering them here');
  }

  /** Called with what a list of whole objects echoes. */
  sawEcho(echo: string | undefined): void {
    if (this.#asked === undefined || this.#asked.selector === echo) return;
    this.#distrust('echo', wrongEcho);
  }

  /** Objects were found to be missing, or too many. */
  sawDrift(): void {
    if (this.#asked === undefined) return;
    this.#distrust('drift', 'the API server sent other objects than its whole list has');
  }

  /** Called where the question, a list or a watch has failed: without the selector it may not. */
  requestFailed(error: unknown): void {
    const isQuestion = this.#trust.state === 'unknown' && this.#options.ranges() !== undefined;
    if (!isQuestion && this.#asked === undefined) return;
    // A list of all objects would be a longer one yet.
    if (error instanceof SlowListError && !isQuestion) return;
    if (!mayBeDueToSelector(error)) return;
    this.#failures += 1;
    if (this.#failures < failuresMax) return;
    this.#failures = 0;
    this.#trust = { state: 'failing', untilMs: this.#options.clock.now() + retryMs };
    this.#say('failing', failing, errorMessage(error));
  }

  /** Called with each event: a list says nothing of watches, nor does an answer without events. */
  watchWorks(): void {
    this.#failures = 0;
  }

  connectionBroke(): void {
    this.#reconnecting = true;
  }

  #distrust(subject: string, message: string): void {
    const { relist } = this.#options;
    if (this.#trust.state !== 'honoured') return;
    this.#trust = { state: 'broken', version: undefined };
    this.#say(subject, message);
    relist();
  }

  async #reconnected(signal: AbortSignal): Promise<void> {
    if (this.#trust.state !== 'broken') {
      this.#trust = { state: 'unknown' };
    } else {
      const { version: before } = this.#trust;
      const version = (await this.#version(signal)) ?? before;
      const isSame = before === undefined || before === version;
      this.#trust = isSame ? { state: 'broken', version } : { state: 'unknown' };
    }
    this.#reconnecting = false;
  }

  /** Undefined where the server does not tell: lists must not fail for that. */
  async #version(signal: AbortSignal): Promise<string | undefined> {
    try {
      const { gitVersion } = asRecord(await this.#options.client.get('/version', signal));
      return typeof gitVersion === 'string' ? gitVersion : undefined;
    } catch (error) {
      if (signal.aborted || errorCode(error) !== undefined) throw error;
      return undefined;
    }
  }

  async #probe(ranges: HashRanges, signal: AbortSignal): Promise<void> {
    const { selector } = ranges;
    let echo: string | undefined;
    try {
      echo = await this.#echoOf(selector, signal);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#trust = { state: 'unsupported' };
      this.#say('unsupported', unsupported, errorMessage(error));
      return;
    }
    if (echo === selector) {
      this.#trust = { state: 'honoured' };
    } else if (echo === undefined) {
      this.#trust = { state: 'unsupported' };
      this.#say('unsupported', unsupported);
    } else {
      this.#trust = { state: 'broken', version: await this.#version(signal) };
      this.#say('echo', wrongEcho, echo);
    }
  }

  /** The selector that an empty list of whole objects says was applied. */
  async #echoOf(selector: string, signal: AbortSignal): Promise<string | undefined> {
    const { client, collection, namespace, clock } = this.#options;
    const { labelSelector: _, representation: __, ...plain } = collection;
    const asked = {
      ...plain,
      ...(namespace !== undefined && { namespace }),
      fieldSelector: `metadata.name=${nobody}`,
      shardSelector: selector,
    };
    return withPace({ clock, signal }, async (pace) => {
      const read = { signal: pace.signal, onMalformed: () => undefined, pace };
      const list = await client.list(asked, { limit: 1 }, read);
      for await (const _object of list);
      return list.metadata().shardSelector;
    });
  }

  #say(subject: string, message: string, detail?: string): void {
    const { say, collection } = this.#options;
    say(subject, { resource: collection.resource, ...(detail && { detail }) }, message);
  }
}

/** Kubernetes 1.36 answers 500 where it cannot read the selector. */
const isRefusal = (error: unknown): boolean =>
  isUnacceptable(error) ||
  (error instanceof ApiError && error.status === 500 && error.message.includes('shard selector'));

/** What a server says that is overloaded, or that refuses the collection whatever is asked. */
const otherCauses = [401, 403, 404, 410, 429, 503];

function mayBeDueToSelector(error: unknown): boolean {
  if (error instanceof ApiError) {
    return !otherCauses.includes(error.status) && !isVersionUnknown(error);
  }
  const isOurs = error instanceof SilenceError || error instanceof StoreError;
  return errorCode(error) === undefined && !isOurs;
}

const failing = 'requests with shardSelector fail, receiving and filtering all of these objects';
const unsupported =
  'the API server does not confirm shardSelector, receiving and filtering all of these objects';
const wrongEcho =
  'the API server applied another shardSelector than it was sent, filtering objects here';
