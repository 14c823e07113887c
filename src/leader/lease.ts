// The Lease that replicas elect their leader by: who holds it, and how it is taken and let go.
import { isMissing, type Requests } from './requests.ts';

/** As much of a Lease as an election reads; what else it holds goes back as it came. */
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

/** Who holds a lease; empty where nobody does, or there is none. */
export const holderOf = (lease: Lease | undefined): string => lease?.spec?.holderIdentity ?? '';

/** For how long it holds after a renewal; undefined where it does not say. */
export function durationMsOf(lease: Lease | undefined): number | undefined {
  const seconds = lease?.spec?.leaseDurationSeconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined;
}

/**
 * One lease on the API server. All writes bear the version that was read, so that of two replicas
 * that write at once one is refused with a 409. Times are written for people, and never compared.
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
    held: { identity: string; durationMs: number; wall: () => number },
  ) {
    this.#place = place;
    this.#requests = requests;
    this.#identity = held.identity;
    this.#durationMs = held.durationMs;
    this.#wall = held.wall;
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
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Takes a lease that is free, or makes one; resolves to it. */
  async take(lease: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const now = this.#now();
    const spec = { ...this.#held(now), acquireTime: now };
    if (lease !== undefined) {
      const leaseTransitions = (lease.spec?.leaseTransitions ?? 0) + 1;
      return this.#replace(
        { ...lease, spec: { ...lease.spec, ...spec, leaseTransitions } },
        signal,
      );
    }
    const { namespace, name } = this.#place;
    const made = {
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      ...{ metadata: { name, namespace }, spec: { ...spec, leaseTransitions: 0 } },
    };
    const answer = this.#requests.send(this.#what('create'), signal, (api, inTime) =>
      api.create(this.#collection, made, inTime),
    );
    return asLease(await answer);
  }

  /** Says of a lease that we hold that we still do. */
  renew(lease: Lease, signal: AbortSignal): Promise<Lease> {
    return this.#replace({ ...lease, spec: { ...lease.spec, ...this.#held(this.#now()) } }, signal);
  }

  /** Leaves it to whoever comes first. */
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

  #held(now: string): object {
    const leaseDurationSeconds = this.#durationMs / 1_000;
    return { holderIdentity: this.#identity, leaseDurationSeconds, renewTime: now };
  }

  /** The API's MicroTime has six digits, no more and no less. */
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
  throw new Error('expected a Lease from the API server, got something else');
}
