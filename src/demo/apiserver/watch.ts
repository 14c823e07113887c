// Answers watch requests: the events of one kind after a version, one line each.
import type { Clock } from '../../lib/clock.ts';
import { type ApiStatus, tooOld } from './apiStatus.ts';
import type { ListRequest } from './list.ts';
import type { Representation } from './representation.ts';
import type { Change, State, Stored } from './storage.ts';

/** The default of timeoutSeconds. */
const timeoutSecondsDefault = 1_800;
/** The last bookmark of a watch comes this long before its end. */
const lastBookmarkMs = 2_000;

/** Abilities that differ between servers; a fault can change them for a request. */
export interface Abilities {
  /**
   * How the server treats `sendInitialEvents`: `on`; `off`, the feature gate is disabled (422);
   * `refused`, the parameter is unknown (400); `ignored`, only events after the version;
   * `unmarked`, initial events without the bookmark at their end.
   */
  readonly watchList: 'on' | 'off' | 'refused' | 'ignored' | 'unmarked';
  /** Whether there are bookmarks between events, and whether they have a version. */
  readonly bookmarks: 'on' | 'off' | 'noVersion';
  /** How the server treats Accept for a Table: serves it, answers 406, or serves whole objects. */
  readonly tables: 'on' | 'refused' | 'ignored';
  /**
   * How the server treats `shardSelector`: `on`; `off`, ignores it, as older servers do; `refused`,
   * the parameter is unknown (400); `unfiltered`, says that it was applied, and sends all objects;
   * `misquoted`, says that another one was applied.
   */
  readonly shards: 'on' | 'off' | 'refused' | 'unfiltered' | 'misquoted';
}

