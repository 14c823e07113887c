// findLogin finds the cluster and the user: by flags, service account, or kubeconfig.
import { delimiter, join } from 'node:path';
import { ConfigError, type ErrorFields, errorMessage } from '../lib/errors.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import { suggest } from '../lib/suggest.ts';
import { type EntryKind, Kubeconfig, kubeconfigPlace } from './kubeconfig.ts';
import { asRecord } from './objects.ts';

const serviceAccountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The flags that name a cluster; empty means not given. */
export interface ClusterFlags {
  readonly kubeconfig?: string | undefined;
  /** The context of the kubeconfig, in place of its current one. */
  readonly context?: string | undefined;
  readonly apiserver?: string | undefined;
}

/** What the search reads besides the flags. */
export type LoginContext = Pick<ProcessContext, 'env' | 'readFile'>;

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
 * The first of: --kubeconfig and --apiserver, the service account of this pod, the files
 * of KUBECONFIG, ~/.kube/config. --apiserver replaces the server of --kubeconfig; alone it is that
 * server without credentials, which is what kube-state-metrics makes of it too.
 */
export function findLogin(flags: ClusterFlags, processContext: LoginContext): Login {
  const { env } = processContext;
  if (flags.kubeconfig) {
    return loginOfFiles([flags.kubeconfig], '--kubeconfig', processContext, flags);
  }
  if (flags.apiserver) {
    refuseContext(flags, ['--context', '--apiserver'], 'none');
    return loginOf('--apiserver', { server: flags.apiserver }, {});
  }
  const inCluster = loginOfPod(processContext);
  if (inCluster !== undefined) {
    refuseContext(flags, '--context', inCluster.source);
    return inCluster;
  }
  const listed = env.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [];
  if (listed.length > 0) return loginOfFiles(listed, 'KUBECONFIG', processContext, flags);
  const home = env.HOME && join(env.HOME, '.kube', 'config');
  if (home && isThere(home, processContext)) {
    return loginOfFiles([home], home, processContext, flags);
  }
  throw new ConfigError({
    expected: 'a cluster to watch',
    got: 'none',
    hint:
      'name one with --kubeconfig FILE, run in a cluster with a service account, or have a look ' +
      'at a simulated one with `kubestate demo`',
  });
}

function refuseContext({ context }: ClusterFlags, flag: ErrorFields['flag'], got: string): void {
  if (!context) return;
  throw new ConfigError({
    flag,
    expected: `a kubeconfig that has the context "${context}"`,
    got,
    hint: 'name the file with --kubeconfig, or leave --context out',
  });
}

function loginOfPod(processContext: LoginContext): Login | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = processContext.env;
  const tokenFile = `${serviceAccountPath}/token`;
  // Without a token (automountServiceAccountToken: false) a kubeconfig may still be meant.
  if (!host || !port || !isThere(tokenFile, processContext)) return undefined;
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
  processContext: LoginContext,
  { apiserver, context: asked }: ClusterFlags,
): Login {
  const several = paths.length > 1;
  const missingAllowed = several && paths.some((path) => isThere(path, processContext));
  const files = paths
    .filter((path) => !missingAllowed || isThere(path, processContext))
    .map((path) => new Kubeconfig(path, from, bytesOf(path, from, processContext), several));
  const where = `kubeconfig ${files.map(({ path }) => path).join(', ')}`;
  if (asked) refuseUnknownContext(files, asked, where);
  const contextName = asked || currentContextOf(files, where);
  const context = entryIn(files, 'context', contextName, `current-context in ${where}`);
  const by = `context ${contextName} in ${where}`;
  const cluster = entryIn(files, 'cluster', context.cluster, by);
  const user = isName(context.user) ? entryIn(files, 'user', context.user, by) : {};
  // tls-server-name is the name in the old server's certificate, not in that of another server.
  const override = apiserver ? { server: apiserver, 'tls-server-name': undefined } : {};
  return loginOf(by, { ...cluster, ...override }, user);
}

function currentContextOf(files: readonly Kubeconfig[], where: string): string {
  for (const { currentContext } of files) if (currentContext !== undefined) return currentContext;
  const names = namesIn(files, 'context').join(', ') || 'none';
  throw new ConfigError({
    place: where,
    expected: 'a current-context',
    got: 'none',
    hint: `choose one of its contexts (${names}) with --context or \`kubectl config use-context\``,
  });
}

/** Suggests the context with the most similar name. */
function refuseUnknownContext(files: readonly Kubeconfig[], asked: string, where: string): void {
  const known = namesIn(files, 'context');
  if (known.includes(asked)) return;
  for (const file of files) file.refuseUnquotedNames('context');
  const close = suggest(asked, known);
  const hint =
    close === undefined ? `known are ${known.join(', ') || 'none'}` : `did you mean ${close}?`;
  const expected = `a context of ${where}`;
  throw new ConfigError({ flag: '--context', expected, got: `"${asked}"`, hint });
}

function loginOf(
  source: string,
  cluster: Record<string, unknown>,
  user: Record<string, unknown>,
): Login {
  const server = serverOf(source, cluster);
  const { username, password } = server;
  // Not in the URL, which is logged. As in Go, it counts where the user has no other login.
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
  throw new ConfigError({
    ...(source === '--apiserver' ? { flag: source } : { place: source }),
    expected: 'the URL of an API server, as https://10.0.0.1:6443',
    got: `"${withoutLogin(given)}"`,
    hint: 'correct it there',
  });
}

function bytesOf(path: string, from: string, processContext: LoginContext): Buffer {
  try {
    return processContext.readFile(path);
  } catch (error) {
    throw new ConfigError({
      ...kubeconfigPlace(path, from),
      expected: 'a readable kubeconfig',
      got: errorMessage(error),
      hint: 'name another file, or give read access to this one',
    });
  }
}

/** The cluster, user or context of that name. */
function entryIn(
  files: readonly Kubeconfig[],
  kind: EntryKind,
  name: unknown,
  namedBy: string,
): Record<string, unknown> {
  const wanted = isName(name) ? name : '';
  for (const file of files) {
    const entry = file.entry(kind, wanted);
    if (entry !== undefined) return entry;
  }
  for (const file of files) file.refuseUnquotedNames(kind);
  const known = namesIn(files, kind).join(', ') || 'none';
  throw new ConfigError({
    place: namedBy,
    expected: `a ${kind} named "${wanted}"`,
    got: `only ${known}`,
    hint: `add the ${kind}, or name another`,
  });
}

const namesIn = (files: readonly Kubeconfig[], kind: EntryKind): string[] =>
  files.flatMap((file) => file.names(kind));

function isThere(path: string, processContext: LoginContext): boolean {
  try {
    processContext.readFile(path);
    return true;
  } catch (error) {
    // Only what is absent may be passed over: what is there but unreadable is reported by its use.
    return asRecord(error).code !== 'ENOENT';
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
