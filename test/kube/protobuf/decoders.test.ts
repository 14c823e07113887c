// Lists and watches in protobuf: cut anywhere, too long, of others, ended early, or something else.
import { expect } from 'chai';
import { DecodeError } from '../../../src/kube/decode.ts';
import type { Accepts } from '../../../src/kube/itemParser.ts';
import { ProtobufListDecoder } from '../../../src/kube/protobuf/listDecoder.ts';
import { ObjectReader } from '../../../src/kube/protobuf/objectReader.ts';
import { ProtobufError } from '../../../src/kube/protobuf/reader.ts';
import { ProtobufWatchFormat } from '../../../src/kube/protobuf/watch.ts';
import { WatchDecoder, type WatchDecoderOptions } from '../../../src/kube/watchDecoder.ts';
import type { WatchEvent } from '../../../src/kube/watchFormat.ts';
import { enveloped, eventOf, field, listOf, podMessage } from './recorded.ts';

const objects = new ObjectReader({
  group: '',
  version: 'v1',
  resource: 'pods',
  metadataOnly: false,
  deferSpec: true,
});

interface Options {
  readonly accepts?: Accepts;
  readonly itemBytesMax?: number;
  /** Bytes of a piece. */
  readonly piece?: number;
}

const node = (name: string): Buffer => field(2, field(10, name));
const many = ['a', 'b', 'c'].map((name) => podMessage(name, {}, node(`node-${name}`)));

function piecesOf(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

const placeOf = (object: unknown): string => {
  const { metadata, spec } = object as {
    metadata: { name: string };
    spec?: { nodeName?: string };
  };
  return `${metadata.name} on ${spec?.nodeName ?? 'no node'}`;
};

/** Reads a list; each buffer is overwritten once all of it was taken. */
function readList(body: Buffer, { piece = body.length, ...options }: Options = {}) {
  const malformed: string[] = [];
  const onMalformed = (key: string, error: unknown): void => {
    malformed.push(`${key}: ${error}`);
  };
  const decoder = new ProtobufListDecoder({ objects, onMalformed, ...options });
  const items: string[] = [];
  for (const bytes of piecesOf(body, piece)) {
    const buffer = Buffer.from(bytes);
    for (const item of decoder.push(buffer)) items.push(placeOf(item));
    buffer.fill(0xff);
  }
  decoder.end();
  return { items, malformed, metadata: decoder.metadata() };
}

interface WatchOptions extends Options, Pick<WatchDecoderOptions, 'everyEvent'> {
  readonly latest?: boolean;
}

function readWatch(body: Buffer, { piece = body.length, latest, ...options }: WatchOptions = {}) {
  const malformed: string[] = [];
  const onMalformed = (key: string, error: unknown): void => {
    malformed.push(`${key}: ${error}`);
  };
  const format = new ProtobufWatchFormat({ objects, onMalformed, ...options });
  const decoder = new WatchDecoder({ onMalformed, ...options, format });
  for (const bytes of piecesOf(body, piece)) decoder.add(bytes);
  const events = [...decoder.take(latest === undefined ? {} : { latest })];
  decoder.end();
  return { events, malformed };
}

const pod = (message: Buffer): Buffer => enveloped('Pod', message);
const told = ({ type, object, dropped }: WatchEvent): string =>
  `${dropped ? 'dropped ' : ''}${type} ${placeOf(object)}`;

describe('a list in protobuf', () => {
  const body = listOf(many, '42', 'more');
  const items = ['a on node-a', 'b on node-b', 'c on node-c'];

  for (const piece of [1, 2, 3, 7, 50, 64 * 1024]) {
    it(`is read in pieces of ${piece} bytes`, () => {
      const expected = {
        items,
        malformed: [],
        metadata: { resourceVersion: '42', continue: 'more' },
      };
      expect(readList(body, { piece })).to.deep.equal(expected);
    });
  }

  it('may have no objects, or none that are kept', () => {
    expect(readList(listOf([])).items).to.deep.equal([]);
    expect(readList(enveloped('PodList', Buffer.alloc(0))).items).to.deep.equal([]);
    expect(readList(body, { accepts: () => false }).items).to.deep.equal([]);
  });

  it('is read of the objects that are accepted alone, by their heads', () => {
    const heads: unknown[] = [];
    const accepts: Accepts = (head) => {
      heads.push(head);
      return head.name !== 'b';
    };
    expect(readList(body, { accepts }).items).to.deep.equal([items[0], items[2]]);
    const [first] = heads;
    expect(first).to.deep.equal({
      name: 'a',
      namespace: 'x',
      uid: 'uid of a',
      resourceVersion: '1',
    });
  });

  it('loses an object that is too long, which is reported by its key', () => {
    const long = podMessage('long', {}, node('n'.repeat(5_000)));
    const all = listOf([many[0] as Buffer, long, many[1] as Buffer]);
    for (const piece of [100, all.length]) {
      const { items: read, malformed } = readList(all, { piece, itemBytesMax: 1_000 });
      expect(read).to.deep.equal(items.slice(0, 2));
      expect(malformed).to.have.length(1);
      expect(malformed[0]).to.match(
        /^x\/long: ItemTooLargeError: expected an item of at most 1000 b/,
      );
    }
  });

  it('that ends early is an error, but no reason to ask for JSON', () => {
    // Behind the list itself there are two empty fields, which nobody misses.
    for (let length = 0; length < body.length - 4; length++) {
      expect(() => readList(body.subarray(0, length)), String(length))
        .to.throw(DecodeError, 'ended early')
        .that.is.not.instanceOf(ProtobufError);
    }
  });

  for (const [what, other] of [
    ['JSON', Buffer.from('{"items":[]}')],
    ['an object longer than the list', enveloped('PodList', Buffer.from([0x12, 0x7f, 1, 2, 3]))],
    ['an object that is none', listOf([Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 1])])],
    ['a field with a number', Buffer.from('k8s\0\x08\x01')],
    ['a length of no end', Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, ...Array(9).fill(0xff)])],
  ] as const) {
    it(`is not read of ${what}`, () => {
      expect(() => readList(other)).to.throw(ProtobufError);
    });
  }
});

