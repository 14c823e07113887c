// What a real API server does wrong, as faults for rules of the simulated one.
import { ApiStatus, expired, notServed } from '../../src/demo/apiserver/apiStatus.ts';
import type { Fault } from '../../src/demo/apiserver/faults.ts';
import type { Kind } from '../../src/demo/apiserver/kinds.ts';
import { type Abilities, errorLine } from '../../src/demo/apiserver/watch.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { aborted } from '../../src/lib/deadline.ts';

export type { Fault, FaultRule, FaultTarget, Verb } from '../../src/demo/apiserver/faults.ts';

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
      : forbidden(kind, verb),
};

function forbidden({ resource, group }: Kind, verb: string): ApiStatus {
  const name = group === '' ? resource : `${resource}.${group}`;
  const who = 'User "system:serviceaccount:kube-system:kube-state-metrics"';
  const what = `cannot ${verb} resource "${resource}" in API group "${group}" at the cluster scope`;
  const details = { ...(group !== '' && { group }), kind: resource };
  return new ApiStatus(403, 'Forbidden', `${name} is forbidden: ${who} ${what}`, details);
}

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

/** The server knows shard selectors, or treats them in a way of its own. */
export const shards = (mode: Abilities['shards']): Fault => ({ abilities: { shards: mode } });

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
    if (count === piecesBefore) return aborted(signal);
    for await (const piece of pieces) {
      yield piece;
      count += 1;
      if (count === piecesBefore) return aborted(signal);
    }
  },
});

/** The connection breaks so long after the answer began. */
export const cutAfter = (clock: Pick<Clock, 'sleep'>, ms: number): Fault => ({
  async *pieces(pieces, connection) {
    void clock.sleep(ms, connection.signal).then(() => {
      if (!connection.signal.aborted) void connection.reset();
    });
    yield* pieces;
  },
});

/** After so many pieces each of the others takes so long. */
export const dripping = (
  clock: Pick<Clock, 'sleep'>,
  everyMs: number,
  piecesBefore = 0,
): Fault => ({
  async *pieces(pieces, { signal }) {
    let count = 0;
    for await (const piece of pieces) {
      if (count++ >= piecesBefore) await clock.sleep(everyMs, signal);
      yield piece;
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

/** Every event of this type is cut short, so that its line is no JSON; the watch goes on. */
export const malformedEvents = (type: 'ADDED' | 'MODIFIED' | 'DELETED'): Fault => ({
  async *pieces(pieces) {
    for await (const piece of pieces) {
      const cut = piece.toString('latin1', 0, 20).startsWith(`{"type":"${type}"`);
      yield cut ? Buffer.concat([piece.subarray(0, piece.length >> 1), Buffer.from('\n')]) : piece;
    }
  },
});

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
