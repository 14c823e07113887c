// Transport is HTTP to one API server, with the current credential on every request.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Agent, type Dispatcher, request } from 'undici';
import type { Clock } from '../lib/clock.ts';
import { unlessAborted, withDeadline } from '../lib/deadline.ts';
import { ConfigError, errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type Processes, systemProcesses } from './childProcess.ts';
import { type Credential, Credentials, type TlsMaterial } from './credentials.ts';
import { type ClusterFlags, findLogin, type Login, type LoginContext } from './login.ts';
import { onread } from './pausableSocket.ts';
import { type ProxyServer, proxyOf } from './proxy.ts';
import { errorThroughProxy, openProxyAgent, shownProxy } from './proxyAgent.ts';
import { openBody } from './watchAnswer.ts';
import type { WatchBody } from './watchBody.ts';

const connectMsMax = 10_000;
/** The API server ends a request that is no watch after a minute. */
const headersMsMax = 70_000;
/** Exec plugins and identity providers may hang. */
const credentialMsMax = 60_000;
/** With keep-alive the kernel notices a dead peer within a minute of silence. */
const keepAliveInitialDelayMs = 30_000;
/** Reflectors that are refused at the same time share one new login. */
const refreshMsMin = 1_000;

/** Parameters of a request; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a request is sent, beside its path and query. */
export interface TransportRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The longest pause within a body; 0 for none. */
  readonly bodyTimeoutMs: number;
  /** The method and body; without it the request is a GET. */
  readonly sent?: { readonly method: 'POST' | 'PUT' | 'PATCH'; readonly body: string } | undefined;
}

/** The answer to a request for a watch, whatever its status is. */
export interface WatchAnswer extends Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'> {
  readonly body: WatchBody;
}

/** HTTP to one API server. */
export interface Transport {
  readonly base: URL;
  /** Whether the login has compression on, which is the default. */
  readonly compress: boolean;
  /** Sends a request with the current credential; the body of the answer must be consumed. */
  request(path: string, query: Query, options: TransportRequest): Promise<Dispatcher.ResponseData>;
  /** Sends a request whose answer is read as its reader likes; `signal` ends it at any time. */
  watch(path: string, query: Query, options: TransportRequest): Promise<WatchAnswer>;
  /** Finds the login again, after the server has refused the credential. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/** What a transport needs beside the way to its server. */
export interface TransportOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** How credential plugins are run; the system's way unless given. */
  readonly processes?: Processes;
}

/** Finds the cluster; throws a ConfigError where there is none, or its login cannot be used. */
export function openTransport(
  flags: ClusterFlags,
  processContext: LoginContext,
  options: TransportOptions,
): Transport {
  return new AgentTransport(() => findLogin(flags, processContext), processContext, options);
}

class AgentTransport implements Transport {
  readonly #find: () => Login;
  readonly #processContext: LoginContext;
  readonly #clock: Clock;
  readonly #log: Logger;
  #login: Login;
  readonly #credentials: Credentials;
  #credential: Promise<Credential> | undefined;
  #agent: MadeAgent;
  #proxySaid: string | undefined;
  #refreshedMs = Number.NEGATIVE_INFINITY;

  constructor(find: () => Login, processContext: LoginContext, options: TransportOptions) {
    const { clock, log, processes = systemProcesses } = options;
    this.#find = find;
    this.#processContext = processContext;
    this.#clock = clock;
    this.#log = log;
    this.#login = find();
    const readFile = (path: string): Buffer => processContext.readFile(path);
    const { env } = processContext;
    this.#credentials = new Credentials(this.#login, { clock, log, env, processes, readFile });
    // Made at once, so that a certificate that cannot be read ends the start.
    this.#agent = this.#makeAgent(this.#credentials.material());
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
    options: TransportRequest,
  ): Promise<Dispatcher.ResponseData> {
    const { url, dispatcher, proxy, ...ready } = await this.#prepare(path, query, options);
    return named(request(url, { dispatcher, ...ready, signal: options.signal }), proxy, options);
  }

  async watch(path: string, query: Query, options: TransportRequest): Promise<WatchAnswer> {
    const { url, dispatcher, proxy, ...ready } = await this.#prepare(path, query, options);
    const asked = { origin: url.origin, path: url.pathname + url.search, ...ready };
    return named(openBody(dispatcher, asked, options.signal), proxy, options);
  }

