// A proxy as small as can be, for tests: CONNECT and plain requests, with or without a login.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { certificate, key } from './certificate.ts';

export interface TestProxyOptions {
  /** The port of 127.0.0.1 at which every host is found. */
  readonly port: number;
  /** NAME:PASSWORD, without which nothing passes. */
  readonly login?: string;
  /** Speaks TLS itself, with the certificate of the tests. */
  readonly tls?: boolean;
  /** Answers CONNECT so in place of making a connection; 0 for never. */
  readonly status?: number;
}

export class TestProxy {
  /** What was asked for: `CONNECT host:port`, or a method with a whole URL. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #options: TestProxyOptions;
  readonly #sockets = new Set<Duplex>();

  static async listen(options: TestProxyOptions): Promise<TestProxy> {
    const proxy = new TestProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(options: TestProxyOptions) {
    this.#options = options;
    this.#server = options.tls ? createTlsServer({ key, cert: certificate }) : createServer();
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
    this.#server.on('connect', (asked: IncomingMessage, socket: Socket) => {
      this.#connect(asked, socket);
    });
    this.#server.on('request', (asked: IncomingMessage, answer) => {
      this.asked.push(`${asked.method} ${asked.url}`);
      if (!this.#admits(asked)) return void answer.writeHead(407).end();
      const { pathname, search } = new URL(asked.url ?? '');
      const { 'proxy-authorization': _, ...headers } = asked.headers;
      const to = { port: options.port, path: pathname + search, method: asked.method, headers };
      const passed = request(to, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      asked.pipe(passed);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #admits({ headers }: IncomingMessage): boolean {
    const { login } = this.#options;
    const expected = login && `Basic ${Buffer.from(login).toString('base64')}`;
    return headers['proxy-authorization'] === expected;
  }

  #connect(asked: IncomingMessage, socket: Socket): void {
    this.asked.push(`CONNECT ${asked.url}`);
    const { port, status = 200 } = this.#options;
    if (status === 0) return;
    const answered = this.#admits(asked) ? status : 407;
    if (answered !== 200) return void socket.end(`HTTP/1.1 ${answered} No\r\n\r\n`);
    const server = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(socket).pipe(server);
    });
    this.#keep(server);
    server.on('close', () => socket.destroy());
    socket.on('close', () => server.destroy());
  }
}
