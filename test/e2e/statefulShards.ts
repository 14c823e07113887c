// StatefulShards are programs in the place of a StatefulSet's pods on a real API server.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { until } from '../../tools/until.ts';
import { Exporter } from './exporter.ts';

const LOOK_EVERY_MS = 50;
const CHANGE_TIMEOUT_MS = 60_000;
const CORE = '/api/v1/namespaces/default';
const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
const SET = `${SETS}/ksm`;

interface StatefulSet {
  readonly metadata: { readonly uid: string; readonly generation: number };
}

export interface ShardedObjects {
  readonly pods: number;
  readonly configMaps: number;
}

/** What was seen while the shards changed. */
export interface Looks {
  readonly looks: number;
  /** Looks at all shards in which objects were missing: a sentence for each. */
  readonly short: readonly string[];
  /** The longest time in which objects were served by two shards. */
  readonly doubledMs: number;
}

export class StatefulShards {
  readonly server: RealCluster;
  /** What runs now, by its ordinal; a pod that is ended leaves as it is no longer scraped. */
  readonly shards = new Map<number, Exporter>();
  readonly all = new Set<string>();
  readonly #uid: string;
  #flags: readonly string[];

  private constructor(server: RealCluster, uid: string, flags: readonly string[]) {
    this.server = server;
    this.#uid = uid;
    this.#flags = flags;
  }