  async #prepare(path: string, query: Query, options: TransportRequest) {
    const { headers, signal, bodyTimeoutMs, sent } = options;
    const credential = await unlessAborted(this.#resolve(), signal);
    const url = new URL(this.base);
    // The server may be below a path, as behind a management proxy.
    url.pathname = url.pathname.replace(/\/$/, '') + path;
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const { dispatcher, proxy } = this.#agentFor(credential.tls);
    return {
      url,
      dispatcher,
      proxy,
      method: sent?.method ?? ('GET' as const),
      body: sent?.body ?? null,
      headers: { ...headers, ...credential.headers },
      headersTimeout: headersMsMax,
      bodyTimeout: bodyTimeoutMs,
    };
  }

  async refresh(): Promise<void> {
    const now = this.#clock.now();
    if (now - this.#refreshedMs < refreshMsMin) return;
    this.#refreshedMs = now;
    this.#login = this.#find();
    this.#credentials.renew(this.#login);
    this.#credential = undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#credentials.close(), this.#agent.dispatcher.destroy()]);
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

  #resolveInTime(): Promise<Credential> {
    const resolve = (late: AbortSignal) => unlessAborted(this.#credentials.resolve(), late);
    const what = `expected a credential from ${this.#login.source}`;
    return withDeadline(this.#clock, credentialMsMax, resolve, what);
  }

  /** The agent for this material; certificates that were rotated get a new one. */
  #agentFor(material: TlsMaterial): MadeAgent {
    if (this.#agent.fingerprint !== this.#fingerprintOf(material)) {
      const old = this.#agent.dispatcher;
      this.#agent = this.#makeAgent(material);
      // The watches of the old agent go on until the server ends them.
      old
        .close()
        .catch((err: unknown) => this.#log.warn({ err }, 'old connections could not be closed'));
    }
    return this.#agent;
  }

  #makeAgent(material: TlsMaterial): MadeAgent {
    const fingerprint = this.#fingerprintOf(material);
    const made = makeAgent(this.#login, material, this.#processContext.env);
    const shown = made.proxy && shownProxy(made.proxy);
    if (shown !== undefined && shown !== this.#proxySaid) {
      this.#log.info({ proxy: shown }, 'the API server is asked through a proxy');
    }
    this.#proxySaid = shown;
    return { ...made, fingerprint };
  }

  /** All that an agent is made of, except the environment, which does not change. */
  #fingerprintOf(material: TlsMaterial): string {
    const { server, cluster } = this.#login;
    const entries = Object.entries(material).map(([key, value]) => [key, String(value)]);
    return JSON.stringify([server.origin, cluster['proxy-url'], ...entries]);
  }
}

/** The answer; its error names the proxy, if there is one. */
function named<Answer>(
  answer: Promise<Answer>,
  proxy: ProxyServer | undefined,
  { signal }: TransportRequest,
): Promise<Answer> {
  if (proxy === undefined) return answer;
  return answer.catch((error: unknown) => {
    throw signal.aborted ? error : errorThroughProxy(error, proxy);
  });
}

interface Agents {
  readonly dispatcher: Dispatcher;
  /** The proxy of its connections, if any. */
  readonly proxy: ProxyServer | undefined;
}

/** The agent, and what it was made of. */
interface MadeAgent extends Agents {
  readonly fingerprint: string;
}

function makeAgent(login: Login, material: TlsMaterial, env: LoginContext['env']): Agents {
  const { ca, cert, key } = material;
  // One for all connections; each would make its own, with all authorities in it.
  let secureContext: SecureContext;
  try {
    secureContext = createSecureContext({ ca, cert, key });
    // Node accepts a bundle without a certificate, and then no server is trusted.
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    throw new ConfigError({
      place: login.source,
      expected: 'certificates and a key in PEM form',
      got: errorMessage(error),
      hint: 'correct them there',
    });
  }
  const connect = {
    ...material,
    secureContext,
    timeout: connectMsMax,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveInitialDelayMs,
    // Else a paused socket reads on, into a buffer of its own: behind a proxy, where `pause` stops
    // no reading, and where several records of TLS came together.
    highWaterMark: 1,
  };
  const proxy = proxyOf(login, env);
  if (proxy !== undefined) return { dispatcher: openProxyAgent(proxy, connect), proxy };
  // Over HTTP/2 one dead connection takes all watches with it, and goes unnoticed for longer.
  return { dispatcher: new Agent({ allowH2: false, connect: { ...connect, onread } }), proxy };
}
