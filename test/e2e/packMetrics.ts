// Serves on loopback what the packs give of their samples, as Prometheus would scrape it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { packNames } from '../../src/custom/packs.ts';
import { sampleExposition } from '../custom/packSamples.ts';

export interface PackMetrics {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server that answers every path with the recorded exposition of all packs. */
export async function startPackMetrics(): Promise<PackMetrics> {
  const text = packNames.map(sampleExposition).join('');
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(text);
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
