// Keeps a sink equal to one collection of the server, by listing once and watching for ever.
import type { Logger } from '../log.ts';
import { ApiError, errorOfEvent, isUnacceptable, isVersionUnknown } from './apiError.ts';
import { FormError, type WatchEvent } from './decode.ts';
import { apply, asRecord, keyOf, versionOf } from './objects.ts';
import { Patience, type Verdict } from './patience.ts';
import {
  anyVersion,
  noVersion,
  type RelistContext,
  relistByList,
  relistByWatch,
  UnfinishedError,
  watchSeconds,
} from './relist.ts';
import { Room } from './room.ts';
import type { SyncStatus } from './types.ts';
import { SilenceError, SilenceWindow, Watch } from './watch.ts';

/** A watch that ends sooner than this is not asked for again at once. */
const watchMsMin = 1_000;
/** Lists that are out of date sooner than this are not asked for again at once. */
const relistMsMin = 5_000;
/** Of lists streamed by a watch that end unfinished, before they are asked for as lists. */
const unfinishedMax = 2;
/** Of watches silent from beginning to end, before the version is put to the test. */
const silencesMax = 2;

/** Why a full list starts, as `ReflectorObserver.relist` is told. */
export const relistReasons = {
  start: 'the first list',
  retry: 'the list before it failed',
  gone: 'the server no longer knows the last version (410)',
  'version-refused': 'the server has never known the last version, as after a restored backup',
  resharded: 'another part of the objects is ours',
  drift: 'what is held was found to differ from what the server has',
} as const;

/** Why a watch is opened again, as `ReflectorObserver.watchRestart` is told. */
export const restartReasons = {
  closed: 'the server ended it in order',
  silence: 'neither event nor bookmark came for too long',
  refused: 'the server answered with an error, or in another form',
  reset: 'the connection broke, or could not be made',
} as const;

export type RelistReason = keyof typeof relistReasons;
type RestartReason = keyof typeof restartReasons;

/** How far a reflector has come. */
export interface Standing {
  /** All changes up to this version have reached the sink. */
  readonly version: string;
  /** How many full lists that took so far. */
  readonly lists: number;
}

/** What a reflector is made of. */
export interface ReflectorOptions extends RelistContext {
  readonly log: Logger;
  /** Whether it ends where its first list is forbidden, instead of trying on. */
  readonly yields?: boolean;
}

/** One reflector; `run` it once. It never gives up, unless it yields, and never rejects. */
export class Reflector {
  readonly #context: RelistContext;
  readonly #log: Logger;
  readonly #patience: Patience;
  readonly #yields: boolean;
  readonly #silence = new SilenceWindow();
  /** The last version seen: where a watch goes on, and what a list may not be older than. */
  #version = anyVersion;
  /** Why a list is due; undefined while the watch alone is. */
  #relistReason: RelistReason | undefined = 'start';
  /** A relist that was asked for from outside and has not begun. */
  #asked: RelistReason | undefined;
  #interrupted = new AbortController();
  #listedMs = Number.NEGATIVE_INFINITY;
  #streamsLists = true;
  #unfinished = 0;
  #silences = 0;
  #lists = 0;
  #following = false;
  #failing = false;
  /** Whether a connection broke since the version was last good: the server may be another one. */
  #doubted = false;
  #synced = false;
  #refused = false;
  #absent = false;
  #detail = 'waiting for its first list';
  /** The failure last said in the log; empty while all is well. */
  #said = '';

  constructor({ log, yields = false, ...context }: ReflectorOptions) {
    this.#context = context;
    this.#log = log;
    this.#yields = yields;
    this.#patience = new Patience(context);
  }

