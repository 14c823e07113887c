// What tests of the metrics port share: ports on stores with some pods, and an observer.
import { type MetricsAppOptions, metricsApp } from '../../src/http/metrics.ts';
import type { ResourceStatus } from '../../src/http/readiness.ts';
import type { Listening } from '../../src/http/server.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import type { Stores } from '../../src/store/types.ts';
import { openPlainStores } from '../store/plain.ts';
import { TestClock } from '../support/clock.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { serve } from './harness.ts';

export const padding = 'x'.repeat(1_000);

export const renderer = (family: string): Renderer =>
  textRenderer([family], ({ metadata: { name } }) => [
    `${family}{name="${name}",padding="${padding}"} 1\n`,
  ]);

export const storesOf = (pods: number): Stores => {
  const stores = openPlainStores(
    new Map([
      ['nodes', renderer('kube_node_info')],
      ['pods', renderer('kube_pod_info')],
      ['services', renderer('kube_service_info')],
    ]),
  );
  stores.byResource.get('nodes')?.put({ metadata: { name: 'one' } });
  stores.byResource.get('services')?.put({ metadata: { name: 'one' } });
  for (let i = 0; i < pods; i++) stores.byResource.get('pods')?.put({ metadata: { name: `${i}` } });
  return stores;
};

export const synced: ResourceStatus = {
  resource: 'pods',
  synced: true,
  refused: false,
  detail: '',
};
export const waiting: ResourceStatus = { ...synced, synced: false };

/** Keeps what the app tells of its scrapes. */
export class Seen {
  readonly requests: [string, number][] = [];
  readonly inFlights: number[] = [];
  rejections = 0;
  cut = 0;

  request(method: string, seconds: number): void {
    this.requests.push([method, seconds]);
  }

  inFlight(count: number): void {
    this.inFlights.push(count);
  }

  cutOff(scrapes: number): void {
    this.cut += scrapes;
  }

  rejected(): void {
    this.rejections++;
  }
}

/** Metrics ports; `closeAll` closes those that are open. */
export class MetricsPorts {
  readonly #opened: Listening[] = [];

  readonly open = async (options: Partial<MetricsAppOptions> = {}): Promise<number> => {
    const app = metricsApp({
      stores: storesOf(3),
      readiness: () => [synced],
      serveBeforeSync: false,
      gzip: true,
      observer: new Seen(),
      version: '1.2.3',
      telemetryPort: 8081,
      clock: new TestClock(),
      ...options,
    });
    const listening = await serve(app);
    this.#opened.push(listening);
    return listening.port;
  };

  async closeAll(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((listening) => listening.close(0)));
  }
}
