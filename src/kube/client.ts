// Requests to the API server: lists and watches as they arrive, errors as one class.
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Turns } from '../turns.ts';
import { ApiError, errorOfAnswer } from './apiError.ts';
import {
  DecodeError,
  type Decoder,
  ListDecoder,
  type ListMetadata,
  type OnMalformed,
  WatchDecoder,
  type WatchEvent,
} from './decode.ts';
import { asRecord } from './objects.ts';
import { acceptOf, tableOf } from './representation.ts';
import { TableReader } from './table.ts';
import type { Query, Transport } from './transport.ts';
import type { Collection } from './types.ts';
import { messageOf } from './words.ts';

/** The longest pause within a body that is no watch. */
const bodyMsMax = 60_000;
/** Of an answer that is read whole: a Status, a discovery document, one object. */
const answerBytesMax = 16 * 1024 * 1024;
/** A chunk is decoded in pieces of this size, so that a large one is no long run either. */
const pieceBytes = 64 * 1024;
/** While the server cannot be reached, it is said again this often. */
const unreachableSayMs = 300_000;

/** Which part of a collection a list is to hold, and as of when; in the words of the API. */
export interface ListQuery {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

/** From where a watch is to start, and for how long. */
export interface WatchQuery {
  /** Empty for a watch that starts with a list of its own. */
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** Asks for what exists as events first, closed by a bookmark. */
  readonly sendInitialEvents?: boolean;
}

/** How a list or a watch is read. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onMalformed: OnMalformed;
}

/** The items of a list, or of one page of it, as their bytes arrive. */
export interface ListStream extends AsyncIterable<unknown> {
  /** What the list says of itself; known once its items have been read. */
  metadata(): ListMetadata;
}

/** What a client is made of; `userAgent` is what the server's logs will call us. */
export interface ClientOptions {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Shared by all who decode on this thread. */
  readonly turns: Turns;
  readonly log: Logger;
}

interface Ask {
  readonly path: string;
  readonly query: Query;
  readonly accept?: string | undefined;
  readonly signal: AbortSignal;
  /** A watch: its body may be silent for as long as it likes. */
  readonly live?: boolean;
  /** What to do at the path; without it, the path is read. */
  readonly change?: Change;
}

/** A request that changes something, and the object or the merge patch that it brings. */
interface Change {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly object: object;
}

/** What the reflectors of one server have found out about it for each other. */
export interface ServerTraits {
  /** Whether watches can start with a list. */
  watchList: 'untried' | 'works' | 'refused';
}

/** One API server; shared by all reflectors. */
export class Client {
  readonly traits: ServerTraits = { watchList: 'untried' };
  readonly #transport: Transport;
  readonly #userAgent: string;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #log: Logger;
  #unreachableSaidMs: number | undefined;

  constructor({ transport, userAgent, clock, turns, log }: ClientOptions) {
    this.#transport = transport;
    this.#userAgent = userAgent;
    this.#clock = clock;
    this.#turns = turns;
    this.#log = log;
  }