  get #subject(): { resource: string; namespace: string | undefined } {
    const { resource, namespace } = this.#context.collection;
    return { resource, namespace };
  }

  get status(): SyncStatus {
    const stale = this.#synced && this.#failing;
    const absent = this.#absent;
    return { synced: this.#synced, refused: this.#refused, absent, detail: this.#detail, stale };
  }

  /** Undefined unless it watches, with no list asked for. */
  get standing(): Standing | undefined {
    if (!this.#following || this.#asked !== undefined) return undefined;
    return { version: this.#version, lists: this.#lists };
  }

  /** Asks for a full list, whatever is under way; the old content is served until it is in. */
  relist(reason: RelistReason): void {
    this.#asked = reason;
    this.#interrupted.abort();
  }

  /** Works until the signal aborts, or until it yields, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#interrupted = new AbortController();
      this.#relistReason = this.#asked ?? this.#relistReason;
      this.#asked = undefined;
      const end = await this.#session(AbortSignal.any([signal, this.#interrupted.signal]));
      if (signal.aborted) break;
      if (this.#asked !== undefined) continue;
      if ('error' in end) {
        if (this.#yieldsTo(end.error)) return;
        await this.#afterError(end.error, signal);
      } else await this.#afterClose(end.livedMs, signal);
    }
    this.#detail = 'stopped';
  }

  #yieldsTo(error: unknown): boolean {
    const forbidden = error instanceof ApiError && error.status === 403;
    if (!forbidden || !this.#yields || this.#synced) return false;
    this.#log.info({ ...this.#subject, error: error.message }, 'forbidden as a whole');
    return true;
  }

  /** Lists if that is due, then watches until the watch ends; never rejects. */
  async #session(signal: AbortSignal): Promise<{ error: unknown } | { livedMs: number }> {
    let watch: Watch | undefined;
    try {
      if (this.#relistReason !== undefined) watch = await this.#relist(this.#relistReason, signal);
      if (this.#doubted) await this.#testVersion(signal);
      watch ??= await this.#openWatch(signal);
      await this.#follow(watch);
      return { livedMs: this.#context.clock.now() - watch.openedMs };
    } catch (error) {
      return { error };
    } finally {
      this.#following = false;
      await watch?.close();
    }
  }

  /** Lists by the best means that the server takes; each turn of the loop rules one means out. */
  async #relist(reason: RelistReason, signal: AbortSignal): Promise<Watch | undefined> {
    const { client, observer } = this.#context;
    observer.relist(reason);
    // What was said of a failure stands until the list has shown better.
    if (reason !== 'retry') this.#detail = this.#synced ? `listing again: ${reason}` : 'listing';
    for (;;) {
      const byWatch = this.#streamsLists && client.traits.watchList !== 'refused';
      try {
        const relist = byWatch ? relistByWatch : relistByList;
        const { version, objects, watch } = await relist(this.#context, this.#version, signal);
        if (byWatch) client.traits.watchList = 'works';
        this.#relisted(version, reason, objects);
        return watch;
      } catch (error) {
        if (signal.aborted) throw error;
        if (byWatch && this.#listsInstead(error)) continue;
        if (isVersionUnknown(error) && this.#version !== noVersion) {
          this.#version = noVersion;
          continue;
        }
        observer.list('error');
        throw error;
      }
    }
  }

  #relisted(version: string, reason: RelistReason, objects: number): void {
    const { observer, clock } = this.#context;
    observer.list('success');
    this.#log.info({ ...this.#subject, reason, objects }, this.#synced ? 'relisted' : 'synced');
    this.#said = '';
    this.#version = version;
    this.#lists++;
    this.#doubted = false;
    this.#listedMs = clock.now();
    this.#relistReason = undefined;
    this.#unfinished = 0;
    this.#synced = true;
    this.#refused = false;
    this.#absent = false;
  }

  /** Whether a failed stream of a list is reason to ask for a list; remembered if it is. */
  #listsInstead(error: unknown): boolean {
    const { traits } = this.#context.client;
    if (error instanceof UnfinishedError && ++this.#unfinished >= unfinishedMax) {
      this.#streamsLists = false;
      return true;
    }
    if (!isUnacceptable(error) && !(error instanceof SilenceError)) return false;
    this.#streamsLists = false;
    if (traits.watchList === 'untried') traits.watchList = 'refused';
    return true;
  }

  async #openWatch(signal: AbortSignal): Promise<Watch> {
    const { random } = this.#context;
    const query = { resourceVersion: this.#version, timeoutSeconds: watchSeconds(random) };
    return Watch.open({ ...this.#context, query, signal, dueMs: (watch) => this.#dueMs(watch) });
  }

  #dueMs({ lastMs }: Watch): number {
    return lastMs + this.#silence.ms;
  }

  /** Applies events until the server ends the watch; throws on any other end. */
  async #follow(watch: Watch): Promise<void> {
    watch.dueMs = (self) => this.#dueMs(self);
    this.#patience.reward();
    this.#detail = 'watching';
    this.#following = true;
    this.#failing = false;
    if (this.#said !== '') this.#log.info(this.#subject, 'watching again');
    this.#said = '';
    const room = new Room(this.#context.sink);
    let bookmarkMs: number | undefined;
    for await (const event of watch) {
      this.#silences = 0;
      this.#take(event);
      const wait = room.took();
      if (wait !== undefined) await watch.holdUp(wait);
      if (event.type !== 'BOOKMARK') continue;
      if (bookmarkMs !== undefined) this.#silence.saw(watch.lastMs - bookmarkMs);
      bookmarkMs = watch.lastMs;
    }
  }

  #take({ type, object }: WatchEvent): void {
    const { sink, observer } = this.#context;
    const version = versionOf(object);
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        observer.event();
        apply(sink, type === 'DELETED' ? 'delete' : 'put', object, observer);
        break;
      case 'BOOKMARK':
        if (version === '') {
          observer.malformed('', new Error('expected a bookmark with a version, got none'));
          break;
        }
        observer.bookmark();
        break;
      case 'ERROR':
        throw errorOfEvent(object);
      default:
        observer.malformed(
          keyOf(object),
          new Error(`expected an event of a known type, got "${type}"`),
        );
        return;
    }
    if (version !== '') this.#version = version;
  }

  async #afterClose(livedMs: number, signal: AbortSignal): Promise<void> {
    this.#restart('closed');
    if (livedMs < watchMsMin) await this.#patience.rest(signal);
  }

  /** Decides what comes next after an error, and waits until it may; never rejects. */
  async #afterError(error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#relistReason !== undefined) {
      this.#relistReason = 'retry';
      return this.#fail(error, signal);
    }
    if (error instanceof SilenceError) {
      this.#restart('silence');
      if (++this.#silences >= silencesMax) this.#doubted = true;
      return;
    }
    if (error instanceof ApiError && error.expired) return this.#relistNext('gone', signal);
    if (isVersionUnknown(error) || isUnacceptable(error)) {
      this.#version = noVersion;
      return this.#relistNext('version-refused', signal);
    }
    const refused = error instanceof ApiError || error instanceof FormError;
    this.#restart(refused ? 'refused' : 'reset');
    if (isBrokenConnection(error)) this.#doubted = true;
    return this.#fail(error, signal);
  }

  #restart(reason: RestartReason): void {
    this.#context.observer.watchRestart(reason);
  }

  async #relistNext(reason: RelistReason, signal: AbortSignal): Promise<void> {
    this.#relistReason = reason;
    const { clock } = this.#context;
    if (clock.now() - this.#listedMs < relistMsMin) await this.#patience.rest(signal);
  }

  /**
   * A watch from a version that is yet to come is silent for ever: after a restored backup nothing
   * else would tell. The smallest list that has to know the version does.
   */
  async #testVersion(signal: AbortSignal): Promise<void> {
    const { client, collection } = this.#context;
    const query = {
      limit: 1,
      resourceVersion: this.#version,
      resourceVersionMatch: 'NotOlderThan',
    } as const;
    const list = await client.list(collection, query, { signal, onMalformed: () => undefined });
    for await (const _ of list);
    this.#doubted = false;
  }

  /** Says a failure where it shows, and waits as long as it deserves. */
  async #fail(error: unknown, signal: AbortSignal): Promise<void> {
    const verdict = await this.#patience.judge(error, signal);
    if (signal.aborted) return;
    this.#failing = true;
    this.#absent = verdict.absent;
    if (verdict.final && !this.#synced) this.#refused = true;
    this.#detail = this.#synced ? `stale: ${verdict.detail}` : verdict.detail;
    this.#say(error, verdict);
    await this.#patience.wait(verdict, signal);
  }

  /** Logs a failure once, until another one or success follows. */
  #say(error: unknown, { detail, final }: Verdict): void {
    const keys = { ...this.#subject, detail };
    // The client says once for all of us that the server cannot be reached.
    if (isBrokenConnection(error)) {
      this.#log.debug(keys, 'connection failed');
      return;
    }
    const failure = error instanceof ApiError ? `${error.status} ${final}` : String(error);
    if (failure === this.#said) return;
    this.#said = failure;
    this.#log.warn(keys, final ? 'refused by the API server' : 'request failed, trying on');
  }
}

/** Node's and undici's errors have a code, ours have none. */
function isBrokenConnection(error: unknown): boolean {
  return typeof asRecord(error).code === 'string';
}
