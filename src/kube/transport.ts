// One long-lived HTTP agent to the API server, whose credentials are fresh on every request.
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { Clock } from '../clock.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type ClusterFlags, findLogin, type Login, type Surroundings } from './config.ts';
import { type Credential, Credentials, type TlsMaterial } from './credentials.ts';
import { messageOf } from './words.ts';

const connectMsMax = 10_000;
/** The API server itself gives up on a request that is no watch after a minute. */
const headersMsMax = 70_000;
/** Exec plugins and identity providers may hang. */
const credentialMsMax = 60_000;
/** A dead peer is noticed by the kernel within a minute of silence. */
const keepAliveInitialDelayMs = 30_000;
/** Reflectors that are refused together make one new login, not one each. */
const refreshMsMin = 1_000;

/** Parameters of a request; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a request is sent, beside its path and query. */
export interface TransportRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The longest pause within a body; 0 for none. */
  readonly bodyTimeoutMs: number;
  /** What the request brings; without it, it is a GET. */
  readonly sent?: { readonly method: 'POST' | 'PUT' | 'PATCH'; readonly body: string } | undefined;
}

/** HTTP to one API server. */
export interface Transport {
  readonly base: URL;
  /** Whether the login leaves compression on, as all do that do not say otherwise. */
  readonly compress: boolean;
  /** Sends it with the credential that holds now; the body of the answer must be consumed. */
  request(path: string, query: Query, options: TransportRequest): Promise<Dispatcher.ResponseData>;
  /** Finds the login anew, for the server no longer takes the credential. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** What a transport needs beside the way to its server. */
export interface TransportOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Finds the cluster and prepares to talk to it; throws a ConfigError where that cannot be. */
export function openTransport(
  flags: ClusterFlags,
  surroundings: Surroundings,
  options: TransportOptions,
): Transport {
  return new AgentTransport(() => findLogin(flags, surroundings), surroundings, options);
}

class AgentTransport implements Transport {
  readonly #find: () => Login;
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  readonly #log: Logger;
  #login: Login;
  #credentials: Credentials;
  #credential: Promise<Credential> | undefined;
  #agent: MadeAgent;
  #refreshedMs = Number.NEGATIVE_INFINITY;

  constructor(find: () => Login, surroundings: Surroundings, { clock, log }: TransportOptions) {
    this.#find = find;
    this.#surroundings = surroundings;
    this.#clock = clock;
    this.#log = log;
    this.#login = find();
    this.#credentials = new Credentials(this.#login, surroundings.readFile);
    // Made now, so that a certificate that cannot be read stops the start.
    this.#agent = makeAgent(this.#login, this.#credentials.material());
  }

  get base(): URL {
    return this.#login.server;
  }

  get compress(): boolean {
    return this.#login.cluster['disable-compression'] !== true;
  }

  async request(
    path: string,
    query: Query,
    { headers, signal, bodyTimeoutMs, sent }: TransportRequest,
  ): Promise<Dispatcher.ResponseData> {
    const credential = await unlessAborted(this.#resolve(), signal);
    const url = new URL(this.base);
    // A server may live below a path, as behind a management proxy.
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return request(url, {
      method: sent?.method ?? 'GET',
      body: sent?.body ?? null,
      dispatcher: this.#dispatcher(credential.tls),
      headers: { ...headers, ...credential.headers },
      signal,
      headersTimeout: headersMsMax,
      bodyTimeout: bodyTimeoutMs,
    });
  }

  async refresh(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#refreshedMs < refreshMsMin) return;
    this.#refreshedMs = now;
    this.#login = this.#find();
    this.#credentials = new Credentials(this.#login, this.#surroundings.readFile);
    this.#credential = undefined;
  }

  async close(): Promise<void> {
    await this.#agent.dispatcher.destroy();
  }

  /** Requests that start together share one look-up, which may run a plugin. */
  #resolve(): Promise<Credential> {
    if (this.#credential === undefined) {
      const credential = this.#resolveInTime();
      const forget = (): void => {
        if (this.#credential === credential) this.#credential = undefined;
      };
      this.#credential = credential;
      credential.then(forget, forget);
    }
    return this.#credential;
  }

  async #resolveInTime(): Promise<Credential> {
    const done = new AbortController();
    const late = this.#clock.sleep(credentialMsMax, done.signal).then(() => undefined);
    try {
      const credential = await Promise.race([this.#credentials.resolve(), late]);
      if (credential !== undefined) return credential;
    } finally {
      done.abort();
    }
    const seconds = credentialMsMax / 1_000;
    throw new Error(`expected a credential from ${this.#login.source} within ${seconds} s`);
  }

  /** The agent for this material; certificates that were rotated get a new one. */
  #dispatcher(material: TlsMaterial): Dispatcher {
    if (this.#agent.fingerprint !== fingerprintOf(this.#login, material)) {
      const old = this.#agent.dispatcher;
      this.#agent = makeAgent(this.#login, material);
      // The watches of the old agent go on until the server ends them.
      old.close().catch((err: unknown) => this.#log.warn({ err }, 'old connections stayed'));
    }
    return this.#agent.dispatcher;
  }
}

/** The agent, and what it was made of. */
interface MadeAgent {
  readonly dispatcher: Dispatcher;
  readonly fingerprint: string;
}

function fingerprintOf({ cluster }: Login, material: TlsMaterial): string {
  const entries = Object.entries(material).map(([key, value]) => [key, String(value)]);
  return JSON.stringify([cluster['proxy-url'], ...entries]);
}

function makeAgent(login: Login, material: TlsMaterial): MadeAgent {
  const { source, cluster } = login;
  const { ca, cert, key } = material;
  try {
    createSecureContext({ ca, cert, key });
    // A bundle in which no certificate is found would be taken, and every server refused.
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    throw new ConfigError(
      `expected certificates and a key in PEM form from ${source}, got: ${messageOf(error)}: ` +
        'correct them there',
    );
  }
  const connect = {
    ...material,
    timeout: connectMsMax,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveInitialDelayMs,
  };
  // Over HTTP/2 one dead connection takes all watches with it, and goes unnoticed for longer.
  const common = { allowH2: false, connect };
  const uri = cluster['proxy-url'];
  const dispatcher =
    typeof uri === 'string' && uri !== ''
      ? new ProxyAgent({
          ...common,
          uri: checkedProxy(uri, source),
          requestTls: { ...connect, allowH2: false },
        })
      : new Agent(common);
  return { dispatcher, fingerprint: fingerprintOf(login, material) };
}

/** The URL may hold a password, so that what is wrong with it is not repeated. */
function checkedProxy(uri: string, source: string): string {
  const protocol = URL.canParse(uri) ? new URL(uri).protocol : '';
  if (/^(?:https?|socks5h?):$/.test(protocol)) return uri;
  throw new ConfigError(
    `expected a proxy-url such as http://10.0.0.1:3128 from ${source}, got ` +
      `${protocol === '' ? 'what is no URL' : `one of ${protocol}`}; correct it there`,
  );
}

/** The promise's outcome, or a rejection as soon as the signal aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
