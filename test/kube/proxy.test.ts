// Which proxy is used: as Go's own rules have it, row by row, and what is refused.

import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { proxyOf } from '../../src/kube/proxy.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';

interface Row {
  readonly env: Readonly<Record<string, string>>;
  readonly server: URL;
  /** A URL, or `none`; `unusable` and `error` where Go's client never gets further. */
  readonly proxy: string;
}

const rows: Row[] = readFileSync(new URL('proxies.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [env = '', server = '', proxy = ''] = line.split('\t');
    return { env: JSON.parse(env), server: new URL(server), proxy };
  });

const login = (server: URL, cluster: object = {}) => ({
  source: 'context c',
  server,
  cluster: { ...cluster },
  user: {},
});

/** Our answer, with the login that stands apart put back into the URL. */
function answerTo({ env, server }: Row): string {
  try {
    const proxy = proxyOf(login(server), env);
    if (proxy === undefined) return 'none';
    const url = new URL(proxy.url);
    url.username = proxy.login?.name ?? '';
    url.password = proxy.login?.password ?? '';
    return url.href;
  } catch (error) {
    if (error instanceof ConfigError) return 'unusable';
    throw error;
  }
}

/** Go's client takes no proxy, without a word, where it cannot read the URL; ours says so. */
const unread = (env: Row['env']): boolean => Object.values(env).some((url) => url.includes('%zz'));
/** Go's client refuses each request where HTTP_PROXY may be a stranger's; ours goes without. */
const isCgi = ({ env, proxy }: Row): boolean => proxy === 'error' && 'REQUEST_METHOD' in env;

describe('The proxy of a URL', () => {
  it('is the one that Go finds', () => {
    const odd = rows.flatMap((row) => {
      const { env, server, proxy } = row;
      const judged = unread(env) ? 'unusable' : isCgi(row) ? 'none' : proxy;
      const expected = URL.canParse(judged) ? new URL(judged).href : judged;
      const got = answerTo(row);
      return got === expected ? [] : [`${JSON.stringify(env)} ${server}: ${proxy}, got ${got}`];
    });
    expect(odd).to.deep.equal([]);
    expect(rows).to.have.length.above(1_800);
  });

  const kube = new URL('https://kube.example.com:6443');

  it('is the one of the kubeconfig before all others, for loopback too', () => {
    const env = { HTTPS_PROXY: 'http://other:3128', NO_PROXY: '*' };
    for (const server of [kube, new URL('https://127.0.0.1:6443')]) {
      const proxy = proxyOf(login(server, { 'proxy-url': 'socks5://me:p%40s@proxy:1081' }), env);
      expect(proxy?.url.href).to.equal('socks5://proxy:1081');
      expect(proxy?.login).to.deep.equal({ name: 'me', password: 'p@s' });
      expect(proxy?.from).to.equal('proxy-url');
    }
    const { from } = proxyOf(login(kube, { 'proxy-url': '' }), { https_proxy: 'proxy' }) ?? {};
    expect(from).to.equal('https_proxy');
  });

  const refused: readonly [what: string, cluster: object, env: Row['env'], facts: Facts][] = [
    [
      'a scheme',
      {},
      { HTTPS_PROXY: 'ftp://me:secret@x' },
      { place: 'environment variable HTTPS_PROXY', got: 'one with ftp:' },
    ],
    [
      'no URL',
      {},
      { https_proxy: 'http://me:secret@[x' },
      { place: 'environment variable https_proxy', got: 'a text that is no URL' },
    ],
    ['no host', {}, { HTTPS_PROXY: 'http:///secret' }, { got: 'a URL without a host' }],
    [
      'a bad code',
      {},
      { HTTPS_PROXY: 'http://me:secret%zz@x' },
      { got: 'a name or password with a % that begins no code' },
    ],
    [
      'no scheme',
      { 'proxy-url': 'x:3128' },
      {},
      { place: 'context c: proxy-url', got: 'one with x:' },
    ],
    [
      'a path',
      { 'proxy-url': '/secret' },
      {},
      { place: 'context c: proxy-url', got: 'a text that is no URL' },
    ],
  ];
  for (const [what, cluster, env, facts] of refused) {
    it(`is refused where it is ${what}, in an error without its password`, () => {
      const expected = 'a proxy such as http://10.0.0.1:3128';
      const act = () => proxyOf(login(kube, cluster), env);
      const error = expectRefused(act, { expected, ...facts });
      expect(inspect(error, { depth: 9, showHidden: true })).to.not.include('secret');
    });
  }
});
