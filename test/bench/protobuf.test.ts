// What the simulated API server sends in protobuf: kubestate reads it as it reads a real one's.
import { expect } from 'chai';
import { holding } from '../../bench/lib/contents.ts';
import { protobufOf } from '../../bench/lib/protobuf.ts';
import { messageOf, written } from '../../bench/lib/protobufWriter.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { Pod } from '../../src/demo/objects.ts';
import { ProtobufListDecoder } from '../../src/kube/protobuf/listDecoder.ts';
import { ObjectReader, unwrapped } from '../../src/kube/protobuf/objectReader.ts';
import { ProtobufWatchFormat } from '../../src/kube/protobuf/watch.ts';
import type { Frame, WatchEvent } from '../../src/kube/watchFormat.ts';
import { HashRanges, rangeOfShard } from '../../src/lib/hashRanges.ts';
import { recordedObjects } from '../kube/protobuf/recorded.ts';
import { shards } from '../support/faults.ts';

const accept = 'application/vnd.kubernetes.protobuf';
const partial = `${accept};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;

describe('an object that is written in protobuf', () => {
  it('has the bytes that Kubernetes gives it', () => {
    let compared = 0;
    for (const { plural, protobuf, json } of recordedObjects()) {
      // What JSON does not tell: how null and empty bytes came about, and digits of large numbers.
      if (/null|"0001-01-01T|\d{16}|"clientConfig"/.test(json)) continue;
      const { start, end } = unwrapped({ bytes: protobuf, start: 0, end: protobuf.length });
      const message = messageOf(plural) as string;
      const ours = written((writer) => writer.message(message, JSON.parse(json)));
      expect(ours.equals(protobuf.subarray(start, end)), `${plural}: ${json}`).to.equal(true);
      compared += 1;
    }
    expect(compared).to.be.above(150);
  });
});

describe('a simulated API server with protobuf', () => {
  let server: ApiServer;
  let url: string;
  let names: string[];
  const objects = (metadataOnly = false): ObjectReader =>
    new ObjectReader({
      group: '',
      version: 'v1',
      resource: 'pods',
      deferSpec: false,
      metadataOnly,
    });
  const onMalformed = (key: string): never => expect.fail(key);

  before(async () => {
    server = holding({ pods: 60, managedFields: true }, protobufOf);
    ({ url } = await server.listen(0, '127.0.0.1'));
    names = [...server.objects('pods')].map(({ metadata }) => metadata.name);
  });
  after(() => server.close());

  async function bytesOf(path: string, type: string): Promise<Buffer> {
    const answer = await fetch(`${url}/api/v1/pods${path}`, { headers: { accept: type } });
    expect(answer.headers.get('content-type')).to.equal(accept);
    return Buffer.from(await answer.arrayBuffer());
  }

  for (const [what, type, path] of [
    ['whole objects', accept, ''],
    ['whole objects from a page', accept, '?limit=60'],
    ['metadata alone', partial, ''],
  ] as const) {
    it(`lists ${what}`, async () => {
      const decoder = new ProtobufListDecoder({ objects: objects(type === partial), onMalformed });
      const bytes = await bytesOf(path, type);
      const read: Pod[] = [];
      for (let at = 0; at < bytes.length; at += 1_000) {
        read.push(...(decoder.push(bytes.subarray(at, at + 1_000)) as Generator<Pod>));
      }
      decoder.end();
      expect(read.map(({ metadata }) => metadata.name)).to.deep.equal(names);
      expect(decoder.metadata()).to.deep.equal({
        resourceVersion: String(server.version),
        continue: '',
      });
      expect(read[0]?.spec === undefined).to.equal(type === partial);
    });
  }

  it('confirms a shard selector in lists of whole objects, and in no others', async () => {
    const takeBack = server.faults.add({ act: shards('on') });
    const { selector } = new HashRanges([rangeOfShard(0, 2)]);
    for (const [type, echo] of [
      [accept, { shardSelector: selector }],
      [partial, {}],
    ] as const) {
      const decoder = new ProtobufListDecoder({ objects: objects(type === partial), onMalformed });
      const bytes = await bytesOf(`?shardSelector=${encodeURIComponent(selector)}`, type);
      const { length } = [...decoder.push(bytes)];
      decoder.end();
      expect(length).to.be.within(1, names.length - 1);
      expect(decoder.metadata()).to.deep.equal({
        resourceVersion: String(server.version),
        continue: '',
        ...echo,
      });
    }
    takeBack();
  });

  async function eventsOf(query: string): Promise<WatchEvent[]> {
    const format = new ProtobufWatchFormat({ objects: objects(), onMalformed });
    const frames: Frame[] = [];
    format.cut(await bytesOf(`?watch=true&timeoutSeconds=1&${query}`, accept), frames);
    format.end();
    return frames.map((frame) => format.parse(frame) as WatchEvent);
  }

  it('begins a watch with all objects, and says where they end', async () => {
    const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const events = await eventsOf(`${initial}&allowWatchBookmarks=true`);
    const added = events.slice(0, names.length) as { type: string; object: Pod }[];
    expect(added.map(({ type, object }) => `${type} ${object.metadata.name}`)).to.deep.equal(
      names.map((name) => `ADDED ${name}`),
    );
    expect(events[names.length]).to.deep.include({ type: 'BOOKMARK' });
  });

  it('ends a watch from a version that is gone with an error', async () => {
    const [event, ...more] = await eventsOf('resourceVersion=1');
    expect(event).to.deep.include({ type: 'ERROR' });
    expect(event?.object).to.include({ code: 410, reason: 'Expired' });
    expect(more).to.deep.equal([]);
  });

  it('answers in JSON where it is asked for, or where a kind has no protobuf', async () => {
    for (const path of ['pods', 'nodes']) {
      const answer = await fetch(`${url}/api/v1/${path}`, {
        headers: { accept: 'application/json' },
      });
      expect(answer.headers.get('content-type')).to.equal('application/json');
    }
    const definitions = `${url}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;
    const answer = await fetch(definitions, { headers: { accept: `${accept},application/json` } });
    expect(answer.headers.get('content-type')).to.equal('application/json');
  });
});
