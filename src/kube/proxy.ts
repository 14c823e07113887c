// proxyOf finds the proxy before an API server: proxy-url of the kubeconfig, or the environment's.
import { BlockList, isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { ConfigError } from '../lib/errors.ts';
import type { Environment } from './childProcess.ts';
import type { Login } from './login.ts';

/** A proxy, and the name and password that it asks for. */
export interface ProxyServer {
  /** Without name and password, so that it may be shown. */
  readonly url: URL;
  readonly login: { readonly name: string; readonly password: string } | undefined;
  /** What named it: `proxy-url`, or a variable. */
  readonly from: string;
}

/**
 * The proxy by which the login's server is reached; undefined where it is reached directly. A
 * proxy-url of the kubeconfig counts always; else HTTPS_PROXY, HTTP_PROXY and NO_PROXY do, in both
 * cases, by the rules of Go's httpproxy. Throws a ConfigError where what is named can be no proxy.
 */
export function proxyOf(
  { source, server, cluster }: Login,
  env: Environment,
): ProxyServer | undefined {
  const uri = cluster['proxy-url'];
  if (typeof uri === 'string' && uri !== '')
    return readProxy(uri, 'proxy-url', `${source}: proxy-url`);
  const variable = proxyVariable(server, env);
  if (variable === undefined || !isProxied(server, named(env, 'NO_PROXY')?.[1] ?? '')) return;
  const [name, value] = variable;
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  return readProxy(text, name, `environment variable ${name}`);
}

/** The variable for the server's scheme, and its value. */
function proxyVariable({ protocol }: URL, env: Environment): [string, string] | undefined {
  if (protocol === 'https:') return named(env, 'HTTPS_PROXY');
  // In a CGI program HTTP_PROXY is set by the client's Proxy header.
  return env.REQUEST_METHOD ? undefined : named(env, 'HTTP_PROXY');
}

/** The lower-case name goes first. */
function named(env: Environment, variable: string): [name: string, value: string] | undefined {
  for (const name of [variable.toLowerCase(), variable]) {
    const value = env[name];
    if (value) return [name, value];
  }
  return undefined;
}

/** The URL may hold a password, so that what is wrong with it is not repeated. */
function readProxy(text: string, from: string, place: string): ProxyServer {
  const refuse = (got: string): ConfigError =>
    new ConfigError({
      place,
      expected: 'a proxy such as http://10.0.0.1:3128',
      got,
      hint: 'correct it there',
    });
  if (!URL.canParse(text)) throw refuse('a text that is no URL');
  const url = new URL(text);
  if (!/^(?:https?|socks5h?):$/.test(url.protocol)) throw refuse(`one with ${url.protocol}`);
  // The parser of URLs accepts http:proxy and corrects it.
  if (!/^\w+:\/\/[^/]/.test(text) || url.hostname === '') throw refuse('a URL without a host');
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return { url, from, login: undefined };
  try {
    const login = { name: decodeURIComponent(username), password: decodeURIComponent(password) };
    return { url, from, login };
  } catch {
    throw refuse('a name or password with a % that begins no code');
  }
}

/** Whether no exception names the server; loopback addresses are never proxied. */
function isProxied(server: URL, exceptions: string): boolean {
  const target = targetOf(server);
  if (target.host === 'localhost' || isLoopback(target)) return false;
  return !exceptions
    .split(',')
    .map((exception) => exception.trim().toLowerCase())
    .some((exception) => exception !== '' && excepts(exception, target));
}

interface Target {
  readonly host: string;
  readonly port: string;
  /** Undefined where the host is a name. */
  readonly family: 'ipv4' | 'ipv6' | undefined;
}

function targetOf({ protocol, hostname, port }: URL): Target {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = familyOf(host);
  return { host, family, port: port || (protocol === 'https:' ? '443' : '80') };
}

const familyOf = (address: string): Target['family'] =>
  isIP(address) === 0 ? undefined : isIPv4(address) ? 'ipv4' : 'ipv6';

const isLoopback = (target: Target): boolean =>
  isWithin(target, '127.0.0.0', 8) || isWithin(target, '::1', 128);

/** One exception of NO_PROXY: all, a network, or an address or name that may have a port. */
function excepts(exception: string, target: Target): boolean {
  if (exception === '*') return true;
  const [, network = '', bits] = /^([^/%]*)\/(\d+)$/.exec(exception) ?? [];
  if (bits !== undefined && Number(bits) <= bitsOf(network)) {
    return isWithin(target, network, Number(bits));
  }
  const [, inBrackets, plain, port = ''] =
    /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(exception) ?? [];
  const host = inBrackets ?? plain ?? exception;
  if (host === '' || (port !== '' && port !== target.port)) return false;
  if (!host.includes('%') && isIP(host) !== 0) return isWithin(target, host, bitsOf(host));
  return target.family === undefined && isOfDomain(target.host, host);
}

const bitsOf = (address: string): number => ({ 0: -1, 4: 32, 6: 128 })[isIP(address)] ?? -1;

/** All IPv4 addresses, also those written as IPv6. */
const ipv4 = new BlockList();
ipv4.addSubnet('0.0.0.0', 0, 'ipv4');
/** The length of the prefix of IPv6 addresses that stand for IPv4 ones. */
const mappedBits = 96;

/** Whether the target is an address of the network, however either of them is written. */
function isWithin({ host, family }: Target, network: string, bits: number): boolean {
  const of = familyOf(network);
  if (family === undefined || of === undefined) return false;
  // ::/0 is about IPv6 alone.
  if (of === 'ipv6' && bits < mappedBits && ipv4.check(host, family)) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, of);
  return list.check(host, family);
}

/** `example.com` is itself and all below it; `.example.com` and `*.example.com` are these alone. */
function isOfDomain(host: string, domain: string): boolean {
  const [, dot = '', name = ''] = /^(?:\*(?=\.))?(\.)?(.*)$/s.exec(domain) ?? [];
  const ascii = /^[\0-\x7f]*$/.test(name) ? name : domainToASCII(name);
  return host.endsWith(`.${ascii}`) || (dot === '' && host === ascii);
}
