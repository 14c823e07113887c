// Connections limits the open connections of one port, and takes their requests one at a time.
import type { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { LogInterval } from '../lib/logThrottle.ts';

/** Beyond so many, a new connection closes the one that has been idle longest. */
export const connectionsMax = 512;
/** Where none is idle, so many more are accepted, each for one probe. */
export const probeConnectionsMax = 64;
/** Pipelined requests per connection; only an attacker sends more. */
const pipelinedMax = 128;
/** A reached limit is logged at most so often. */
const logMs = 60_000;

/** What happened to a connection beyond a limit; values of a label. */
export type LimitOutcome = 'closed-idle' | 'turned-away' | 'refused' | 'sent-ahead';

/** Counts connections for the self-metrics. */
export interface ConnectionObserver {
  /** So many are open now. */
  open(count: number): void;
  /** A limit was reached. */
  limited(what: LimitOutcome): void;
}

export interface ConnectionsOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Logger, 'warn'>;
  /** The port, for the log. */
  readonly port: () => number;
  readonly observer?: ConnectionObserver | undefined;
}

interface Connection {
  /** The accepted socket; under TLS, requests come by another. */
  readonly socket: Socket;
  readonly address: string;
  /** It is beyond the limit, and only a probe is answered. */
  probesOnly: boolean;
  /** A response is being made or written. */
  busy: boolean;
  /** Starts the answers to pipelined requests, in order. */
  readonly pipelined: (() => void)[];
}

/** How a request is to be answered. */
export interface Admission {
  /** The connection is beyond the limit: only a probe is answered, and it closes after that. */
  readonly probesOnly: boolean;
  /** It came before the previous request was answered. */
  readonly pipelined: boolean;
}

/** The open connections by address, the idle ones in order of their last response. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #byAddress = new Map<string, Connection>();
  readonly #bySocket = new WeakMap<Socket, Connection>();
  /** Connections without a request, the longest idle first. */
  readonly #idle = { ordinary: new Set<Connection>(), probesOnly: new Set<Connection>() };
  #probesOnlyCount = 0;
  readonly #counts = new Map<LimitOutcome, number>();
  readonly #line: LogInterval;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#line = new LogInterval(options.clock, logMs);
  }

  /** Admits a new connection, closes an idle one for it, or refuses it. */
  connected(socket: Socket): void {
    const address = addressOf(socket);
    // The client has left already.
    if (address === undefined) return void socket.destroy();
    const connection = { socket, address, probesOnly: false, busy: false, pipelined: [] };
    if (!this.#admit(connection)) {
      this.#limited('refused');
      return void socket.destroy();
    }
    this.#byAddress.set(address, connection);
    this.#idleOf(connection).add(connection);
    this.#options.observer?.open(this.#byAddress.size);
    socket.once('close', () => this.#remove(connection));
  }

  /**
   * Calls `answer` for a request once the previous ones on its connection are answered; never if
   * the connection closes first. `responded` must be called when the response is closed.
   */
  requested(socket: Socket, answer: (admission: Admission) => void): void {
    const connection = this.#connectionOf(socket);
    if (connection === undefined || socket.destroyed) return void socket.destroy();
    if (connection.pipelined.length >= pipelinedMax) {
      this.#limited('sent-ahead');
      return void socket.destroy();
    }
    const pipelined = connection.busy;
    const begin = (): void => {
      this.#promote(connection);
      answer({ probesOnly: connection.probesOnly, pipelined });
    };
    if (pipelined) return void connection.pipelined.push(begin);
    connection.busy = true;
    this.#idleOf(connection).delete(connection);
    begin();
  }

  /** A request was rejected because its connection is beyond the limit. */
  rejected(): void {
    this.#limited('turned-away');
  }

  /** A response is closed: starts the next one on its connection, or marks that idle. */
  responded(socket: Socket): void {
    const connection = this.#bySocket.get(socket);
    // Pipelined requests behind the last response of a closing connection are dropped.
    if (connection === undefined || socket.destroyed || socket.writableEnded) return;
    if (this.#byAddress.get(connection.address) !== connection) return;
    const next = connection.pipelined.shift();
    if (next === undefined) {
      connection.busy = false;
      this.#idleOf(connection).add(connection);
    } else next();
  }

  /** A connection beyond the limit becomes an ordinary one, where there is room by now. */
  #promote(connection: Connection): void {
    if (!connection.probesOnly || this.#ordinaryCount >= connectionsMax) return;
    connection.probesOnly = false;
    this.#probesOnlyCount--;
  }

  /** Whether a connection is admitted; an idle one is closed for it where necessary. */
  #admit(connection: Connection): boolean {
    if (this.#ordinaryCount < connectionsMax) return true;
    if (this.#closeIdle(this.#idle.ordinary)) return true;
    const full = this.#probesOnlyCount >= probeConnectionsMax;
    if (full && !this.#closeIdle(this.#idle.probesOnly)) return false;
    connection.probesOnly = true;
    this.#probesOnlyCount++;
    return true;
  }

  #closeIdle(idle: ReadonlySet<Connection>): boolean {
    const [longest] = idle;
    if (longest === undefined) return false;
    this.#limited('closed-idle');
    this.#remove(longest);
    longest.socket.destroy();
    return true;
  }

  /** Drops a closed connection; one that was closed here is dropped already. */
  #remove(connection: Connection): void {
    const { address } = connection;
    if (this.#byAddress.get(address) === connection) this.#byAddress.delete(address);
    this.#idleOf(connection).delete(connection);
    connection.pipelined.length = 0;
    if (connection.probesOnly) this.#probesOnlyCount--;
    connection.probesOnly = false;
    this.#options.observer?.open(this.#byAddress.size);
  }

  get #ordinaryCount(): number {
    return this.#byAddress.size - this.#probesOnlyCount;
  }

  #idleOf({ probesOnly }: Connection): Set<Connection> {
    return probesOnly ? this.#idle.probesOnly : this.#idle.ordinary;
  }

  #connectionOf(socket: Socket): Connection | undefined {
    const known = this.#bySocket.get(socket);
    if (known !== undefined) return known;
    const connection = this.#byAddress.get(addressOf(socket) ?? '');
    if (connection !== undefined) this.#bySocket.set(socket, connection);
    return connection;
  }

  #limited(what: LimitOutcome): void {
    const { log, port, observer } = this.#options;
    observer?.limited(what);
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    this.#line.write(() => {
      const counts = Object.fromEntries(this.#counts);
      this.#counts.clear();
      log.warn({ port: port(), ...counts }, 'connection limit reached');
    });
  }
}

/** Both ends of a connection, which a TCP socket and the TLS socket above it share. */
function addressOf(socket: Socket): string | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined) return undefined;
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