export interface WatchRequest extends ListRequest {
  readonly as: Representation;
  readonly abilities: Abilities;
  readonly clock: Clock;
  /** The time between two bookmarks. */
  readonly bookmarkMs: number;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

/** The lines of a watch as they occur, until its timeout. */
export async function* watchPieces(request: WatchRequest): AsyncGenerator<Buffer> {
  // Ends the timers of this watch.
  const over = new AbortController();
  try {
    yield* new Watch(request, AbortSignal.any([request.signal, over.signal])).lines();
  } finally {
    over.abort();
  }
}

/** The line of an ERROR event. */
export function errorLine(status: ApiStatus): Buffer {
  return Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status.body })}\n`);
}

const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** An open watch: a cursor in the changes of its kind. */
class Watch {
  readonly #request: WatchRequest;
  readonly #signal: AbortSignal;
  readonly #bell = new Bell();
  readonly #prefix: string;
  #cursor = 0;
  #bookmarkDue = false;
  #timeOver = false;
  /** The version at which the initial events are complete; `undefined` once that was sent. */
  #completeAt: number | undefined;

  constructor(request: WatchRequest, signal: AbortSignal) {
    this.#request = request;
    this.#signal = signal;
    this.#prefix = request.namespace === undefined ? '' : `${request.namespace}/`;
  }

  async *lines(): AsyncGenerator<Buffer> {
    const { storage, options } = this.#request;
    const { epoch } = storage;
    const unsubscribe = storage.subscribe(() => this.#bell.ring());
    this.#signal.addEventListener('abort', () => this.#bell.ring(), { once: true });
    this.#startTimers();
    try {
      if (this.#wantsState()) {
        yield* this.#state();
      } else {
        this.#cursor = Number(options.resourceVersion) || storage.version;
        if (this.#cursor < storage.oldest) {
          // An open watch gets an ERROR event, because the status code was sent already.
          const { as } = this.#request;
          yield as.event('ERROR', as.status(tooOld(this.#cursor, storage.oldest)));
          return;
        }
      }
      while (!this.#signal.aborted && storage.epoch === epoch) {
        const changes = storage.changesAfter(this.#cursor);
        // The client is too slow: changes that it has not read were dropped, so the watch ends.
        if (changes === undefined) return;
        for (const change of changes) {
          this.#cursor = change.version;
          const line = this.#line(change);
          if (line !== undefined) yield line;
        }
        if (changes.length > 0) continue;
        const mark = this.#mark();
        if (mark !== undefined) yield mark;
        else if (this.#timeOver) return;
        else await this.#bell.heard();
      }
    } finally {
      unsubscribe();
    }
  }

  /** Whether it starts with all objects as ADDED events. */
  #wantsState(): boolean {
    const { options, abilities } = this.#request;
    const { sendInitialEvents, resourceVersion } = options;
    if (sendInitialEvents === undefined) return resourceVersion === '' || resourceVersion === '0';
    return sendInitialEvents && abilities.watchList !== 'ignored';
  }

  *#state(): Generator<Buffer> {
    const { storage, options, abilities, selector } = this.#request;
    const items = storage.itemsAt(storage.version) ?? [];
    this.#cursor = storage.version;
    const marked = options.sendInitialEvents && options.allowWatchBookmarks;
    if (marked && abilities.watchList === 'on') {
      // If the server has not reached the version yet, the bookmark waits for it.
      this.#completeAt = Number(options.resourceVersion) || storage.version;
    }
    for (const stored of items) {
      if (!stored.key.startsWith(this.#prefix)) continue;
      if (selector !== undefined && !selector(storage.read(stored))) continue;
      yield this.#event('ADDED', stored);
    }
  }

  /** The event of a change for this watch; `undefined` if its selector excludes the object. */
  #line({ type, stored, previous, version }: Change): Buffer | undefined {
    if (!stored.key.startsWith(this.#prefix)) return undefined;
    const { storage, selector } = this.#request;
    if (selector === undefined) return this.#event(type, stored);
    const selects = (state: Stored | undefined): boolean =>
      state !== undefined && selector(storage.read(state));
    const was = selects(previous);
    const is = type !== 'DELETED' && selects(stored);
    if (is) return this.#event(was ? 'MODIFIED' : 'ADDED', stored);
    if (!was || previous === undefined) return undefined;
    // An object that leaves the selection is sent as DELETED, in its last matching state.
    const { apiVersion: _, kind: __, ...last } = storage.read(previous);
    last.metadata.resourceVersion = String(version);
    return this.#event('DELETED', { bytes: Buffer.from(JSON.stringify(last)) });
  }

  /** The bookmark, if one is due; all changes so far must have been sent. */
  #mark(): Buffer | undefined {
    const { storage, abilities } = this.#request;
    const { version } = storage;
    if (this.#completeAt !== undefined && version >= this.#completeAt) {
      this.#completeAt = undefined;
      return this.#bookmark({ resourceVersion: String(version), annotations: INITIAL_EVENTS_END });
    }
    if (!this.#bookmarkDue) return undefined;
    this.#bookmarkDue = false;
    // After a restored backup, a watch from a later version gets nothing, not even bookmarks.
    if (version < this.#cursor || this.#completeAt !== undefined) return undefined;
    return this.#bookmark(
      abilities.bookmarks === 'noVersion' ? {} : { resourceVersion: String(version) },
    );
  }

  #bookmark(metadata: object): Buffer {
    const object = { metadata: { ...metadata, creationTimestamp: null } };
    return this.#event('BOOKMARK', { bytes: Buffer.from(JSON.stringify(object)) });
  }

  #event(type: Change['type'] | 'BOOKMARK', state: State): Buffer {
    const { storage, as } = this.#request;
    return as.event(type, as.object(storage.kind, state));
  }

  #startTimers(): void {
    const { options, abilities, bookmarkMs } = this.#request;
    const timeoutMs = (options.timeoutSeconds || timeoutSecondsDefault) * 1_000;
    this.#after(timeoutMs, () => {
      this.#timeOver = true;
    });
    if (!options.allowWatchBookmarks || abilities.bookmarks === 'off') return;
    const due = (): void => {
      this.#bookmarkDue = true;
    };
    const every = (): void => {
      due();
      this.#after(bookmarkMs, every);
    };
    this.#after(bookmarkMs, every);
    this.#after(Math.max(timeoutMs - lastBookmarkMs, 0), due);
  }

  #after(ms: number, then: () => void): void {
    const ring = (): void => {
      if (this.#signal.aborted) return;
      then();
      this.#bell.ring();
    };
    void this.#request.clock.sleep(ms, this.#signal).then(ring);
  }
}

/** Wakes a waiter; a ring without a waiter is kept for the next one. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async heard(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#rung = false;
    this.#wake = undefined;
  }
}
