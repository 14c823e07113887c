// The port of the cluster's metrics: what a scraper, a probe and a person get there.

import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Stores } from '../../src/store/types.ts';
import { openPlainStores } from '../store/plain.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { ask } from './harness.ts';
import {
  MetricsPorts,
  padding,
  renderer,
  Seen,
  storesOf,
  synced,
  waiting,
} from './metricsBench.ts';

describe('the metrics port', () => {
  const ports = new MetricsPorts();
  const { open } = ports;
  afterEach(() => ports.closeAll());

  const families = async (port: number, query: string): Promise<string[]> =>
    (await ask(port, `/metrics${query}`)).body.toString().match(/(?<=TYPE )\w+/g) ?? [];

  it('serves text where nothing else is requested', async () => {
    const answer = await ask(await open(), '/metrics');
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.vary).to.equal('Accept-Encoding, Accept');
    expect(answer.headers['content-encoding']).to.equal(undefined);
    expect(answer.headers['content-length']).to.equal(String(answer.body.length));
    const lines = answer.body.toString().split('\n');
    expect(lines[0]).to.equal('# TYPE kube_node_info gauge');
    expect(lines[1]).to.equal(`kube_node_info{name="one",padding="${padding}"} 1`);
    expect(lines).to.have.length(3 + 5 + 1);
  });

  it('serves OpenMetrics, compressed, to a scraper that asks for both', async () => {
    const headers = {
      accept: 'application/openmetrics-text;version=1.0.0',
      'accept-encoding': 'gzip',
    };
    const port = await open();
    const answer = await ask(port, '/metrics', { headers });
    expect(answer.headers['content-type']).to.equal(
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    );
    expect(answer.headers['content-encoding']).to.equal('gzip');
    const plain = await ask(port, '/metrics', { headers: { accept: headers.accept } });
    expect(gunzipSync(answer.body).equals(plain.body)).to.equal(true);
    expect(plain.body.toString()).to.match(/^# TYPE kube_node_info info\n.*# EOF\n$/s);
  });

  it('refuses scrapes where another replica leads, and closes the connection', async () => {
    const standing = { serves: false, keepsConnections: false, ready: true, sentence: 'b leads.' };
    const follower = await ask(await open({ leadership: () => standing }), '/metrics');
    expect(follower.status).to.equal(503);
    expect(follower.headers.connection).to.equal('close');
    expect(follower.body.toString()).to.equal('b leads.\n');
    const leaving = { ...standing, serves: true };
    const answer = await ask(await open({ leadership: () => leaving }), '/metrics');
    expect(answer.status).to.equal(200);
    expect(answer.headers.connection).to.equal('close');
    expect(answer.body.toString()).to.match(/^# TYPE/);
  });

  it('does not compress when it is told not to', async () => {
    const port = await open({ gzip: false });
    const answer = await ask(port, '/metrics', { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers['content-encoding']).to.equal(undefined);
    expect(answer.body.toString()).to.match(/^# TYPE/);
  });

  it('answers HEAD with the headers of GET, and makes no body', async () => {
    const stores = storesOf(3);
    let made = 0;
    const snapshot: Stores['snapshot'] = (includes) => ({
      ...stores.snapshot(includes),
      body: (format, encoding) => {
        const body = stores.snapshot(includes).body(format, encoding);
        return {
          bytes: body.bytes,
          async *chunks() {
            for await (const chunk of body.chunks()) {
              made++;
              yield chunk;
            }
          },
        };
      },
    });
    const port = await open({ stores: { byResource: stores.byResource, snapshot } });
    for (const encoding of ['identity', 'gzip']) {
      const headers = { 'accept-encoding': encoding };
      const head = await ask(port, '/metrics', { method: 'HEAD', headers });
      expect(head.status).to.equal(200);
      expect(head.body).to.have.length(0);
      expect(made).to.equal(0);
      const get = await ask(port, '/metrics', { headers });
      for (const name of ['content-type', 'content-length', 'content-encoding', 'vary']) {
        expect(head.headers[name]).to.equal(get.headers[name]);
      }
      made = 0;
    }
  });

  // biome-ignore format: one row per query
  const queries: readonly [query: string, families: string[]][] = [
    ['?resources=pods', ['kube_pod_info']],
    ['?resources=services,nodes', ['kube_node_info', 'kube_service_info']],
    ['?resources=%20pods%20,&resources=nodes', ['kube_node_info', 'kube_pod_info']],
    ['?exclude_resources=pods&exclude_resources=nodes', ['kube_service_info']],
    ['?resources=pods,nodes&exclude_resources=pods', ['kube_node_info']],
    ['?resources=nothing', []],
    ['?resources=', []],
    ['?exclude_resources=nothing', ['kube_node_info', 'kube_pod_info', 'kube_service_info']],
    ['?other=pods', ['kube_node_info', 'kube_pod_info', 'kube_service_info']],
  ];
  for (const [query, expected] of queries) {
    it(`serves ${expected.join(', ') || 'nothing'} for ${query}`, async () => {
      expect(await families(await open(), query)).to.deep.equal(expected);
    });
  }

  it('refuses scrapes until every resource is synced or refused', async () => {
    let statuses = [synced, waiting];
    const port = await open({ readiness: () => statuses });
    const early = await ask(port, '/metrics');
    expect(early.status).to.equal(503);
    expect(early.headers['retry-after']).to.equal('5');
    expect(early.body.toString()).to.equal(
      'Not ready: 1 of 2 resources had no complete list yet.\n',
    );
    statuses = [synced, { ...waiting, refused: true }];
    expect((await ask(port, '/metrics')).status).to.equal(200);
  });

  it('serves an incomplete state before that with --serve-before-sync', async () => {
    const port = await open({ readiness: () => [waiting], serveBeforeSync: true });
    expect((await ask(port, '/metrics')).status).to.equal(200);
  });

  it('cuts off the scrapes of the oldest state where too many states are held', async () => {
    const observer = new Seen();
    let state = 1;
    const stores = storesOf(20_000);
    const snapshot: Stores['snapshot'] = (includes) => ({ ...stores.snapshot(includes), state });
    const port = await open({ stores: { ...stores, snapshot }, observer });
    const slow = () => {
      const socket = connect(port, '127.0.0.1').pause();
      socket.on('error', () => undefined);
      socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
      return socket;
    };
    const sockets = [slow(), slow()];
    await until(() => observer.inFlights.at(-1) === 2);
    for (let scrapes = 3; scrapes <= 9; scrapes++) {
      state++;
      sockets.push(slow());
      await until(() => observer.inFlights.at(-1) === scrapes);
    }
    expect(observer.cut).to.equal(0);
    state++;
    expect((await ask(port, '/metrics')).status).to.equal(200);
    await until(() => observer.inFlights.at(-1) === 7);
    expect(observer.cut).to.equal(2);
    for (const socket of sockets) socket.destroy();
    await until(() => observer.inFlights.at(-1) === 0);
  });

  it('releases its snapshot when all is written, or the client has left', async () => {
    const stores = storesOf(20_000);
    const calls = { taken: 0, released: 0 };
    const snapshot: Stores['snapshot'] = (includes) => {
      calls.taken++;
      return { ...stores.snapshot(includes), release: () => void calls.released++ };
    };
    const observer = new Seen();
    const port = await open({ stores: { ...stores, snapshot }, observer });
    await ask(port, '/metrics');
    await ask(port, '/metrics', { method: 'HEAD' });
    await until(() => calls.released === 2);
    const slow = connect(port, '127.0.0.1').pause();
    slow.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => observer.inFlights.at(-1) === 1);
    expect(calls).to.deep.equal({ taken: 3, released: 2 });
    slow.destroy();
    await until(() => calls.released === 3);
  });

  it('reports the duration of each request, to its last byte', async () => {
    const observer = new Seen();
    const clock = new TestClock();
    const port = await open({ stores: storesOf(20_000), observer, clock });
    await ask(port, '/metrics', { method: 'HEAD' });
    const slow = connect(port, '127.0.0.1').pause();
    slow.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await until(() => observer.inFlights.at(-1) === 1);
    clock.advance(2_500);
    slow.resume();
    await once(slow, 'end');
    await until(() => observer.requests.length === 2);
    expect(observer.requests).to.deep.equal([
      ['head', 0],
      ['get', 2.5],
    ]);
  });

  it('serves a running scrape from its snapshot, whatever changes meanwhile', async () => {
    const stores = storesOf(20_000);
    const port = await open({ stores });
    const slow = connect(port, '127.0.0.1').pause();
    slow.write('GET /metrics HTTP/1.0\r\nHost: x\r\n\r\n');
    await once(slow, 'readable');
    await stores.byResource.get('pods')?.relist().commit();
    const body = await text(slow);
    expect(body.match(/^kube_pod_info/gm)).to.have.length(20_000);
    expect(await families(port, '')).not.to.include('kube_pod_info');
  });

  it('answers probes in every state of the cluster', async () => {
    const port = await open({ readiness: () => [waiting] });
    for (const path of ['/healthz', '/livez']) {
      const answer = await ask(port, path);
      expect([answer.status, answer.body.toString()]).to.deep.equal([200, 'OK']);
    }
  });

  it('answers unknown paths and methods with a sentence', async () => {
    const port = await open();
    const missing = await ask(port, '/nothing');
    expect(missing.status).to.equal(404);
    expect(missing.body.toString()).to.equal(
      'Nothing is served at /nothing; the page at / lists what is.\n',
    );
    const posted = await ask(port, '/metrics', { method: 'POST' });
    expect(posted.status).to.equal(405);
    expect(posted.headers.allow).to.equal('HEAD, GET');
    expect(posted.body.toString()).to.equal('/metrics answers GET and HEAD, not POST.\n');
  });

  it('has a page of what is served and its size, escaped', async () => {
    const status = { ...waiting, resource: '<b>' };
    const stores = openPlainStores(new Map([['<i>&"', renderer('kube_x')]]));
    for (let i = 0; i < 1_234; i++)
      stores.byResource.get('<i>&"')?.put({ metadata: { name: `${i}` } });
    const answer = await ask(await open({ stores, readiness: () => [status] }), '/', {
      headers: { host: 'localhost:1' },
    });
    const page = answer.body.toString();
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).to.include("default-src 'none'");
    expect(page)
      .to.include('<span class="version">1.2.3</span>')
      .and.include('href="http://localhost:8081/readyz"')
      .and.include('href="metrics?resources=%3Ci%3E%26%22">&#60;i&#62;&#38;&#34;</a>')
      .and.include('1,234</td>')
      .and.include('1.2 MiB</td>')
      .and.include('Not ready: 1 of 1 resource had no complete list yet.')
      .and.not.include('<i>');
  });
});
