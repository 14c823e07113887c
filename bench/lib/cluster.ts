// Starts the clusters of the benchmarks: a simulated API server in a child process, or a real one.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import type { Contents } from './contents.ts';

export interface Cluster {
  /** The kind of server, which is saved with the results. */
  readonly name: string;
  readonly url: string;
  /** The CA certificate of the server, in PEM. */
  readonly ca?: string;
  readonly token?: string;
  /** Forces every client to relist; absent if the server cannot do that. */
  relist?(): void;
  stop(): Promise<void>;
}

/** The message of the child when it listens. */
export interface Listening {
  readonly url: string;
}

/** Starts a simulated API server in a child process, whose CPU and memory are not measured. */
export async function startSimulated(contents: Contents): Promise<Cluster> {
  const child = fork(join(import.meta.dirname, 'simulated.ts'), [JSON.stringify(contents)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // It stands beside the exporter, and what it makes is garbage at once.
    execArgv: ['--max-semi-space-size=1', '--expose-gc'],
    env: {
      ...process.env,
      MALLOC_ARENA_MAX: '1',
      MALLOC_TRIM_THRESHOLD_: '131072',
      MALLOC_MMAP_THRESHOLD_: '32768',
    },
  });
  const exited = once(child, 'exit');
  const failed = exited.then(([code]) => {
    throw new Error(`the simulated API server ended with ${code}`);
  });
  const [{ url }] = (await Promise.race([once(child, 'message'), failed])) as [Listening];
  // From here on its exit is no failure: stop() causes it.
  failed.catch(() => undefined);
  return {
    name: 'simulated API server',
    url,
    relist: () => child.send('relist'),
    async stop() {
      child.kill();
      await exited;
    },
  };
}

/** Starts an empty etcd and kube-apiserver, which are built the first time. */
export async function startReal(say: (doing: string) => void): Promise<Cluster> {
  say('starting kube-apiserver and etcd, which takes minutes where they have to be built');
  // The gate changes nothing for requests without a shard selector.
  return clusterOf(await startApiServer({ featureGates: { ShardedListAndWatch: true } }));
}

/** A real API server, with the credentials of its administrator. */
export function clusterOf(server: RealCluster): Cluster {
  const { url, ca, adminToken: token } = server;
  return { name: 'kube-apiserver and etcd', url, ca, token, stop: () => server.stop() };
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly clusters: readonly { name: string; cluster: Record<string, string> }[];
  readonly users: readonly { name: string; user: Record<string, string> }[];
}

/** The cluster of a kubeconfig's current context, whose user has a token or no credentials. */
export function clusterOfKubeconfig(file: string): Cluster {
  const config = parse(readFileSync(file, 'utf8')) as Kubeconfig;
  const { context } = named(config.contexts, config['current-context'], file);
  const { cluster } = named(config.clusters, context.cluster, file);
  const { user } = named(config.users, context.user, file);
  const encoded = cluster['certificate-authority-data'];
  const ca =
    encoded === undefined
      ? cluster['certificate-authority'] && readFileSync(cluster['certificate-authority'], 'utf8')
      : Buffer.from(encoded, 'base64').toString();
  const { server: url = '' } = cluster;
  const { token } = user;
  return { name: `API server at ${url}`, url, ca, token, stop: async () => undefined };
}

function named<T extends { name: string }>(list: readonly T[], name: string, file: string): T {
  const found = list.find((one) => one.name === name);
  if (found === undefined) throw new Error(`expected "${name}" in ${file}, got none of that name`);
  return found;
}

/** A kubeconfig for the cluster, in JSON, which is valid YAML. */
export function kubeconfigOf({ url, ca, token }: Cluster): string {
  const name = 'bench';
  const trust = ca && { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: url, ...trust } }],
    users: [{ name, user: token ? { token } : {} }],
  });
}
