// What a kubeconfig may be written as, and what is said of each value of a wrong type.
import { inspect } from 'node:util';
import { expect } from 'chai';
import { expectRefused, type Facts } from '../support/refusal.ts';
import { find, kubeconfig } from './kubeconfigs.ts';

describe('a kubeconfig', () => {
  const marked = (text: string, encoding: 'utf16le' | 'utf8'): Buffer =>
    Buffer.from(`\ufeff${text}`, encoding);

  for (const [encoding, bytes] of Object.entries({
    'UTF-8 with a mark': marked(kubeconfig('süd'), 'utf8'),
    'UTF-16, little end first': marked(kubeconfig('süd'), 'utf16le'),
    'UTF-16, big end first': marked(kubeconfig('süd'), 'utf16le').swap16(),
  })) {
    it(`reads ${encoding}`, () => {
      const { source, user } = find({ kubeconfig: '/k' }, { '/k': bytes });
      expect(source).to.equal('context süd in kubeconfig /k');
      expect(user.tokenFile).to.equal('/token');
    });
  }

  it('decodes !!binary in every place, anchors and merged keys included', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----\n';
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const text = `
current-context: !!binary ${base64('one')}
contexts: [{name: one, context: {cluster: one, user: one}}]
clusters:
- name: !!binary ${base64('one')}
  cluster:
    server: https://one.test
    certificate-authority-data: &ca !!binary |
      ${base64(pem)}
users:
- name: one
  user:
    <<: {client-certificate-data: *ca, client-key-data: !!binary ${base64(base64(pem))}}
    token: !!binary ${base64('secret')}
    as: !!binary ${base64('jürgen')}
    as-groups: [!!binary ${base64('grün')}]
    as-user-extra: {a: [!!binary ${base64('ä')}]}
    exec: {command: x, env: [{name: A, value: !!binary ${base64('b')}}]}
`;
    const { cluster, user } = find({ kubeconfig: '/k' }, { '/k': text });
    expect(cluster['certificate-authority-data']).to.equal(base64(pem));
    expect(user).to.deep.equal({
      'client-certificate-data': base64(pem),
      'client-key-data': base64(pem),
      token: 'secret',
      as: 'jürgen',
      'as-groups': ['grün'],
      'as-user-extra': { a: ['ä'] },
      exec: { command: 'x', env: [{ name: 'A', value: 'b' }] },
    });
  });

  it('takes null for nothing, and an empty file beside another for one without entries', () => {
    const text = kubeconfig('one')
      .replace('user: {tokenFile: token,', 'user: {token: null, as: ~, as-groups: [null],')
      .replace('contexts:', 'preferences: null\ncontexts:\n- null');
    const files = { '/empty': '', '/null': 'contexts: null\nusers:\n', '/k': text };
    const { user } = find({}, files, { KUBECONFIG: '/empty:/null:/k' });
    expect(user).to.deep.equal({
      'as-groups': [],
      'client-key': '/abs/key.pem',
      exec: { command: '/login' },
    });
  });

  it('takes yes and off for switches, as Go does', () => {
    const text = kubeconfig('one').replace(
      'tls-server-name: one',
      'insecure-skip-tls-verify: yes\n    disable-compression: off',
    );
    const { cluster } = find({ kubeconfig: '/k' }, { '/k': text });
    expect(cluster['insecure-skip-tls-verify']).to.equal(true);
    expect(cluster['disable-compression']).to.equal(false);
  });

  const cluster = 'tls-server-name: one';
  const user = 'tokenFile: token';
  const quotes = 'put it in quotes';
  // biome-ignore format: one row per mistake
  const refused: readonly [was: string, becomes: string, place: string, facts: Facts][] = [
    ['current-context: one', 'current-context: 123', ':4: current-context', { expected: 'text' }],
    ['current-context: one', 'current-context: true', ':4: current-context', { got: 'a true or false', hint: quotes }],
    ['- name: one\n', '- name: 123\n', ':6: contexts.name', { expected: 'text', got: 'a number', hint: quotes }],
    ['cluster: one-cluster', 'cluster: 0x1F', ':7: contexts.context.cluster', { expected: 'text' }],
    ['user: one-user', 'user: [a]', ':7: contexts.context.user', { expected: 'text', got: 'a list', hint: 'correct the file' }],
    ['- name: one-user', '- name: 1.5', ':15: users.name', { expected: 'text', got: 'a number' }],
    ['server: "https://one.test:6443"', 'server: {a: 1}', ':11: clusters.cluster.server', { expected: 'text' }],
    [cluster, 'tls-server-name: 10', ':13: clusters.cluster.tls-server-name', { expected: 'text' }],
    [cluster, 'insecure-skip-tls-verify: "true"', ':13: clusters.cluster.insecure-skip-tls-verify', { expected: 'true or false' }],
    [cluster, 'insecure-skip-tls-verify: 1', ':13: clusters.cluster.insecure-skip-tls-verify', { expected: 'true or false' }],
    [cluster, 'certificate-authority-data: 5', ':13: clusters.cluster.certificate-authority-data', { expected: 'base64' }],
    [cluster, 'certificate-authority-data: "-----BEGIN"', ':13: clusters.cluster.certificate-authority-data', { hint: 'give the file by its path, or encode it' }],
    [cluster, 'tls-server-name: !!timestamp 2024-01-01', ':13: clusters.cluster.tls-server-name', { got: 'a value of another tag' }],
    [cluster, 'tls-server-name: !!binary //79', ':13: clusters.cluster.tls-server-name', { got: 'binary data', hint: 'correct the file' }],
    [cluster, 'proxy-url: 8080', ':13: clusters.cluster.proxy-url', { expected: 'text' }],
    [user, 'token: 12345', ':16: users.user.token', { expected: 'text', got: 'a number', hint: quotes }],
    [user, 'client-certificate-data: [a]', ':16: users.user.client-certificate-data', { expected: 'base64' }],
    [user, 'client-certificate: 5', ':16: users.user.client-certificate', { expected: 'text' }],
    [user, 'as: 1000', ':16: users.user.as', { expected: 'text', got: 'a number' }],
    [user, 'as: "a\\nb"', ':16: users.user.as', { expected: 'text of one line' }],
    [user, 'as-uid: 7', ':16: users.user.as-uid', { expected: 'text' }],
    [user, 'as-groups: admins', ':16: users.user.as-groups', { expected: 'a list', got: 'a text' }],
    [user, 'as-groups: [a, 5]', ':16: users.user.as-groups', { expected: 'text', got: 'a number' }],
    [user, 'as-user-extra: [a]', ':16: users.user.as-user-extra', { expected: 'a map', got: 'a list' }],
    [user, 'as-user-extra: {a: b}', ':16: users.user.as-user-extra.a', { expected: 'a list' }],
    [user, 'password: 007', ':16: users.user.password', { expected: 'text', got: 'a number' }],
    [user, 'auth-provider: {config: {a: 1}}', ':16: users.user.auth-provider.config.a', { expected: 'text' }],
    ['exec: {command: ./login}', 'exec: login', ':16: users.user.exec', { expected: 'a map', got: 'a text' }],
    ['command: ./login', 'command: 5', ':16: users.user.exec.command', { expected: 'text' }],
    ['command: ./login', 'args: [--port, 80]', ':16: users.user.exec.args', { expected: 'text' }],
    ['command: ./login', 'env: {A: b}', ':16: users.user.exec.env', { expected: 'a list', got: 'a map' }],
    ['command: ./login', 'env: [{name: A, value: 5}]', ':16: users.user.exec.env.value', { expected: 'text' }],
    ['users:', 'users: {a: b}\nx:', ':14: users', { expected: 'a list', got: 'a map' }],
    ['users:', 'users:\n- text', ':15: users', { expected: 'a map with a name and a user', got: 'a text' }],
    ['users:', 'users:\n- {name: one-user}', '', { expected: 'one user named "one-user"', got: /^two, in lines \d+ and \d+$/ }],
  ];
  for (const [was, becomes, place, facts] of refused) {
    it(`refuses, with key and line: ${becomes.replace('\n', ' ')}`, () => {
      const text = kubeconfig('one').replace(was, becomes);
      expect(text).to.not.equal(kubeconfig('one'));
      const attempt = () => find({ kubeconfig: '/k' }, { '/k': text });
      const error = expectRefused(attempt, { place: `/k${place}`, ...facts });
      expect(error.message).to.not.include('\n');
      expect(inspect({ ...error, message: error.message })).to.not.match(/12345|007/);
    });
  }

  it('refuses an anchored value with the line of the anchor', () => {
    const text = kubeconfig('one')
      .replace('contexts:', 'x: &number\n  5\ncontexts:')
      .replace('tokenFile: token', 'token: *number');
    const place = /^\/k:\d+: users\.user\.token$/;
    expectRefused(() => find({ kubeconfig: '/k' }, { '/k': text }), { place });
  });
});
