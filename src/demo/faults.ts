// What a real server does on a bad day, as rules that are added to the simulated one.
import { ApiStatus, expired, forbidden, notServed } from './apiStatus.ts';
import type { Kind } from './kinds.ts';
import type { ApiObject } from './objects.ts';
import { type Abilities, errorLine } from './watch.ts';

/** Rules beyond this are a test that forgets to take its own back. */
const rulesMax = 100;

export type Verb = 'list' | 'watch' | 'get' | 'write' | 'discovery';

/** What a rule is held against. */
export interface FaultTarget {
  /** Absent for discovery. */
  readonly kind?: Kind;
  /** Absent for what is asked of all namespaces, or has none. */
  readonly namespace?: string | undefined;
  readonly verb: Verb;
  readonly query: Readonly<Record<string, string>>;
}

export interface FaultRule {
  /** RBAC plural; absent or `*` for all, discovery included. */
  readonly resource?: string;
  /** Absent for all. */
  readonly verb?: Verb;
  /** A further condition, e.g. `({ query }) => query.continue !== undefined`. */
  readonly when?: (target: FaultTarget) => boolean;
  /** The rule holds for so many requests; absent: until it is taken back. */
  readonly times?: number;
  readonly act: Fault;
}

/** What the two streaming parts of a fault know of the connection they spoil. */
export interface Connection {
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal;
  /** Breaks the connection off as a crashed peer does, behind what was sent so far. */
  reset(): Promise<void>;
}

type Spoil = (pieces: AsyncIterable<Buffer>, connection: Connection) => AsyncIterable<Buffer>;

/** An answer that is none of the API's: a proxy's, or plain text. */
export interface ForeignAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One thing that goes wrong, at one or several steps of an answer. */
export interface Fault {
  /** Refuses the request in the API's own manner. */
  readonly error?: (target: FaultTarget) => ApiStatus;
  /** Replaces the answer; `reset` breaks off without one, `hang` never gives one. */
  readonly answer?: ForeignAnswer | 'reset' | 'hang';
  /** Changes what the server can do. */
  readonly abilities?: Partial<Abilities>;
  /** Changes the pieces of a body: head, items and tail of a list, or lines of a watch. */
  readonly pieces?: Spoil;
  /** Changes the bytes of a body, after compression. */
  readonly bytes?: Spoil;
}

/** The rules that hold now. */
export class Faults {
  readonly #rules = new Set<{ rule: FaultRule; left: number }>();

  /** Adds a rule; the function returned takes it back. */
  add(rule: FaultRule): () => void {
    if (this.#rules.size === rulesMax) throw new RangeError(`expected at most ${rulesMax} rules`);
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.add(entry);
    return () => this.#rules.delete(entry);
  }

  clear(): void {
    this.#rules.clear();
  }

  /**
   * The faults that this request meets; rules for a number of requests count it. The first that
   * answers in the server's place is the last one met, so that what comes after it can be scripted.
   */
  take(target: FaultTarget): Fault[] {
    const faults: Fault[] = [];
    for (const entry of this.#rules) {
      const { resource = '*', verb = target.verb, when, act } = entry.rule;
      if (resource !== '*' && resource !== target.kind?.resource) continue;
      if (verb !== target.verb || when?.(target) === false) continue;
      faults.push(act);
      entry.left -= 1;
      if (entry.left <= 0) this.#rules.delete(entry);
      if (act.error !== undefined || act.answer !== undefined) break;
    }
    return faults;
  }
}

/** An error as the API gives it, e.g. `status(503, 'ServiceUnavailable')`. */
export function status(code: number, reason: string, retryAfterSeconds?: number): Fault {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return { error: () => new ApiStatus(code, reason, `simulated: ${reason}`, details) };
}

/** 403, naming the resource as a server with RBAC does. */
export const forbid: Fault = {
  error: ({ kind, verb }) =>
    kind === undefined
      ? new ApiStatus(403, 'Forbidden', 'forbidden: cannot get this path')
      : forbidden(kind, verb, 'system:serviceaccount:kube-system:kube-state-metrics'),
};

/** 404, as if the resource were not served; discovery goes on listing it. */
export const missing: Fault = { error: notServed };

/** 429 as the server's own fairness gives it: no Status, but plain text. */
export const throttled = (retryAfterSeconds: number): Fault => ({
  answer: {
    code: 429,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Retry-After': String(retryAfterSeconds),
    },
    body: 'Too many requests, please try again later.\n',
  },
});

