// Leases and pods as an API server has them, and candidates on a clock that the test moves.

import type { LeaderApi } from '../../src/leader/api.ts';
import { Elector } from '../../src/leader/elector.ts';
import { leaderLabel } from '../../src/leader/label.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { ManualClock } from '../demo/clock.ts';

export const leaseName = 'ksm';
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/x/leases';
const podsPath = '/api/v1/namespaces/x/pods';

/** A refusal as the client makes it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`answered ${status}`);
    this.status = status;
  }
}

interface StoredLease {
  metadata: { name: string; namespace: string; resourceVersion?: string; labels?: object };
  spec: Record<string, unknown>;
}

/**
 * How a request of one candidate fares; `lost` is done, but no answer comes; `frozen` is on
 * its way until `thaw`.
 */
export type Fate = 'done' | 'slow' | 'refused' | 'hangs' | 'lost' | 'frozen' | Refusal;

/** Just within the time that a request is given. */
const slowMs = 1_900;

export interface Asked {
  readonly verb: 'get' | 'create' | 'update' | 'patch' | 'list';
  readonly on: 'lease' | 'pods';
}

export class FakeCluster {
  readonly clock = new ManualClock();
  lease: StoredLease | undefined;
  readonly pods = new Map<string, Record<string, string>>();
  /** How often each pod was written; its resourceVersion. */
  readonly #writes = new Map<string, number>();
  readonly frozen: (() => unknown)[] = [];
  /** Candidates so far. */
  started = 0;
  #version = 0;

  /** Pods that bear the label now. */
  get labelled(): string[] {
    return [...this.pods]
      .filter(([, labels]) => labels[leaderLabel] === leaseName)
      .map(([name]) => name);
  }

