// A TCP proxy that remembers what a server sent: what was on the wire, not what anyone made of it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Tap {
  readonly url: string;
  /** All bytes that came from the server since the last `forget`. */
  bytes(): Buffer;
  forget(): void;
  /** Breaks all connections off. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a tap on the way to a server on loopback. */
export async function openTap(target: string): Promise<Tap> {
  const { hostname, port } = new URL(target);
  let seen: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      // A connection that breaks is what these tests are about.
      socket.on('error', () => other.destroy());
    }
    // What is compressed would hide what it says.
    client.on('data', (bytes: Buffer) =>
      upstream.write(bytes.toString('latin1').replace(/accept-encoding: gzip\r\n/i, ''), 'latin1'),
    );
    upstream.on('data', (bytes: Buffer) => {
      seen.push(bytes);
      client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => Buffer.concat(seen),
    forget: () => {
      seen = [];
    },
    cut,
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
