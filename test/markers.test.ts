// A kubeconfig full of markers: none of them is in a log line, an error or a page, whatever fails.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import nock from 'nock';
import type { Running } from '../src/app/run.ts';
import { openLog } from '../src/lib/log.ts';
import { certificate, key } from './kube/certificate.ts';
import { kubeconfigOf } from './support/kubeconfig.ts';
import { hastyClock, start } from './support/start.ts';
import { until } from './support/until.ts';

/** What is secret has this in it; base64 of it is as secret. */
const marker = 'mark3rOfASecret';
const hidden = [marker, Buffer.from(`${marker}!!`).toString('base64').slice(0, 18)];
const encoded = Buffer.from(`${marker}!!`).toString('base64');

/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:1';

/** A plugin that runs this JavaScript; its variable and its last argument are secret. */
const plugin = (script: string, command = process.execPath) => ({
  exec: {
    apiVersion: 'client.authentication.k8s.io/v1',
    interactiveMode: 'Never',
    command,
    args: ['-e', script, marker],
    env: [{ name: 'PASSWORD', value: marker }],
  },
});

const everySecret = { token: marker, username: 'me', password: marker };
const pem = (kind: string): string =>
  Buffer.from(`-----BEGIN ${kind}-----\n${encoded}\n-----END ${kind}-----\n`).toString('base64');

const configOf = (user: object, cluster: object): string =>
  kubeconfigOf({ server: nowhere, ...cluster }, user);

