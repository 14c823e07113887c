// From idle to as many events as a real API server makes: no watch is lost, no change is late.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Api, type Place } from '../../bench/lib/api.ts';
import { type Cluster, clusterOf } from '../../bench/lib/cluster.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { formatNumber } from '../../src/metrics/text.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { Exporter } from './exporter.ts';

const OBJECTS = 2_000;
const NAMESPACE = 'bursts';
const IDLE_MS = 5_000;
const BURST_MS = 10_000;
/** After a burst the delay is within a second again in this time. */
const CALM_MS = 10_000;
const SAMPLE_EVERY_MS = 250;
/** Of what one write takes to show in a scrape, the share that must be within the bound. */
const FRESH_SHARE = 0.99;
const FRESH_MAX_MS = 1_000;
const FRESH_WRITES = 100;
const FRESH_EVERY_MS = 97;
const SCRAPE_EVERY_MS = 20;

const placeOf = (index: number): Place => ({
  resource: 'configmaps',
  namespace: NAMESPACE,
  name: `of-burst-${index}`,
});

const objectOf = (place: Place): ApiObject =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: place.name, namespace: place.namespace },
  }) as ApiObject;

/** The series that shows which version of a ConfigMap is served. */
function lineOf({ metadata: { namespace, name, resourceVersion } }: ApiObject): string {
  const labels = `namespace="${namespace}",configmap="${name}"`;
  const value = formatNumber(Number(resourceVersion));
  return `kube_configmap_metadata_resource_version{${labels}} ${value}\n`;
}

describe('bursts of events from a real API server', function () {
  this.timeout(300_000);

  let server: RealCluster;
  let cluster: Cluster;
  let api: Api;
  let exporter: Exporter;

  before(async () => {
    server = await startApiServer();
    cluster = clusterOf(server);
    api = new Api(cluster);
    await server.must('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    const places = Array.from({ length: OBJECTS }, (_, index) => placeOf(index));
    await inTurns(places, (place) => api.create(place, objectOf(place)));
    exporter = await Exporter.start(server.kubeconfig());
  });

  after(async () => {
    await exporter?.stop();
    await api?.close();
    await server?.stop();
  });

  const restarts = (): Promise<number> => exporter.own('kube_state_metrics_watch_restarts_total');
  const relists = (): Promise<number> => exporter.own('kube_state_metrics_relists_total');
  const delayMs = async (): Promise<number> =>
    1_000 * (await exporter.own('kube_state_metrics_store_staleness_seconds'));

  it('cost no watch and no list, and all is served within a second soon after', async () => {
    const before = [await relists(), await restarts()];
    await sleep(IDLE_MS);
    const began = performance.now();
    let longestMs = 0;
    const sampling = (async () => {
      while (performance.now() - began < BURST_MS) {
        longestMs = Math.max(longestMs, await delayMs());
        await sleep(SAMPLE_EVERY_MS);
      }
    })();
    let made = 0;
    const writes = function* (): Generator<number> {
      for (; performance.now() - began < BURST_MS; made++) yield made;
    };
    await inTurns(writes(), (index) =>
      api.patch(placeOf(index % OBJECTS), { metadata: { annotations: { index: `${index}` } } }),
    );
    await sampling;
    await sleep(CALM_MS);
    const afterMs = await delayMs();
    process.stdout.write(
      `    ${Math.round((1_000 * made) / BURST_MS)} events a second for ${BURST_MS / 1_000} s; ` +
        `the delay was ${longestMs.toFixed(0)} ms at the most, then ${afterMs.toFixed(0)} ms\n`,
    );
    expect([await relists(), await restarts()], 'lists and watches').to.deep.equal(before);
    expect(afterMs).to.be.below(FRESH_MAX_MS);
    const served = await exporter.scrape();
    const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
    const { items } = await server.must<{ items: readonly ApiObject[] }>('GET', path);
    const missing = items.filter((one) => !served.includes(lineOf(one)));
    expect(missing.map(({ metadata }) => metadata.name)).to.deep.equal([]);
  });

  it('are no matter for single changes: a scrape shows each within a second', async () => {
    const place = { ...placeOf(0), name: 'fresh' };
    await api.create(place, objectOf(place));
    const tookMs: number[] = [];
    for (let write = 0; write < FRESH_WRITES; write++) {
      await sleep(FRESH_EVERY_MS);
      const annotations = { write: `${write}` };
      const changed = (await api.patch(place, { metadata: { annotations } })) as ApiObject;
      const written = performance.now();
      while (!(await exporter.scrape('gzip')).includes(lineOf(changed)))
        await sleep(SCRAPE_EVERY_MS);
      tookMs.push(performance.now() - written);
    }
    tookMs.sort((one, other) => one - other);
    const bound = tookMs[Math.ceil(FRESH_SHARE * FRESH_WRITES) - 1] as number;
    process.stdout.write(
      `    ${FRESH_WRITES} changes showed after ${tookMs[0]?.toFixed(0)} to ` +
        `${tookMs.at(-1)?.toFixed(0)} ms, 99 % of them within ${bound.toFixed(0)} ms\n`,
    );
    expect(bound).to.be.below(FRESH_MAX_MS);
  });
});
