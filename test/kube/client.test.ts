// Requests as they go out, answers as they come back, and errors as one class.

import { PassThrough } from 'node:stream';
import { setImmediate as quiet } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import nock from 'nock';
import { ApiError } from '../../src/kube/apiError.ts';
import { Client } from '../../src/kube/client.ts';
import { openTransport, type Transport } from '../../src/kube/transport.ts';
import type { Collection, Representation } from '../../src/kube/types.ts';
import { TimeSlicer } from '../../src/lib/timeSlicer.ts';
import { TestClock } from '../support/clock.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { clientOf, LoopClock, object, readAtOnce, recordingLog } from './harness.ts';

type Answer = Awaited<ReturnType<Transport['request']>>;

const server = 'http://api.test:8080';
const pods: Collection = { resource: 'pods', group: '', version: 'v1' };
const deployments: Collection = {
  resource: 'deployments',
  group: 'apps',
  version: 'v1',
  namespace: 'x',
  fieldSelector: 'metadata.name!=y',
};
const { signal } = new AbortController();
const read = {
  signal,
  onMalformed: (key: string) => {
    throw new Error(`malformed ${key}`);
  },
};

const open = () => clientOf(server, new TestClock(), recordingLog());

async function all(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const result = [];
  for await (const value of values) result.push(value);
  return result;
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a client', () => {
  it('asks for a list of JSON, compressed, under its name', async () => {
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': 'kubestate/test',
    };
    const body = {
      metadata: { resourceVersion: '7', continue: 'more' },
      items: [object('x/a', 1)],
    };
    nock(server, { reqheaders: headers }).get('/api/v1/pods?limit=2').reply(200, body);
    const list = await open().list(pods, { limit: 2 }, read);
    expect(await all(list)).to.deep.equal(body.items);
    expect(list.metadata()).to.deep.equal(body.metadata);
  });

  it('asks for group, namespace and selection as the collection says', async () => {
    nock(server)
      .get('/apis/apps/v1/namespaces/x/deployments')
      .query({ fieldSelector: 'metadata.name!=y' })
      .reply(200, { items: [] });
    expect(await all(await open().list(deployments, {}, read))).to.deep.equal([]);
  });

  it('loses no digit of the fields that the collection names, in list and watch', async () => {
    const exact = { ...pods, exactIntegers: ['tolerationSeconds'] };
    const item = '{"spec":{"tolerations":[{"tolerationSeconds":9223372036854775807}]}}';
    const expected = { spec: { tolerations: [{ tolerationSeconds: 2n ** 63n - 1n }] } };
    nock(server).get('/api/v1/pods').reply(200, `{"items":[${item}]}`);
    expect(await all(await open().list(exact, {}, read))).to.deep.equal([expected]);
    const event = `{"type":"ADDED","object":${item}}\n`;
    nock(server).get('/api/v1/pods').query(true).reply(200, event);
    const query = { resourceVersion: '1', timeoutSeconds: 60 };
    const events = await all(await open().watch(exact, query, read));
    expect(events).to.deep.equal([{ type: 'ADDED', object: expected }]);
  });

  const meta = 'g=meta.k8s.io;v=v1';
  const accepts: [representation: Representation, verb: string, accept: string][] = [
    ['metadata', 'list', `application/json;as=PartialObjectMetadataList;${meta},application/json`],
    ['metadata', 'watch', `application/json;as=PartialObjectMetadata;${meta},application/json`],
    [{ columns: { type: 'Type' } }, 'list', `application/json;as=Table;${meta}`],
    [{ columns: { type: 'Type' } }, 'watch', `application/json;as=Table;${meta}`],
  ];
  for (const [representation, verb, accept] of accepts) {
    const form = typeof representation === 'string' ? representation : 'a table';
    it(`asks for ${form} in a ${verb} by the media type, with metadata in its rows`, async () => {
      const body = form === 'metadata' ? { items: [] } : { kind: 'Table', rows: [] };
      nock(server, { reqheaders: { accept } })
        .get('/api/v1/pods')
        .query(
          ({ includeObject }) => includeObject === (form === 'metadata' ? undefined : 'Metadata'),
        )
        .reply(200, verb === 'list' ? body : '');
      const collection = { ...pods, representation };
      const answer =
        verb === 'list'
          ? await open().list(collection, {}, read)
          : await open().watch(collection, { resourceVersion: '7', timeoutSeconds: 300 }, read);
      expect(await all(answer)).to.deep.equal([]);
    });
  }

  it('asks for a watch that is not compressed, with bookmarks', async () => {
    nock(server, { badheaders: ['accept-encoding'] })
      .get('/api/v1/pods')
      .query({ watch: true, allowWatchBookmarks: true, resourceVersion: '7', timeoutSeconds: 300 })
      .reply(200, '{"type":"ADDED","object":{}}\n');
    const watch = await open().watch(pods, { resourceVersion: '7', timeoutSeconds: 300 }, read);
    expect(await all(watch)).to.deep.equal([{ type: 'ADDED', object: {} }]);
  });

  it('creates an object, and resolves to what the server created', async () => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const review = { kind: 'TokenReview', spec: { token: 't' } };
    const made = { ...review, status: { authenticated: true } };
    nock(server, { reqheaders: { 'content-type': 'application/json' } })
      .post(path, review)
      .reply(201, made);
    expect(await open().create(path, review, signal)).to.deep.equal(made);
  });

  it('replaces an object, and merges a patch into one', async () => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/x/leases/l';
    const lease = { kind: 'Lease', metadata: { name: 'l', resourceVersion: '7' } };
    nock(server, { reqheaders: { 'content-type': 'application/json' } })
      .put(path, lease)
      .reply(200, { ...lease, spec: {} });
    expect(await open().replace(path, lease, signal)).to.deep.equal({ ...lease, spec: {} });
    const patch = { metadata: { labels: { a: null } } };
    nock(server, { reqheaders: { 'content-type': 'application/merge-patch+json' } })
      .patch('/api/v1/namespaces/x/pods/p', patch)
      .reply(200, { kind: 'Pod' });
    expect(await open().patch('/api/v1/namespaces/x/pods/p', patch, signal)).to.deep.equal({
      kind: 'Pod',
    });
    nock(server).put(path).reply(409, { reason: 'Conflict', message: 'changed' });
    const error = await caught(open().replace(path, lease, signal));
    expect(error).to.be.instanceOf(ApiError).with.property('status', 409);
  });

  it('gets a document by a query', async () => {
    nock(server).get('/api/v1/pods').query({ labelSelector: 'a=b' }).reply(200, { items: [] });
    const query = { labelSelector: 'a=b' };
    expect(await open().get('/api/v1/pods', signal, query)).to.deep.equal({ items: [] });
  });

  it('rejects with the reason why an object was not created', async () => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    nock(server).post(path).reply(403, { reason: 'Forbidden', message: 'no' });
    const error = await caught(open().create(path, {}, signal));
    expect(error).to.be.instanceOf(ApiError).with.property('status', 403);
  });

  const items = Array.from({ length: 300 }, (_, i) => object(`x/${i}`, i));
  const zipped = gzipSync(JSON.stringify({ metadata: { resourceVersion: '7' }, items }));
  const gzip = { 'content-encoding': 'gzip' };

  it('inflates a list', async () => {
    nock(server).get('/api/v1/pods').reply(200, zipped, gzip);
    expect(await all(await open().list(pods, {}, read))).to.deep.equal(items);
  });

  it('takes a compressed list that is cut short for an error, not for an end', async () => {
    nock(server).get('/api/v1/pods').reply(200, zipped.subarray(0, -20), gzip);
    const list = await open().list(pods, {}, read);
    expect(await caught(all(list))).to.have.property('code', 'Z_BUF_ERROR');
  });

  it('lets the event loop turn while it decodes what came in one piece', async () => {
    class SlowClock extends TestClock {
      timeSlicer = 0;
      override now(): number {
        // Whoever looks at this clock has taken four milliseconds since the last look.
        this.advance(4);
        return super.now();
      }
      override turn(): Promise<void> {
        this.timeSlicer++;
        return super.turn();
      }
    }
    const clock = new SlowClock();
    const pieces = 12;
    const item = { text: 'x'.repeat(64 * 1024) };
    nock(server)
      .get('/api/v1/pods')
      .reply(200, { items: Array.from({ length: pieces }, () => item) });
    await all(await clientOf(server, clock, recordingLog()).list(pods, {}, read));
    expect(clock.timeSlicer).to.be.within(pieces / 4, pieces);
  });

  it('lets the event loop turn between lists that come in at the same time', async () => {
    const loop = new LoopClock();
    const bodies = Array.from({ length: 16 }, () => new PassThrough());
    const unread = [...bodies];
    const transport: Transport = {
      base: new URL(server),
      compress: false,
      request: async () =>
        ({ statusCode: 200, headers: {}, body: unread.shift() }) as unknown as Answer,
      watch: () => Promise.reject(new Error('no watch is to be opened')),
      refresh: async () => undefined,
      close: async () => undefined,
    };
    const shared = { clock: loop, timeSlicer: new TimeSlicer(loop), log: recordingLog() };
    const client = new Client({ transport, userAgent: 'x', ticks: readAtOnce, ...shared });
    const counts: number[] = Array(bodies.length).fill(0);
    const reading = counts.map(async (_, one) => {
      for await (const _item of await client.list(pods, {}, read)) {
        loop.advance(4);
        counts[one] = (counts[one] ?? 0) + 1;
      }
    });
    const text = JSON.stringify({ items: items.slice(0, 10) });
    for (const body of bodies) {
      body.end(text);
      await quiet();
    }
    const runs: number[] = [];
    let startMs = loop.startMs;
    do {
      await quiet();
      runs.push(loop.now() - startMs);
      startMs = loop.now();
    } while (await loop.goOn());
    await Promise.all(reading);
    expect(counts).to.deep.equal(Array(bodies.length).fill(10));
    expect(Math.max(...runs)).to.equal(12);
  });

  const status = { kind: 'Status', message: 'no', reason: 'Because', details: {} };
  const errors: {
    what: string;
    code: number;
    body: string | object;
    headers?: Record<string, string>;
    is: Partial<ApiError>;
  }[] = [
    { what: 'a Status', code: 403, body: status, is: { message: 'no', reason: 'Because' } },
    {
      what: 'a page of HTML',
      code: 502,
      body: `<html>\n  <h1>Bad gateway</h1> ${'x'.repeat(500)}`,
      is: { message: `<html> <h1>Bad gateway</h1> ${'x'.repeat(172)}`, reason: '' },
    },
    { what: 'nothing', code: 500, body: '', is: { message: 'the API server answered 500' } },
    { what: 'JSON of another kind', code: 500, body: '[1]', is: { reason: '' } },
    { what: 'a redirection', code: 302, body: '', headers: { location: '/login' }, is: {} },
    {
      what: 'Retry-After',
      code: 429,
      body: { ...status, details: { retryAfterSeconds: 3 } },
      headers: { 'retry-after': '7' },
      is: { retryAfterSeconds: 7 },
    },
    {
      what: 'a time to wait in the Status',
      code: 503,
      body: { ...status, details: { retryAfterSeconds: 3 } },
      is: { retryAfterSeconds: 3 },
    },
    {
      what: 'a date in Retry-After',
      code: 503,
      body: status,
      headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
      is: { retryAfterSeconds: undefined },
    },
    { what: 'an expired version', code: 410, body: status, is: { expired: true } },
    {
      what: 'a version that is too large',
      code: 504,
      body: { ...status, details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
      is: { versionTooLarge: true, expired: false },
    },
    {
      what: 'a version that is too large, in words only',
      code: 504,
      body: { ...status, message: 'Timeout: Too large resource version: 9, current: 7' },
      is: { versionTooLarge: true },
    },
  ];
  for (const { what, code, body, headers, is } of errors) {
    it(`makes one class of error of an answer with ${what}`, async () => {
      nock(server).get('/api/v1/pods').reply(code, body, headers);
      const error = await caught(open().list(pods, {}, read));
      expect(error).to.be.instanceOf(ApiError);
      expect(error).to.include({ status: code, ...is });
    });
  }

  it('reads one document whole', async () => {
    nock(server).get('/version').reply(200, { major: '1' });
    expect(await open().get('/version', signal)).to.deep.equal({ major: '1' });
  });

  it('finds a resource in discovery, and says where it is missing', async () => {
    const resources = [{ name: 'deployments' }, { name: 'deployments/scale' }];
    nock(server).get('/apis/apps/v1').twice().reply(200, { resources });
    expect(await open().served(deployments, signal)).to.equal(true);
    expect(await open().served({ ...deployments, resource: 'scale' }, signal)).to.equal(false);
    nock(server).get('/apis/apps/v1').reply(404, status);
    expect(await open().served(deployments, signal)).to.equal(false);
    nock(server).get('/apis/apps/v1').reply(503, status);
    expect(await caught(open().served(deployments, signal))).to.include({ status: 503 });
  });

  it('logs in anew when its credentials are refused, and asks again', async () => {
    let token = 'old';
    const readFile = (): Buffer => Buffer.from(kubeconfigOf({ server }, { token }));
    const processContext = { env: {}, readFile };
    const clock = new TestClock();
    const shared = { clock, timeSlicer: new TimeSlicer(clock), log: recordingLog() };
    const transport = openTransport({ kubeconfig: '/k' }, processContext, shared);
    const client = new Client({ transport, userAgent: 'x', ticks: readAtOnce, ...shared });
    const asking = (bearer: string) =>
      nock(server, { reqheaders: { authorization: `Bearer ${bearer}` } }).get('/version');
    asking('old').reply(401, status);
    token = 'new';
    asking('new').reply(200, '{}');
    expect(await client.get('/version', signal)).to.deep.equal({});
    asking('new').twice().reply(401, status);
    expect(await caught(client.get('/version', signal))).to.include({ status: 401 });
  });

  it('limits the pauses within all bodies but those of watches', async () => {
    const limits: number[] = [];
    const request: Transport['request'] & Transport['watch'] = async (_path, _query, options) => {
      limits.push(options.bodyTimeoutMs);
      throw new Error('enough');
    };
    const transport: Transport = {
      base: new URL(server),
      compress: true,
      request,
      watch: request,
      refresh: async () => undefined,
      close: async () => undefined,
    };
    const clock = new TestClock();
    const shared = { clock, timeSlicer: new TimeSlicer(clock), log: recordingLog() };
    const client = new Client({ transport, userAgent: 'x', ticks: readAtOnce, ...shared });
    await caught(client.list(pods, {}, read));
    await caught(client.watch(pods, { resourceVersion: '7', timeoutSeconds: 300 }, read));
    expect(limits).to.deep.equal([60_000, 0]);
  });

  it('logs once in five minutes that the server cannot be reached, for all requests', async () => {
    const clock = new TestClock();
    const log = recordingLog();
    const client = clientOf(server, clock, log);
    const broken = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    nock(server).get('/api/v1/pods').thrice().replyWithError(broken);
    for (const ms of [0, 299_999, 1]) {
      clock.advance(ms);
      await caught(client.list(pods, {}, read));
    }
    expect(log.lines).to.deep.equal(
      Array.from({ length: 2 }, () => 'warn API server cannot be reached, retrying'),
    );
  });
});
