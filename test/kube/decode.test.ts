// Lists and watches decode to what was written, however their bytes are cut.
import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError, ListDecoder } from '../../src/kube/decode.ts';
import { ItemTooLargeError } from '../../src/kube/itemParser.ts';
import { WatchDecoder } from '../../src/kube/watchDecoder.ts';

const fail = (key: string, error: unknown): never => {
  throw new Error(`malformed ${key}`, { cause: error });
};

/** Cuts a body at the given fractions of its length. */
function cut(body: Buffer, cuts: readonly number[]): Buffer[] {
  const at = cuts.map((fraction) => Math.floor(fraction * body.length)).sort((a, b) => a - b);
  return [0, ...at].map((start, i) => body.subarray(start, at[i] ?? body.length));
}

function decodeList(chunks: readonly Buffer[]) {
  const decoder = new ListDecoder({ onMalformed: fail });
  const items = chunks.flatMap((chunk) => decoder.push(Buffer.from(chunk)));
  return { items, metadata: decoder.metadata() };
}

/** What JSON keeps of a value: all but a zero's sign. JSON.parse is no judge: see json.test.ts. */
function asWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asWritten);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, asWritten(field)]));
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
const text = fc.string({ unit: 'binary' });
const item = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.record({ metadata: fc.record({ name: text }), 'a"b\\': text, items: fc.array(text) }),
);
const metadata = fc.record({ resourceVersion: text, continue: text });

describe('a list decoder', () => {
  it('decodes any list, cut anywhere, to what was written', () => {
    fc.assert(
      fc.property(
        fc.array(item),
        metadata,
        fc.boolean(),
        fc.constantFrom(undefined, 1, '\t'),
        cuts,
        (items, meta, trailing, space, where) => {
          const list = trailing ? { kind: 'L', items, metadata: meta } : { metadata: meta, items };
          const body = Buffer.from(JSON.stringify(list, null, space));
          expect(decodeList(cut(body, where))).to.deep.equal({
            items: items.map(asWritten),
            metadata: meta,
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('decodes a list that comes a byte at a time', () => {
    const list = {
      metadata: { resourceVersion: '7', continue: '' },
      items: ['\\"', { é: '😀\n' }],
    };
    const body = Buffer.from(JSON.stringify(list));
    const bytes = Array.from(body, (_, i) => body.subarray(i, i + 1));
    expect(decodeList(bytes).items).to.deep.equal(list.items);
  });

  it('reuses nothing of a chunk that it was given', () => {
    const decoder = new ListDecoder({ onMalformed: fail });
    const first = Buffer.from('{"items":[{"metadata":{"name":"a"');
    decoder.push(first);
    first.fill(0);
    expect(decoder.push(Buffer.from('}}]}'))).to.deep.equal([{ metadata: { name: 'a' } }]);
  });

  const empty = [
    '{"metadata":{"resourceVersion":"7"},"items":[]}',
    '{"metadata":{"resourceVersion":"7"},"items":[ \n ]}',
    '{"items":null,"metadata":{"resourceVersion":"7"}}',
    '{"metadata":{"resourceVersion":"7"}}',
    '{"metadata":{"resourceVersion":"7","items":["no item"]},"other":["items"]}',
  ];
  for (const body of empty) {
    it(`finds no item in ${JSON.stringify(body)}`, () => {
      expect(decodeList([Buffer.from(body)])).to.deep.equal({
        items: [],
        metadata: { resourceVersion: '7', continue: '' },
      });
    });
  }

  it('reports an item that is no JSON by the key that can be read, and goes on', () => {
    const reported: string[] = [];
    const decoder = new ListDecoder({ onMalformed: (key) => reported.push(key) });
    const body =
      '{"items":[{"metadata":{"name":"a","namespace":"x"},"spec":{nonsense}},,{"ok":true}]}';
    expect(decoder.push(Buffer.from(body))).to.deep.equal([{ ok: true }]);
    expect(reported).to.deep.equal(['x/a', '']);
  });

  for (const [where, chunkBytes] of [
    ['in one chunk', 1_000],
    ['over many chunks', 7],
  ] as const) {
    it(`reports an item beyond the limit that comes ${where}, and goes on`, () => {
      const reported: unknown[] = [];
      const decoder = new ListDecoder({
        onMalformed: (key, error) => reported.push(key, (error as Error).constructor),
        itemBytesMax: 60,
      });
      const large = { metadata: { name: 'large', namespace: 'x' }, data: '"]},'.repeat(50) };
      const body = Buffer.from(JSON.stringify({ items: [{ a: 1 }, large, { b: 2 }] }));
      const items = [];
      for (let at = 0; at < body.length; at += chunkBytes) {
        items.push(...decoder.push(body.subarray(at, at + chunkBytes)));
      }
      expect(items).to.deep.equal([{ a: 1 }, { b: 2 }]);
      expect(reported).to.deep.equal(['x/large', ItemTooLargeError]);
    });
  }

  it('calls every body that ends early an error', () => {
    const body = Buffer.from('{"metadata":{"resourceVersion":"7"},"items":[{"a":"}"},{"b":[]}]}');
    for (let length = 0; length < body.length; length++) {
      expect(() => decodeList([body.subarray(0, length)]), `${length} bytes`).to.throw(DecodeError);
    }
    expect(decodeList([body]).items).to.have.length(2);
  });

  for (const body of ['<html>busy</html>', '{"items":[]}}', '{"items":[{}}', '{"items":[]} more']) {
    it(`calls ${body} an error`, () => {
      expect(() => decodeList([Buffer.from(body)])).to.throw(DecodeError);
    });
  }

  it('does not keep a body that has no items for ever', () => {
    const decoder = new ListDecoder({ onMalformed: fail });
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    expect(() => [1, 2].map(() => decoder.push(megabyte))).to.throw(DecodeError);
  });
});

describe('a watch decoder', () => {
  it('decodes any events, cut anywhere, to what was written', () => {
    const event = fc.record({ type: text, object: item });
    fc.assert(
      fc.property(fc.array(event), cuts, (events, where) => {
        const lines = events.map((one) => JSON.stringify(one));
        const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const decoder = new WatchDecoder({ onMalformed: fail });
        const decoded = cut(body, where).flatMap((chunk) => [...decoder.push(Buffer.from(chunk))]);
        decoder.end();
        expect(decoded).to.deep.equal(events.map(asWritten));
      }),
    );
  });

  it('reports lines that are no events, and goes on', () => {
    const reported: string[] = [];
    const decoder = new WatchDecoder({
      onMalformed: (key) => reported.push(key),
      itemBytesMax: 90,
    });
    const lines = [
      '{"type":"ADDED","object":{"metadata":{"name":"a"},}}',
      'null',
      '{"object":{}}',
      `{"type":"ADDED","object":{"metadata":{"name":"b"},"data":"${'x'.repeat(90)}"}}`,
      '',
      '{"type":"DELETED","object":{}}',
    ];
    const events = [...decoder.push(Buffer.from(`${lines.join('\r\n')}\n`))];
    expect(events).to.deep.equal([{ type: 'DELETED', object: {} }]);
    expect(reported).to.deep.equal(['a', '', '', 'b']);
  });

  it('calls a body that ends within a line an error', () => {
    const decoder = new WatchDecoder({ onMalformed: fail });
    expect([...decoder.push(Buffer.from('{"type":"ADDED","object":{}}\n{"type"'))]).to.have.length(
      1,
    );
    expect(() => decoder.end()).to.throw(DecodeError);
  });
});
