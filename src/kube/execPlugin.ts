// ExecPlugin runs the credential plugin of a kubeconfig, by the rules of client-go.
import { parse } from 'yaml';
import type { Clock } from '../lib/clock.ts';
import { ConfigError, errorMessage } from '../lib/errors.ts';
import { type Environment, type Output, type Processes, workOf } from './childProcess.ts';
import type { Login } from './login.ts';
import { asRecord } from './objects.ts';

/** Plugins may hang. */
const runMsMax = 60_000;

const group = 'client.authentication.k8s.io';
const versions = [`${group}/v1`, `${group}/v1beta1`];
const modes = ['Never', 'IfAvailable', 'Always'];

/** The credential that a plugin returns. */
export interface PluginCredential {
  readonly token: string | undefined;
  /** A client certificate and its key, in PEM form. */
  readonly certificate: { readonly cert: string; readonly key: string } | undefined;
}

/** A plugin's entry of a kubeconfig, checked. */
export interface PluginConfig {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  readonly interactive: boolean;
  readonly installHint: string;
  /** The value of KUBERNETES_EXEC_INFO. */
  readonly info: string;
}

export interface PluginParts {
  readonly clock: Clock;
  /** The environment of the process: the plugin gets it, and its PATH finds the command. */
  readonly env: Environment;
  readonly processes: Processes;
  /** Called with text from stderr, and the secrets in it that must not be shown. */
  onStderr(text: string, secrets: readonly string[]): void;
}

/**
 * The plugin of a login; undefined where there is none, or another credential goes before it.
 * Throws a ConfigError where its entry is wrong. `ca` is the content of the cluster's authority.
 */
export function pluginConfigOf(
  { source, cluster, user }: Login,
  ca: string | Buffer | undefined,
  terminal: boolean,
): PluginConfig | undefined {
  const exec = asRecord(user.exec);
  if (user.exec === undefined || user.exec === null || isLoggedIn(user)) return undefined;
  const refuse = (key: string, expected: string, got: unknown): ConfigError =>
    new ConfigError({
      place: `exec plugin of ${source}: ${key}`,
      expected,
      got: shown(got),
      hint: 'correct it there',
    });
  const { command, args = [], interactiveMode = 'IfAvailable', apiVersion = versions[0] } = exec;
  if (typeof command !== 'string' || command === '') throw refuse('command', 'a program', command);
  if (args !== null && !(Array.isArray(args) && args.every((arg) => typeof arg === 'string'))) {
    throw refuse('args', 'a list of texts', args);
  }
  if (!versions.includes(String(apiVersion))) {
    throw refuse('apiVersion', versions.join(' or '), apiVersion);
  }
  if (!modes.includes(String(interactiveMode))) {
    throw refuse('interactiveMode', modes.join(', '), interactiveMode);
  }
  if (interactiveMode === 'Always' && !terminal) {
    throw new ConfigError({
      place: `exec plugin of ${source}: interactiveMode`,
      expected: 'a terminal, as it is Always',
      got: 'a standard input that is none',
      hint: 'start in a terminal, or say IfAvailable or Never there',
    });
  }
  const interactive = terminal && interactiveMode !== 'Never';
  const spec = {
    ...(exec.provideClusterInfo === true && { cluster: clusterInfoOf(cluster, ca) }),
    interactive,
  };
  return {
    command,
    args: args === null ? [] : args.map(String),
    env: variablesOf(exec.env, (got) => refuse('env', 'a list of names with values', got)),
    apiVersion: String(apiVersion),
    interactive,
    installHint: typeof exec.installHint === 'string' ? exec.installHint : '',
    info: JSON.stringify({ kind: 'ExecCredential', apiVersion, spec }),
  };
}

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : typeof value);

/** Whether the user has another kind of login, which client-go uses before any plugin. */
function isLoggedIn(user: Login['user']): boolean {
  const has = (key: string): boolean => Boolean(user[key]);
  const certificate = has('client-certificate') || has('client-certificate-data');
  const key = has('client-key') || has('client-key-data');
  return ['token', 'tokenFile', 'username'].some(has) || (certificate && key);
}

