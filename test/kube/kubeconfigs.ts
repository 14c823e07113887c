// Kubeconfigs for tests, and the search among files that need not exist.
import { type ClusterFlags, findLogin } from '../../src/kube/login.ts';

/** One context with cluster and user, in 16 lines. */
export const kubeconfig = (name: string, current = name): string => `
apiVersion: v1
kind: Config
current-context: ${current}
contexts:
- name: ${name}
  context: {cluster: ${name}-cluster, user: ${name}-user}
clusters:
- name: ${name}-cluster
  cluster:
    server: "https://${name}.test:6443"
    certificate-authority: pki/ca.crt
    tls-server-name: ${name}
users:
- name: ${name}-user
  user: {tokenFile: token, client-key: /abs/key.pem, exec: {command: ./login}}
`;

export const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';
export const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

/** The login that is found where only these files are. */
export function find(
  flags: ClusterFlags,
  files: Readonly<Record<string, string | Buffer>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  return findLogin(flags, {
    env,
    readFile(path) {
      const text = files[path];
      if (text !== undefined) return typeof text === 'string' ? Buffer.from(text) : text;
      throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
    },
  });
}
