// LeaseLock acquires, renews and releases the Lease of an election.
import { isNotFound } from '../lib/errors.ts';
import type { Requests } from './api.ts';

/** The fields of a Lease that an election reads; updates keep all others. */
export interface Lease {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly leaseTransitions?: number | null;
  } | null;
}

export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
}

/** A lease as it was last read. */
export interface Observation {
  readonly lease: Lease | undefined;
  /** Its spec as JSON; a change means that the holder is alive. */
  readonly spec: string;
  /** When the spec was first seen, and last read, by the steady clock. */
  readonly sinceMs: number;
  readonly readMs: number;
}

/**
 * A lease that was read at `readMs`. Where it could not be read for longer than `blindMsMax`, the
 * holder could probably not renew it either, so its duration starts again.
 */
export function observe(
  before: Observation | undefined,
  lease: Lease | undefined,
  readMs: number,
  blindMsMax: number,
): Observation {
  const spec = JSON.stringify(lease?.spec ?? null);
  const same = before !== undefined && readMs - before.readMs <= blindMsMax && before.spec === spec;
  return { lease, spec, readMs, sinceMs: same ? before.sinceMs : readMs };
}

/** A candidate in a lease: its pod and a random suffix behind `_`, which no name contains. */
export function newIdentity(pod: string, random: () => number): string {
  const suffix = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return `${pod}_${suffix()}${suffix()}`;
}

/** The pod of an identity. */
export const podOf = (identity: string): string => identity.split('_')[0] ?? '';

/** The holder of a lease; empty where it has none, or there is no lease. */
export const holderOf = (lease: Lease | undefined): string => lease?.spec?.holderIdentity ?? '';

/** The longest duration of a lease. The API allows 68 years, which would be without a leader. */
const durationMsMax = 300_000;

/**
 * How long a lease is valid after a renewal, at most 300 s, as --leader-elect-lease-duration;
 * undefined where it has no duration.
 */
export function durationMsOf(lease: Lease | undefined): number | undefined {
  const seconds = lease?.spec?.leaseDurationSeconds;
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined;
  return Math.min(seconds * 1_000, durationMsMax);
}

/**
 * One lease on the API server. Every write has the resourceVersion that was read, so that one of
 * two concurrent writes fails with a 409. Times are written for people, and never compared.
 */
export class LeaseLock {
  readonly #place: LeasePlace;
  readonly #requests: Requests;
  readonly #identity: string;
  readonly #durationMs: number;
  readonly #wall: () => number;

  constructor(
    place: LeasePlace,
    requests: Requests,
    holder: { identity: string; durationMs: number; wall: () => number },
  ) {
    this.#place = place;
    this.#requests = requests;
    this.#identity = holder.identity;
    this.#durationMs = holder.durationMs;
    this.#wall = holder.wall;
  }

  /** The lease as it is; undefined where there is none. */
  async read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return asLease(
        await this.#requests.send(this.#what('get'), signal, (api, inTime) =>
          api.get(this.#path, inTime),
        ),
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Acquires a free lease, or creates one. */
  async acquire(lease: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const now = this.#now();
    const spec = { ...this.#holderSpec(now), acquireTime: now };
    if (lease !== undefined) {
      const leaseTransitions = (lease.spec?.leaseTransitions ?? 0) + 1;
      return this.#replace(
        { ...lease, spec: { ...lease.spec, ...spec, leaseTransitions } },
        signal,
      );
    }
    const { namespace, name } = this.#place;
    const made = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
      spec: { ...spec, leaseTransitions: 0 },
    };
    const answer = this.#requests.send(this.#what('create'), signal, (api, inTime) =>
      api.create(this.#collection, made, inTime),
    );
    return asLease(await answer);
  }

  /** Renews a lease that this replica holds. */
  renew(lease: Lease, signal: AbortSignal): Promise<Lease> {
    return this.#replace(
      { ...lease, spec: { ...lease.spec, ...this.#holderSpec(this.#now()) } },
      signal,
    );
  }

  /** Releases the lease for any replica to acquire. */
  release(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const { holderIdentity: _, ...spec } = lease.spec ?? {};
    const now = this.#now();
    const free = { ...spec, leaseDurationSeconds: 1, renewTime: now, acquireTime: now };
    return this.#replace({ ...lease, spec: free }, signal);
  }

  async #replace(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const answer = this.#requests.send(this.#what('update'), signal, (api, inTime) =>
      api.replace(this.#path, lease, inTime),
    );
    return asLease(await answer);
  }

  #holderSpec(now: string): object {
    const leaseDurationSeconds = this.#durationMs / 1_000;
    return { holderIdentity: this.#identity, leaseDurationSeconds, renewTime: now };
  }

  /** The API's MicroTime has exactly six digits. */
  #now(): string {
    return new Date(this.#wall()).toISOString().replace('Z', '000Z');
  }

  #what(verb: string): string {
    const { namespace, name } = this.#place;
    return `${verb} the lease ${name} in namespace ${namespace}`;
  }

  get #collection(): string {
    const namespace = encodeURIComponent(this.#place.namespace);
    return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  }

  get #path(): string {
    return `${this.#collection}/${encodeURIComponent(this.#place.name)}`;
  }
}

function asLease(answer: unknown): Lease {
  const lease = answer as Partial<Lease> | null;
  if (typeof lease?.metadata?.name === 'string') return lease as Lease;
  throw new Error('expected a Lease from the API server, got another object');
}
