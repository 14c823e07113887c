// What reaches a server through a proxy: certificates, logins, errors, and what is said of it.

import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import nock from 'nock';
import { openTransport, type Transport } from '../../src/kube/transport.ts';
import { TestClock } from '../support/clock.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { expectRefused } from '../support/refusal.ts';
import { certificate, key } from './certificate.ts';
import { TestProxy, type TestProxyOptions } from './testProxy.ts';
import { listenSocks } from './testSocks.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ca = { 'certificate-authority-data': base64(certificate) };

describe('A transport through a proxy', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let seen: { url: string; headers: IncomingHttpHeaders; authorized: boolean }[] = [];

  // Sockets are to be real ones, not nock's.
  before(() => nock.restore());
  after(() => nock.activate());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    seen = [];
  });

  const answer: RequestListener = ({ url = '', headers, socket }, response) => {
    seen.push({ url, headers, authorized: (socket as TLSSocket).authorized });
    response.end('{}');
  };

  async function listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    return (server.address() as AddressInfo).port;
  }

  const plain = () => listen(createServer(answer));
  const secure = () => {
    const certificates = { key, cert: certificate, ca: certificate };
    const asking = { requestCert: true, rejectUnauthorized: false };
    return listen(createTlsServer({ ...certificates, ...asking }, answer));
  };

  async function proxyTo(port: number, options: Partial<TestProxyOptions> = {}) {
    const proxy = await TestProxy.listen({ port, ...options });
    closers.push(() => proxy.close());
    return proxy;
  }

  async function socksTo(port: number, login?: string) {
    const socks = await listenSocks(port, login);
    closers.push(() => socks.close());
    return socks;
  }

  function open(server: string, env: Record<string, string>, cluster: object = {}, user = {}) {
    const config = kubeconfigOf({ server, ...cluster }, user);
    const lines: object[] = [];
    const at = (level: string) => (keys: object, message?: string) =>
      void lines.push({ level, message, ...keys });
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const processContext = { env, readFile: () => Buffer.from(config) };
    const options = { clock: new TestClock(), log };
    const transport = openTransport({ kubeconfig: '/kube/config' }, processContext, options);
    closers.push(() => transport.close());
    return { transport, lines };
  }

  async function get(transport: Transport): Promise<void> {
    const { signal } = new AbortController();
    const asked = transport.request('/api', {}, { headers: {}, signal, bodyTimeoutMs: 0 });
    await (await asked).body.text();
  }

  const failing = async (transport: Transport): Promise<Error & { code?: string }> => {
    const error: unknown = await get(transport).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    return error as Error;
  };

  it('asks an https server by CONNECT, and trusts the authority of the kubeconfig', async () => {
    const proxy = await proxyTo(await secure());
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const { transport } = open('https://kube.test:6443', env, ca, { token: 'abc' });
    await get(transport);
    await get(transport);
    expect(proxy.asked[0]).to.equal('CONNECT kube.test:6443');
    expect(seen.map(({ headers }) => headers.authorization)).to.deep.equal(
      Array(2).fill('Bearer abc'),
    );
    expect(seen[0]?.headers).not.to.have.any.keys('proxy-authorization', 'proxy-connection');
  });

  it('names the port of https where the URL has none', async () => {
    const proxy = await proxyTo(await secure());
    await get(open('https://kube.test', { https_proxy: `127.0.0.1:${proxy.port}` }, ca).transport);
    expect(proxy.asked).to.deep.equal(['CONNECT kube.test:443']);
  });

  it('brings a client certificate through the tunnel', async () => {
    const proxy = await proxyTo(await secure());
    const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}` };
    const user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
    await get(open('https://kube.test', env, ca, user).transport);
    expect(seen.map(({ authorized }) => authorized)).to.deep.equal([true]);
  });

  it('holds the server in the tunnel to its name, or to tls-server-name', async () => {
    const proxy = await proxyTo(await secure());
    const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}` };
    const named = { ...ca, 'tls-server-name': 'kube.test' };
    await get(open('https://10.9.8.7:6443', env, named).transport);
    const { message, code } = await failing(open('https://other.test', env, ca).transport);
    expect(code).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(message).to.match(/^through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\): /);
    expect((await failing(open('https://kube.test', env).transport)).code).to.match(/SELF_SIGNED/);
  });

  it('reaches a server that is named by its address', async () => {
    const proxy = await proxyTo(await secure());
    const named = { ...ca, 'proxy-url': `http://127.0.0.1:${proxy.port}` };
    await get(open('https://127.0.0.1:6443', {}, named).transport);
    expect(proxy.asked).to.deep.equal(['CONNECT 127.0.0.1:6443']);
    const error = await failing(open('https://[::1]:6443', {}, named).transport);
    expect(proxy.asked.at(-1)).to.equal('CONNECT [::1]:6443');
    expect(error.code).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('asks an http server by whole URLs', async () => {
    const proxy = await proxyTo(await plain());
    const env = { HTTP_PROXY: `127.0.0.1:${proxy.port}` };
    await get(open('http://kube.test:8080', env, {}, { token: 'abc' }).transport);
    expect(proxy.asked).to.deep.equal(['GET http://kube.test:8080/api']);
    expect(seen[0]).to.deep.include({ url: '/api' });
    expect(seen[0]?.headers).to.include({ authorization: 'Bearer abc', host: 'kube.test:8080' });
  });

  it('goes around the proxy where NO_PROXY or loopback says so', async () => {
    const port = await plain();
    const env = { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'example.com' };
    await get(open(`http://127.0.0.1:${port}`, env).transport);
    await get(open(`http://localhost:${port}`, env).transport);
    expect(seen).to.have.length(2);
  });

  for (const scheme of ['http', 'https'] as const) {
    const server = `${scheme}://kube.test`;
    const made = async (options: Partial<TestProxyOptions>) => {
      const proxy = await proxyTo(await (scheme === 'http' ? plain() : secure()), options);
      return (login: string) => {
        const url = `http://${login}127.0.0.1:${proxy.port}`;
        return open(server, { HTTPS_PROXY: url, HTTP_PROXY: url }, ca);
      };
    };

    it(`gives the login in its URL to the proxy of an ${scheme} server alone`, async () => {
      const through = await made({ login: 'me:p@ss wörd' });
      await get(through('me:p%40ss%20w%C3%B6rd@').transport);
      expect(seen).to.have.length(1);
      expect(seen[0]?.headers).not.to.have.property('proxy-authorization');
    });

    it(`says that the proxy of an ${scheme} server wants a login, or another one`, async () => {
      const through = await made({ login: 'me:secret' });
      const asked = await failing(through('').transport);
      expect(asked.message).to.match(/^the proxy http:\/\/127.* asks for a login: correct NAME/);
      const refused = await failing(through('me:wrong1234@').transport);
      expect(refused.message).to.match(/^the proxy http.* refuses the login that it got: /);
      expect(refused.message).not.to.include('wrong1234');
      expect(asked.code).to.equal('PROXY_LOGIN');
    });
  }

  it('says what a proxy answers that opens no connection, and that it is the proxy', async () => {
    const proxy = await proxyTo(1, { status: 503 });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const { message } = await failing(open('https://kube.test', env, ca).transport);
    expect(message).to.match(/^the proxy http:.*HTTPS_PROXY\) opens no connection.* answered 503$/);
  });

  for (const scheme of ['socks5', 'socks5h']) {
    it(`goes through a ${scheme} proxy, which finds the server, with a login`, async () => {
      const socks = await socksTo(await secure(), 'me:p@ss');
      const by = (login: string) => ({
        HTTPS_PROXY: `${scheme}://${login}127.0.0.1:${socks.port}`,
      });
      await get(open('https://kube.test:6443', by('me:p%40ss@'), ca).transport);
      expect(socks.asked).to.deep.equal(['kube.test:6443']);
      expect(seen).to.have.length(1);
      const asks = await failing(open('https://kube.test', by(''), ca).transport);
      expect(asks.message).to.match(/^the proxy socks5h?:\/\/127.* asks for a login: /);
      const refuses = await failing(open('https://kube.test', by('me:wrong1234@'), ca).transport);
      expect(refuses.message)
        .to.match(/refuses the login/)
        .and.not.include('wrong1234');
    });
  }

  it('goes through a SOCKS proxy without a login, to servers of both schemes', async () => {
    const socks = await socksTo(await plain());
    const url = `socks5://127.0.0.1:${socks.port}`;
    await get(open('http://kube.test', { HTTP_PROXY: url }).transport);
    await get(open('http://10.9.8.7:8080', {}, { 'proxy-url': url }).transport);
    expect(socks.asked).to.deep.equal(['kube.test:80', '10.9.8.7:8080']);
  });

  it('says that it is the proxy that cannot be reached', async () => {
    const env = { HTTPS_PROXY: 'http://me:secret@127.0.0.1:1' };
    const { message, code } = await failing(open('https://kube.test', env, ca).transport);
    expect(message).to.equal(
      'through the proxy http://127.0.0.1:1 (HTTPS_PROXY): connect ECONNREFUSED 127.0.0.1:1',
    );
    expect(code).to.equal('ECONNREFUSED');
  });

  it('goes through a proxy that speaks TLS', async () => {
    const proxy = await proxyTo(await secure(), { tls: true });
    const by = (host: string) => ({ HTTPS_PROXY: `https://${host}:${proxy.port}` });
    await get(open('https://kube.test', by('127.0.0.1'), ca).transport);
    expect(seen).to.have.length(1);
    // Its certificate does not bear that name, and the name of the server is not looked for in it.
    const named = { ...ca, 'tls-server-name': 'kube.test' };
    const { message } = await failing(open('https://kube.test', by('localhost'), named).transport);
    expect(message).to.match(/^through the proxy https:\/\/localhost:/);
    const toPlain = await proxyTo(await plain(), { tls: true });
    const env = { HTTP_PROXY: `https://127.0.0.1:${toPlain.port}` };
    await get(open('http://kube.test', env, ca).transport);
    expect(toPlain.asked).to.deep.equal(['GET http://kube.test/api']);
  });

  it('says once which proxy it uses, without the login', async () => {
    const proxy = await proxyTo(await plain(), { login: 'me:secret' });
    const url = `http://me:secret@127.0.0.1:${proxy.port}`;
    const { transport, lines } = open('http://kube.test', {}, { 'proxy-url': url });
    for (let i = 0; i < 3; i++) await get(transport);
    const message = 'the API server is asked through a proxy';
    expect(lines).to.deep.equal([
      { level: 'info', message, proxy: `http://127.0.0.1:${proxy.port} (proxy-url)` },
    ]);
    expect(open('http://127.0.0.1', { HTTP_PROXY: url }).lines).to.deep.equal([]);
  });

  it('refuses to start with a variable that is no proxy, unless it does not count', () => {
    const env = { HTTPS_PROXY: 'ftp://me:secret@x' };
    const place = 'environment variable HTTPS_PROXY';
    expectRefused(() => open('https://kube.test', env), { place });
    expect(() => open('http://kube.test', env)).not.to.throw();
    expect(() => open('https://127.0.0.1', env)).not.to.throw();
  });
});
