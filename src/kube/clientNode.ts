// kubeConfigOf hands a login to client-node, which knows identity providers and passwords.
import { KubeConfig } from '@kubernetes/client-node';
import type { Login } from './login.ts';

/** Without the keys of the user that `readElsewhere` names. */
export function kubeConfigOf(login: Login, readElsewhere: readonly string[]): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(JSON.stringify(forClientNode(login, readElsewhere)));
  return kubeConfig;
}

/** Without TLS and proxy, which Transport has; client-node takes http servers as insecure only. */
function forClientNode({ server, user }: Login, readElsewhere: readonly string[]): object {
  const inline = Object.entries(user).filter(([key]) => !readElsewhere.includes(key));
  const userEntry = Object.fromEntries(inline);
  const clusterEntry = { server: server.href, 'insecure-skip-tls-verify': true };
  return {
    clusters: [{ name: 'login', cluster: clusterEntry }],
    users: [{ name: 'login', user: userEntry }],
    contexts: [{ name: 'login', context: { cluster: 'login', user: 'login' } }],
    'current-context': 'login',
  };
}
