// Which cluster to watch, and as whom: from flags, the pod we run in, or a kubeconfig.
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parseDocument } from 'yaml';
import { ConfigError, yamlProblem } from '../errors.ts';
import { asRecord } from './objects.ts';
import { messageOf } from './words.ts';

const serviceAccountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The two flags that name a cluster; empty means not given. */
export interface ClusterFlags {
  readonly kubeconfig?: string | undefined;
  readonly apiserver?: string | undefined;
}

/** What the search reads besides the flags. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws where the file cannot be read, as `readFileSync` does. */
  readFile(path: string): Buffer;
}

/**
 * A cluster and a user in the words of a kubeconfig, whatever source they come from; paths in them
 * are absolute.
 */
export interface Login {
  /** Where it was found, for messages. */
  readonly source: string;
  readonly server: URL;
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

/**
 * The first of: --kubeconfig and --apiserver, the service account of the pod we run in, the files
 * of KUBECONFIG, ~/.kube/config. --apiserver replaces the server of --kubeconfig; alone it is that
 * server without credentials, which is what kube-state-metrics makes of it too.
 */
export function findLogin(flags: ClusterFlags, surroundings: Surroundings): Login {
  const { env } = surroundings;
  if (flags.kubeconfig) {
    return loginOfFiles([flags.kubeconfig], '--kubeconfig', surroundings, flags.apiserver);
  }
  if (flags.apiserver) return loginOf('--apiserver', { server: flags.apiserver }, {});
  const inCluster = loginOfPod(surroundings);
  if (inCluster !== undefined) return inCluster;
  const listed = env.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [];
  if (listed.length > 0) return loginOfFiles(listed, 'KUBECONFIG', surroundings);
  const home = env.HOME && join(env.HOME, '.kube', 'config');
  if (home && isThere(home, surroundings)) return loginOfFiles([home], home, surroundings);
  throw new ConfigError(
    'expected a cluster to watch, got none: name one with --kubeconfig FILE, run in a cluster ' +
      'with a service account, or have a look at a simulated one with `kubestate demo`',
  );
}

function loginOfPod(surroundings: Surroundings): Login | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = surroundings.env;
  const tokenFile = `${serviceAccountPath}/token`;
  // Without a token (automountServiceAccountToken: false) a kubeconfig may still be meant.
  if (!host || !port || !isThere(tokenFile, surroundings)) return undefined;
  const cluster = {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    'certificate-authority': `${serviceAccountPath}/ca.crt`,
  };
  return loginOf("the pod's service account", cluster, { tokenFile });
}

/** The entry of the first file that has it wins, as with kubectl; so does its current-context. */
function loginOfFiles(
  paths: readonly string[],
  from: string,
  surroundings: Surroundings,
  apiserver?: string,
): Login {
  const missingAllowed = paths.length > 1 && paths.some((path) => isThere(path, surroundings));
  const files = paths
    .filter((path) => !missingAllowed || isThere(path, surroundings))
    .map((path) => readKubeconfig(path, from, surroundings));
  const where = `kubeconfig ${files.map(({ path }) => path).join(', ')}`;
  const contextName = files.map(({ body }) => body['current-context']).find(isName);
  if (contextName === undefined) {
    const names = files.flatMap(({ body }) => namesIn(body.contexts)).join(', ') || 'none';
    throw new ConfigError(
      `expected a current-context in ${where}, got none: choose one of its contexts (${names}) ` +
        'with `kubectl config use-context`',
    );
  }
  const context = entryIn(files, 'context', contextName, `current-context in ${where}`);
  const by = `context ${contextName} in ${where}`;
  const cluster = entryIn(files, 'cluster', context.cluster, by);
  const user = isName(context.user) ? entryIn(files, 'user', context.user, by) : {};
  // Whoever names another server does not mean the name that the old one's certificate bears.
  const override = apiserver ? { server: apiserver, 'tls-server-name': undefined } : {};
  return loginOf(by, { ...cluster, ...override }, user);
}

