// Credentials turns a login into headers and TLS material, read anew each time: both are rotated.
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Clock } from '../lib/clock.ts';
import { ConfigError, errorMessage } from '../lib/errors.ts';
import { type Logger, wordsOf } from '../lib/log.ts';
import { logOnce } from '../lib/logThrottle.ts';
import type { Environment, Processes } from './childProcess.ts';
import { ExecPlugin, type PluginCredential, pluginConfigOf } from './execPlugin.ts';
import type { Login } from './login.ts';
import { asRecord } from './objects.ts';

/** How a request and its connection are authenticated. */
export interface Credential {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: TlsMaterial;
}

/** Options of a TLS connection, as `node:tls` names them. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  /** False where the login says so; absent otherwise. */
  readonly rejectUnauthorized?: boolean;
}

/** What credentials are read with. */
export interface CredentialParts {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly env: Environment;
  readonly processes: Processes;
  /** Throws where the file cannot be read, as `readFileSync` does. */
  readFile(path: string): Buffer;
}

/** The credentials of a login; those of exec plugins and OIDC are kept until they expire. */
export class Credentials {
  readonly #parts: CredentialParts;
  readonly #warn: ReturnType<typeof logOnce>;
  #login: Login;
  #kubeConfig: Promise<KubeConfig> | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #plugin: { readonly made: string; readonly plugin: ExecPlugin } | undefined;

  /** Throws a ConfigError where a file, plugin or provider of the login cannot be used. */
  constructor(login: Login, parts: CredentialParts) {
    this.#parts = parts;
    this.#warn = logOnce(parts.log);
    this.#login = login;
    this.#take(login);
  }

  /** Uses this login from now on, and no credential from before. */
  renew(login: Login): void {
    this.#login = login;
    this.#kubeConfig = undefined;
    this.#take(login);
  }

