// A StatefulSet of shards that grows and shrinks on a real API server, scraped all the while.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { until } from '../../tools/until.ts';
import { Exporter } from './exporter.ts';

const CONFIG_MAPS = 300;
const PODS = 60;
const LOOK_EVERY_MS = 50;
const CHANGE_TIMEOUT_MS = 30_000;
const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
const SET = `${SETS}/ksm`;

interface StatefulSet {
  readonly metadata: { readonly uid: string; readonly generation: number };
}

interface Metadata {
  readonly name: string;
  readonly ownerReferences?: readonly object[];
}

describe('shards of a StatefulSet on a real API server', function () {
  this.timeout(240_000);

  let server: RealCluster;
  /** What runs now, by its ordinal; a pod that is ended leaves as it is no longer scraped. */
  const shards = new Map<number, Exporter>();
  const all = new Set<string>();

  before(async () => {
    server = await startApiServer();
    const core = '/api/v1/namespaces/default';
    const labels = { app: 'ksm' };
    const template = { metadata: { labels }, spec: { containers } };
    const spec = { replicas: 2, serviceName: 'ksm', selector: { matchLabels: labels }, template };
    const set = await server.must<StatefulSet>('POST', SETS, { metadata: { name: 'ksm' }, spec });
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ksm', controller: true };
    const ownerReferences = [{ ...owner, uid: set.metadata.uid }];
    const create = async (resource: string, metadata: Metadata, more = {}) => {
      await server.must('POST', `${core}/${resource}`, { metadata, ...more });
      all.add(`${resource}/${metadata.name}`);
    };
    const pod = { spec: { containers } };
    for (let i = 0; i < 3; i++) await create('pods', { name: `ksm-${i}`, ownerReferences }, pod);
    for (let i = 0; i < PODS; i++) await create('pods', { name: `work-${i}` }, pod);
    for (let i = 0; i < CONFIG_MAPS; i++) await create('configmaps', { name: `map-${i}` });
    await reports(2);
  });

  after(async () => {
    for (const shard of shards.values()) await shard.stop();
    await server?.stop();
  });

  const containers = [{ name: 'main', image: 'example' }];

  /** What the StatefulSet's controller says: so many replicas are ready, by the latest spec. */
  async function reports(ready: number): Promise<void> {
    const { metadata } = await server.must<StatefulSet>('GET', SET);
    const status = { readyReplicas: ready, replicas: ready };
    await server.must('PATCH', `${SET}/status`, {
      status: { ...status, observedGeneration: metadata.generation },
    });
  }

  const scale = (replicas: number): Promise<unknown> =>
    server.must('PATCH', SET, { spec: { replicas } });

  async function begin(ordinal: number): Promise<void> {
    const place = [`--pod=ksm-${ordinal}`, '--pod-namespace=default'];
    const only = ['--resources=pods,configmaps', '--namespaces=default'];
    shards.set(ordinal, await Exporter.start(server.kubeconfig(), ...place, ...only));
  }

  /** What these shards together show, each object as often as it is shown. */
  async function shown(ordinals: Iterable<number> = shards.keys()): Promise<string[]> {
    const scraped = [...ordinals].map((ordinal) => (shards.get(ordinal) as Exporter).scrape());
    const info = /^kube_(pod|configmap)_info\{namespace="default",(?:pod|configmap)="(.*?)"/gm;
    return (await Promise.all(scraped)).flatMap((text) =>
      [...text.matchAll(info)].map(([, resource, name]) => `${resource}s/${name}`),
    );
  }

  /** Waits until these shards show every object, and each of them once. */
  const share = (what: string, ...ordinals: number[]): Promise<true> =>
    until(
      what,
      async () => {
        const objects = await shown(ordinals);
        return isAll(objects) && objects.length === all.size ? true : undefined;
      },
      CHANGE_TIMEOUT_MS,
    );

  const missing = (objects: readonly string[]): string[] => {
    const there = new Set(objects);
    return [...all].filter((object) => !there.has(object));
  };
  const isAll = (objects: readonly string[]): boolean => missing(objects).length === 0;

  it('grow to three and shrink to two, and no series is missing at any time', async () => {
    await Promise.all([begin(0), begin(1)]);
    await share('two shards share all objects', 0, 1);
    const short: string[] = [];
    let looks = 0;
    let over = false;
    const looking = (async () => {
      while (!over) {
        const lacks = missing(await shown());
        looks += 1;
        if (lacks.length > 0) short.push(`look ${looks} lacks ${lacks.length}: ${lacks[0]}`);
        await sleep(LOOK_EVERY_MS);
      }
    })();
    const work = async (): Promise<void> => {
      await scale(3);
      await begin(2);
      expect(isAll(await shown([0, 1])), 'all with two, while the third is not ready').to.equal(
        true,
      );
      await reports(3);
      await share('three shards share all objects', 0, 1, 2);

      await scale(2);
      const third = shards.get(2) as Exporter;
      // As a kubelet does, at once: it serves on until the others have listed what it had.
      await sleep(LOOK_EVERY_MS);
      const ended = third.stop();
      await share('two shards share all objects again', 0, 1);
      shards.delete(2);
      expect(await ended).to.equal(0);
      await reports(2);
      await sleep(10 * LOOK_EVERY_MS);
      await share('two shards share all objects at the end', 0, 1);
    };
    await Promise.all([
      work().finally(() => {
        over = true;
      }),
      looking,
    ]);
    process.stdout.write(`    ${all.size} objects in each of ${looks} looks at all shards\n`);
    expect(short).to.deep.equal([]);
    expect(looks).to.be.above(10);
  });
});