  /** The API as one candidate reaches it. */
  api(fate: (asked: Asked) => Fate): LeaderApi {
    const send = async <T>(asked: Asked, signal: AbortSignal, act: () => T): Promise<T> => {
      signal.throwIfAborted();
      const comes = fate(asked);
      if (comes instanceof Refusal) throw comes;
      if (comes === 'refused') throw new Error('connection refused');
      if (comes === 'hangs') return endOf(signal);
      if (comes === 'frozen') {
        this.frozen.push(act);
        return endOf(signal);
      }
      if (comes === 'slow') await this.clock.sleep(slowMs, signal);
      signal.throwIfAborted();
      // What is done between a request and its answer must not find both at once.
      await Promise.resolve();
      const answer = act();
      if (comes === 'lost') return endOf(signal);
      return answer;
    };
    const onLease = (path: string): boolean => path.startsWith(leasePath);
    return {
      get: (path, signal, query) =>
        onLease(path)
          ? send({ verb: 'get', on: 'lease' }, signal, () => this.#get())
          : send({ verb: 'list', on: 'pods' }, signal, () => this.#list(path, query ?? {})),
      create: (path, object, signal) =>
        send({ verb: 'create', on: 'lease' }, signal, () => this.#create(path, object)),
      replace: (path, object, signal) =>
        send({ verb: 'update', on: 'lease' }, signal, () => this.#replace(path, object)),
      patch: (path, patch, signal) =>
        send({ verb: 'patch', on: 'pods' }, signal, () => this.#patch(path, patch)),
    };
  }

  /** Requests that are on their way arrive; the status of each refusal. */
  thaw(): number[] {
    return this.frozen.splice(0).flatMap((act) => {
      try {
        act();
        return [];
      } catch (error) {
        return error instanceof Refusal ? error.status : [];
      }
    });
  }

  /** Someone else's write to the lease. */
  write(spec: Record<string, unknown>): void {
    const metadata = { name: leaseName, namespace: 'x', resourceVersion: String(++this.#version) };
    this.lease = { metadata, spec };
  }

  #get(): unknown {
    if (this.lease === undefined) throw new Refusal(404);
    return structuredClone(this.lease);
  }

  #create(path: string, object: object): unknown {
    if (path !== leasePath) throw new Refusal(400);
    if (this.lease !== undefined) throw new Refusal(409);
    this.#store(object as StoredLease);
    return this.#get();
  }

  #replace(path: string, object: object): unknown {
    if (path !== `${leasePath}/${leaseName}`) throw new Refusal(400);
    if (this.lease === undefined) throw new Refusal(404);
    const lease = object as StoredLease;
    const { resourceVersion } = this.lease.metadata;
    if (lease.metadata.resourceVersion !== resourceVersion) throw new Refusal(409);
    this.#store(lease);
    return this.#get();
  }

  #store(lease: StoredLease): void {
    const resourceVersion = String(++this.#version);
    const copy = structuredClone(lease);
    this.lease = { ...copy, metadata: { ...copy.metadata, resourceVersion } };
  }

  #list(path: string, query: Readonly<Record<string, string>>): unknown {
    const { labelSelector, fieldSelector } = query;
    const [key = '', value] = (labelSelector ?? fieldSelector ?? '').split('=');
    if (path !== podsPath || key === '') throw new Refusal(400);
    const found = [...this.pods].filter(([name, labels]) =>
      fieldSelector === undefined ? labels[key] === value : name === value,
    );
    return {
      items: found.map(([name, labels]) => ({
        metadata: { name, labels: { ...labels }, resourceVersion: this.#versionOf(name) },
      })),
    };
  }

  #versionOf(pod: string): string {
    return String(this.#writes.get(pod) ?? 0);
  }

  /** A kubelet, or whoever else, writes to a pod. */
  touch(pod: string): void {
    this.#writes.set(pod, (this.#writes.get(pod) ?? 0) + 1);
  }

  #patch(path: string, patch: object): unknown {
    const name = path.slice(podsPath.length + 1);
    const labels = this.pods.get(name);
    if (labels === undefined) throw new Refusal(404);
    const { metadata } = patch as {
      metadata: { labels: Record<string, string | null>; resourceVersion?: string };
    };
    const { resourceVersion = this.#versionOf(name) } = metadata;
    if (resourceVersion !== this.#versionOf(name)) throw new Refusal(409);
    this.touch(name);
    for (const [key, value] of Object.entries(metadata.labels)) {
      if (value === null) delete labels[key];
      else labels[key] = value;
    }
    return {};
  }
}

function endOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason));
  return promise;
}

/** What a candidate may be told before it starts. */
interface Given {
  canLead: boolean;
  fate: (asked: Asked) => Fate;
}

/** One replica: a process in a pod, which may be cut off, killed, and started again. */
export class Candidate implements Given {
  readonly pod: string;
  readonly elector: Elector;
  readonly said: string[] = [];
  stepsDown = 0;
  canLead = true;
  alive = true;
  fate: (asked: Asked) => Fate = () => 'done';
  /** How far its wall clock is off. */
  skewMs = 0;

  constructor(cluster: FakeCluster, pod: string, given: Partial<Given> = {}) {
    this.pod = pod;
    Object.assign(this, given);
    if (!cluster.pods.has(pod)) cluster.pods.set(pod, {});
    const says = (keys: unknown, message?: string): void => {
      this.said.push(`${message}: ${(keys as { error?: string }).error ?? ''}`);
    };
    const { clock: time } = cluster;
    const never = new Promise<void>(() => undefined);
    const clock: Clock = {
      now: () => time.now(),
      wall: () => time.wall() + this.skewMs,
      // Who is dead does not wake up again.
      sleep: async (ms, signal) => {
        await time.sleep(ms, signal);
        if (!this.alive) await never;
      },
      turn: () => time.turn(),
    };
    this.elector = new Elector({
      pod: { name: pod, namespace: 'x' },
      lease: leaseName,
      durationMs: 6_000,
      clock,
      // Two lives of a pod are two candidates.
      random: seeded(`${pod}${cluster.started++}`),
      api: cluster.api((asked) => (this.alive ? this.fate(asked) : 'hangs')),
      log: { debug: says, info: says, warn: says, error: says },
      canLead: () => this.canLead,
      onStepDown: () => this.stepsDown++,
    });
    this.elector.start();
  }

  get leads(): boolean {
    return this.alive && this.elector.work.leads;
  }

  get serves(): boolean {
    return this.alive && this.elector.status.serves;
  }

  /** SIGKILL. */
  kill(): void {
    this.alive = false;
  }
}

/** Chance that a test can repeat. */
function seeded(text: string): () => number {
  let state = [...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
