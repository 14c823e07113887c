// A stand-in for a Service, which leads new connections to the pods of a label, and its scraper.
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * A cluster IP as kube-proxy makes it: a new connection goes to one of the ports that `endpoints`
 * names now, and stays with it; where there is none, it is refused.
 */
export class StandInService {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #turn = 0;

  constructor(endpoints: () => readonly number[]) {
    this.#server = createServer((client) => {
      const ports = endpoints();
      const port = ports[this.#turn++ % Math.max(1, ports.length)];
      if (port === undefined) return void client.resetAndDestroy();
      this.#join(client, connect(port, '127.0.0.1'));
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #join(client: Socket, pod: Socket): void {
    for (const [one, other] of [
      [client, pod],
      [pod, client],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        // What the other still has to send may still come.
        if (!other.destroyed) other.end();
      });
    }
  }
}

export interface Scrape {
  /** 0 where no answer came. */
  readonly status: number;
  readonly body: string;
  /** It went over a connection that had been used before. */
  readonly reused: boolean;
}

/** Scrapes one address for ever, as Prometheus does: over a connection that it keeps. */
export class Scraper {
  readonly scrapes: Scrape[] = [];
  readonly #port: number;
  readonly #agent: Agent;
  #ended = false;
  #running: Promise<void> = Promise.resolve();

  constructor(port: number, keepAlive: boolean) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive, maxSockets: 1 });
  }

  /** Scrapes again and again, with a pause between; `stop` ends it. */
  start(pause: () => Promise<unknown>): void {
    this.#running = (async () => {
      while (!this.#ended) {
        this.scrapes.push(await this.scrape());
        await pause();
      }
    })();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#running;
    this.#agent.destroy();
  }

  get failed(): Scrape[] {
    return this.scrapes.filter(({ status }) => status !== 200);
  }

  scrape(): Promise<Scrape> {
    return new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: this.#port, path: '/metrics', agent: this.#agent };
      const request = get(options, (response: IncomingMessage) => {
        const { statusCode: status = 0 } = response;
        const reused = request.reusedSocket;
        text(response).then(
          (body) => resolve({ status, body, reused }),
          (error: unknown) => resolve({ status: 0, body: String(error), reused }),
        );
      });
      request.on('error', (error) => {
        // A kept connection that ended as the request began: Go's client, too, takes a new one.
        if (request.reusedSocket) resolve(this.scrape());
        else resolve({ status: 0, body: String(error), reused: false });
      });
    });
  }
}
