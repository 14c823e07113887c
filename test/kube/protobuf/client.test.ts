// A client that asks for protobuf: what it accepts, and what makes it ask for JSON.
import { expect } from 'chai';
import nock from 'nock';
import { ApiError } from '../../../src/kube/apiError.ts';
import type { Client } from '../../../src/kube/client.ts';
import { ProtobufError } from '../../../src/kube/protobuf/reader.ts';
import type { Collection } from '../../../src/kube/types.ts';
import { TestClock } from '../../support/clock.ts';
import { clientOf, object, recordingLog } from '../harness.ts';
import { enveloped, eventOf, field, listOf, podMessage } from './recorded.ts';

const server = 'http://api.test:8080';
const protobuf = 'application/vnd.kubernetes.protobuf';
const both = `${protobuf},application/json`;
const pods: Collection = { resource: 'pods', group: '', version: 'v1', protobuf: true };
const { signal } = new AbortController();
const read = {
  signal,
  onMalformed: (key: string) => {
    throw new Error(`malformed ${key}`);
  },
};
const inProtobuf = { 'content-type': protobuf };
const query = { resourceVersion: '7', timeoutSeconds: 60 };

async function names(values: AsyncIterable<unknown>): Promise<string[]> {
  const result = [];
  for await (const value of values) {
    const { metadata } = ((value as { object?: unknown }).object ?? value) as {
      metadata: { name: string };
    };
    result.push(metadata.name);
  }
  return result;
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const asked = (accept: string) => nock(server, { reqheaders: { accept } }).get('/api/v1/pods');

describe('a client that asks for protobuf', () => {
  let log: ReturnType<typeof recordingLog>;
  let client: Client;

  beforeEach(() => {
    log = recordingLog();
    client = clientOf(server, new TestClock(), log);
  });
  afterEach(() => {
    expect(nock.pendingMocks()).to.deep.equal([]);
    nock.cleanAll();
  });

  const list = async (collection = pods) => names(await client.list(collection, {}, read));

  it('reads lists and watches by the type of the answer', async () => {
    asked(both).reply(200, listOf([podMessage('a')]), inProtobuf);
    expect(await list()).to.deep.equal(['a']);
    asked(both).reply(200, { items: [object('x/b', 1)] });
    expect(await list()).to.deep.equal(['b']);
    const event = eventOf('ADDED', enveloped('Pod', podMessage('c')));
    const headers = { 'content-type': `${protobuf};stream=watch` };
    asked(both).query(true).reply(200, event, headers);
    expect(await names(await client.watch(pods, query, read))).to.deep.equal(['c']);
    expect(log.lines).to.deep.equal([]);
  });

  it('asks for metadata alone in both encodings', async () => {
    const meta = 'g=meta.k8s.io;v=v1';
    const as = `as=PartialObjectMetadataList;${meta}`;
    asked(`${protobuf};${as},application/json;${as},application/json`).reply(
      200,
      listOf([podMessage('a', {}, field(2, field(10, 'node')))]),
      inProtobuf,
    );
    expect(await list({ ...pods, representation: 'metadata' })).to.deep.equal(['a']);
  });

  it('asks for JSON of tables, and of what is not built in', async () => {
    const columns = { type: 'Type' };
    asked('application/json;as=Table;g=meta.k8s.io;v=v1')
      .query(true)
      .reply(200, { kind: 'Table', rows: [] });
    expect(await list({ ...pods, representation: { columns } })).to.deep.equal([]);
    const things = { resource: 'things', group: 'example.com', version: 'v1', protobuf: true };
    nock(server, { reqheaders: { accept: 'application/json' } })
      .get('/apis/example.com/v1/things')
      .reply(200, { items: [] });
    expect(await list(things)).to.deep.equal([]);
  });

  it('asks for JSON once a list could not be read, and warns once', async () => {
    asked(both).twice().reply(200, 'not protobuf', inProtobuf);
    const lists = await Promise.all([list(), list()].map(caught));
    for (const error of lists) expect(error).to.be.instanceOf(ProtobufError);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.equal('warn protobuf cannot be read, asking for JSON from now on');
    asked('application/json').reply(200, { items: [object('x/a', 1)] });
    expect(await list()).to.deep.equal(['a']);
  });

  it('asks for JSON once an event could not be read', async () => {
    const event = eventOf('ADDED', Buffer.from('no object'));
    asked(both).query(true).reply(200, event, inProtobuf);
    const watch = await client.watch(pods, query, read);
    expect(await caught(names(watch))).to.be.instanceOf(ProtobufError);
    asked('application/json').reply(200, { items: [] });
    expect(await list()).to.deep.equal([]);
  });

  it('asks for protobuf again where a list was only cut short', async () => {
    const whole = listOf([podMessage('a')]);
    asked(both).reply(200, whole.subarray(0, -20), inProtobuf);
    expect(String(await caught(list()))).to.include('ended early');
    asked(both).reply(200, whole, inProtobuf);
    expect(await list()).to.deep.equal(['a']);
    expect(log.lines).to.deep.equal([]);
  });

  it('asks for JSON where the server accepts nothing else', async () => {
    asked(both).reply(406, 'not acceptable');
    expect(await caught(list())).to.be.instanceOf(ApiError);
    asked('application/json').reply(200, { items: [] });
    expect(await list()).to.deep.equal([]);
  });

  it('reads errors in protobuf', async () => {
    const details = field(5, Buffer.from([0x28, 3]));
    const status = Buffer.concat([field(3, 'slow down'), field(4, 'TooManyRequests'), details]);
    asked(both).reply(429, enveloped('Status', status), inProtobuf);
    const error = await caught(list());
    expect(error).to.be.instanceOf(ApiError);
    expect(error).to.include({
      message: 'slow down',
      status: 429,
      reason: 'TooManyRequests',
      retryAfterSeconds: 3,
    });
  });
});
