// Where the cluster is found, and the sentence for each way in which it is not.
import { expect } from 'chai';
import { ConfigError } from '../../src/errors.ts';
import { type ClusterFlags, findLogin } from '../../src/kube/config.ts';

const kubeconfig = (name: string, current = name): string => `
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

const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

function find(
  flags: ClusterFlags,
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  return findLogin(flags, {
    env,
    readFile(path) {
      const text = files[path];
      if (text !== undefined) return Buffer.from(text);
      throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
    },
  });
}

describe('finding the cluster', () => {
  it('takes --kubeconfig before all else, with its paths seen from its folder', () => {
    const files = { '/etc/k/config': kubeconfig('one'), [token]: 'secret' };
    const login = find({ kubeconfig: '/etc/k/config' }, files, inPod);
    expect(login.server.href).to.equal('https://one.test:6443/');
    expect(login.cluster['certificate-authority']).to.equal('/etc/k/pki/ca.crt');
    expect(login.user).to.deep.equal({
      tokenFile: '/etc/k/token',
      'client-key': '/abs/key.pem',
      exec: { command: '/etc/k/login' },
    });
  });

  it('lets --apiserver replace the server of --kubeconfig, and the name it must bear', () => {
    const flags = { kubeconfig: '/k', apiserver: 'https://other.test' };
    const login = find(flags, { '/k': kubeconfig('one') });
    expect(login.server.href).to.equal('https://other.test/');
    expect(login.cluster['certificate-authority']).to.equal('/pki/ca.crt');
    expect(login.cluster['tls-server-name']).to.equal(undefined);
    expect(login.user.tokenFile).to.equal('/token');
  });

  it('takes --apiserver alone as that server without credentials, in a pod too', () => {
    const login = find({ apiserver: 'http://127.0.0.1:8001' }, { [token]: 'secret' }, inPod);
    expect(login.server.href).to.equal('http://127.0.0.1:8001/');
    expect(login.user).to.deep.equal({});
  });

  it('reads a server without a scheme as http', () => {
    expect(find({ apiserver: 'localhost:8001' }).server.href).to.equal('http://localhost:8001/');
  });

  it('takes the service account of its pod before a kubeconfig that no flag names', () => {
    const env = { ...inPod, KUBERNETES_SERVICE_HOST: 'fd00::1', KUBECONFIG: '/k' };
    const login = find({}, { [token]: 'secret', '/k': kubeconfig('one') }, env);
    expect(login.server.href).to.equal('https://[fd00::1]/');
    expect(login.user).to.deep.equal({ tokenFile: token });
    expect(login.cluster['certificate-authority']).to.match(/serviceaccount\/ca\.crt$/);
  });

  it('takes a kubeconfig in a pod that was given no token', () => {
    const login = find({}, { '/k': kubeconfig('one') }, { ...inPod, KUBECONFIG: '/k' });
    expect(login.server.hostname).to.equal('one.test');
  });

  it('merges the files of KUBECONFIG: the first wins, missing ones are left out', () => {
    const files = { '/a': kubeconfig('one', 'two'), '/b': `${kubeconfig('two')}` };
    const login = find({}, files, { KUBECONFIG: '/missing:/a:/b' });
    expect(login.server.hostname).to.equal('two.test');
  });

  it('takes ~/.kube/config last', () => {
    const login = find({}, { '/home/me/.kube/config': kubeconfig('mine') }, { HOME: '/home/me' });
    expect(login.server.hostname).to.equal('mine.test');
  });

  it('takes a context without a user as one without credentials', () => {
    const text = kubeconfig('one').replace(', user: one-user', '');
    expect(find({ kubeconfig: '/k' }, { '/k': text }).user).to.deep.equal({});
  });

  const sentences: {
    what: string;
    flags?: ClusterFlags;
    files?: Record<string, string>;
    env?: Record<string, string>;
    says: readonly string[];
  }[] = [
    {
      what: 'nothing is found',
      env: { HOME: '/home/me' },
      says: ['--kubeconfig FILE', 'service account', '`kubestate demo`'],
    },
    {
      what: 'the kubeconfig cannot be read',
      flags: { kubeconfig: '/none' },
      says: ['expected a readable kubeconfig at /none (--kubeconfig)', 'ENOENT', 'name another'],
    },
    {
      what: 'no file of KUBECONFIG is there',
      env: { KUBECONFIG: '/none:/nowhere' },
      says: ['expected a readable kubeconfig at /none (KUBECONFIG)', 'ENOENT'],
    },
    {
      what: 'the kubeconfig is no YAML',
      flags: { kubeconfig: '/k' },
      files: { '/k': 'a: [1,\nb: }' },
      says: ['expected a kubeconfig as YAML in /k', 'line 2', 'correct the file'],
    },
    {
      what: 'the kubeconfig is empty',
      flags: { kubeconfig: '/k' },
      files: { '/k': '' },
      says: ['expected a kubeconfig as YAML in /k', 'a file without any keys'],
    },
    {
      what: 'there is no current-context',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('current-context: one', '') },
      says: ['expected a current-context in kubeconfig /k, got none', '(one)', 'use-context'],
    },
    {
      what: 'the context is missing',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one', 'two') },
      says: ['expected a context named "two" for current-context in kubeconfig /k', 'only: one'],
    },
    {
      what: 'the cluster is missing',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('name: one-cluster', 'name: x') },
      says: ['expected a cluster named "one-cluster" for context one in kubeconfig /k', 'only: x'],
    },
    {
      what: 'the user is missing',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('name: one-user', 'name: x') },
      says: ['expected a user named "one-user" for context one in kubeconfig /k', 'only: x'],
    },
    {
      what: 'the cluster has no server',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('server: "https://one.test:6443"', '') },
      says: ['expected the URL of an API server', 'got "" from context one in kubeconfig /k'],
    },
    {
      what: 'the server is no URL',
      flags: { apiserver: 'ftp://x' },
      says: ['expected the URL of an API server', 'got "ftp://x" from --apiserver'],
    },
  ];
  for (const { what, flags = {}, files, env, says } of sentences) {
    it(`says in one sentence what is wrong when ${what}`, () => {
      const attempt = () => find(flags, files, env);
      expect(attempt).to.throw(ConfigError);
      for (const words of says) expect(attempt).to.throw(words);
    });
  }
});
