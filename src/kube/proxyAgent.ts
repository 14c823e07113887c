// openProxyAgent connects to an API server through a proxy; errorThroughProxy names the proxy.
import { isIP, type Socket } from 'node:net';
import { getCACertificates, type SecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { errorMessage } from '../lib/errors.ts';
import type { TlsMaterial } from './credentials.ts';
import { asRecord } from './objects.ts';
import type { ProxyServer } from './proxy.ts';

const socksPort = 1080;

type Connector = buildConnector.connector;

/** How connections to the server are made, through any proxy. */
export interface ConnectOptions extends TlsMaterial {
  /** Made of the material, for connections to the server. */
  readonly secureContext: SecureContext;
  /** For the connection to the proxy, for the proxy's answer, and for the server's handshake. */
  readonly timeout: number;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
}

/** An agent that goes through the proxy: by CONNECT to https servers, plainly to http ones. */
export function openProxyAgent(proxy: ProxyServer, connect: ConnectOptions): Dispatcher {
  // Over HTTP/2 one dead connection takes all watches with it, and goes unnoticed for longer.
  const requestTls = { ...connect, allowH2: false };
  if (proxy.url.protocol.startsWith('socks')) {
    return new Agent({ allowH2: false, connect: socksConnector(proxy, requestTls) });
  }
  const uri = proxy.url.href;
  const { ca, servername: _, secureContext: __, ...rest } = connect;
  // Go's clients trust the cluster's authority for a proxy too; here it may also have a public one.
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), String(ca)] };
  const proxyTls = { ...rest, ...authorities, allowH2: false };
  const connectProxy = proxyConnector(proxy.url, proxyTls);
  return new ProxyAgent({
    uri,
    allowH2: false,
    connectTimeout: connect.timeout,
    requestTls,
    proxyTls,
    // The default wait for a proxy that does not answer CONNECT is five minutes.
    clientFactory: (origin, given) =>
      new Pool(origin, { ...given, connect: connectProxy, headersTimeout: connect.timeout }),
    // The proxy itself is asked for plain requests; the server through a tunnel for all others.
    factory: (origin, given) =>
      new Pool(origin, origin === uri ? { ...given, connect: connectProxy } : given),
    ...(proxy.login && {
      token: `Basic ${base64Of(`${proxy.login.name}:${proxy.login.password}`)}`,
    }),
  });
}

const base64Of = (text: string): string => Buffer.from(text).toString('base64');

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** Connects to the proxy: undici gives TLS an address for a name, and Node takes no such thing. */
function proxyConnector({ hostname }: URL, options: buildConnector.BuildOptions): Connector {
  const connect = buildConnector(options);
  if (isIP(withoutBrackets(hostname)) === 0) return connect;
  return (asked, callback) => connect({ ...asked, servername: undefined }, callback);
}

/** Asks the proxy for a connection to the server, by the server's name, as Go's clients do. */
function socksConnector(
  { url, login }: ProxyServer,
  options: buildConnector.BuildOptions & ConnectOptions,
): Connector {
  const connectTls = buildConnector(options);
  const proxy = {
    type: 5 as const,
    host: withoutBrackets(url.hostname),
    port: Number(url.port || socksPort),
    ...(login && { userId: login.name, password: login.password }),
  };
  const open = async ({ hostname, port, protocol }: buildConnector.Options): Promise<Socket> => {
    // Loaded on demand: few clusters are behind a SOCKS proxy.
    const { SocksClient } = await import('socks');
    const host = withoutBrackets(hostname);
    const destination = { host, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
    const { timeout } = options;
    const asked = {
      proxy,
      destination,
      timeout,
      command: 'connect' as const,
      set_tcp_nodelay: true,
    };
    const { socket } = await SocksClient.createConnection(asked);
    socket.setKeepAlive(options.keepAlive, options.keepAliveInitialDelay);
    return socket;
  };
  return (asked, callback) => {
    open(asked).then(
      (socket) => {
        if (asked.protocol === 'https:') connectTls({ ...asked, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      // The library's error has the password in it.
      (error: unknown) => callback(new SocksError(errorMessage(error)), null),
    );
  };
}

class SocksError extends Error {
  override readonly name = 'SocksError';
  readonly code = 'PROXY_SOCKS';
}

/** A connection through the proxy that failed; it has a code, as all errors of connections. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: string;

  constructor(sentence: string, code: string, cause: unknown) {
    super(sentence, { cause });
    this.code = code;
  }
}

/** The proxy for people: where it is, and what named it. */
export const shownProxy = ({ url, from }: ProxyServer): string =>
  `${url.protocol}//${url.host} (${from})`;

/** A request's error, with the proxy that it went through, and the proxy's answer. */
export function errorThroughProxy(error: unknown, proxy: ProxyServer): unknown {
  const { code } = asRecord(error);
  if (typeof code !== 'string') return error;
  const text = errorMessage(error);
  const by = `the proxy ${shownProxy(proxy)}`;
  const status = /Proxy (?:response|Authentication Required) \((\d+)\)/.exec(text)?.[1];
  if (status === '407' || (code === 'PROXY_SOCKS' && /authentication/i.test(text))) {
    const asked = proxy.login === undefined ? 'asks for a login' : 'refuses the login that it got';
    const sentence = `${by} ${asked}: correct NAME and PASSWORD in its URL, http://NAME:PASSWORD@…`;
    return new ProxyError(sentence, 'PROXY_LOGIN', error);
  }
  if (status !== undefined) {
    const sentence = `${by} opens no connection to the API server: it answered ${status}`;
    return new ProxyError(sentence, `PROXY_${status}`, error);
  }
  return new ProxyError(`through ${by}: ${text}`, code, error);
}