  /** Opens a list; rejects with what the server has against it. */
  async list(
    collection: Collection,
    query: ListQuery,
    { signal, onMalformed }: ReadOptions,
  ): Promise<ListStream> {
    const body = await this.#open({
      path: pathOf(collection),
      query: { ...query, ...selectionOf(collection) },
      accept: acceptOf(collection, 'list'),
      signal,
    });
    const columns = tableOf(collection);
    const decoder = new ListDecoder({
      onMalformed,
      array: columns === undefined ? 'items' : 'rows',
    });
    const items = this.#decode(body, decoder);
    const objects = columns === undefined ? items : new TableReader(columns).list(items, decoder);
    return { metadata: () => decoder.metadata(), [Symbol.asyncIterator]: () => objects };
  }

  /** Opens a watch; it has no limit of silence, that is for the caller to set by the signal. */
  async watch(
    collection: Collection,
    { resourceVersion, timeoutSeconds, sendInitialEvents }: WatchQuery,
    { signal, onMalformed }: ReadOptions,
  ): Promise<AsyncIterableIterator<WatchEvent>> {
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: resourceVersion === '' ? undefined : resourceVersion,
      timeoutSeconds,
      sendInitialEvents,
      resourceVersionMatch: sendInitialEvents ? 'NotOlderThan' : undefined,
      ...selectionOf(collection),
    };
    const accept = acceptOf(collection, 'watch');
    const body = await this.#open({ path: pathOf(collection), query, accept, signal, live: true });
    const events = this.#decode(body, new WatchDecoder({ onMalformed }));
    const columns = tableOf(collection);
    return columns === undefined ? events : new TableReader(columns).watch(events, onMalformed);
  }

  /** One document, whole. */
  get(path: string, signal: AbortSignal, query: Query = {}): Promise<unknown> {
    return this.#document({ path, query, signal });
  }

  /** Creates an object in the collection at `path`; resolves to what the server made of it. */
  create(path: string, object: object, signal: AbortSignal): Promise<unknown> {
    return this.#change(path, { method: 'POST', object }, signal);
  }

  /** Exchanges the object at `path`; one that bears another version than it has is a 409. */
  replace(path: string, object: object, signal: AbortSignal): Promise<unknown> {
    return this.#change(path, { method: 'PUT', object }, signal);
  }

  /** Merges into the object at `path` what the patch names; null takes away. */
  patch(path: string, patch: object, signal: AbortSignal): Promise<unknown> {
    return this.#change(path, { method: 'PATCH', object: patch }, signal);
  }

  #change(path: string, change: Change, signal: AbortSignal): Promise<unknown> {
    return this.#document({ path, query: {}, signal, change });
  }

  async #document(ask: Ask): Promise<unknown> {
    const { path } = ask;
    const body = await this.#open(ask);
    const text = await textOf(body, answerBytesMax);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new DecodeError(`expected JSON at ${path}, got something else`, { cause: error });
    }
  }

  /** Whether the server says that it serves the collection. */
  async served(collection: Collection, signal: AbortSignal): Promise<boolean> {
    try {
      const { resources } = asRecord(await this.get(groupPathOf(collection), signal));
      if (!Array.isArray(resources)) return false;
      return resources.some((resource) => asRecord(resource).name === collection.resource);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  /** The body of a good answer; one 401 is answered with fresh credentials. */
  async #open(ask: Ask): Promise<Readable> {
    let answer = await this.#send(ask);
    if (answer.statusCode === 401) {
      await answer.body.dump();
      await this.#transport.refresh();
      answer = await this.#send(ask);
    }
    const body = inflated(answer);
    const good = answer.statusCode === 200 || answer.statusCode === 201;
    if (good && !isPage(answer)) return body;
    // The status alone tells enough where the words to it cannot be read.
    const text = await textOf(body, answerBytesMax).catch(() => '');
    const retryAfter = answer.headers['retry-after'];
    throw errorOfAnswer(answer.statusCode, text, String(retryAfter ?? ''));
  }

  async #send({
    path,
    query,
    accept,
    signal,
    live,
    change,
  }: Ask): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = {
      accept: accept ?? 'application/json',
      'user-agent': this.#userAgent,
    };
    // A watch is not compressed: a compressor between the server and us might hold events back.
    if (this.#transport.compress && !live) headers['accept-encoding'] = 'gzip';
    if (change !== undefined) headers['content-type'] = contentTypes[change.method];
    const options = {
      headers,
      signal,
      bodyTimeoutMs: live ? 0 : bodyMsMax,
      sent: change && { method: change.method, body: JSON.stringify(change.object) },
    };
    // All reflectors begin at once, and a request is no small piece of work.
    const turn = this.#turns.next();
    if (turn !== undefined) await turn;
    try {
      const answer = await this.#transport.request(path, query, options);
      this.#reached();
      return answer;
    } catch (error) {
      if (!signal.aborted) this.#notReached(error);
      throw error;
    }
  }

  /** Said here, once for all reflectors: they all fail together. */
  #notReached(error: unknown): void {
    const now = this.#clock.now();
    if (this.#unreachableSaidMs !== undefined && now - this.#unreachableSaidMs < unreachableSayMs) {
      return;
    }
    this.#unreachableSaidMs = now;
    const server = this.#transport.base.href;
    this.#log.warn({ server, error: messageOf(error) }, 'API server cannot be reached, trying on');
  }

  #reached(): void {
    if (this.#unreachableSaidMs === undefined) return;
    this.#unreachableSaidMs = undefined;
    this.#log.info({ server: this.#transport.base.href }, 'API server can be reached again');
  }

  async *#decode<Value>(body: Readable, decoder: Decoder<Value>): AsyncGenerator<Value, void> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const first = this.#turns.next();
        if (first !== undefined) await first;
        for (const value of decoder.push(chunk.subarray(at, at + pieceBytes))) {
          // Whoever reads has used the value before this one by now, which may have taken long.
          const turn = this.#turns.next();
          if (turn !== undefined) await turn;
          yield value;
        }
      }
    }
    decoder.end();
  }
}

const contentTypes = {
  POST: 'application/json',
  PUT: 'application/json',
  PATCH: 'application/merge-patch+json',
} as const;

function groupPathOf({ group, version }: Collection): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** What the query of every list and watch of a collection says. */
function selectionOf(collection: Collection): Query {
  const { fieldSelector } = collection;
  return { fieldSelector, includeObject: tableOf(collection) && 'Metadata' };
}

function pathOf(collection: Collection): string {
  const { namespace, resource } = collection;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPathOf(collection)}${scope}/${resource}`;
}

/** Whether a proxy answers in the server's place: to sign in, or that it is out of order. */
function isPage({ headers }: Dispatcher.ResponseData): boolean {
  return String(headers['content-type'] ?? '').startsWith('text/');
}

/** The body as it was before compression; one that is cut short fails in both forms. */
function inflated({ headers, body }: Dispatcher.ResponseData): Readable {
  if (headers['content-encoding'] !== 'gzip') return body;
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  // The pipeline hands every error on to its last stream, whose reader sees it.
  pipeline(body, gunzip, () => undefined);
  return gunzip;
}

async function textOf(body: Readable, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new DecodeError(`expected at most ${bytesMax} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
