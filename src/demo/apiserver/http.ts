// The HTTP app of the simulated API server: routes requests to list, watch, get and write.
import type { IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import { parseSelectors } from '../selectors.ts';
import { ApiStatus, badRequest, notFound, notServed, unauthorized } from './apiStatus.ts';
import { coreVersions, groupList, groupNamed, resourceList, versionInfo } from './discovery.ts';
import type { Connection, Fault, Faults, FaultTarget, Verb } from './faults.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { echoing, findPage, listPieces } from './list.ts';
import { parseListOptions, type Query } from './listOptions.ts';
import { negotiate, type Protobuf } from './representation.ts';
import { bothOf, shardOf } from './shards.ts';
import type { StateList } from './stateList.ts';
import type { Storage } from './storage.ts';
import { type Abilities, watchPieces } from './watch.ts';
import { write } from './write.ts';

/** Lists longer than this are compressed if the client accepts gzip, as in the API server. */
const plainBytesMax = 128 * 1024;
/** Small items are sent together, in chunks of this size. */
const chunkBytes = 64 * 1024;

/** What the app needs of the server. */
export interface Served {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger | undefined;
  readonly faults: Faults;
  readonly bookmarkMs: number;
  readonly versionWaitMs: number;
  /** The kind's representations in protobuf, where the server has them. */
  readonly protobuf: ProtobufOf | undefined;
  kinds(): readonly Kind[];
  storageAt(apiVersion: string, resource: string): Storage | undefined;
  /** Whether the Authorization header is accepted. */
  admits(authorization: string): boolean;
  record(request: RecordedRequest): void;
}

export type ProtobufOf = (kind: Kind) => Protobuf | undefined;

/** A recorded request, for tests. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  /** The Accept header; empty if there is none. */
  readonly accept: string;
}

/** The app of a server. */
export function apiApp(served: Served): Koa {
  const app = new Koa();
  app.on('error', (error: NodeJS.ErrnoException) => {
    // Clients may disconnect during an answer; other errors are bugs.
    if (!departures.has(error.code ?? '')) served.log?.error({ error }, 'answer failed');
  });
  app.use((ctx, next) => answerErrors(ctx, served, next));
  const open = new Router();
  for (const path of ['/healthz', '/livez', '/readyz']) {
    open.get(path, (ctx) => {
      ctx.body = 'ok';
    });
  }
  open.get('/version', (ctx) => answerJson(ctx, 200, versionInfo));
  app.use(open.routes());
  app.use(async (ctx, next) => {
    if (!served.admits(ctx.get('Authorization'))) throw unauthorized();
    await next();
  });
  app.use(discoveryRoutes(served));
  app.use((ctx) => answerResource(ctx, served));
  return app;
}

const departures = new Set(['ECONNRESET', 'EPIPE', 'ECANCELED', 'ERR_STREAM_PREMATURE_CLOSE']);

async function answerErrors(ctx: Context, served: Served, next: Koa.Next): Promise<void> {
  ctx.set('Cache-Control', 'no-cache, private');
  const { method, path } = ctx;
  served.record({ method, path, query: queryOf(ctx), accept: ctx.get('Accept') });
  try {
    await next();
  } catch (error) {
    if (!(error instanceof ApiStatus)) served.log?.error({ error, path }, 'request failed');
    const status =
      error instanceof ApiStatus ? error : new ApiStatus(500, 'InternalError', String(error));
    const { retryAfterSeconds } = status.details ?? {};
    if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
    answerJson(ctx, status.code, status.body);
  }
}

function discoveryRoutes(served: Served): Koa.Middleware {
  const router = new Router();
  const page = (ctx: Context, make: () => object | undefined): void => {
    const target: FaultTarget = { verb: 'discovery', query: queryOf(ctx) };
    if (answerFaults(ctx, served.faults.take(target), target)) return;
    const body = make();
    if (body === undefined) answerUnknownPath(ctx);
    else answerJson(ctx, 200, body);
  };
  const kinds = (): readonly Kind[] => served.kinds();
  router.get('/api', (ctx) => page(ctx, () => coreVersions(ctx.host)));
  router.get('/apis', (ctx) => page(ctx, () => groupList(kinds())));
  router.get('/api/:version', (ctx) =>
    page(ctx, () => resourceList(kinds(), ctx.params.version as string)),
  );
  router.get('/apis/:group', (ctx) =>
    page(ctx, () => groupNamed(kinds(), ctx.params.group as string)),
  );
  router.get('/apis/:group/:version', (ctx) =>
    page(ctx, () => resourceList(kinds(), `${ctx.params.group}/${ctx.params.version}`)),
  );
  return router.routes() as Koa.Middleware;
}

