// Names and passwords by HTTP's basic authentication, held against bcrypt hashes.
import { createHmac, randomBytes } from 'node:crypto';
import type Koa from 'koa';
import { isProbe, refuse } from './app.ts';
import { BcryptBusyError } from './bcryptThread.ts';
import { Recent } from './recent.ts';

/** Outcomes that are remembered; a scraper or two, and many wrong guesses. */
const outcomesMax = 1_000;
const retryAfterSeconds = 5;

export interface BasicAuthOptions {
  /** The bcrypt hashes that hold now, by name; none lets everyone in. */
  readonly users: () => ReadonlyMap<string, string>;
  /** Whether a hash is of a password. */
  readonly compare: (password: string, hash: string) => Promise<boolean>;
}

/** Lets a request pass whose name and password are right, and every probe. */
export function basicAuth({ users, compare }: BasicAuthOptions): Koa.Middleware {
  const known = new Passwords(compare);
  return async (ctx, next) => {
    const hashes = users();
    if (hashes.size === 0 || isProbe(ctx)) return next();
    const login = loginIn(ctx.get('Authorization'));
    try {
      if (login !== undefined && (await known.admit(login, hashes))) return next();
    } catch (error) {
      if (!(error instanceof BcryptBusyError)) throw error;
      ctx.set('Retry-After', String(retryAfterSeconds));
      return refuse(ctx, 503, `Too many passwords are to be checked: ${error.message}.`);
    }
    ctx.set('WWW-Authenticate', 'Basic realm="kubestate", charset="UTF-8"');
    refuse(ctx, 401, 'Expected a name and a password that are known here.');
  };
}

interface Login {
  readonly name: string;
  readonly password: string;
}

/** Compares each password once, and remembers how it came out. */
class Passwords {
  readonly #compare: BasicAuthOptions['compare'];
  readonly #outcomes = new Recent<Promise<boolean>>(outcomesMax);
  readonly #secret = randomBytes(32);

  constructor(compare: BasicAuthOptions['compare']) {
    this.#compare = compare;
  }

  async admit({ name, password }: Login, hashes: ReadonlyMap<string, string>): Promise<boolean> {
    const own = hashes.get(name);
    // A name that is not there takes as long as one that is, or names could be found by the time.
    const hash = own ?? hashes.values().next().value ?? '';
    const same = await this.#remembered(name, password, hash);
    return same && own !== undefined;
  }

  #remembered(name: string, password: string, hash: string): Promise<boolean> {
    // Under a secret key, how long a look-up takes says nothing of what is looked up.
    const key = createHmac('sha256', this.#secret)
      .update(JSON.stringify([name, password, hash]))
      .digest('base64');
    const present = this.#outcomes.get(key);
    if (present !== undefined) return present;
    const outcome = this.#compare(password, hash);
    this.#outcomes.set(key, outcome);
    // A comparison that could not be made is made when it is asked for again.
    outcome.catch(() => this.#outcomes.delete(key));
    return outcome;
  }
}

/** The name and password of an Authorization header; undefined where it has none. */
function loginIn(header: string): Login | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
