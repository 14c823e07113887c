// Reflector keeps a sink equal to one collection of the API server: it lists, then watches.
import { errorCode, errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { FailureLog, LogIntervals } from '../lib/logThrottle.ts';
import { ApiError, isUnacceptable, isVersionUnknown } from './apiError.ts';
import { Backpressure } from './backpressure.ts';
import { FormError } from './decode.ts';
import {
  acceptsOf,
  anyVersion,
  noVersion,
  type RelistContext,
  type Relisted,
  selecting,
  timeoutSecondsMin,
  watchSeconds,
} from './initialList.ts';
import { ListMethod } from './listMethod.ts';
import type { RelistReason, RestartReason } from './reasons.ts';
import { reportOf } from './reflectorReport.ts';
import { type Failure, RetryPolicy } from './retryPolicy.ts';
import { type Next, SyncState } from './syncState.ts';
import type { ReflectorObserver, ReflectorReport, SyncStatus } from './types.ts';
import { UnreadableEvents } from './unreadableEvents.ts';
import { VersionCheck } from './versionCheck.ts';
import { SilenceError, SilenceWindow, Watch } from './watch.ts';
import { applyEvent, BookmarkError } from './watchEvent.ts';

/** After a watch that lived shorter than this, the next one waits for the backoff. */
const watchMsMin = 1_000;
/** After a list whose version expired sooner than this, the next one waits for the backoff. */
const relistMsMin = 5_000;
/** A watch that the server ends after this time was not ended early: it was asked to end then. */
const wholeWatchMsMin = timeoutSecondsMin * 1_000 - 10_000;
/** Why a watch ended, or a list begins, is logged this often for each reason. */
const logMs = 300_000;

/** How far a reflector has come. */
export interface SyncPosition {
  /** All changes up to this version have reached the sink. */
  readonly version: string;
  /** How many full lists that took so far. */
  readonly lists: number;
}

export interface ReflectorOptions extends RelistContext {
  /** Called where the first list is forbidden: `run` then ends, instead of trying again. */
  readonly onForbidden?: ((error: ApiError) => void) | undefined;
}

/** How a session of list and watch ended. */
type End =
  | { readonly livedMs: number }
  | { readonly error: unknown; readonly during: 'list' | 'watch' };

/** One collection; `run` it once. It retries until it is stopped, and never rejects. */
export class Reflector {
  readonly #context: RelistContext;
  readonly #log: Logger;
  readonly #onForbidden: ReflectorOptions['onForbidden'];
  readonly #retryPolicy: RetryPolicy;
  readonly #listMethod: ListMethod;
  readonly #versionCheck: VersionCheck;
  readonly #unreadable: UnreadableEvents;
  readonly #silence = new SilenceWindow();
  readonly #failures: FailureLog;
  readonly #reasonLog: LogIntervals;
  readonly #state = new SyncState();
  /** Needed in every phase: where a watch goes on, and what a list may not be older than. */
  #version = anyVersion;
  /** Set from outside in any phase: a relist that was asked for and has not begun. */
  #requested: RelistReason | undefined;
  /** Ends the list or watch under way, for a relist that was asked for. */
  #interrupt = new AbortController();

  constructor({ onForbidden, ...context }: ReflectorOptions) {
    const { log, clock, random, observer } = context;
    this.#context = { ...context, observer: this.#alsoRepairing(observer) };
    this.#log = log;
    this.#onForbidden = onForbidden;
    this.#retryPolicy = new RetryPolicy(context);
    this.#listMethod = new ListMethod(this.#context);
    this.#versionCheck = new VersionCheck(context);
    this.#unreadable = new UnreadableEvents({
      clock,
      random,
      onPlanned: (object, waitMs) => this.#logUnreadable(object, waitMs),
      relist: () => this.relist('unreadable'),
    });
    const onFlapping = (): void =>
      log.warn(
        this.#subject,
        'requests fail and recover repeatedly, further ones are not logged for some minutes',
      );
    this.#failures = new FailureLog({ clock, onFlapping });
    this.#reasonLog = new LogIntervals(clock, logMs);
  }

  get #subject(): { resource: string; namespace: string | undefined } {
    const { resource, namespace } = this.#context.collection;
    return { resource, namespace };
  }

  get status(): SyncStatus {
    return this.#state.status;
  }

  get report(): ReflectorReport {
    return reportOf(this.#context, this.#state.content, this.#version);
  }

  /** How long the last full list took; 0 before it. */
  get listMs(): number {
    const { content } = this.#state;
    return content.synced ? content.tookMs : 0;
  }

  /** Whether no list is under way, nor due: a watch that is opened again needs none. */
  get isListed(): boolean {
    return this.#requested === undefined && this.#state.isListed;
  }

  /** Undefined unless it watches, with no relist asked for. */
  get position(): SyncPosition | undefined {
    const { phase, content } = this.#state;
    if (phase.phase !== 'watching' || this.#requested !== undefined) return undefined;
    return content.synced ? { version: this.#version, lists: content.lists } : undefined;
  }

  /**
   * Asks for a full list in place of the list or watch under way; scrapes see the old one until
   * then. A wait after a failure comes first: it is the server's, or protects the server.
   */
  relist(reason: RelistReason): void {
    this.#requested = reason;
    this.#interrupt.abort();
  }

  /** Resolves once the signal aborts, or the first list is forbidden and that ends it. */
  async run(signal: AbortSignal): Promise<void> {
    let next: Next = 'start';
    while (!signal.aborted) {
      this.#interrupt = new AbortController();
      next = this.#requested ?? next;
      this.#requested = undefined;
      const end = await this.#session(next, AbortSignal.any([signal, this.#interrupt.signal]));
      if (signal.aborted) break;
      if (this.#requested !== undefined) continue;
      if ('livedMs' in end) {
        next = await this.#afterClose(end.livedMs, signal);
      } else {
        this.#state.requestFailed(end.error);
        if (this.#endsOn(end.error)) return;
        next = await this.#afterError(end, signal);
      }
    }
    this.#unreadable.stop();
    this.#state.enter({ phase: 'stopped' });
  }

  /** The observer; in addition, what could not be read is noted, so that a list repairs it. */
  #alsoRepairing(observer: ReflectorObserver): ReflectorObserver {
    return {
      ...observer,
      malformed: (key, error) => {
        observer.malformed(key, error);
        if (this.#state.phase.phase === 'listing') this.#unreadable.sawInList(key);
        else if (!(error instanceof BookmarkError)) this.#unreadable.sawInWatch(key);
      },
    };
  }

  #logUnreadable(object: string, waitMs: number): void {
    const keys = { ...this.#subject, ...(object !== '' && { object }) };
    this.#log.warn(
      { ...keys, seconds: secondsOf(waitMs) },
      'an event could not be read, listing again soon',
    );
  }

  #endsOn(error: unknown): boolean {
    if (this.#onForbidden === undefined || this.#state.content.synced) return false;
    if (!(error instanceof ApiError) || error.status !== 403) return false;
    this.#onForbidden(error);
    return true;
  }

  /** Lists if that is next, then watches until the watch ends; never rejects. */
  async #session(next: Next, signal: AbortSignal): Promise<End> {
    const { clock } = this.#context;
    let watch: Watch | undefined;
    try {
      if (next !== 'watch') watch = await this.#list(next, signal);
      this.#state.enter({ phase: 'opening' });
      if (this.#versionCheck.due) await this.#versionCheck.run(this.#version, signal);
      watch ??= await this.#openWatch(signal);
      await this.#follow(watch);
      this.#watchEnded(watch);
      this.#logEnd(watch);
      return { livedMs: clock.now() - watch.openedMs };
    } catch (error) {
      const { phase } = this.#state.phase;
      if (phase === 'watching' && watch) {
        this.#watchEnded(watch, error);
        if (!signal.aborted) this.#logEnd(watch, error);
      }
      return { error, during: phase === 'listing' ? 'list' : 'watch' };
    } finally {
      await watch?.close();
    }
  }

  /** An open watch has ended: in order, or with an error. */
  #watchEnded(watch: Watch, error?: unknown): void {
    const now = this.#context.clock.now();
    this.#state.watchEnded(watch, now, error);
    this.#retryPolicy.watchEnded(now - watch.openedMs);
  }

  /** Logs why an open watch ended, unless what follows is logged: a relist, a refusal, a stop. */
  #logEnd({ openedMs, lastMs }: Watch, error?: unknown): void {
    const now = this.#context.clock.now();
    const livedMs = now - openedMs;
    const keys = { openSeconds: secondsOf(livedMs), silentSeconds: secondsOf(now - lastMs) };
    if (error === undefined) {
      if (livedMs >= wholeWatchMsMin) return;
      this.#logReason('closed', keys, 'the server ended the watch early, opening it again');
    } else if (error instanceof SilenceError) {
      this.#logReason('silence', keys, 'the watch fell silent, opening it again');
    } else if (isBrokenConnection(error)) {
      const detail = errorMessage(error);
      this.#logReason('reset', { ...keys, detail }, 'the watch broke, opening it again');
    }
  }

  #logReason(reason: RelistReason | RestartReason, keys: object, message: string): void {
    const all = { ...this.#subject, reason, ...keys };
    this.#reasonLog.write(reason, () => this.#log.info(all, message));
  }

  /** The watch that goes on from the list, where the list came by a watch. */
  async #list(reason: RelistReason, signal: AbortSignal): Promise<Watch | undefined> {
    const { observer, clock } = this.#context;
    const beganMs = clock.now();
    this.#state.enter({ phase: 'listing', reason });
    observer.relist(reason);
    // The first list needs no reason, and the failure before a retry was logged.
    if (reason !== 'start' && reason !== 'retry') this.#logReason(reason, {}, 'listing again');
    this.#unreadable.listBegins();
    for (;;) {
      try {
        const shardSelector = await this.#context.shardSelection?.prepare(signal);
        const asked = { version: this.#version, signal, shardSelector };
        const relisted = await this.#listMethod.read(asked);
        this.#listed(relisted, reason, clock.now() - beganMs);
        return relisted.watch;
      } catch (error) {
        if (signal.aborted) throw error;
        if (!isVersionUnknown(error) || this.#version === noVersion) {
          observer.list('error');
          throw error;
        }
        this.#version = noVersion;
      }
    }
  }

  #listed({ version, objects, by }: Relisted, reason: RelistReason, tookMs: number): void {
    const { observer, clock } = this.#context;
    const { synced } = this.#state.content;
    observer.list('success');
    this.#log.info({ ...this.#subject, reason, objects }, synced ? 'relisted' : 'synced');
    // The line before has said it.
    this.#failures.recovered(() => undefined);
    this.#version = version;
    this.#versionCheck.versionIsGood();
    this.#unreadable.listCommitted();
    this.#state.listed(clock.now(), tookMs, by);
  }

  async #openWatch(signal: AbortSignal): Promise<Watch> {
    const { random, shardSelection } = this.#context;
    const query = { resourceVersion: this.#version, timeoutSeconds: watchSeconds(random) };
    const shardSelector = await shardSelection?.prepare(signal);
    return Watch.open({
      ...selecting(this.#context, shardSelector),
      query,
      signal,
      accepts: acceptsOf(this.#context.sink),
      dueMs: (watch) => this.#dueMs(watch),
    });
  }

  #dueMs({ lastMs }: Watch): number {
    return lastMs + this.#silence.ms;
  }

  /** Applies events until the server ends the watch; throws on any other end. */
  async #follow(watch: Watch): Promise<void> {
    const { sink, observer, shardSelection } = this.#context;
    watch.dueMs = (self) => this.#dueMs(self);
    this.#retryPolicy.reset();
    this.#state.watchOpened();
    this.#failures.recovered(() => this.#log.info(this.#subject, 'watching again'));
    const backpressure = new Backpressure(sink, this.#context);
    let bookmarkMs: number | undefined;
    for await (const event of watch) {
      this.#versionCheck.eventCame();
      const unreadable = this.#unreadable.seen;
      const version = applyEvent(sink, event, observer);
      shardSelection?.watchWorks();
      const read = this.#unreadable.seen === unreadable && !event.dropped;
      if (read) this.#unreadable.read(event.object);
      if (version !== '') this.#version = version;
      const room = backpressure.count();
      if (room !== undefined) await watch.pauseFor(room);
      if (event.type !== 'BOOKMARK') continue;
      if (bookmarkMs !== undefined) this.#silence.saw(watch.lastMs - bookmarkMs);
      bookmarkMs = watch.lastMs;
    }
  }

  async #afterClose(livedMs: number, signal: AbortSignal): Promise<Next> {
    this.#restart('closed');
    // A server that is about to stop ends its watches early.
    if (livedMs < wholeWatchMsMin) this.#context.shardSelection?.connectionBroke();
    if (livedMs < watchMsMin) await this.#retryPolicy.backoff(signal);
    return 'watch';
  }

  /** Decides what comes next after an error, and waits until it may; never rejects. */
  async #afterError(
    { error, during }: Extract<End, { error: unknown }>,
    signal: AbortSignal,
  ): Promise<Next> {
    const isBroken = isBrokenConnection(error) || error instanceof SilenceError;
    if (isBroken) this.#context.shardSelection?.connectionBroke();
    this.#context.shardSelection?.requestFailed(error);
    if (during === 'list') return this.#fail(error, 'retry', signal);
    if (error instanceof SilenceError) {
      this.#restart('silence');
      this.#versionCheck.watchWasSilent();
      return 'watch';
    }
    if (error instanceof ApiError && error.expired) return this.#expire('gone', signal);
    if (isVersionUnknown(error) || isUnacceptable(error)) {
      this.#version = noVersion;
      return this.#expire('version-refused', signal);
    }
    const refused = error instanceof ApiError || error instanceof FormError;
    this.#restart(refused ? 'refused' : 'reset');
    if (isBrokenConnection(error)) this.#versionCheck.connectionBroke();
    return this.#fail(error, 'watch', signal);
  }

  #restart(reason: RestartReason): void {
    this.#context.observer.watchRestart(reason);
  }

  /** No watch can go on from the version: a list is next, soon where the last one is long ago. */
  async #expire(next: RelistReason, signal: AbortSignal): Promise<Next> {
    const { content } = this.#state;
    this.#state.enter({ phase: 'waiting', next });
    const listedMs = content.synced ? content.listedMs : Number.NEGATIVE_INFINITY;
    const listedNow = this.#context.clock.now() - listedMs < relistMsMin;
    if (listedNow) await this.#retryPolicy.backoff(signal);
    return next;
  }

  /** Shows a failure in the status and the log, and waits as long as the retry policy says. */
  async #fail(error: unknown, next: Next, signal: AbortSignal): Promise<Next> {
    const failure = await this.#retryPolicy.classify(error, signal);
    if (signal.aborted) return next;
    this.#state.failed(failure, next);
    this.#logFailure(error, failure);
    await this.#retryPolicy.wait(failure, signal);
    return next;
  }

  /** Logs a failure once, until another one or success follows. */
  #logFailure(error: unknown, { detail, final }: Failure): void {
    const keys = { ...this.#subject, detail };
    // The client logs once for all reflectors that the server cannot be reached.
    if (isBrokenConnection(error)) {
      this.#log.debug(keys, 'connection failed');
      return;
    }
    const failure = error instanceof ApiError ? `${error.status} ${final}` : String(error);
    const message = final ? 'refused by the API server' : 'request failed, retrying';
    this.#failures.failed(failure, () => this.#log.warn(keys, message));
  }
}

const secondsOf = (ms: number): number => Math.round(ms / 1_000);

/** Node's and undici's errors have a code, ours have none. */
function isBrokenConnection(error: unknown): boolean {
  return errorCode(error) !== undefined;
}