function variablesOf(env: unknown, refuse: (got: unknown) => Error): Record<string, string> {
  if (env === undefined || env === null) return {};
  if (!Array.isArray(env)) throw refuse(env);
  const entries = env.map((one): [string, string] => {
    const { name, value = '' } = asRecord(one);
    if (typeof name !== 'string' || name === '' || typeof value !== 'string') throw refuse(one);
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** The cluster as client-go describes it: without empty fields, except `config`. */
function clusterInfoOf(cluster: Login['cluster'], ca: string | Buffer | undefined): object {
  const keys = [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority-data',
    'proxy-url',
    'disable-compression',
  ];
  const values: Readonly<Record<string, unknown>> = {
    ...cluster,
    'certificate-authority-data': ca && Buffer.from(ca).toString('base64'),
  };
  const given = keys.filter((key) => values[key]).map((key) => [key, values[key]]);
  const extensions = Array.isArray(cluster.extensions) ? cluster.extensions.map(asRecord) : [];
  const config = extensions.find(({ name }) => name === `${group}/exec`)?.extension ?? null;
  return { ...Object.fromEntries(given), config };
}

/** Keeps the plugin's credential until it expires. */
export class ExecPlugin {
  readonly #config: PluginConfig;
  readonly #parts: PluginParts;
  readonly #ending = new AbortController();
  readonly #working = new Set<Promise<void>>();
  #running: Promise<PluginCredential> | undefined;
  #known: { readonly credential: PluginCredential; readonly untilMs: number } | undefined;

  constructor(config: PluginConfig, parts: PluginParts) {
    this.#config = config;
    this.#parts = parts;
  }

  /** The current credential; callers share one run of the plugin. */
  async credential(): Promise<PluginCredential> {
    if (this.#running !== undefined) return this.#running;
    const { clock } = this.#parts;
    if (this.#known !== undefined && clock.wall() <= this.#known.untilMs) {
      return this.#known.credential;
    }
    this.#running = this.#run();
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  /** Called when the server refuses the credential. */
  forget(): void {
    this.#known = undefined;
  }

  /** Ends the plugin if it runs; resolves when none of its processes is left. */
  async close(): Promise<void> {
    this.#ending.abort(new Error('the plugin was ended'));
    await Promise.all(this.#working);
  }

  async #run(): Promise<PluginCredential> {
    const { clock, processes, env, onStderr } = this.#parts;
    const { args, interactive, info } = this.#config;
    const program = this.#find();
    const started = processes.start(program, args, {
      env: { ...env, ...this.#config.env, KUBERNETES_EXEC_INFO: info },
      interactive,
    });
    const { output, ended } = workOf(started, {
      clock,
      signal: this.#ending.signal,
      msMax: runMsMax,
      onStderr: (text) => onStderr(text, []),
    });
    const working = ended.then(() => void this.#working.delete(working));
    this.#working.add(working);
    const written = await output.catch((error: unknown) => {
      const { syscall, code } = asRecord(error);
      if (typeof syscall === 'string') throw this.#missing(program, code);
      throw new Error(this.#saying(errorMessage(error)));
    });
    return this.#read(written);
  }

  /** A bare name is looked for in the PATH of the process, not in the plugin's own. */
  #find(): string {
    const { command } = this.#config;
    if (command.includes('/')) return command;
    const { processes, env } = this.#parts;
    const program = processes.find(command, env.PATH ?? '');
    if (program === undefined) throw this.#missing(`${command} in PATH`, 'ENOENT');
    return program;
  }

  #missing(program: string, code: unknown): Error {
    const { installHint } = this.#config;
    const hint = installHint === '' ? '' : `: ${installHint}`;
    return new Error(`no program ${program} that can be run (${code})${hint}`);
  }

  #saying(what: string): string {
    return `${what} of the plugin ${this.#config.command}`;
  }

  #read({ code, signal, stdout, stderr }: Output): PluginCredential {
    const { onStderr } = this.#parts;
    if (code !== 0) {
      if (stderr !== '') onStderr(stderr, []);
      const end = signal === null ? `exit code ${code}` : `an end by ${signal}`;
      throw new Error(`${this.#saying(end)}${stderr === '' ? '' : `: ${stderr}`}`);
    }
    const answer = asRecord(
      parsed(stdout, this.#saying('an answer that is neither JSON nor YAML')),
    );
    const status = asRecord(answer.status);
    if (stderr !== '') onStderr(stderr, [status.token, status.clientKeyData].filter(isText));
    this.#refuseOtherKinds(answer);
    const { token, clientCertificateData: cert, clientKeyData: key } = status;
    if (!isText(token) && !isText(cert) && !isText(key)) {
      throw new Error(this.#saying('neither a token nor a certificate with its key'));
    }
    if (isText(cert) !== isText(key)) {
      throw new Error(this.#saying('only one of certificate and key'));
    }
    const credential = {
      token: isText(token) ? token : undefined,
      certificate: isText(cert) && isText(key) ? { cert, key } : undefined,
    };
    this.#known = { credential, untilMs: this.#expiryOf(status.expirationTimestamp) };
    return credential;
  }

  #refuseOtherKinds({ kind = 'ExecCredential', apiVersion }: Record<string, unknown>): void {
    const expected = this.#config.apiVersion;
    if (kind === 'ExecCredential' && (apiVersion ?? expected) === expected) return;
    throw new Error(this.#saying(`something else than an ExecCredential of ${expected}`));
  }

  /** Without a time a credential is good until the server refuses it. */
  #expiryOf(time: unknown): number {
    if (time === undefined || time === null || time === '') return Number.POSITIVE_INFINITY;
    const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (Number.isNaN(ms)) throw new Error(this.#saying('an expirationTimestamp that is no time'));
    return ms;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The text may be a secret, so no error repeats any of it. */
function parsed(text: string, otherwise: string): unknown {
  try {
    return parse(text, { logLevel: 'error' });
  } catch {
    throw new Error(otherwise);
  }
}