describe('a watch in protobuf', () => {
  const [a, b, c] = many.map(pod) as [Buffer, Buffer, Buffer];
  const body = Buffer.concat([eventOf('ADDED', a), eventOf('MODIFIED', b), eventOf('DELETED', c)]);

  for (const piece of [1, 3, 10, 64 * 1024]) {
    it(`is read in pieces of ${piece} bytes`, () => {
      const { events } = readWatch(body, { piece });
      const expected = ['ADDED a on node-a', 'MODIFIED b on node-b', 'DELETED c on node-c'];
      expect(events.map(told)).to.deep.equal(expected);
    });
  }

  it('has the versions of bookmarks, the end of the first list, and errors', () => {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const bookmark = pod(podMessage('', { version: '9', annotations }));
    const status = Buffer.concat([
      field(3, 'too old'),
      field(4, 'Expired'),
      Buffer.from([0x30, 0x9a, 3]),
    ]);
    const { events } = readWatch(
      Buffer.concat([eventOf('BOOKMARK', bookmark), eventOf('ERROR', enveloped('Status', status))]),
    );
    const [first, last] = JSON.parse(JSON.stringify(events));
    expect(first.object.metadata).to.include({ resourceVersion: '9' });
    expect(first.object.metadata.annotations).to.deep.equal(annotations);
    expect(last.object).to.deep.equal({ message: 'too old', reason: 'Expired', code: 410 });
  });

  it('leaves out what a later event says again, and the objects of deletions', () => {
    const states = ['1', '2', '3'].map((version) =>
      eventOf('MODIFIED', pod(podMessage('a', { version }, node(version)))),
    );
    const all = Buffer.concat([...states, eventOf('DELETED', c)]);
    expect(readWatch(all, { latest: true }).events.map(told)).to.deep.equal([
      'dropped MODIFIED a on no node',
      'dropped MODIFIED a on no node',
      'MODIFIED a on 3',
      'DELETED c on no node',
    ]);
    expect(readWatch(all, { latest: true, everyEvent: true }).events.map(told)).to.deep.equal([
      ...['1', '2', '3'].map((version) => `MODIFIED a on ${version}`),
      'DELETED c on node-c',
    ]);
  });

  it('drops objects that are not accepted, and loses one that is too long', () => {
    const accepts: Accepts = ({ name }) => name !== 'b';
    expect(readWatch(body, { accepts }).events.map(told)).to.deep.equal([
      'ADDED a on node-a',
      'dropped MODIFIED b on no node',
      'DELETED c on node-c',
    ]);
    const long = eventOf('ADDED', pod(podMessage('long', {}, node('n'.repeat(5_000)))));
    const { events, malformed } = readWatch(Buffer.concat([long, body]), { itemBytesMax: 1_000 });
    expect(events).to.have.length(3);
    expect(malformed.join()).to.match(/^x\/long: ItemTooLargeError/);
  });

  it('that ends within an event is an error, but no reason to ask for JSON', () => {
    expect(() => readWatch(body.subarray(0, -1)))
      .to.throw(DecodeError, 'ended within one')
      .that.is.not.instanceOf(ProtobufError);
  });

  it('is not read of anything else', () => {
    expect(() => readWatch(Buffer.from('{"type":"ADDED"}\n'))).to.throw(ProtobufError);
    expect(() => readWatch(eventOf('ADDED', Buffer.from('{}')))).to.throw(ProtobufError);
    expect(() => readWatch(Buffer.from([0, 0, 0, 1, 7]))).to.throw(ProtobufError);
  });
});
