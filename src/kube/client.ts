// Client sends requests to the API server and decodes lists and watches as they arrive.
import type { Readable } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import { tableOf } from './accept.ts';
import { type Answer, bytesOf, errorIn, inflated, isGood, pieceBytes } from './answer.ts';
import type { ApiError } from './apiError.ts';
import { DecodeError, type Decoder, ListDecoder, type ListMetadata } from './decode.ts';
import { type Encoding, Encodings, protobufListOf, protobufWatchOf } from './encodings.ts';
import type { Accepts, OnMalformed } from './itemParser.ts';
import { ExactIntegers, parseJson } from './json.ts';
import type { Pace } from './listPace.ts';
import { Reachability } from './reachability.ts';
import { groupPathOf, ServedVersions } from './servedVersions.ts';
import { TableReader } from './table.ts';
import type { Query, Transport, TransportRequest } from './transport.ts';
import type { Collection, WireFormat } from './types.ts';
import type { BodyTicks, WatchBody } from './watchBody.ts';
import { WatchDecoder } from './watchDecoder.ts';
import { WatchStream } from './watchStream.ts';

/** The longest pause within a body that is no watch. */
const bodyMsMax = 60_000;
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
  readonly signal: AbortSignal;
  /** Plain JSON without it. */
  readonly encoding?: Encoding | undefined;
  /** Without it the request is a GET. */
  readonly change?: Change;
}

/** The body of a good answer. */
interface Opened<Body> {
  readonly body: Body;
  readonly headers: Answer['headers'];
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
  readonly #encodings: Encodings;
  readonly #versions: ServedVersions;

  constructor({ transport, userAgent, timeSlicer, ticks, ...rest }: ClientOptions) {
    this.#encodings = new Encodings(rest.log);
    this.#versions = new ServedVersions((path, signal) => this.get(path, signal), rest.log);
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
  list(collection: Collection, query: ListQuery, options: ReadOptions): Promise<ListStream> {
    return this.#versions.ask(collection, options.signal, (one) => this.#list(one, query, options));
  }

  async #list(
    collection: Collection,
    query: ListQuery,
    { signal, onMalformed, pace, accepts }: ReadOptions,
  ): Promise<ListStream> {
    const encoding = this.#encodings.of(collection, 'list');
    const answer = await this.#open({
      path: pathOf(collection),
      query: { ...query, ...selectionOf(collection) },
      encoding,
      signal,
    });
    const decode = <D extends Decoder<unknown>>(decoder: D) =>
      this.#decode(answer.body, decoder, pace, collection);
    const protobuf = protobufListOf(encoding, answer, { onMalformed, accepts });
    this.#encodings.answered(collection, protobuf === undefined ? 'JSON' : 'protobuf');
    if (protobuf !== undefined) return listOf(protobuf, decode(protobuf));
    const columns = tableOf(collection);
    const decoder = new ListDecoder({
      onMalformed,
      accepts,
      exact: exactIntegersOf(collection),
      deferSpec: collection.deferSpec,
      array: columns === undefined ? 'items' : 'rows',
    });
    const items = decode(decoder);
    const objects = columns === undefined ? items : new TableReader(columns).list(items, decoder);
    return listOf(decoder, objects);
  }

  /**
   * Opens a watch; the caller ends one that is silent for too long, by the signal. It is read at
   * ticks from the start, unless it begins with a list.
   */
  watch(collection: Collection, query: WatchQuery, options: ReadOptions): Promise<WatchStream> {
    const watch = (one: Collection) => this.#watch(one, query, options);
    return this.#versions.ask(collection, options.signal, watch);
  }

  async #watch(
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
    const encoding = this.#encodings.of(collection, 'watch');
    const answer = await this.#openWatch({ path: pathOf(collection), query, encoding, signal });
    const protobuf = protobufWatchOf(encoding, answer, { onMalformed });
    this.#encodings.answered(collection, protobuf === undefined ? 'JSON' : 'protobuf');
    const columns = tableOf(collection);
    const stream = new WatchStream({
      body: answer.body,
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
        format: protobuf,
      }),
      onUnreadable: (error) => this.#encodings.failed(collection, error),
      reader: columns && new TableReader(columns),
      onMalformed,
      pace,
    });
    if (!sendInitialEvents) stream.readAtTicks();
    return stream;
  }

  /** What the server has last answered in about the collection; undefined before. */
  wireFormatOf(collection: Collection): WireFormat | undefined {
    return this.#encodings.wireFormatOf(this.#versions.of(collection));
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
    const { body } = await this.#open(ask);
    const text = (await bytesOf(body)).toString('utf8');
    try {
      return parseJson(text);
    } catch (error) {
      throw new DecodeError(`expected JSON at ${path}, got something else`, { cause: error });
    }
  }

  /** Whether discovery lists the collection. */
  served(collection: Collection, signal: AbortSignal): Promise<boolean> {
    return this.#versions.find(collection, signal);
  }

  async #open(ask: Ask): Promise<Opened<Readable>> {
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
    if (isGood(answer)) return { body, headers: answer.headers };
    throw await this.#errorIn(ask, answer, body);
  }

  /** A watch is not compressed, as that could delay events; its body may pause for any time. */
  async #openWatch(ask: Ask): Promise<Opened<WatchBody>> {
    const options = { headers: this.#headersOf(ask), signal: ask.signal, bodyTimeoutMs: 0 };
    const answer = await this.#send(options, () =>
      this.#transport.watch(ask.path, ask.query, options),
    );
    if (isGood(answer)) return answer;
    throw await this.#errorIn(ask, answer, answer.body);
  }

  async #errorIn(ask: Ask, answer: Answer, body: AsyncIterable<Buffer>): Promise<ApiError> {
    const error = await errorIn(answer, body);
    this.#encodings.refused(ask.encoding ?? {}, error);
    return error;
  }

  #headersOf({ encoding }: Ask): Record<string, string> {
    return { accept: encoding?.accept ?? 'application/json', 'user-agent': this.#userAgent };
  }

  /** The answer; after a 401 the request is repeated with fresh credentials. */
  async #send<A extends Answer>(options: TransportRequest, send: () => Promise<A>): Promise<A> {
    const answer = await this.#sendOnce(options, send);
    if (answer.statusCode !== 401) return answer;
    await bytesOf(answer.body).catch(() => undefined);
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
    collection: Collection,
  ): AsyncGenerator<Decoded, void> {
    try {
      yield* this.#decodeAll(body, decoder, pace);
    } catch (error) {
      this.#encodings.failed(collection, error);
      throw error;
    }
  }

  async *#decodeAll<Decoded>(
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

const exactIntegersOf = ({ exactIntegers }: Collection): ExactIntegers | undefined =>
  exactIntegers && new ExactIntegers(exactIntegers);

/** The parameters that lists and watches of a collection have in common. */
function selectionOf(collection: Collection): Query {
  const { fieldSelector, labelSelector, shardSelector } = collection;
  const includeObject = tableOf(collection) && 'Metadata';
  return { fieldSelector, labelSelector, shardSelector, includeObject };
}

function pathOf(collection: Collection): string {
  const { namespace, resource } = collection;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupPathOf(collection)}${scope}/${resource}`;
}

const listOf = (
  decoder: { metadata(): ListMetadata },
  objects: AsyncIterator<unknown>,
): ListStream => ({
  metadata: () => decoder.metadata(),
  [Symbol.asyncIterator]: () => objects,
});
