// basicAuth checks names and passwords of HTTP basic authentication against bcrypt hashes.
import { createHmac, randomBytes } from 'node:crypto';
import type Koa from 'koa';
import { LruCache } from '../../lib/lru.ts';
import { isProbe, refuse, refuseForNow } from '../app.ts';
import { clientOf, Slots } from '../slots.ts';
import { costOf } from './bcryptCost.ts';
import { BcryptBusyError } from './bcryptThread.ts';

/** Cached logins: the right ones, and apart from them the wrong ones. */
const rightMax = 1_000;
const wrongMax = 1_000;
/**
 * Comparisons in flight, in total and per client. A proxy on loopback stands for many clients, so
 * loopback may have all slots.
 */
const comparisonsMax = 32;
const comparisonsPerClientMax = 16;

export interface BasicAuthOptions {
  /** The current bcrypt hashes by name; without any, every request is admitted. */
  readonly users: () => ReadonlyMap<string, string>;
  /** Whether a hash is of a password, after the work that a hash of `cost` would take. */
  readonly compare: (password: string, hash: string, cost: number) => Promise<boolean>;
}

/** Admits probes, and requests with a right name and password. */
export function basicAuth({ users, compare }: BasicAuthOptions): Koa.Middleware {
  const passwords = new Passwords(compare);
  return async (ctx, next) => {
    const hashes = users();
    if (hashes.size === 0 || isProbe(ctx)) return next();
    const login = loginIn(ctx.get('Authorization'));
    try {
      const client = clientOf(ctx.req.socket);
      if (login !== undefined && (await passwords.isRight(login, hashes, client))) return next();
    } catch (error) {
      if (!(error instanceof BcryptBusyError)) throw error;
      return refuseForNow(ctx, `Too many passwords to check at once: ${error.message}.`);
    }
    ctx.set('WWW-Authenticate', 'Basic realm="kubestate", charset="UTF-8"');
    refuse(ctx, 401, 'Expected a valid name and password.');
  };
}

interface Login {
  readonly name: string;
  readonly password: string;
}

/** Compares each password once, and caches the result. */
class Passwords {
  readonly #compare: BasicAuthOptions['compare'];
  // Two caches, so that no number of wrong guesses evicts the login of a scraper.
  readonly #right = new LruCache<true>(rightMax);
  readonly #wrong = new LruCache<true>(wrongMax);
  readonly #inFlight = new Map<string, Promise<boolean>>();
  readonly #slots = new Slots({
    total: comparisonsMax,
    perClient: comparisonsPerClientMax,
    perLoopback: comparisonsMax,
  });
  readonly #secret = randomBytes(32);

  constructor(compare: BasicAuthOptions['compare']) {
    this.#compare = compare;
  }

  async isRight(
    login: Login,
    hashes: ReadonlyMap<string, string>,
    client: string,
  ): Promise<boolean> {
    const { name, password } = login;
    const hardest = hardestOf(hashes);
    const own = hashes.get(name);
    // An unknown name takes as long as a known one, or the time would reveal names.
    const hash = own ?? hardest;
    // A user who was removed from the file has other keys, even with the same hash.
    const key = this.#keyOf(own === undefined ? 'stranger' : 'user', name, password, hash);
    if (this.#right.get(key)) return true;
    if (this.#wrong.get(key)) return false;
    const inFlight = this.#inFlight.get(key);
    if (inFlight !== undefined) return inFlight;
    const compared = this.#compareFor(client, password, hash, costOf(hardest)).then(
      (same) => same && own !== undefined,
    );
    this.#inFlight.set(key, compared);
    try {
      const right = await compared;
      (right ? this.#right : this.#wrong).set(key, true);
      return right;
    } finally {
      // A comparison that failed is not cached.
      this.#inFlight.delete(key);
    }
  }

  async #compareFor(client: string, ...comparison: [string, string, number]): Promise<boolean> {
    const release = this.#slots.tryAcquire(client);
    if (release === undefined) {
      const count = this.#slots.inUse(client);
      throw new BcryptBusyError(`${count} from ${client} are in the queue`);
    }
    return this.#compare(...comparison).finally(release);
  }

  /** Keyed by a secret, so that the time of a look-up reveals nothing about the login. */
  #keyOf(...what: readonly string[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(what)).digest('base64');
  }
}

/** The hash that takes longest; the first of those that take as long. */
function hardestOf(hashes: ReadonlyMap<string, string>): string {
  let hardest = '';
  for (const hash of hashes.values()) {
    if (hardest === '' || costOf(hash) > costOf(hardest)) hardest = hash;
  }
  return hardest;
}

/** The name and password of an Authorization header; undefined where it has none. */
function loginIn(header: string): Login | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
