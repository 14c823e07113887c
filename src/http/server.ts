// Listening, time-outs and a graceful end for one port; what is served there is the app's business.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { StartError } from '../errors.ts';
import type { Logger } from '../log.ts';

const connectionsMax = 512;
/** The request line with its URL, and all headers together; more is answered with 431. */
const headBytesMax = 16 * 1024;
const headersMax = 100;
/** A connection that is to end is kept for a request that may be on its way to us. */
const lingerMs = 250;
/** Before a port closes, those who wait for it to accept them are accepted for as long as this. */
const acceptMsMax = 1_000;
/** How often Node looks for requests that are over their time to arrive. */
const timeoutCheckMs = 1_000;

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The flags that `host` and `port` come from, for the sentence that says they do not work. */
  readonly flags: { readonly host: string; readonly port: string };
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the server; that of `node:http` where not given. */
  readonly createServer?:
    | ((options: ServerOptions, listener: RequestListener) => Server)
    | undefined;
}

/** Longest times in milliseconds; 0 is no limit. */
export interface Timeouts {
  /** To read a request. */
  readonly readMs: number;
  /** To read a request's headers. */
  readonly headersMs: number;
  /** To write a response, from the end of its request's headers. */
  readonly writeMs: number;
  /** To keep a connection with nothing on it. */
  readonly idleMs: number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Ends the connections that are kept open: busy ones with their response, idle ones soon. */
  letGo(): void;
  /**
   * Accepts no more, lets all connections go, and resolves when they have ended; responses that
   * take longer than `graceMs` are cut off.
   */
  close(graceMs: number): Promise<void>;
}

/** Serves `app`; a host or port that cannot be had is a StartError that names its flag. */
export async function listen(app: Koa, options: ListenOptions): Promise<Listening> {
  const { clock, log } = options;
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (clientLeft.has(error.code ?? '')) log.debug({ code: error.code }, 'client went away');
    else log.error({ err: error }, 'request failed');
  });
  const server = (options.createServer ?? createServer)(limits(options.timeouts), app.callback());
  server.maxConnections = connectionsMax;
  server.maxHeadersCount = headersMax;
  let closing = false;
  const kept = new KeptConnections(clock);
  server.prependListener('request', (request, response) => {
    const ended = new AbortController();
    const { socket } = request;
    kept.began(socket, response);
    response.once('close', () => {
      ended.abort();
      kept.ended(socket, response);
    });
    // No page wants a body: what a client sends of one beyond a buffer is never read.
    if (closing || hasBody(request)) response.setHeader('Connection', 'close');
    if (options.timeouts.writeMs > 0) void cutOffSlowReader(request, ended.signal, options);
  });
  const address = await bind(server, options);
  server.on('error', (error) => log.error({ err: error }, 'server failed'));
  const letGo = (): void => kept.letGo();
  const close = async (graceMs: number): Promise<void> => {
    await takeWaiting(server, clock);
    closing = true;
    const ended = new AbortController();
    // That of node:http would end idle connections at once, and lose what is on its way on them.
    NetServer.prototype.close.call(server, () => ended.abort());
    kept.letGo();
    void endUnused(server, clock, ended.signal);
    await clock.sleep(graceMs, ended.signal);
    if (!ended.signal.aborted) log.warn({ graceMs }, 'cutting off responses that take too long');
    server.closeAllConnections();
    // It listens no more; this ends its look for requests that take too long.
    server.close();
  };
  return { host: address.address, port: address.port, letGo, close };
}

/**
 * Accepts the connections that the kernel has made already, which would be reset: Node takes one of
 * them in each turn. A turn may be the rest of one, so it takes two to know that there is none.
 */
async function takeWaiting(server: Server, clock: Clock): Promise<void> {
  const endMs = clock.now() + acceptMsMax;
  let turns = 0;
  const taken = (): void => {
    turns = 0;
  };
  server.on('connection', taken);
  while (turns < 2 && clock.now() < endMs) {
    turns++;
    await clock.turn();
  }
  server.off('connection', taken);
}