  /** Ends plugins that run. */
  async close(): Promise<void> {
    await Promise.all([this.#ended, this.#plugin?.plugin.close()]);
  }

  /** Keeps the plugin of a login that has not changed, so that no second one runs. */
  #take(login: Login): void {
    refuseProvider(login);
    const { processes } = this.#parts;
    const config = pluginConfigOf(login, this.material().ca, processes.terminal);
    const made = JSON.stringify(config);
    if (this.#plugin !== undefined && this.#plugin.made === made) {
      this.#plugin.plugin.forget();
      return;
    }
    // Only `close` waits for the end of the old plugin.
    this.#ended = Promise.all([this.#ended, this.#plugin?.plugin.close()]);
    const onStderr = (text: string, secrets: readonly string[]): void =>
      this.#sayStderr(login, text, secrets);
    this.#plugin = config && { made, plugin: new ExecPlugin(config, { ...this.#parts, onStderr }) };
  }

  #sayStderr({ source, user }: Login, text: string, secrets: readonly string[]): void {
    const stderr = hidden(text, [...textsIn(user), ...secrets]).slice(0, stderrCharsMax);
    const { command } = asRecord(user.exec);
    this.#warn(stderr, { plugin: command, source, stderr }, 'the exec plugin wrote to stderr');
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

  /** The current credential; rejects where a file, plugin or provider does not give it. */
  async resolve(): Promise<Credential> {
    const { user, source } = this.#login;
    const options: RequestOptions = {};
    let plugged: PluginCredential | undefined;
    try {
      // client-node is half of the program; a pod's token and certificates are read without it.
      if (Object.keys(user).some((key) => !ownKeys.includes(key))) {
        this.#kubeConfig ??= import('./clientNode.ts').then(({ kubeConfigOf }) =>
          kubeConfigOf(this.#login, ownKeys),
        );
        await (await this.#kubeConfig).applyToHTTPSOptions(options);
      }
      plugged = await this.#plugin?.plugin.credential();
    } catch (error) {
      throw new Error(`expected a credential from ${source}, got: ${toldOf(error, user)}`);
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
    if (plugged?.token) headers.authorization = `Bearer ${plugged.token.trim()}`;
    for (const [name, value] of Object.entries(headers)) headers[name] = inBytes(value);
    return { headers, tls: { ...this.material(), ...plugged?.certificate } };
  }

  /** Inline data goes before a file, as with kubectl. */
  #inlineOrFile(entry: Readonly<Record<string, unknown>>, key: string): Buffer | undefined {
    const data = entry[`${key}-data`];
    if (typeof data === 'string' && data !== '') return Buffer.from(data, 'base64');
    return this.#file(entry, key);
  }

  #file(entry: Readonly<Record<string, unknown>>, key: string): Buffer | undefined {
    const path = entry[key];
    if (typeof path !== 'string' || path === '') return undefined;
    try {
      return this.#parts.readFile(path);
    } catch (error) {
      throw new ConfigError({
        place: `${this.#login.source}: ${key}`,
        expected: `a readable file at ${path}`,
        got: errorMessage(error),
        hint: 'correct the path, or give read access to the file',
      });
    }
  }
}

const toldCharsMax = 200;
/** Longest text of a plugin's stderr in one log line. */
const stderrCharsMax = 1_000;
/** Shorter secrets are not hidden, for ordinary words would match them. */
const secretCharsMin = 4;

/** The first words of a plugin's or provider's error, without secrets. */
function toldOf(error: unknown, user: Readonly<Record<string, unknown>>): string {
  const words =
    error instanceof Error ? wordsOf(error) || errorMessage(error) : errorMessage(error);
  return hidden(words, textsIn(user)).slice(0, toldCharsMax) || 'nothing';
}

/** The text on one line, with the secrets replaced. */
function hidden(text: string, secrets: readonly string[]): string {
  let shown = text.replace(/\s+/g, ' ').trim();
  const long = secrets.filter(({ length }) => length >= secretCharsMin);
  for (const secret of long.sort((a, b) => b.length - a.length)) {
    shown = shown.replaceAll(secret, '[hidden]');
  }
  return shown;
}

/** Keys of a plugin's entry whose values are not secret. */
const shownKeys = ['command', 'name', 'apiVersion', 'installHint', 'interactiveMode'];

/** All texts of a user's entry that may be secret. */
function textsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return shownKeys.includes(key) ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((one) => textsIn(one));
  return Object.entries(asRecord(value)).flatMap(([name, one]) => textsIn(one, name));
}

/** Kubernetes' own clients know one provider; those that ran programs became exec plugins. */
function refuseProvider({ source, user }: Login): void {
  const { name } = asRecord(user['auth-provider']);
  if (name === undefined || (name === 'oidc' && !user.exec)) return;
  const got = name === 'oidc' ? 'one beside an exec plugin' : `"${name}"`;
  throw new ConfigError({
    place: `${source}: auth-provider`,
    expected: 'oidc, and no exec plugin beside it',
    got,
    hint: 'use an exec plugin in its place, as kubectl does',
  });
}

/** The parts of impersonation that client-node leaves out; it sends the name itself. */
function impersonation(user: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  if (typeof user['as-uid'] === 'string') headers['impersonate-uid'] = user['as-uid'];
  const groups = strings(user['as-groups']);
  if (groups.length > 0) headers['impersonate-group'] = groups;
  for (const [key, values] of Object.entries(asRecord(user['as-user-extra']))) {
    headers[`impersonate-extra-${escapedKey(key)}`.toLowerCase()] = strings(values);
  }
  return headers;
}

/** Characters of header names; encodeURIComponent does not escape parentheses. */
const escapedKey = (key: string): string =>
  encodeURIComponent(key).replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'));

/** Node writes one byte for each character of a header, so each byte of UTF-8 becomes one. */
const inBytes = <T extends string | string[]>(value: T): T =>
  (Array.isArray(value) ? value.map(inBytes) : Buffer.from(value).toString('latin1')) as T;

/**
 * Keys of a user that are read here, not by client-node: certificates, tokenFile, which it does not
 * know, and plugins, which it neither ends nor gives the cluster's data.
 */
const ownKeys: readonly string[] = [
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
  'tokenFile',
  'exec',
];
