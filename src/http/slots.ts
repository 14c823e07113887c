// Slots limits concurrent work, in total and per client, so that no client can take all of it.
import type { Clock } from '../lib/clock.ts';

export interface SlotsOptions {
  readonly total: number;
  /** The most that one client address may have. */
  readonly perClient: number;
  /** The same for loopback, where one address may stand for many clients behind a proxy. */
  readonly perLoopback: number;
}

/** Gives a slot back. */
export type Release = () => void;

interface Waiter {
  readonly client: string;
  readonly grant: (release: Release) => void;
}

/**
 * Slots in use, by client address. Waiters get free slots in order of arrival, except those whose
 * client is at its own limit. Each connection waits for one slot at most, which bounds the waiters.
 */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #inUse = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  #total = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  /** Slots in use, by one client or by all. */
  inUse(client?: string): number {
    return client === undefined ? this.#total : (this.#inUse.get(client) ?? 0);
  }

  /** Takes a slot now; undefined where none is free for this client. */
  tryAcquire(client: string): Release | undefined {
    if (!this.#isFree(client)) return undefined;
    this.#total++;
    this.#inUse.set(client, this.inUse(client) + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#release(client);
    };
  }

  /** Takes a slot as soon as one is free; undefined once `ms` have passed or `signal` aborts. */
  async acquire(
    client: string,
    ms: number,
    clock: Pick<Clock, 'sleep'>,
    signal: AbortSignal,
  ): Promise<Release | undefined> {
    const now = this.tryAcquire(client);
    if (now !== undefined) return now;
    const granted = new AbortController();
    let release: Release | undefined;
    const waiter: Waiter = {
      client,
      grant: (given) => {
        release = given;
        granted.abort();
      },
    };
    this.#waiters.add(waiter);
    await clock.sleep(ms, AbortSignal.any([granted.signal, signal]));
    this.#waiters.delete(waiter);
    return release;
  }

  #isFree(client: string): boolean {
    const { total, perClient, perLoopback } = this.#options;
    const clientMax = isLoopback(client) ? perLoopback : perClient;
    return this.#total < total && this.inUse(client) < clientMax;
  }

  #release(client: string): void {
    this.#total--;
    const rest = this.inUse(client) - 1;
    if (rest === 0) this.#inUse.delete(client);
    else this.#inUse.set(client, rest);
    for (const waiter of this.#waiters) {
      const release = this.tryAcquire(waiter.client);
      if (release === undefined) continue;
      this.#waiters.delete(waiter);
      waiter.grant(release);
      return;
    }
  }
}

/** The address that a socket's client counts as: IPv4 is the same over IPv6. */
export const clientOf = ({ remoteAddress = '' }: { readonly remoteAddress?: string }): string =>
  remoteAddress.replace(/^::ffff:(?=[\d.]+$)/i, '');

const isLoopback = (client: string): boolean => client === '::1' || client.startsWith('127.');
