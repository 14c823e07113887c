// Turns a login into request headers and TLS material, read anew each time: both get rotated.
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { ConfigError } from '../errors.ts';
import { wordsOf } from '../log.ts';
import type { Login } from './config.ts';
import { asRecord } from './objects.ts';
import { messageOf } from './words.ts';

/** What a request and its connection need to be let in. */
export interface Credential {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: TlsMaterial;
}

/** What a TLS connection is made with, in the words of `node:tls`. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  /** False where the login says so; absent otherwise. */
  readonly rejectUnauthorized?: boolean;
}

/** The credentials of one login; keeps what exec plugins and OIDC handed out until it expires. */
export class Credentials {
  readonly #login: Login;
  readonly #readFile: (path: string) => Buffer;
  #kubeConfig: Promise<KubeConfig> | undefined;

  constructor(login: Login, readFile: (path: string) => Buffer) {
    this.#login = login;
    this.#readFile = readFile;
  }

  /** The certificates and keys that the login itself names; throws where one cannot be read. */
  material(): TlsMaterial {
    const { cluster, user } = this.#login;
    const material = {
      ca: this.#inlineOrFile(cluster, 'certificate-authority'),
      cert: this.#inlineOrFile(user, 'client-certificate'),
      key: this.#inlineOrFile(user, 'client-key'),
      servername: cluster['tls-server-name'] || undefined,
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] === true ? false : undefined,
    };
    const given = Object.entries(material).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
  }

  /** The credential that holds now; rejects where a file, plugin or provider does not give it. */
  async resolve(): Promise<Credential> {
    const { user } = this.#login;
    const options: RequestOptions = {};
    // A pod's token and certificates are not left to client-node, which is half of the program.
    if (Object.keys(user).some((key) => !ownKeys.includes(key))) {
      this.#kubeConfig ??= import('./clientNode.ts').then(({ kubeConfigOf }) =>
        kubeConfigOf(this.#login, ownKeys),
      );
      try {
        await (await this.#kubeConfig).applyToHTTPSOptions(options);
      } catch (error) {
        throw new Error(
          `expected a credential from ${this.#login.source}, got: ${toldOf(error, user)}`,
        );
      }
    }
    const headers: Record<string, string | string[]> = impersonation(user);
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      headers[name.toLowerCase()] = String(value).trim();
    }
    if (options.auth) {
      headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    }
    const token = this.#file(user, 'tokenFile');
    if (token) headers.authorization = `Bearer ${token.toString('utf8').trim()}`;
    const { cert, key } = options;
    // Only a plugin's certificate comes from client-node, and then with its key.
    const plugin = cert && key ? { cert: String(cert), key: String(key) } : {};
    return { headers, tls: { ...this.material(), ...plugin } };
  }

  /** Data stands before a file of the same name, as with kubectl. */
  #inlineOrFile(entry: Readonly<Record<string, unknown>>, key: string): Buffer | undefined {
    const data = entry[`${key}-data`];
    if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64');
    return this.#file(entry, key);
  }

  #file(entry: Readonly<Record<string, unknown>>, key: string): Buffer | undefined {
    const path = entry[key];
    if (typeof path !== 'string' || path === '') return undefined;
    try {
      return this.#readFile(path);
    } catch (error) {
      throw new ConfigError(
        `expected a readable ${key} at ${path} (${this.#login.source}), got: ` +
          `${messageOf(error)}: ` +
          'correct the path, or give read access to the file',
      );
    }
  }
}

const toldCharsMax = 200;
/** Shorter texts are found in ordinary words. */
const secretCharsMin = 4;

/** The first words of what a plugin or provider says, without what it was given or hands out. */
function toldOf(error: unknown, user: Readonly<Record<string, unknown>>): string {
  const words = error instanceof Error ? wordsOf(error) || messageOf(error) : messageOf(error);
  let told = words.replace(/\s+/g, ' ').trim();
  const secrets = textsIn(user).filter(({ length }) => length >= secretCharsMin);
  for (const secret of secrets.sort((a, b) => b.length - a.length)) {
    told = told.replaceAll(secret, '[hidden]');
  }
  return told.slice(0, toldCharsMax) || 'nothing';
}

/** All that a user's entry gives away, but for the names of a plugin and of its variables. */
function textsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string')
    return ['command', 'name', 'apiVersion'].includes(key) ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((one) => textsIn(one));
  return Object.entries(asRecord(value)).flatMap(([name, one]) => textsIn(one, name));
}

/** The parts of impersonation that client-node leaves out; it sends the name itself. */
function impersonation(user: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  if (typeof user['as-uid'] === 'string') headers['impersonate-uid'] = user['as-uid'];
  const groups = strings(user['as-groups']);
  if (groups.length > 0) headers['impersonate-group'] = groups;
  for (const [key, values] of Object.entries(asRecord(user['as-user-extra']))) {
    headers[`impersonate-extra-${encodeURIComponent(key)}`.toLowerCase()] = strings(values);
  }
  return headers;
}

/** What of a user is read here: certificates, and tokenFile, which client-node does not know. */
const ownKeys: readonly string[] = [
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
  'tokenFile',
];
