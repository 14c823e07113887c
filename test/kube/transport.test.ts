// What reaches a server by way of a kubeconfig: headers, certificates, and what changes meanwhile.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import nock from 'nock';
import { openTransport, type Transport } from '../../src/kube/transport.ts';
import { TestClock } from '../support/clock.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { expectRefused } from '../support/refusal.ts';
import { certificate, key } from './certificate.ts';
import { recordingLog } from './harness.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a transport', () => {
  const closers: (() => Promise<void> | void)[] = [];
  let seen: { url: string; headers: IncomingHttpHeaders; httpVersion: string }[] = [];
  let connections = 0;

  // Here sockets are to be real ones, not nock's, which speak HTTP/1.1 only.
  before(() => nock.restore());
  after(() => nock.activate());

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    seen = [];
    connections = 0;
  });

  const answer: RequestListener = (request, response) => {
    const { url = '', headers, httpVersion } = request;
    seen.push({ url, headers, httpVersion });
    response.end('{}');
  };

  async function listen(server: Server): Promise<number> {
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => void server.close(() => resolve())));
    return (server.address() as AddressInfo).port;
  }

  const plain = async () => `http://127.0.0.1:${await listen(createServer(answer))}`;
  /** As the API server does, it prefers HTTP/2 and takes HTTP/1.1. */
  const secure = async () => {
    const options = { key, cert: certificate, allowHTTP1: true };
    const http2: unknown = createSecureServer(options, answer as never);
    return `https://127.0.0.1:${await listen(http2 as Server)}`;
  };

  function open(server: string, user: object, cluster: object = {}, folder = makeFolder()) {
    const path = join(folder, 'config');
    writeFileSync(path, kubeconfigOf({ server, ...cluster }, user));
    const options = { clock: new TestClock(), log: recordingLog() };
    const processContext = { env: {}, readFile: (file: string) => readFileSync(file) };
    const transport = openTransport({ kubeconfig: path }, processContext, options);
    closers.push(() => transport.close());
    return { transport, path, clock: options.clock };
  }

  const makeFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    return folder;
  };

  async function get(transport: Transport, path = '/api'): Promise<void> {
    const { signal } = new AbortController();
    const query = { limit: 5, none: undefined };
    const answered = await transport.request(path, query, {
      headers: {},
      signal,
      bodyTimeoutMs: 0,
    });
    await answered.body.text();
  }

  const logins: { what: string; user: object; headers: Record<string, string | undefined> }[] = [
    { what: 'no credentials', user: {}, headers: { authorization: undefined } },
    { what: 'a token', user: { token: 'abc' }, headers: { authorization: 'Bearer abc' } },
    {
      what: 'a name and password',
      user: { username: 'me', password: 'a:b' },
      headers: { authorization: `Basic ${base64('me:a:b')}` },
    },
    {
      what: 'an impersonated user',
      user: {
        token: 'abc',
        as: 'bob',
        'as-uid': '7',
        'as-groups': ['x', 'y'],
        'as-user-extra': { 'a/b': ['1'] },
      },
      headers: {
        authorization: 'Bearer abc',
        'impersonate-user': 'bob',
        'impersonate-uid': '7',
        'impersonate-group': 'x, y',
        'impersonate-extra-a%2fb': '1',
      },
    },
    {
      what: 'a plugin',
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: process.execPath,
          args: [
            '-e',
            'const { apiVersion, spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);' +
              'console.log(JSON.stringify({ status: { token: apiVersion + spec.interactive } }))',
          ],
        },
      },
      headers: { authorization: 'Bearer client.authentication.k8s.io/v1false' },
    },
  ];
  for (const { what, user, headers } of logins) {
    it(`sends what ${what} comes to`, async () => {
      await get(open(await plain(), user).transport);
      expect(seen[0]?.headers).to.include(
        Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
      );
      for (const name of Object.keys(headers)) {
        expect(seen[0]?.headers[name], name).to.equal(headers[name]);
      }
    });
  }

  it('sends names outside of ASCII as the bytes of UTF-8', async () => {
    let bytes = Buffer.alloc(0);
    const server = createTcpServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.includes('\r\n\r\n')) {
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
        }
      });
    });
    const base = `http://127.0.0.1:${await listen(server)}`;
    const user = {
      token: 'ключ',
      as: 'jürgen@日本',
      'as-uid': 'ÿ-7',
      'as-groups': ['grün', '🦊'],
      'as-user-extra': { 'straße(x)': ['größe', 'b'] },
    };
    await get(open(base, user).transport);
    const lines = bytes.toString('utf8').split('\r\n');
    expect(Buffer.from(bytes.toString('utf8')).equals(bytes), 'UTF-8 throughout').to.equal(true);
    expect(lines).to.include.members([
      'authorization: Bearer ключ',
      'impersonate-user: jürgen@日本',
      'impersonate-uid: ÿ-7',
      'impersonate-group: grün',
      'impersonate-group: 🦊',
      'impersonate-extra-stra%c3%9fe%28x%29: größe',
      'impersonate-extra-stra%c3%9fe%28x%29: b',
    ]);
  });

  it('asks below the path of the server, with the query', async () => {
    await get(open(`${await plain()}/k8s/clusters/c-1/`, {}).transport, '/api/v1/pods');
    expect(seen[0]?.url).to.equal('/k8s/clusters/c-1/api/v1/pods?limit=5');
  });

  it('reads a token file anew for each request, and trims it', async () => {
    const folder = makeFolder();
    const { transport } = open(await plain(), { token: 'old', tokenFile: 'token' }, {}, folder);
    for (const token of ['first', 'second\n']) {
      writeFileSync(join(folder, 'token'), token);
      await get(transport);
    }
    const tokens = seen.map(({ headers }) => headers.authorization);
    expect(tokens).to.deep.equal(['Bearer first', 'Bearer second']);
  });

  it('finds the login anew when it is refreshed, at most once a second', async () => {
    const { transport, path, clock } = open(await plain(), { token: 'old' });
    for (const [from, to] of [
      ['old', 'new'],
      ['new', 'newer'],
    ] as const) {
      writeFileSync(path, readFileSync(path, 'utf8').replace(`"${from}"`, `"${to}"`));
      await transport.refresh();
      await get(transport);
    }
    clock.advance(1_000);
    await transport.refresh();
    await get(transport);
    const tokens = seen.map(({ headers }) => headers.authorization);
    expect(tokens).to.deep.equal(['Bearer new', 'Bearer new', 'Bearer newer']);
  });

  it('trusts the certificate authority of the kubeconfig, and keeps its connection', async () => {
    const ca = { 'certificate-authority-data': base64(certificate) };
    const { transport } = open(await secure(), {}, ca);
    for (let i = 0; i < 5; i++) await get(transport);
    expect(seen.map(({ httpVersion }) => httpVersion)).to.deep.equal(Array(5).fill('1.1'));
    // The second request comes before the first connection is known to be free again.
    expect(connections).to.be.at.most(2);
  });

  it('does not trust a server whose certificate nobody vouches for', async () => {
    const { transport } = open(await secure(), {});
    const error = await get(transport).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('trusts any server where the kubeconfig says so', async () => {
    await get(open(await secure(), {}, { 'insecure-skip-tls-verify': true }).transport);
    expect(seen).to.have.length(1);
  });

  it('holds the server to the name that the kubeconfig gives', async () => {
    const ca = { 'certificate-authority-data': base64(certificate) };
    await get(open(await secure(), {}, { ...ca, 'tls-server-name': 'kube.test' }).transport);
    const { transport } = open(await secure(), {}, { ...ca, 'tls-server-name': 'other.test' });
    const error = await get(transport).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('connects anew when the file of the certificate authority changes', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'ca.crt'), certificate);
    const { transport } = open(await secure(), {}, { 'certificate-authority': 'ca.crt' }, folder);
    await get(transport);
    writeFileSync(join(folder, 'ca.crt'), `${certificate}\n`);
    await get(transport);
    expect(connections).to.equal(2);
  });

  it('goes through the proxy that the kubeconfig names', async () => {
    const proxy = await plain();
    await get(open('http://api.test', {}, { 'proxy-url': proxy }).transport);
    expect(seen[0]?.url).to.equal('http://api.test/api?limit=5');
  });

  it('refuses to start with a certificate authority that is not there, or is none', async () => {
    const folder = makeFolder();
    const missing = { 'certificate-authority': 'ca.crt' };
    expectRefused(() => open('https://x.test', {}, missing, folder), {
      place: /: certificate-authority$/,
      expected: `a readable file at ${join(folder, 'ca.crt')}`,
      got: /^ENOENT/,
    });
    const nonsense = { 'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\n!\n') };
    const expected = 'certificates and a key in PEM form';
    expectRefused(() => open('https://x.test', {}, nonsense), { expected });
  });

  it('ends a request that waits for a plugin when it is aborted', async () => {
    const exec = { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 500)'] };
    const { transport } = open(await plain(), { exec });
    const options = { headers: {}, signal: AbortSignal.timeout(20), bodyTimeoutMs: 0 };
    const error = await transport.request('/', {}, options).catch((reason: unknown) => reason);
    expect(error).to.have.property('name', 'TimeoutError');
  });

  it('gives up on a plugin that hangs', async () => {
    const exec = { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 500)'] };
    const { transport, clock } = open(await plain(), { exec });
    const asked = get(transport).catch((reason: unknown) => reason);
    await clock.pass(60_000);
    expect(await asked)
      .to.have.property('message')
      .that.match(/a credential from .* within 60 s/);
  });
});