/** 410 instead of a list or a watch. */
export const gone: Fault = { error: () => expired('simulated: too old resource version') };

/** The page of a proxy, with whatever code: 200 is the worst. */
export const htmlPage = (code: number): Fault => ({
  answer: {
    code,
    headers: { 'Content-Type': 'text/html' },
    body: '<!doctype html><title>Sign in</title><p>Please sign in to continue.\n',
  },
});

/** The connection breaks before any answer. */
export const reset: Fault = { answer: 'reset' };

/** The request is taken and never answered. */
export const hang: Fault = { answer: 'hang' };

/** The server meets `sendInitialEvents` in another way. */
export const watchList = (mode: Abilities['watchList']): Fault => ({
  abilities: { watchList: mode },
});

/** The server sends no bookmarks between events, or some without a version. */
export const bookmarks = (mode: Abilities['bookmarks']): Fault => ({
  abilities: { bookmarks: mode },
});

/** The server refuses to make tables, or answers with whole objects instead. */
export const tables = (mode: Abilities['tables']): Fault => ({ abilities: { tables: mode } });

/** After so many pieces the connection breaks in the middle of the next. */
export const resetWithin = (piecesBefore: number): Fault => ({
  async *pieces(pieces, connection) {
    let count = 0;
    for await (const piece of pieces) {
      if (count++ < piecesBefore) {
        yield piece;
        continue;
      }
      yield piece.subarray(0, piece.length >> 1);
      await connection.reset();
      return;
    }
  },
});

/** The body, compressed or not, ends too early and as if it were whole. */
export const truncated = (bytesMax: number): Fault => ({
  async *bytes(chunks) {
    let left = bytesMax;
    for await (const chunk of chunks) {
      yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left <= 0) return;
    }
  },
});

/** After so many pieces nothing comes any more: no event, no bookmark, no end. */
export const silent = (piecesBefore: number): Fault => ({
  async *pieces(pieces, { signal }) {
    let count = 0;
    if (count === piecesBefore) return yield* nothing(signal);
    for await (const piece of pieces) {
      yield piece;
      count += 1;
      if (count === piecesBefore) return yield* nothing(signal);
    }
  },
});

/** After so many events the watch reports an error and ends; 410 unless said otherwise. */
export const errorEvent = (
  eventsBefore: number,
  error: ApiStatus = expired('simulated: too old resource version'),
): Fault => ({
  async *pieces(pieces) {
    let count = 0;
    if (count === eventsBefore) return yield errorLine(error);
    for await (const piece of pieces) {
      yield piece;
      count += 1;
      if (count === eventsBefore) return yield errorLine(error);
    }
  },
});

/** After so many events a line that is no JSON. */
export const malformedEvent = (eventsBefore: number): Fault =>
  insert(
    eventsBefore,
    '{"type":"ADDED","object":{"metadata":{"name":"broken","namespace":"default"},"spec":}}\n',
  );

/** After so many items of a list, one at the least, an item that is no JSON. */
export const malformedItem = (itemsBefore: number): Fault =>
  insert(itemsBefore + 1, ',{"metadata":{"name":"broken","namespace":"default"},"spec":}');

/** After so many events one of an object that no list has shown. */
export const strayEvent = (
  eventsBefore: number,
  type: 'MODIFIED' | 'DELETED',
  object: ApiObject,
): Fault => insert(eventsBefore, `${JSON.stringify({ type, object })}\n`);

/** Deletions are not told: the client goes on believing in what is gone. */
export const missedDeletions: Fault = {
  async *pieces(pieces) {
    for await (const piece of pieces) {
      if (!piece.toString('latin1', 0, 17).startsWith('{"type":"DELETED"')) yield piece;
    }
  },
};

function insert(piecesBefore: number, text: string): Fault {
  return {
    async *pieces(pieces) {
      let count = 0;
      if (count === piecesBefore) yield Buffer.from(text);
      for await (const piece of pieces) {
        yield piece;
        count += 1;
        if (count === piecesBefore) yield Buffer.from(text);
      }
    },
  };
}

async function* nothing(signal: AbortSignal): AsyncGenerator<Buffer> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