function loginOf(
  source: string,
  cluster: Record<string, unknown>,
  user: Record<string, unknown>,
): Login {
  const server = serverOf(source, cluster);
  const { username, password } = server;
  // Kept apart, as the URL is in log lines; as in Go, it is the login of who has no other.
  server.username = '';
  server.password = '';
  const inUrl = username !== '' && Object.keys(user).length === 0;
  const login = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { source, server, cluster, user: inUrl ? login : user };
}

/** The text of a URL without the name and password that it may have. */
const withoutLogin = (url: string): string => url.replace(/^([^/]*\/\/)?[^/]*@/, '$1');

function serverOf(source: string, cluster: Record<string, unknown>): URL {
  const given = typeof cluster.server === 'string' ? cluster.server : '';
  // host:port alone means http, unless something says TLS: as Go's client reads it.
  const tls = Object.keys(cluster).some((key) => /^(certificate-authority|insecure)/.test(key));
  const text = /^[a-z]+:\/\//i.test(given) ? given : `${tls ? 'https' : 'http'}://${given}`;
  if (given !== '' && URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === 'https:' || url.protocol === 'http:') return url;
  }
  throw new ConfigError(
    'expected the URL of an API server, as https://10.0.0.1:6443, got ' +
      `"${withoutLogin(given)}" from ${source}: correct it there`,
  );
}

interface Kubeconfig {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

function readKubeconfig(path: string, from: string, surroundings: Surroundings): Kubeconfig {
  let text: string;
  try {
    text = surroundings.readFile(path).toString('utf8');
  } catch (error) {
    throw new ConfigError(
      `expected a readable kubeconfig at ${path} (${from}), got: ${messageOf(error)}: ` +
        'name another file, or give read access to this one',
    );
  }
  const body = valueIn(text);
  if (body instanceof Error || typeof body !== 'object' || body === null || Array.isArray(body)) {
    const got = body instanceof Error ? body.message : 'a file without any keys';
    throw new ConfigError(
      `expected a kubeconfig as YAML in ${path} (${from}), got: ${got}: correct the file, ` +
        'or name another one',
    );
  }
  return { path, body: asRecord(body) };
}

/** The value of the text, or what is wrong with it, in words that repeat nothing of it. */
function valueIn(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line;
    return new Error(`${yamlProblem(problem.message)} in line ${line ?? 'unknown'}`);
  }
  try {
    return document.toJS();
  } catch (error) {
    return new Error(yamlProblem(messageOf(error)));
  }
}

/** The cluster, user or context of that name, with its paths made absolute. */
function entryIn(
  files: readonly Kubeconfig[],
  kind: 'cluster' | 'user' | 'context',
  name: unknown,
  namedBy: string,
): Record<string, unknown> {
  for (const { path, body } of files) {
    const list = body[`${kind}s`];
    const entry = Array.isArray(list) ? list.find((one) => asRecord(one).name === name) : undefined;
    if (entry !== undefined) return withAbsolutePaths(asRecord(asRecord(entry)[kind]), path);
  }
  const known = files.flatMap(({ body }) => namesIn(body[`${kind}s`])).join(', ') || 'none';
  throw new ConfigError(
    `expected a ${kind} named "${String(name ?? '')}" for ${namedBy}, got only: ${known}: ` +
      `add the ${kind}, or name another`,
  );
}

const pathKeys = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function withAbsolutePaths(
  entry: Record<string, unknown>,
  kubeconfigPath: string,
): Record<string, unknown> {
  const absolute = (path: unknown): unknown =>
    isName(path) && !isAbsolute(path) ? join(dirname(kubeconfigPath), path) : path;
  const result = { ...entry };
  for (const key of pathKeys) if (key in result) result[key] = absolute(result[key]);
  const exec = asRecord(entry.exec);
  // A bare command is looked for in PATH, one with a slash beside the kubeconfig.
  if (isName(exec.command) && exec.command.includes('/')) {
    result.exec = { ...exec, command: absolute(exec.command) };
  }
  return result;
}

function namesIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map((entry) => String(asRecord(entry).name)) : [];
}

function isThere(path: string, surroundings: Surroundings): boolean {
  try {
    surroundings.readFile(path);
    return true;
  } catch (error) {
    // Only what is absent may be passed over: what is there but unreadable is reported by its use.
    return asRecord(error).code !== 'ENOENT';
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
