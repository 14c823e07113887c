// Client sends requests to the API server and decodes lists and watches as they arrive.
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Clock } from '../lib/clock.ts';
import { isNotFound } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import { acceptOf, tableOf } from './accept.ts';
import { type ApiError, errorOfAnswer } from './apiError.ts';
import { DecodeError, type Decoder, ListDecoder, type ListMetadata } from './decode.ts';
import type { Accepts, OnMalformed } from './itemParser.ts';
import { ExactIntegers, parseJson } from './json.ts';
import type { Pace } from './listPace.ts';
import { asRecord } from './objects.ts';
import { Reachability } from './reachability.ts';
import { TableReader } from './table.ts';
import type { Query, Transport, TransportRequest } from './transport.ts';
import type { Collection } from './types.ts';
import type { BodyTicks, WatchBody } from './watchBody.ts';
import { WatchDecoder } from './watchDecoder.ts';
import { WatchStream } from './watchStream.ts';

/** The longest pause within a body that is no watch. */
const bodyMsMax = 60_000;
/** Limit of an answer that is read whole: a Status, a discovery document, one object. */
const answerBytesMax = 16 * 1024 * 1024;
/** A chunk is decoded in pieces of this size, so that a large one does not block the event loop. */
const pieceBytes = 64 * 1024;

/** The parameters of a list: which part of a collection, and as of which version. */
export interface ListQuery {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

/** The parameters of a watch: where it starts, and how long it lasts. */
export interface WatchQuery {
  /** Empty for a watch that starts with a list of its own. */
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** Asks for the existing objects as events first, and a bookmark after them (WatchList). */
  readonly sendInitialEvents?: boolean;
}

/** How a list or a watch is read. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onMalformed: OnMalformed;
  /** Gets the number of bytes, after decompression. */
  readonly pace?: Pace | undefined;
  /** Which objects are kept; those that are not need not be parsed. */
  readonly accepts?: Accepts | undefined;
  /** Of a watch: each event is read whole, even where a later one supersedes it. */
  readonly everyEvent?: boolean | undefined;
  /** Of a watch: it is read as its events come, and not at ticks. */
  readonly atOnce?: boolean | undefined;
}

/** The items of a list, or of one page of it, as their bytes arrive. */
export interface ListStream extends AsyncIterable<unknown> {
  /** The metadata of the list; complete once its items have been read. */
  metadata(): ListMetadata;
}

/** What a client is made of; `userAgent` names kubestate in the server's logs. */
export interface ClientOptions {
  readonly transport: Transport;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Shared by all that decode on this thread. */
  readonly timeSlicer: TimeSlicer;
  /** When watches are read; shared by all of this process. */
  readonly ticks: BodyTicks;
  readonly log: Logger;
  /** How many files the process may have open; undefined where that is unknown. */
  readonly fileLimit?: number | undefined;
}

interface Ask {
  readonly path: string;
  readonly query: Query;
  readonly accept?: string | undefined;
  readonly signal: AbortSignal;
  /** Without it the request is a GET. */
  readonly change?: Change;
}

/** An answer of the server, as far as that is the same for all. */
interface Answer extends Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'> {
  readonly body: AsyncIterable<Buffer>;
}

/** A request that changes something: its method, and its object or merge patch. */
interface Change {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly object: object;
}

/** What one reflector has found out about the server, for the others. */
export interface ServerTraits {
  /** Whether watches can start with a list. */
  watchList: 'untried' | 'works' | 'refused';
}

/** One API server; shared by all reflectors. */
export class Client {
  readonly traits: ServerTraits = { watchList: 'untried' };
  readonly #transport: Transport;
  readonly #userAgent: string;
  readonly #timeSlicer: TimeSlicer;
  readonly #ticks: BodyTicks;
  readonly #reachability: Reachability;

  constructor({ transport, userAgent, timeSlicer, ticks, ...rest }: ClientOptions) {
    this.#transport = transport;
    this.#userAgent = userAgent;
    this.#timeSlicer = timeSlicer;
    this.#ticks = ticks;
    this.#reachability = new Reachability({ ...rest, server: () => this.server });
  }

  /** The server's URL, without name and password. */
  get server(): string {
    const { origin, pathname } = this.#transport.base;
    return `${origin}${pathname.replace(/\/$/, '')}`;
  }

