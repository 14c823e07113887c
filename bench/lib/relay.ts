// Relay passes connections on to an API server, and counts the bytes that it answers.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Cluster } from './cluster.ts';

/** In front of one cluster; TLS passes through it as it is. */
export class Relay {
  /** Bytes of the server so far, as they are on the wire. */
  bytes = 0;
  readonly cluster: Cluster;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(cluster: Cluster, server: Server, sockets: Set<Socket>) {
    this.cluster = cluster;
    this.#server = server;
    this.#sockets = sockets;
  }

  static async before(cluster: Cluster): Promise<Relay> {
    const { hostname, port, protocol } = new URL(cluster.url);
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(port) });
      upstream.on('data', ({ length }) => {
        relay.bytes += length;
      });
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.pipe(other);
        // Either end may go at any time; the other one goes with it.
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as AddressInfo;
    const stop = async (): Promise<void> => undefined;
    const through = { ...cluster, url: `${protocol}//127.0.0.1:${address.port}`, stop };
    const relay = new Relay(through, server, sockets);
    return relay;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}