/** The parts of a request's path. */
interface Place {
  readonly storage: Storage;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly statusOnly: boolean;
}

async function answerResource(ctx: Context, served: Served): Promise<void> {
  const place = findPlace(ctx.path, served);
  if (place === undefined) return answerUnknownPath(ctx);
  const query = queryOf(ctx);
  const { storage, namespace } = place;
  const target = { kind: storage.kind, namespace, verb: verbOf(ctx, place, query), query };
  const faults = served.faults.take(target);
  if (answerFaults(ctx, faults, target)) return;
  switch (target.verb) {
    case 'list':
      return answerList(ctx, place, faults, served);
    case 'watch':
      return answerWatch(ctx, place, faults, served);
    case 'get':
      return answerGet(ctx, place, faults, served);
    default: {
      const request = { ...place, method: ctx.method, random: served.random };
      const { code, body } = await write(request, ctx.req as IncomingMessage);
      answerJson(ctx, code, body);
    }
  }
}

function verbOf(ctx: Context, { name }: Place, { watch = 'false' }: Query): Verb {
  if (ctx.method !== 'GET') return 'write';
  if (name !== undefined) return 'get';
  return watch === 'false' || watch === '0' ? 'list' : 'watch';
}

/** Parses a path; `undefined` without group and version. Throws a 404 for unknown resources. */
function findPlace(path: string, served: Served): Place | undefined {
  const [root, ...words] = wordsOf(path);
  const apiVersion = root === 'api' ? words[0] : words.slice(0, 2).join('/');
  if ((root !== 'api' && root !== 'apis') || apiVersion === undefined) return undefined;
  if (!served.kinds().some((kind) => apiVersionOf(kind) === apiVersion)) return undefined;
  const rest = words.slice(root === 'api' ? 1 : 2);
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status';
  const namespace = inNamespace ? rest[1] : undefined;
  const [resource = '', name, part, ...more] = inNamespace ? rest.slice(2) : rest;
  const storage = served.storageAt(apiVersion, resource);
  const statusOnly = part === 'status' && storage?.kind.statusApart === true;
  const known = more.length === 0 && (part === undefined || statusOnly);
  if (storage === undefined || !known) throw notServed();
  const { namespaced } = storage.kind;
  // A single object needs its namespace; a collection of all namespaces has none in the path.
  if (namespace !== undefined && !namespaced) throw notServed();
  if (name !== undefined && namespace === undefined && namespaced) throw notServed();
  return { storage, namespace, name, statusOnly };
}

function wordsOf(path: string): string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    throw badRequest(`expected a path in URL encoding, got ${path}`);
  }
}

async function answerList(ctx: Context, at: Place, faults: Fault[], served: Served): Promise<void> {
  const { storage, namespace } = at;
  const query = queryOf(ctx);
  const { tables, shards } = abilitiesUnder(faults);
  const { clock, versionWaitMs: waitMs } = served;
  const protobuf = served.protobuf?.(storage.kind);
  const as = negotiate(ctx.get('Accept'), { asked: 'list', query, clock, tables, protobuf });
  const shard = shardOf(query, shards);
  const selector = bothOf(parseSelectors(storage.kind, query), shard.selects);
  const options = parseListOptions(query, true);
  const wait = { clock, waitMs, signal: departureOf(ctx) };
  const found = await findPage({ storage, namespace, selector, options }, wait);
  const page = echoing(found, shard.echo);
  const gzip = ctx.get('Accept-Encoding').includes('gzip') && isLong(page.items);
  const pieces = listPieces(storage, page, as);
  const spoilt = faults.some((fault) => fault.pieces !== undefined);
  ctx.set('Content-Type', as.contentType);
  ctx.set('Vary', 'Accept-Encoding');
  if (gzip) ctx.set('Content-Encoding', 'gzip');
  // A fault counts pieces, so they must not be joined.
  answerStream(ctx, spoilt ? Readable.from(pieces) : together(pieces), { faults, gzip, clock });
}

/** Whether the items have more bytes than are sent plain. */
function isLong(items: StateList): boolean {
  let length = 0;
  for (const { bytes } of items) {
    length += bytes.length;
    if (length > plainBytesMax) return true;
  }
  return false;
}