  /** Opens a list; rejects with the server's error. */
  async list(
    collection: Collection,
    query: ListQuery,
    { signal, onMalformed, pace, accepts }: ReadOptions,
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
      accepts,
      exact: exactIntegersOf(collection),
      deferSpec: collection.deferSpec,
      array: columns === undefined ? 'items' : 'rows',
    });
    const items = this.#decode(body, decoder, pace);
    const objects = columns === undefined ? items : new TableReader(columns).list(items, decoder);
    return { metadata: () => decoder.metadata(), [Symbol.asyncIterator]: () => objects };
  }

  /**
   * Opens a watch; the caller ends one that is silent for too long, by the signal. It is read at
   * ticks from the start, unless it begins with a list.
   */
  async watch(
    collection: Collection,
    { resourceVersion, timeoutSeconds, sendInitialEvents }: WatchQuery,
    { signal, onMalformed, pace, accepts, everyEvent, atOnce }: ReadOptions,
  ): Promise<WatchStream> {
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
    const body = await this.#openWatch({ path: pathOf(collection), query, accept, signal });
    const columns = tableOf(collection);
    const stream = new WatchStream({
      body,
      ticks: atOnce ? undefined : this.#ticks,
      timeSlicer: this.#timeSlicer,
      decoder: new WatchDecoder({
        onMalformed,
        accepts,
        everyEvent,
        // The metadata of a table is not that of its object.
        whole: columns !== undefined,
        exact: exactIntegersOf(collection),
        deferSpec: collection.deferSpec,
      }),
      reader: columns && new TableReader(columns),
      onMalformed,
      pace,
    });
    if (!sendInitialEvents) stream.readAtTicks();
    return stream;
  }

  /** One document, whole. */
  get(path: string, signal: AbortSignal, query: Query = {}): Promise<unknown> {
    return this.#document({ path, query, signal });
  }

  /** Creates an object in the collection at `path`; resolves to the created object. */
  create(path: string, object: object, signal: AbortSignal): Promise<unknown> {
    return this.#change(path, { method: 'POST', object }, signal);
  }

  /** Replaces the object at `path`; 409 where it has another version by now. */
  replace(path: string, object: object, signal: AbortSignal): Promise<unknown> {
    return this.#change(path, { method: 'PUT', object }, signal);
  }

  /** Merges a patch into the object at `path`; null removes a field. */
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
      return parseJson(text);
    } catch (error) {
      throw new DecodeError(`expected JSON at ${path}, got something else`, { cause: error });
    }
  }

  /** Whether discovery lists the collection. */
  async served(collection: Collection, signal: AbortSignal): Promise<boolean> {
    try {
      const { resources } = asRecord(await this.get(groupPathOf(collection), signal));
      if (!Array.isArray(resources)) return false;
      return resources.some((resource) => asRecord(resource).name === collection.resource);
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #open(ask: Ask): Promise<Readable> {
    const headers = this.#headersOf(ask);
    if (this.#transport.compress) headers['accept-encoding'] = 'gzip';
    const { change } = ask;
    if (change !== undefined) headers['content-type'] = contentTypes[change.method];
    const options = {
      headers,
      signal: ask.signal,
      bodyTimeoutMs: bodyMsMax,
      sent: change && { method: change.method, body: JSON.stringify(change.object) },
    };
    const answer = await this.#send(options, () =>
      this.#transport.request(ask.path, ask.query, options),
    );
    const body = inflated(answer);
    if (isGood(answer)) return body;
    throw await errorIn(answer, body);
  }

  /** A watch is not compressed, as that could delay events; its body may pause for any time. */
  async #openWatch(ask: Ask): Promise<WatchBody> {
    const options = { headers: this.#headersOf(ask), signal: ask.signal, bodyTimeoutMs: 0 };
    const answer = await this.#send(options, () =>
      this.#transport.watch(ask.path, ask.query, options),
    );
    if (isGood(answer)) return answer.body;
    throw await errorIn(answer, answer.body);
  }

  #headersOf({ accept }: Ask): Record<string, string> {
    return { accept: accept ?? 'application/json', 'user-agent': this.#userAgent };
  }

  /** The answer; after a 401 the request is repeated with fresh credentials. */
  async #send<A extends Answer>(options: TransportRequest, send: () => Promise<A>): Promise<A> {
    const answer = await this.#sendOnce(options, send);
    if (answer.statusCode !== 401) return answer;
    await textOf(answer.body, answerBytesMax).catch(() => '');
    await this.#transport.refresh();
    return this.#sendOnce(options, send);
  }

  async #sendOnce<A extends Answer>(
    { signal }: TransportRequest,
    send: () => Promise<A>,
  ): Promise<A> {
    // All reflectors start at once, and preparing a request takes time.
    const turn = this.#timeSlicer.next();
    if (turn !== undefined) await turn;
    try {
      const answer = await send();
      this.#reachability.reached();
      return answer;
    } catch (error) {
      if (!signal.aborted) this.#reachability.failed(error);
      throw error;
    }
  }

  async *#decode<Decoded>(
    body: Readable,
    decoder: Decoder<Decoded>,
    pace: Pace | undefined,
  ): AsyncGenerator<Decoded, void> {
    pace?.waits();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      pace?.got(chunk.length);
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const first = this.#timeSlicer.next();
        if (first !== undefined) await first;
        for (const decoded of decoder.push(chunk.subarray(at, at + pieceBytes))) {
          // The reader has processed the one before by now, which may have taken long.
          const turn = this.#timeSlicer.next();
          if (turn !== undefined) await turn;
          yield decoded;
        }
      }
      pace?.waits();
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

const exactIntegersOf = ({ exactIntegers }: Collection): ExactIntegers | undefined =>
  exactIntegers && new ExactIntegers(exactIntegers);

/** The parameters that lists and watches of a collection have in common. */
function selectionOf(collection: Collection): Query {
  const { fieldSelector } = collection;
  return { fieldSelector, includeObject: tableOf(collection) && 'Metadata' };
}

function pathOf(collection: Collection): string {
  const { namespace, resource } = collection;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPathOf(collection)}${scope}/${resource}`;
}

/** Whether the answer is what was asked for, and not an error or a page of a proxy. */
function isGood({ statusCode, headers }: Answer): boolean {
  const page = String(headers['content-type'] ?? '').startsWith('text/');
  return (statusCode === 200 || statusCode === 201) && !page;
}

/** The error of an answer that is none of the good ones. */
async function errorIn(
  { statusCode, headers }: Answer,
  body: AsyncIterable<Buffer>,
): Promise<ApiError> {
  // Without a readable body the status is the error.
  const text = await textOf(body, answerBytesMax).catch(() => '');
  return errorOfAnswer(statusCode, text, String(headers['retry-after'] ?? ''));
}

/** The decompressed body; one that is cut short is an error, compressed or not. */
function inflated({ headers, body }: Dispatcher.ResponseData): Readable {
  if (headers['content-encoding'] !== 'gzip') return body;
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  // The pipeline passes every error to its last stream, whose reader gets it.
  pipeline(body, gunzip, () => undefined);
  return gunzip;
}

async function textOf(body: AsyncIterable<Buffer>, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new DecodeError(`expected at most ${bytesMax} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