/** Ends the connections on which no request has come, if none comes in time. */
async function endUnused(server: Server, clock: Clock, closed: AbortSignal): Promise<void> {
  await clock.sleep(lingerMs, closed);
  await clock.turn();
  server.closeIdleConnections();
}

/**
 * Connections that had a request, so that each can be told to end between two. One whose first
 * request is still to come is left alone: its client would not try again, as it does on a kept one.
 */
class KeptConnections {
  readonly #clock: Clock;
  /** The last response on each that is under way, or undefined where the connection is idle. */
  readonly #responses = new Map<Socket, ServerResponse | undefined>();
  readonly #going = new WeakSet<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request has come. */
  began(socket: Socket, response: ServerResponse): void {
    if (!this.#responses.has(socket)) socket.once('close', () => this.#responses.delete(socket));
    this.#responses.set(socket, response);
    if (this.#going.has(socket)) response.setHeader('Connection', 'close');
  }

  /** A response has ended. */
  ended(socket: Socket, response: ServerResponse): void {
    // A client may send requests ahead; they are answered one after the other.
    if (socket.destroyed || this.#responses.get(socket) !== response) return;
    this.#responses.set(socket, undefined);
    if (this.#going.has(socket)) void this.#endSoon(socket);
  }

  letGo(): void {
    for (const [socket, response] of this.#responses) {
      this.#going.add(socket);
      if (response === undefined) void this.#endSoon(socket);
      else if (!response.headersSent) response.setHeader('Connection', 'close');
    }
  }

  /** Ends an idle connection, unless a request comes in time; its response then ends it. */
  async #endSoon(socket: Socket): Promise<void> {
    const closed = new AbortController();
    socket.once('close', () => closed.abort());
    await this.#clock.sleep(lingerMs, closed.signal);
    // What came while we had no CPU is read before this resolves.
    await this.#clock.turn();
    if (this.#responses.get(socket) === undefined) socket.destroySoon();
  }
}

/** How it shows that a client has left before its response ended. */
const clientLeft = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

function limits({ readMs, headersMs, idleMs }: Timeouts): ServerOptions {
  return {
    requestTimeout: readMs,
    // Node refuses a longer time for the headers than for the whole request.
    headersTimeout: readMs > 0 && headersMs > 0 ? Math.min(readMs, headersMs) : headersMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: timeoutCheckMs,
    maxHeaderSize: headBytesMax,
  };
}

/** A client that reads too slowly would keep its snapshot in memory for as long as it likes. */
async function cutOffSlowReader(
  request: IncomingMessage,
  ended: AbortSignal,
  { timeouts: { writeMs }, clock, log }: ListenOptions,
): Promise<void> {
  await clock.sleep(writeMs, ended);
  if (ended.aborted) return;
  log.warn({ url: request.url, writeMs }, 'cut off a response that took too long to write');
  request.socket.destroy();
}

async function bind(server: Server, options: ListenOptions): Promise<AddressInfo> {
  const { host, port } = options;
  try {
    return await bindOnce(server, host, port);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // The default host stands for every address: without IPv6 that is every one of IPv4.
    if (host === '::' && noSuchAddress.has(code))
      return bind(server, { ...options, host: '0.0.0.0' });
    throw new StartError(sentenceFor(code, error as Error, options), { cause: error });
  }
}

const noSuchAddress = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'ENOTFOUND']);

function bindOnce(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

function sentenceFor(code: string, error: Error, { host, port, flags }: ListenOptions): string {
  if (code === 'EADDRINUSE') {
    return (
      `${flags.port}: expected a free port, but another program listens on port ${port} ` +
      `of ${host}; end it, or name another port with ${flags.port}`
    );
  }
  if (code === 'EACCES') {
    return (
      `${flags.port}: expected a port that this user may open, got ${port}; ` +
      `name one above 1023 with ${flags.port}`
    );
  }
  if (noSuchAddress.has(code)) {
    return (
      `${flags.host}: expected an address of this machine, got ${host}; ` +
      `name one of its addresses with ${flags.host}`
    );
  }
  return `${flags.port}: cannot listen on port ${port} of ${host}: ${error.message}`;
}
