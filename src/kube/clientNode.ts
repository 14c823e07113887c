// What client-node makes of a login: exec plugins, identity providers, tokens and passwords.
import { KubeConfig } from '@kubernetes/client-node';
import type { Login } from './config.ts';
import { asRecord } from './objects.ts';

/** The login for client-node, but for the keys of the user that are read elsewhere. */
export function kubeConfigOf(login: Login, readElsewhere: readonly string[]): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(JSON.stringify(forClientNode(login, readElsewhere)));
  return kubeConfig;
}

/** Only users matter: TLS and the proxy are ours. It takes http servers as insecure ones only. */
function forClientNode({ server, cluster, user }: Login, readElsewhere: readonly string[]): object {
  const inline = Object.entries(user).filter(([key]) => !readElsewhere.includes(key));
  const userEntry: Record<string, unknown> = Object.fromEntries(inline);
  if (user.exec) userEntry.exec = execWithInfo(asRecord(user.exec), cluster);
  const clusterEntry = { server: server.href, 'insecure-skip-tls-verify': true };
  return {
    clusters: [{ name: 'login', cluster: clusterEntry }],
    users: [{ name: 'login', user: userEntry }],
    contexts: [{ name: 'login', context: { cluster: 'login', user: 'login' } }],
    'current-context': 'login',
  };
}

/** Plugins read KUBERNETES_EXEC_INFO, some insist on it, and client-node does not set it. */
function execWithInfo(
  exec: Record<string, unknown>,
  cluster: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) },
  };
  const env = Array.isArray(exec.env) ? exec.env : [];
  const variable = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
  return { ...exec, env: [...env, variable] };
}