  /** Makes the StatefulSet and the objects to serve; `flags` are those of its template. */
  static async open(
    server: RealCluster,
    replicas: number,
    { pods, configMaps }: ShardedObjects,
    ...flags: string[]
  ): Promise<StatefulShards> {
    const labels = { app: 'ksm' };
    const template = { metadata: { labels }, spec: { containers: containersOf(flags) } };
    const spec = { replicas, serviceName: 'ksm', selector: { matchLabels: labels }, template };
    const set = await server.must<StatefulSet>('POST', SETS, { metadata: { name: 'ksm' }, spec });
    const shards = new StatefulShards(server, set.metadata.uid, flags);
    const work = { spec: { containers: containersOf([]) } };
    const names = (count: number, start: string): string[] =>
      Array.from({ length: count }, (_, i) => `${start}-${i}`);
    await inTurns(names(pods, 'work'), (name) => shards.#create('pods', name, work));
    await inTurns(names(configMaps, 'map'), (name) => shards.#create('configmaps', name, {}));
    await shards.reports(replicas);
    return shards;
  }

  async #create(resource: string, name: string, more: object): Promise<void> {
    await this.server.must('POST', `${CORE}/${resource}`, { metadata: { name }, ...more });
    this.all.add(`${resource}/${name}`);
  }

  /** What the StatefulSet's controller says: so many replicas are ready, by the latest spec. */
  async reports(ready: number, more: object = {}): Promise<void> {
    const { metadata } = await this.server.must<StatefulSet>('GET', SET);
    const status = { readyReplicas: ready, replicas: ready, ...more };
    await this.server.must('PATCH', `${SET}/status`, {
      status: { ...status, observedGeneration: metadata.generation },
    });
  }

  scale(replicas: number): Promise<unknown> {
    return this.server.must('PATCH', SET, { spec: { replicas } });
  }

  /** Starts the program of a pod, with the flags of the template. */
  async begin(ordinal: number): Promise<void> {
    await this.#makePod(`ksm-${ordinal}`);
    const place = [`--pod=ksm-${ordinal}`, '--pod-namespace=default'];
    const only = ['--resources=pods,configmaps', '--namespaces=default'];
    const config = this.server.kubeconfig();
    this.shards.set(ordinal, await Exporter.start(config, ...place, ...only, ...this.#flags));
  }

  async #makePod(name: string): Promise<void> {
    await this.server.request('DELETE', `${CORE}/pods/${name}?gracePeriodSeconds=0`);
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ksm', controller: true };
    const ownerReferences = [{ ...owner, uid: this.#uid }];
    const spec = { containers: containersOf(this.#flags) };
    await this.server.must('POST', `${CORE}/pods`, { metadata: { name, ownerReferences }, spec });
  }

  /** Grows: the new pods start one after the other, and all are ready then. */
  async grow(from: number, to: number): Promise<void> {
    await this.scale(to);
    for (let ordinal = from; ordinal < to; ordinal++) await this.begin(ordinal);
    await this.reports(to);
  }

  /** Shrinks: the last pods are told to end, as by a kubelet, and serve on for a while. */
  async shrink(from: number, to: number): Promise<void> {
    await this.scale(to);
    await sleep(LOOK_EVERY_MS);
    const leaving = Array.from({ length: from - to }, async (_, i) => {
      const code = await this.shards.get(to + i)?.stop();
      if (code !== 0) throw new Error(`the shard ${to + i} ended with ${code}`);
    });
    const rest = Array.from({ length: to }, (_, i) => i);
    await until(
      'the others have what they had',
      async () => this.missing(await this.shown(rest)).length === 0 || undefined,
      CHANGE_TIMEOUT_MS,
    );
    for (let ordinal = to; ordinal < from; ordinal++) this.shards.delete(ordinal);
    await Promise.all(leaving);
    await this.reports(to);
  }

  /**
   * Replaces all pods, from the last to the first, by some with these flags. The new one is started
   * before the old one ends: what a restart alone costs is not looked at here.
   */
  async roll(replicas: number, ...flags: string[]): Promise<void> {
    this.#flags = flags;
    const template = { spec: { containers: containersOf(flags) } };
    await this.server.must('PATCH', SET, { spec: { template } });
    const revisions = { currentRevision: 'ksm-a', updateRevision: 'ksm-b' };
    await this.reports(replicas, { ...revisions, updatedReplicas: 0 });
    for (let ordinal = replicas - 1; ordinal >= 0; ordinal--) {
      const before = this.shards.get(ordinal);
      await this.begin(ordinal);
      await before?.stop();
      await this.reports(replicas, { ...revisions, updatedReplicas: replicas - ordinal });
    }
    await this.reports(replicas, { currentRevision: 'ksm-b', updateRevision: 'ksm-b' });
  }

  /** What these shards together show of the objects, each as often as it is shown. */
  async shown(ordinals: Iterable<number> = this.shards.keys()): Promise<string[]> {
    const scraped = [...ordinals].map((ordinal) => (this.shards.get(ordinal) as Exporter).scrape());
    const info = /^kube_(pod|configmap)_info\{namespace="default",(?:pod|configmap)="(.*?)"/gm;
    return (await Promise.all(scraped)).flatMap((text) =>
      [...text.matchAll(info)]
        .map(([, resource, name]) => `${resource}s/${name}`)
        .filter((object) => this.all.has(object)),
    );
  }

  /** Waits until these shards show every object, and each of them once. */
  share(what: string, ...ordinals: number[]): Promise<true> {
    const isShared = async () => {
      const objects = await this.shown(ordinals);
      const { size } = this.all;
      return (this.missing(objects).length === 0 && objects.length === size) || undefined;
    };
    return until(what, isShared, CHANGE_TIMEOUT_MS);
  }

  missing(objects: readonly string[]): string[] {
    const there = new Set(objects);
    return [...this.all].filter((object) => !there.has(object));
  }

  /** Looks at all shards all the while that `work` goes on. */
  async lookedAt(work: () => Promise<void>): Promise<Looks> {
    const short: string[] = [];
    let [looks, doubledMs, over] = [0, 0, false];
    let sinceMs: number | undefined;
    const looking = (async () => {
      while (!over) {
        const objects = await this.shown();
        looks += 1;
        const lacks = this.missing(objects);
        if (lacks.length > 0) short.push(`look ${looks} lacks ${lacks.length}: ${lacks[0]}`);
        const now = performance.now();
        sinceMs = objects.length > this.all.size ? (sinceMs ?? now) : undefined;
        doubledMs = Math.max(doubledMs, now - (sinceMs ?? now));
        await sleep(LOOK_EVERY_MS);
      }
    })();
    const worked = work().finally(() => {
      over = true;
    });
    await Promise.all([worked, looking]);
    return { looks, short, doubledMs };
  }

  /** Makes, changes and deletes other objects, and changes those that are looked at. */
  async churn(until: AbortSignal): Promise<number> {
    let steps = 0;
    const maps = [...this.all].filter((object) => object.startsWith('configmaps/'));
    for (; !until.aborted; steps++) {
      const name = `churn-${steps}`;
      await this.server.must('POST', `${CORE}/configmaps`, { metadata: { name } });
      const changed = `${CORE}/${maps[steps % maps.length]}`;
      await this.server.must('PATCH', changed, { data: { step: String(steps) } });
      if (steps >= 20) {
        await this.server.must('DELETE', `${CORE}/configmaps/churn-${steps - 20}`);
      }
      await sleep(LOOK_EVERY_MS);
    }
    return steps;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.shards.values()].map((shard) => shard.stop()));
  }
}

const containersOf = (args: readonly string[]) => [{ name: 'main', image: 'example', args }];
