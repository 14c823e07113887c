// Where the cluster is found, and what is said where it is not.
import { expect } from 'chai';
import type { ClusterFlags } from '../../src/kube/login.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';
import { find, inPod, kubeconfig, token } from './kubeconfigs.ts';

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

  const two = kubeconfig('one')
    .replace('contexts:', 'contexts:\n- {name: prod, context: {cluster: prod-cluster}}')
    .replace(
      'clusters:',
      'clusters:\n- {name: prod-cluster, cluster: {server: "https://prod.test"}}',
    );

  it('takes the context of --context, from whichever file has it', () => {
    expect(find({ kubeconfig: '/k', context: 'prod' }, { '/k': two }).server.host).to.equal(
      'prod.test',
    );
    const files = { '/a': kubeconfig('one'), '/b': two };
    const env = { KUBECONFIG: '/a:/none:/b' };
    expect(find({ context: 'prod' }, files, env).server.host).to.equal('prod.test');
    expect(find({}, files, env).server.host).to.equal('one.test:6443');
    const home = { HOME: '/home/me' };
    const atHome = { '/home/me/.kube/config': two };
    expect(find({ context: 'prod' }, atHome, home).server.host).to.equal('prod.test');
    const flags = { kubeconfig: '/k', context: 'prod', apiserver: 'https://other.test' };
    expect(find(flags, { '/k': two }).server.host).to.equal('other.test');
  });

  const refused: {
    what: string;
    flags?: ClusterFlags;
    files?: Record<string, string | Buffer>;
    env?: Record<string, string>;
    facts: Facts;
  }[] = [
    {
      what: 'nothing is found',
      env: { HOME: '/home/me' },
      facts: {
        expected: 'a cluster to watch',
        got: 'none',
        hint: /--kubeconfig FILE.* service account.*`kubestate demo`/,
      },
    },
    {
      what: 'the kubeconfig cannot be read',
      flags: { kubeconfig: '/none' },
      facts: {
        flag: '--kubeconfig',
        place: '/none',
        expected: 'a readable kubeconfig',
        got: /ENOENT/,
        hint: /^name another/,
      },
    },
    {
      what: 'the kubeconfig is no UTF-8',
      flags: { kubeconfig: '/k' },
      files: { '/k': Buffer.from(kubeconfig('süd'), 'latin1') },
      facts: {
        flag: '--kubeconfig',
        place: '/k',
        expected: 'a kubeconfig as YAML',
        got: 'bytes that are no UTF-8',
      },
    },
    {
      what: '--context is unknown',
      flags: { kubeconfig: '/k', context: 'prd' },
      files: { '/k': two },
      facts: {
        flag: '--context',
        expected: 'a context of kubeconfig /k',
        got: '"prd"',
        hint: 'did you mean prod?',
      },
    },
    {
      what: '--context is like none',
      flags: { context: 'elsewhere' },
      files: { '/a': kubeconfig('a'), '/b': two },
      env: { KUBECONFIG: '/a:/b' },
      facts: {
        flag: '--context',
        expected: 'a context of kubeconfig /a, /b',
        got: '"elsewhere"',
        hint: 'known are a, prod, one',
      },
    },
    {
      what: '--context is one that is not in quotes',
      flags: { kubeconfig: '/k', context: '123' },
      files: { '/k': kubeconfig('123', 'x') },
      facts: {
        place: '/k:6: contexts.name',
        expected: 'text',
        got: 'a number',
        hint: 'put it in quotes',
      },
    },
    {
      what: '--context meets the service account of a pod',
      flags: { context: 'prod' },
      files: { [token]: 'secret' },
      env: inPod,
      facts: {
        flag: '--context',
        expected: 'a kubeconfig that has the context "prod"',
        got: "the pod's service account",
        hint: /--kubeconfig/,
      },
    },
    {
      what: '--context meets --apiserver alone',
      flags: { context: 'prod', apiserver: 'https://x' },
      facts: {
        flag: ['--context', '--apiserver'],
        expected: 'a kubeconfig that has the context "prod"',
        got: 'none',
      },
    },
    {
      what: 'no file of KUBECONFIG is there',
      env: { KUBECONFIG: '/none:/nowhere' },
      facts: {
        flag: undefined,
        place: '/none (KUBECONFIG)',
        expected: 'a readable kubeconfig',
        got: /ENOENT/,
      },
    },
    {
      what: 'the kubeconfig is no YAML',
      flags: { kubeconfig: '/k' },
      files: { '/k': 'a: [1,\nb: }' },
      facts: {
        place: '/k',
        expected: 'a kubeconfig as YAML',
        got: /line 2/,
        hint: /^correct the file/,
      },
    },
    {
      what: 'the kubeconfig is empty',
      flags: { kubeconfig: '/k' },
      files: { '/k': '' },
      facts: {
        place: '/k',
        expected: 'a kubeconfig as YAML',
        got: 'a file without any keys',
      },
    },
    {
      what: 'there is no current-context',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('current-context: one', '') },
      facts: {
        place: 'kubeconfig /k',
        expected: 'a current-context',
        got: 'none',
        hint: /\(one\).*use-context/,
      },
    },
    {
      what: 'the context is missing',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one', 'two') },
      facts: {
        place: 'current-context in kubeconfig /k',
        expected: 'a context named "two"',
        got: 'only one',
      },
    },
    {
      what: 'the cluster is missing',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('name: one-cluster', 'name: x') },
      facts: {
        place: 'context one in kubeconfig /k',
        expected: 'a cluster named "one-cluster"',
        got: 'only x',
      },
    },
    {
      what: 'the user is missing',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('name: one-user', 'name: x') },
      facts: {
        place: 'context one in kubeconfig /k',
        expected: 'a user named "one-user"',
        got: 'only x',
      },
    },
    {
      what: 'the cluster has no server',
      flags: { kubeconfig: '/k' },
      files: { '/k': kubeconfig('one').replace('server: "https://one.test:6443"', '') },
      facts: {
        place: 'context one in kubeconfig /k',
        expected: /^the URL of an API server/,
        got: '""',
      },
    },
    {
      what: 'the server is no URL',
      flags: { apiserver: 'ftp://x' },
      facts: {
        flag: '--apiserver',
        expected: /^the URL of an API server/,
        got: '"ftp://x"',
      },
    },
  ];
  for (const { what, flags = {}, files, env, facts } of refused) {
    it(`says what is wrong when ${what}`, () => {
      expectRefused(() => find(flags, files, env), facts);
    });
  }
});
