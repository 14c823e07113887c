// The whole program behind a proxy: lists, watches, reviews and the election all go through it.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import nock from 'nock';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { openLog } from '../../src/lib/log.ts';
import { certificate, key } from '../kube/certificate.ts';
import { TestProxy } from '../kube/testProxy.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { clusterOf, pod } from '../support/program.ts';
import { hastyClock, start } from '../support/start.ts';
import { until } from '../support/until.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('The program behind a proxy', () => {
  const closers: (() => unknown)[] = [];
  let server: ApiServer;
  let proxy: TestProxy;
  /** Whether each connection to the API server brought the client certificate. */
  let known: boolean[];
  let kubeconfig: string;

  // Sockets are to be real ones, not nock's.
  before(() => nock.restore());
  after(() => nock.activate());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** The simulated cluster, TLS before it, the proxy before that, and a kubeconfig that fits. */
  beforeEach(async () => {
    const cluster = await clusterOf(pod('one'), pod('me'));
    server = cluster.server;
    closers.push(() => server.close());
    known = [];
    const certificates = { key, cert: certificate, ca: certificate };
    const options = { ...certificates, requestCert: true, rejectUnauthorized: false };
    const terminator = createServer(options, (socket: TLSSocket) => {
      known.push(socket.authorized);
      const to = connect(Number(new URL(cluster.url).port), '127.0.0.1');
      for (const end of [socket, to]) end.on('error', () => end.destroy());
      socket.pipe(to).pipe(socket);
      socket.on('close', () => to.destroy());
    }).listen(0, '127.0.0.1');
    await once(terminator, 'listening');
    closers.push(() => terminator.close());
    const { port } = terminator.address() as AddressInfo;
    proxy = await TestProxy.listen({ port, login: 'me:mark3r' });
    closers.push(() => proxy.close());
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    kubeconfig = join(folder, 'config');
    const user = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) };
    const reached = {
      server: 'https://kube.test:6443',
      'certificate-authority-data': base64(certificate),
    };
    writeFileSync(kubeconfig, kubeconfigOf(reached, user));
  });

  async function open(url: string, ...args: string[]) {
    const lines: string[] = [];
    const log = openLog('debug', { write: (line) => void lines.push(line) });
    const env = { HTTPS_PROXY: url, POD_NAME: 'me', POD_NAMESPACE: 'default' };
    const all = [`--kubeconfig=${kubeconfig}`, '--resources=pods', ...args];
    const running = await start(all, { log, env, clock: hastyClock(20) });
    closers.push(() => running.stop());
    const scrape = async (headers = {}) => {
      const answer = await fetch(`http://127.0.0.1:${running.metrics.port}/metrics`, { headers });
      return `${answer.status} ${await answer.text()}`;
    };
    return { running, lines, scrape };
  }

  const right = () => `http://me:mark3r@127.0.0.1:${proxy.port}`;

  it('lists and watches through it, with its certificate, and says so once', async () => {
    const { running, lines, scrape } = await open(right());
    await until(() => running.readiness().every(({ synced }) => synced));
    expect(await scrape()).to.include('pod="one"');
    server.create(pod('two') as Parameters<ApiServer['create']>[0]);
    await until(async () => (await scrape()).includes('pod="two"'));
    expect(new Set(proxy.asked)).to.deep.equal(new Set(['CONNECT kube.test:6443']));
    expect(new Set(known)).to.deep.equal(new Set([true]));
    const said = lines.filter((line) => line.includes('through a proxy'));
    expect(said).to.have.length(1);
    expect(said[0]).to.include(`"proxy":"http://127.0.0.1:${proxy.port} (HTTPS_PROXY)"`);
    expect(lines.join('')).not.to.include('mark3r');
  });

  it('asks it for reviews of tokens and for the lease', async () => {
    const { running, scrape } = await open(right(), '--auth-filter', '--leader-elect');
    await until(() => running.readiness().every(({ synced }) => synced));
    await scrape({ authorization: 'Bearer abc' });
    const asked = (path: string): boolean =>
      server.requests.some((one) => one.path.startsWith(path));
    await until(() => asked('/apis/authentication.k8s.io/v1/tokenreviews'));
    await until(() => asked('/apis/coordination.k8s.io/v1/namespaces/default/leases'));
    expect(new Set(proxy.asked)).to.deep.equal(new Set(['CONNECT kube.test:6443']));
  });

  it('says in the log and on /readyz what is wrong with the login, without it', async () => {
    const { running, lines } = await open(`http://me:wr0ngmark3r@127.0.0.1:${proxy.port}`);
    await until(() => lines.some((line) => line.includes('refuses the login that it got')));
    const pages = await fetch(`http://127.0.0.1:${running.telemetry.port}/readyz`);
    const text = await pages.text();
    expect(text).to.include('refuses the login that it got');
    expect(lines.join('') + text).not.to.include('wr0ngmark3r');
  });
});
