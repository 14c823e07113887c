// listen opens one port: connections, time-outs, and a close that loses no request.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import type { Clock } from '../lib/clock.ts';
import { type ErrorFields, StartError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { isProbe, retryAfterSeconds } from './app.ts';
import { type Admission, type ConnectionObserver, Connections } from './connections.ts';
import { RequestQueue } from './requestQueue.ts';
import { pathOfTarget } from './requestTarget.ts';

/** The request line with its URL, and all headers together; more is answered with 431. */
const headBytesMax = 16 * 1024;
const headersMax = 100;
/** The kernel's queue of connections to accept; net.core.somaxconn may allow fewer. */
const backlogMax = 4_096;
/** A draining connection stays open so long, for a request that may be on its way. */
const lingerMs = 250;
/** Before a port closes, its backlog is accepted for at most this long. */
const acceptBacklogMsMax = 1_000;
/** How often Node checks for requests that arrive too slowly. */
const timeoutCheckMs = 1_000;

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The flags that `host` and `port` come from, for errors. */
  readonly flags: { readonly host: string; readonly port: string };
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer?: ConnectionObserver | undefined;
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
  /** To make and write a response, from when its request is started. */
  readonly writeMs: number;
  /** To keep an idle connection open. */
  readonly idleMs: number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Closes kept-alive connections: busy ones after their response, idle ones soon. */
  drainConnections(): void;
  /**
   * Stops accepting, drains all connections, and resolves when they are closed; responses that take
   * longer than `graceMs` are cut off.
   */
  close(graceMs: number): Promise<void>;
}

/** Serves `app`; a StartError names the flag of a host or port that cannot be used. */
export async function listen(app: Koa, options: ListenOptions): Promise<Listening> {
  const { clock, log } = options;
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (disconnected.has(error.code ?? '')) log.debug({ code: error.code }, 'client disconnected');
    else log.error({ err: error }, 'request failed');
  });
  const connections = new Connections({ ...options, port: () => address.port });
  const queue = new RequestQueue(clock);
  const handle = app.callback();
  let closing = false;
  const keepAlive = new KeepAliveConnections(clock);
  const listener: RequestListener = (request, response) => {
    const { socket } = request;
    const ended = new AbortController();
    keepAlive.responseStarted(socket, response);
    // One listener for all purposes: Node warns of more than ten, and koa and streams add theirs.
    response.once('close', () => {
      // With a reason, because Node makes an error with a stack where there is none.
      ended.abort('closed');
      keepAlive.responseEnded(socket, response);
      connections.responded(socket);
    });
    // No page reads a body, so a connection with one cannot be kept.
    if (closing || hasBody(request)) response.setHeader('Connection', 'close');
    connections.requested(socket, (admission) => {
      const answer = (): void => {
        if (ended.signal.aborted) return;
        if (options.timeouts.writeMs > 0) void cutOffSlowReader(request, ended.signal, options);
        if (isAdmitted(request, response, admission, log)) void handle(request, response);
        else if (admission.probesOnly) connections.rejected();
      };
      // Probes have short time-outs and skip the queue; no kubelet pipelines them.
      if (isProbeRequest(request) && !admission.pipelined) answer();
      else queue.enqueue(answer);
    });
  };
  const server = (options.createServer ?? createServer)(limits(options.timeouts), listener);
  server.maxHeadersCount = headersMax;
  server.on('connection', (socket) => {
    queue.connectionAccepted();
    connections.connected(socket);
  });
  server.on('connect', (request, socket) => refuseTunnel(request, socket, log));
  const address = await bind(server, options);
  server.on('error', (error) => log.error({ err: error }, 'server failed'));
  const drainConnections = (): void => keepAlive.drain();
  const close = async (graceMs: number): Promise<void> => {
    await acceptBacklog(server, clock);
    closing = true;
    const ended = new AbortController();
    // close() of node:http would close idle connections at once, and lose requests on their way.
    NetServer.prototype.close.call(server, () => ended.abort());
    keepAlive.drain();
    void closeUnused(server, clock, ended.signal);
    await clock.sleep(graceMs, ended.signal);
    if (!ended.signal.aborted) log.warn({ graceMs }, 'cutting off responses that take too long');
    server.closeAllConnections();
    // The port is closed already; this stops the check for slow requests.
    server.close();
  };
  return { host: address.address, port: address.port, drainConnections, close };
}

/**
 * Accepts the kernel's backlog, which would be reset otherwise. Node accepts one connection per
 * turn of the event loop; the first turn may be incomplete, so two turns without any are awaited.
 */
async function acceptBacklog(server: Server, clock: Clock): Promise<void> {
  const endMs = clock.now() + acceptBacklogMsMax;
  let turns = 0;
  const accepted = (): void => {
    turns = 0;
  };
  server.on('connection', accepted);
  while (turns < 2 && clock.now() < endMs) {
    turns++;
    await clock.turn();
  }
  server.off('connection', accepted);
}

