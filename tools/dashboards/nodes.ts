// Makes up what node_exporter would tell of each node of the demo, as the pictures show it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Nodes {
  readonly port: number;
  stop(): Promise<void>;
}

const CORES = 4;
const MEMORY_BYTES = 64 * 2 ** 30;

/** Serves on loopback CPU and memory of the node whose number is the path: `/3`. */
export async function startNodes(): Promise<Nodes> {
  const server = createServer(({ url = '/0' }, response) => {
    const used = 0.2 + 0.12 * (Number(url.slice(1)) || 0);
    const idle = (process.uptime() * (1 - used)).toFixed(3);
    const cores = Array.from(
      { length: CORES },
      (_, cpu) => `node_cpu_seconds_total{cpu="${cpu}",mode="idle"} ${idle}\n`,
    );
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      `${cores.join('')}node_memory_MemTotal_bytes ${MEMORY_BYTES}\n` +
        `node_memory_MemAvailable_bytes ${MEMORY_BYTES * (1 - used * 0.8)}\n`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
