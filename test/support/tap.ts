// A TCP proxy that remembers what a server sent: what was on the wire, not what anyone made of it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Tap {
  readonly url: string;
  /** All bytes that came from the server since the last `forget`. */
  bytes(): Buffer;
  forget(): void;
  /** Loses all bytes of both sides, while connections stand, until `release` breaks them. */
  hold(): void;
  release(): void;
  /** Breaks all connections off. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a tap without TLS on the way to a server on loopback, which may have it, by `ca`. */
export async function openTap(target: string, ca?: string): Promise<Tap> {
  const { protocol, hostname, port } = new URL(target);
  let seen: Buffer[] = [];
  const sockets = new Set<Socket>();
  let held = false;
  /** What does nothing while the tap is held: its bytes are lost, and its ends are not seen. */
  const pass = (forward: () => void): void => {
    if (!held) forward();
  };
  const server = createServer((client) => {
    const upstream =
      protocol === 'https:'
        ? connectTls({ host: hostname, port: Number(port), ca })
        : connect(Number(port), hostname);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        pass(() => other.destroySoon());
      });
      // A connection that breaks is what these tests are about.
      socket.on('error', () => pass(() => other.destroy()));
    }
    // What is compressed would hide what it says.
    client.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1').replace(/accept-encoding: gzip\r\n/i, '');
      pass(() => upstream.write(text, 'latin1'));
    });
    upstream.on('data', (bytes: Buffer) =>
      pass(() => {
        seen.push(bytes);
        client.write(bytes);
      }),
    );
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
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
      cut();
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