/** Closes connections without a request, unless one comes in time. */
async function closeUnused(server: Server, clock: Clock, closed: AbortSignal): Promise<void> {
  await clock.sleep(lingerMs, closed);
  await clock.turn();
  server.closeIdleConnections();
}

/**
 * KeepAliveConnections drains connections between two requests. A connection before its first
 * request is not drained: clients retry only on kept-alive connections.
 */
class KeepAliveConnections {
  readonly #clock: Clock;
  /** The response in progress on each; undefined where the connection is idle. */
  readonly #responses = new Map<Socket, ServerResponse | undefined>();
  readonly #draining = new WeakSet<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request has arrived. */
  responseStarted(socket: Socket, response: ServerResponse): void {
    if (!this.#responses.has(socket)) socket.once('close', () => this.#responses.delete(socket));
    this.#responses.set(socket, response);
    if (this.#draining.has(socket)) response.setHeader('Connection', 'close');
  }

  /** A response has ended. */
  responseEnded(socket: Socket, response: ServerResponse): void {
    // With pipelined requests, another response may be in progress already.
    if (socket.destroyed || this.#responses.get(socket) !== response) return;
    this.#responses.set(socket, undefined);
    if (this.#draining.has(socket)) void this.#closeSoon(socket);
  }

  drain(): void {
    for (const [socket, response] of this.#responses) {
      this.#draining.add(socket);
      if (response === undefined) void this.#closeSoon(socket);
      else if (!response.headersSent) response.setHeader('Connection', 'close');
    }
  }

  /** Closes an idle connection; if a request comes in time, its response closes it. */
  async #closeSoon(socket: Socket): Promise<void> {
    const closed = new AbortController();
    socket.once('close', () => closed.abort());
    await this.#clock.sleep(lingerMs, closed.signal);
    // Requests that arrived while this thread was busy are read before this resolves.
    await this.#clock.turn();
    if (this.#responses.get(socket) === undefined) socket.destroySoon();
  }
}

/** Error codes of a client that disconnected before its response ended. */
const disconnected = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

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

/** Whether the app may answer; wrong targets and connections beyond the limit are answered here. */
function isAdmitted(
  request: IncomingMessage,
  response: ServerResponse,
  { probesOnly }: Admission,
  log: Logger,
): boolean {
  const target = request.url ?? '';
  const path = pathOfTarget(target);
  if (path === undefined) {
    log.debug({ target }, 'refused a request: its target is no path');
    const sentence = 'Expected a path like /metrics, or a URL with one, as the request target.';
    end(response, 400, sentence);
    return false;
  }
  request.url = path;
  if (!probesOnly) return true;
  response.setHeader('Connection', 'close');
  if (isProbeRequest(request)) return true;
  response.setHeader('Retry-After', String(retryAfterSeconds));
  end(response, 503, 'Too many connections are open, and none is idle.');
  return false;
}

const isProbeRequest = ({ url = '' }: IncomingMessage): boolean =>
  isProbe({ path: (pathOfTarget(url) ?? '').replace(/\?.*/, '') });

function end(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${sentence}\n`);
}

/** Answers CONNECT with 405; Node hands over the bare socket. */
function refuseTunnel({ url }: IncomingMessage, socket: Duplex, log: Logger): void {
  const sentence = 'CONNECT is not supported; use GET or HEAD.\n';
  socket.on('error', (err) => log.debug({ err }, 'client disconnected'));
  socket.end(
    `HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${sentence.length}\r\n\r\n${sentence}`,
    () => socket.destroy(),
  );
  log.debug({ target: url }, 'refused a CONNECT request');
}

/** A slow reader would keep its snapshot in memory. */
async function cutOffSlowReader(
  request: IncomingMessage,
  ended: AbortSignal,
  { timeouts: { writeMs }, clock, log }: ListenOptions,
): Promise<void> {
  await clock.sleep(writeMs, ended);
  if (ended.aborted) return;
  log.warn({ url: request.url, writeMs }, 'cut off a response: the client read too slowly');
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
    throw new StartError(factsOf(code, error as Error, options), { cause: error });
  }
}

const noSuchAddress = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'ENOTFOUND']);

function bindOnce(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: backlogMax }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

function factsOf(code: string, error: Error, { host, port, flags }: ListenOptions): ErrorFields {
  if (code === 'EADDRINUSE') {
    return {
      flag: flags.port,
      expected: 'a free port',
      got: `port ${port} of ${host}, on which another program listens`,
      hint: `end it, or name another port with ${flags.port}`,
    };
  }
  if (code === 'EACCES') {
    return {
      flag: flags.port,
      expected: 'a port that this user may open',
      got: String(port),
      hint: `name one above 1023 with ${flags.port}`,
    };
  }
  if (noSuchAddress.has(code)) {
    return {
      flag: flags.host,
      expected: 'an address of this machine',
      got: host,
      hint: `name one of its addresses with ${flags.host}`,
    };
  }
  return { flag: flags.port, expected: `to listen on port ${port} of ${host}`, got: error.message };
}