describe('A secret', () => {
  const closers: (() => unknown)[] = [];
  let folder: string;

  // Sockets are to fail as real ones do.
  before(() => nock.restore());
  after(() => nock.activate());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-'));
    closers.push(() => rmSync(folder, { recursive: true }));
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  /** Starts the program; what it logs, at every level, goes to `lines`. */
  async function open(kubeconfig: string, lines: string[], ...args: string[]): Promise<Running> {
    const log = openLog('debug', { write: (line) => void lines.push(line) });
    const all = [`--kubeconfig=${write('config', kubeconfig)}`, '--resources=pods', ...args];
    const running = await start(all, { log, clock: hastyClock(20) });
    closers.push(() => running.stop());
    return running;
  }

  const expectNone = (text: string): void => {
    for (const secret of hidden) expect(text).not.to.include(secret);
  };

  async function listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as AddressInfo).port;
  }

  // biome-ignore format: one row per mistake
  const refused: readonly [what: string, kubeconfig: string][] = [
    ['a password that YAML takes for an alias', `users:\n- {name: u, user: {password: *${marker}}}`],
    ['a token that YAML takes for a block', `users:\n- name: u\n  user:\n    token: |${marker}\n`],
    ['a token behind a quote that is not closed', `users:\n- {name: u, user: {token: "${marker}}}`],
    ['a context that is not there', configOf(everySecret, {}).replace('"c","context', '"d","context')],
    ['a client key that is none', configOf({ 'client-key-data': encoded, 'client-certificate-data': encoded }, {})],
    ['a client key that only looks like one', configOf({ 'client-key-data': pem('PRIVATE KEY'), 'client-certificate-data': pem('CERTIFICATE') }, {})],
    ['a key file that is not there', configOf({ ...everySecret, 'client-key': '/nowhere' }, {})],
    ['a server that is no URL', configOf({}, { server: `ftp://me:${marker}@x` })],
    ['a server without a scheme that is none', configOf({}, { server: `me:${marker}@x:99999` })],
    ['a proxy that is no URL', configOf({}, { 'proxy-url': `http://me:${marker}@[x` })],
    ['a proxy of an unknown kind', configOf({}, { 'proxy-url': `ftp://me:${marker}@x` })],
  ];
  for (const [what, kubeconfig] of refused) {
    it(`is in no error about ${what}`, async () => {
      const lines: string[] = [];
      const error: unknown = await open(kubeconfig, lines).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(Error).with.property('name', 'ConfigError');
      expectNone(inspect(error, { depth: 9, showHidden: true }));
      expectNone(lines.join(''));
    });
  }

  // biome-ignore format: one row per failure
  const failing: readonly [what: string, user: object, cluster?: object][] = [
    ['a server that refuses connections', everySecret],
    ['a server with the login in its URL', {}, { server: `http://me:${marker}@127.0.0.1:1` }],
    ['a proxy that refuses connections', everySecret, { 'proxy-url': `http://me:${marker}@127.0.0.1:1` }],
    ['a plugin that is not there', plugin('', '/nowhere/login')],
    ['a plugin that fails and repeats what it knows', plugin('console.error(process.env.PASSWORD, ...process.argv); process.exit(1)')],
    ['a plugin whose answer is no JSON', plugin('console.log(process.env.PASSWORD)')],
    ['a plugin whose answer has no status', plugin('console.log(JSON.stringify({ token: process.env.PASSWORD }))')],
    ['a plugin whose token no header can hold', plugin(`console.log(JSON.stringify({ status: { token: 'a\\n${marker}\\u0001' } }))`)],
    ['a plugin whose key is none', plugin('console.log(JSON.stringify({ status: { clientCertificateData: process.env.PASSWORD, clientKeyData: process.env.PASSWORD } }))')],
    ['a token that no header can hold', { token: `a\n${marker}\u0001` }],
    ['a token file that is not there', { ...everySecret, tokenFile: '/nowhere' }],
    ['an identity provider that does not answer', { 'auth-provider': { name: 'oidc', config: { 'id-token': `e30.${Buffer.from('{"exp":1}').toString('base64')}.${marker}`, 'refresh-token': marker, 'client-id': 'me', 'client-secret': marker, 'idp-issuer-url': 'https://127.0.0.1:1' } } }],
  ];
  for (const [what, user, cluster = {}] of failing) {
    it(`is in no log line and on no page about ${what}`, async () => {
      const lines: string[] = [];
      const running = await open(configOf(user, cluster), lines);
      await until(() => lines.some((line) => line.includes('"level":"warn"')));
      await expectNoneOn(running, lines);
    });
  }

  async function expectNoneOn(running: Running, lines: readonly string[]): Promise<void> {
    const { telemetry, metrics } = running;
    const urls = [telemetry, metrics].flatMap(({ port }) =>
      ['', 'readyz', 'metrics'].map((page) => `http://127.0.0.1:${port}/${page}`),
    );
    const pages = await Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    expectNone([...lines, ...pages].join('\n'));
  }

  const answers: Readonly<Record<string, RequestListener>> = {
    'refuses the login': (_, response) => void response.writeHead(401).end('{}'),
    forbids: (_, response) => void response.writeHead(403).end('{"message":"no","reason":"F"}'),
    'answers with a page': (_, response) => void response.writeHead(502).end('<html>Bad</html>'),
    'answers with what is no JSON': (_, response) => void response.end('{"items":[}'),
    'breaks off': (request) => void request.socket.destroy(),
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`is in no log line and on no page about a server that ${what}`, async () => {
      const port = await listen(createServer(answer));
      const lines: string[] = [];
      const cluster = { server: `http://127.0.0.1:${port}` };
      const running = await open(configOf(everySecret, cluster), lines);
      await until(() => lines.some((line) => line.includes('"level":"warn"')));
      await expectNoneOn(running, lines);
    });
  }

  it('is in no log line about a server that TLS does not trust', async () => {
    const port = await listen(createTlsServer({ cert: certificate, key }));
    const lines: string[] = [];
    const cluster = { server: `https://127.0.0.1:${port}` };
    const running = await open(configOf(everySecret, cluster), lines);
    await until(() => lines.some((line) => line.includes('"level":"warn"')));
    await expectNoneOn(running, lines);
  });

  it('of a scraper is in no log line and no answer where the server reviews nothing', async () => {
    for (const answer of Object.values(answers)) {
      const port = await listen(createServer(answer));
      const lines: string[] = [];
      const cluster = { server: `http://127.0.0.1:${port}` };
      const { metrics } = await open(configOf({}, cluster), lines, '--auth-filter');
      for (const authorization of [`Bearer ${marker}`, `Basic ${encoded}`, marker]) {
        const headers = { authorization };
        const asked = await fetch(`http://127.0.0.1:${metrics.port}/metrics`, { headers });
        expect(asked.status).to.be.oneOf([401, 503]);
        expectNone(`${await asked.text()}${inspect([...asked.headers])}`);
      }
      expectNone(lines.join(''));
    }
  });

  it('of the web configuration is in no error and no answer', async () => {
    const kubeconfig = configOf({}, {});
    const block = (text: string): string => text.trim().replaceAll(/^/gm, '    ');
    const keyed = (secret: string): string =>
      `tls_server_config:\n  cert: |\n${block(certificate)}\n  key: ${secret}\n`;
    const wrong = [
      ...[marker, `|\n    ${marker}`, `*${marker}`, `|${marker}`, `"${marker}`].map(keyed),
      ...[`{me: ${marker}}`, `{me: *${marker}}`, `[${marker}]`].map(
        (u) => `basic_auth_users: ${u}`,
      ),
    ];
    for (const text of wrong) {
      const path = write('web.yml', text);
      const lines: string[] = [];
      const error: unknown = await open(kubeconfig, lines, `--tls-config=${path}`).catch(
        (caught: unknown) => caught,
      );
      expect(error, text).to.be.instanceOf(Error).with.property('name', 'ConfigError');
      expectNone(inspect(error, { depth: 9, showHidden: true }) + lines.join(''));
    }
  });
});