function answerWatch(ctx: Context, at: Place, faults: Fault[], served: Served): void {
  const { storage, namespace } = at;
  const query = queryOf(ctx);
  const abilities = abilitiesUnder(faults);
  const { tables, shards } = abilities;
  const selector = bothOf(parseSelectors(storage.kind, query), shardOf(query, shards).selects);
  const { clock, bookmarkMs } = served;
  const protobuf = served.protobuf?.(storage.kind);
  const as = negotiate(ctx.get('Accept'), { asked: 'watch', query, clock, tables, protobuf });
  if (abilities.watchList === 'refused' && query.sendInitialEvents !== undefined) {
    throw new ApiStatus(400, 'BadRequest', 'unknown query parameter: sendInitialEvents');
  }
  const options = parseListOptions(query, abilities.watchList !== 'off');
  const signal = departureOf(ctx);
  const asked = { storage, namespace, selector, options };
  const pieces = watchPieces({ ...asked, as, abilities, clock, bookmarkMs, signal });
  ctx.set('Content-Type', as.contentType);
  answerStream(ctx, pieces, { faults, gzip: false, clock });
  // A client sees that the watch is open before the first event.
  ctx.flushHeaders();
}

function answerGet(ctx: Context, at: Place, faults: Fault[], served: Served): void {
  const { storage, namespace, name = '' } = at;
  const { tables } = abilitiesUnder(faults);
  const query = queryOf(ctx);
  const as = negotiate(ctx.get('Accept'), { asked: 'get', query, clock: served.clock, tables });
  const stored = storage.get(storage.key(namespace, name));
  if (stored === undefined) throw notFound(storage.kind, name);
  ctx.set('Content-Type', as.contentType);
  ctx.body = Buffer.concat([as.object(storage.kind, stored), NEWLINE]);
}

const NEWLINE = Buffer.from('\n');

/** Sends the answer of a fault, if one replaces the answer; otherwise returns false. */
function answerFaults(ctx: Context, faults: readonly Fault[], target: FaultTarget): boolean {
  for (const { error, answer } of faults) {
    if (error !== undefined) throw error(target);
    if (answer === undefined) continue;
    if (answer === 'hang' || answer === 'reset') {
      ctx.respond = false;
      if (answer === 'reset') ctx.req.socket.resetAndDestroy();
    } else {
      ctx.status = answer.code;
      ctx.set(answer.headers);
      ctx.body = Buffer.from(answer.body);
    }
    return true;
  }
  return false;
}

function abilitiesUnder(faults: readonly Fault[]): Abilities {
  const usual: Abilities = {
    watchList: 'on',
    bookmarks: 'on',
    tables: 'on',
    shards: 'off',
  };
  return Object.assign(usual, ...faults.map(({ abilities }) => abilities));
}

/** Sends a body with backpressure, changed by the faults that change bodies. */
function answerStream(
  ctx: Context,
  pieces: AsyncIterable<Buffer>,
  { faults, gzip, clock }: { faults: readonly Fault[]; gzip: boolean; clock: Clock },
): void {
  const connection: Connection = {
    signal: departureOf(ctx),
    async reset() {
      // One turn for the stream to flush, one for the socket to send.
      await clock.turn();
      await clock.turn();
      ctx.req.socket.resetAndDestroy();
    },
  };
  let body = pieces;
  for (const fault of faults) body = fault.pieces?.(body, connection) ?? body;
  if (gzip) body = compressed(body);
  for (const fault of faults) body = fault.bytes?.(body, connection) ?? body;
  ctx.body = Readable.from(body, { objectMode: false });
}

function compressed(pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gzip = createGzip({ level: 1 });
  // An error on either side destroys gzip, which the reader sees.
  return pipeline(Readable.from(pieces), gzip, () => undefined);
}

async function* together(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < chunkBytes) continue;
    yield Buffer.concat(waiting, length);
    waiting = [];
    length = 0;
  }
  yield Buffer.concat(waiting, length);
}

/** A signal that aborts when the connection closes or the answer ends. */
function departureOf(ctx: Context): AbortSignal {
  const left = new AbortController();
  ctx.res.once('close', () => left.abort());
  return left.signal;
}

function answerJson(ctx: Context, code: number, body: object): void {
  ctx.status = code;
  ctx.body = Buffer.from(`${JSON.stringify(body)}\n`);
  ctx.set('Content-Type', 'application/json');
}

/** For unknown paths the API server answers in plain text. */
function answerUnknownPath(ctx: Context): void {
  ctx.status = 404;
  ctx.body = '404 page not found\n';
}

/** The query parameters; of a repeated one the first value. */
function queryOf(ctx: Context): Query {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(ctx.querystring)) query[name] ??= value;
  return query;
}
