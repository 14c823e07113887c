// A SOCKS 5 proxy as small as can be, for tests; with or without a login.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const [version, ipv4, name, ipv6] = [5, 1, 3, 4];

/** Listens on loopback; all hosts are found at `port` of 127.0.0.1. */
export async function listenSocks(port: number, login?: string) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  };
  const next = async (socket: Socket): Promise<Buffer> =>
    ((await once(socket, 'data')) as [Buffer])[0];

  async function serve(socket: Socket): Promise<void> {
    const methods = (await next(socket)).subarray(2);
    const method = login === undefined ? 0 : 2;
    socket.write(Buffer.from([version, methods.includes(method) ? method : 0xff]));
    if (!methods.includes(method)) return void socket.end();
    if (login !== undefined) {
      const given = await next(socket);
      const nameBytes = given[1] ?? 0;
      const words = [given.subarray(2, 2 + nameBytes), given.subarray(3 + nameBytes)];
      const right = words.join(':') === login;
      socket.write(Buffer.from([1, right ? 0 : 1]));
      if (!right) return void socket.end();
    }
    const request = await next(socket);
    asked.push(`${hostIn(request)}:${request.readUInt16BE(request.length - 2)}`);
    const server = connect(port, '127.0.0.1', () => {
      socket.write(Buffer.from([version, 0, 0, ipv4, 127, 0, 0, 1, 0, 0]));
      server.pipe(socket).pipe(server);
    });
    keep(server);
    server.on('close', () => socket.destroy());
  }

  const server = createServer((socket) => {
    keep(socket);
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    port: (server.address() as AddressInfo).port,
    async close(): Promise<void> {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function hostIn(request: Buffer): string {
  const [kind] = request.subarray(3);
  if (kind === name) return request.subarray(5, -2).toString();
  if (kind === ipv6) return `[${request.subarray(4, -2).toString('hex')}]`;
  return request.subarray(4, -2).join('.');
}
