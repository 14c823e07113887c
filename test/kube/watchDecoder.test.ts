// What of a watch need not be parsed: superseded events, deleted objects, objects of others.
import { expect } from 'chai';
import fc from 'fast-check';
import type { ObjectHead } from '../../src/kube/eventHead.ts';
import { headCharsMax, readEventHead, readObjectHead } from '../../src/kube/eventHead.ts';
import { WatchDecoder, type WatchDecoderOptions } from '../../src/kube/watchDecoder.ts';
import type { WatchEvent } from '../../src/kube/watchFormat.ts';

const fail = (key: string, error: unknown): never => {
  throw new Error(`malformed ${key}`, { cause: error });
};

/** A pod as an API server writes it. */
const real =
  '{"type":"MODIFIED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0",' +
  '"generateName":"web-","namespace":"shop","uid":"u-1","resourceVersion":"42","generation":1,' +
  '"creationTimestamp":"2026-01-01T00:00:00Z","labels":{"name":"label","uid":"no"},"annotations":' +
  '{"metadata":"{\\"name\\":\\"x\\"}","resourceVersion":"7"},"ownerReferences":[{"name":"web",' +
  '"uid":"owner"}],"managedFields":[{"f:metadata":{"f:name":{}},"name":"manager"}]},"spec":' +
  '{"template":{"metadata":{"name":"inner"}}},"status":{}}}';
const head = { name: 'web-0', namespace: 'shop', uid: 'u-1', resourceVersion: '42' };

describe('the head of an event', () => {
  it('is what an API server writes first of the object', () => {
    expect(readEventHead(real)).to.deep.equal({ type: 'MODIFIED', metadata: head });
    const object = real.slice(real.indexOf('{"kind'), -1);
    expect(readObjectHead(object)).to.deep.equal(head);
  });

  it('does not need what comes after the managed fields begin', () => {
    const end = real.indexOf('"managedFields":') + '"managedFields":'.length;
    expect(readEventHead(real.slice(0, end))?.metadata).to.deep.equal(head);
    expect(readEventHead(real.slice(0, end - 1))).to.equal(undefined);
  });

  const metadata = '"metadata":{"name":"a","uid":"u","resourceVersion":"1"}';
  for (const [what, line] of [
    ['a bookmark', `{"type":"BOOKMARK","object":{${metadata}}}`],
    ['an error', `{"type":"ERROR","object":{${metadata}}}`],
    ['an object before its type', `{"object":{${metadata}},"type":"ADDED"}`],
    ['white space', `{"type": "ADDED","object":{${metadata}}}`],
    ['a spec before the metadata', `{"type":"ADDED","object":{"spec":{},${metadata}}}`],
    ['an escaped name', '{"type":"ADDED","object":{"metadata":{"name":"\\u0061"}}}'],
    ['an escaped field', '{"type":"ADDED","object":{"metadata":{"n\\u0061me":"a"}}}'],
    ['a name outside ASCII', '{"type":"ADDED","object":{"metadata":{"name":"\u00e4"}}}'],
    ['a name that comes twice', '{"type":"ADDED","object":{"metadata":{"name":"a","name":"b"}}}'],
    ['a name that is a number', '{"type":"ADDED","object":{"metadata":{"name":1}}}'],
    ['a uid that is null', '{"type":"ADDED","object":{"metadata":{"name":"a","uid":null}}}'],
    ['an empty name', '{"type":"ADDED","object":{"metadata":{"name":""}}}'],
    ['no name', '{"type":"ADDED","object":{"metadata":{"namespace":"x"}}}'],
    ['metadata that is no object', '{"type":"ADDED","object":{"metadata":["name"]}}'],
    ['a table', '{"type":"ADDED","object":{"kind":"Table","metadata":{"resourceVersion":"1"}}}'],
    ['metadata that is cut', '{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"b":"c"'],
    ['no object', 'null'],
  ] as const) {
    it(`is not read of ${what}`, () => expect(readEventHead(line)).to.equal(undefined));
  }

  it('is the same that a parser reads, or nothing, whatever the metadata is', () => {
    const names = ['name', 'namespace', 'uid', 'resourceVersion', 'labels', 'generation', 'x'];
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '{', '}', ',', 'ä', '\n') });
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('a', 'b-1.c') },
      { weight: 1, arbitrary: text },
      { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    );
    const fields = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), {
      selector: ([name]) => name,
    });
    let read = 0;
    fc.assert(
      fc.property(fields, (entries) => {
        const object = { metadata: Object.fromEntries(entries) };
        const line = Buffer.from(JSON.stringify({ type: 'ADDED', object })).toString('latin1');
        const found = readEventHead(line.slice(0, headCharsMax));
        if (found === undefined) return;
        read++;
        const { name, namespace, uid, resourceVersion } = object.metadata;
        const written = Object.entries({ name, namespace, uid, resourceVersion });
        expect(found.metadata).to.deep.equal(
          Object.fromEntries(written.filter(([, one]) => one !== undefined)),
        );
      }),
      { numRuns: 2_000 },
    );
    expect(read).to.be.above(200);
  });

  it('is not read of metadata that is cut anywhere, or is read right', () => {
    for (let end = 0; end < real.length; end++) {
      const found = readEventHead(real.slice(0, end));
      if (found !== undefined) expect(found.metadata).to.deep.equal(head);
    }
  });
});

interface Written {
  readonly type: string;
  readonly name: string;
  readonly uid?: string;
  readonly version: number;
}

const lineOf = ({ type, name, uid = 'u', version }: Written): string =>
  `${JSON.stringify({
    type,
    object: {
      metadata: { name, namespace: 'x', uid, resourceVersion: `${version}` },
      status: { version },
    },
  })}\n`;

/** The events of one tick as words: type, name, version, and what was made of it. */
function taken(lines: readonly string[], options: Partial<WatchDecoderOptions> = {}): string[] {
  const decoder = new WatchDecoder({ onMalformed: fail, ...options });
  decoder.add(Buffer.from(lines.join('')));
  return [...decoder.take({ latest: true })].map(inWords);
}

function inWords({ type, object, dropped }: WatchEvent): string {
  const { metadata, status } = object as { metadata: ObjectHead; status?: object };
  const how = dropped ? ' dropped' : status === undefined ? ' without body' : '';
  return `${type} ${metadata.name} ${metadata.resourceVersion}${how}`;
}

const rows: {
  what: string;
  events: Written[];
  options?: Partial<WatchDecoderOptions>;
  taken: string[];
}[] = [
  {
    what: 'the last of several changes of one object, where it stands among the others',
    events: [
      { type: 'ADDED', name: 'a', version: 1 },
      { type: 'MODIFIED', name: 'b', version: 2 },
      { type: 'MODIFIED', name: 'a', version: 3 },
      { type: 'MODIFIED', name: 'a', version: 4 },
    ],
    taken: ['ADDED a 1 dropped', 'MODIFIED b 2', 'MODIFIED a 3 dropped', 'MODIFIED a 4'],
  },
  {
    what: 'the addition of an object that is deleted again: it replaces another of its name',
    events: [
      { type: 'ADDED', name: 'a', uid: 'two', version: 1 },
      { type: 'MODIFIED', name: 'a', uid: 'two', version: 2 },
      { type: 'DELETED', name: 'a', uid: 'two', version: 3 },
    ],
    taken: ['ADDED a 1', 'MODIFIED a 2 dropped', 'DELETED a 3 without body'],
  },
  {
    what: 'a deletion without the object, and none of the changes before it',
    events: [
      { type: 'MODIFIED', name: 'a', version: 1 },
      { type: 'DELETED', name: 'a', version: 2 },
    ],
    taken: ['MODIFIED a 1 dropped', 'DELETED a 2 without body'],
  },
  {
    what: 'a deletion between two events of one name',
    events: [
      { type: 'MODIFIED', name: 'a', uid: 'one', version: 1 },
      { type: 'DELETED', name: 'a', uid: 'one', version: 2 },
      { type: 'ADDED', name: 'a', uid: 'two', version: 3 },
      { type: 'MODIFIED', name: 'a', uid: 'two', version: 4 },
    ],
    taken: [
      'MODIFIED a 1 dropped',
      'DELETED a 2 without body',
      'ADDED a 3 dropped',
      'MODIFIED a 4',
    ],
  },
  {
    what: 'a deletion before one that comes again under the same uid',
    events: [
      { type: 'DELETED', name: 'a', version: 1 },
      { type: 'ADDED', name: 'a', version: 2 },
    ],
    taken: ['DELETED a 1 without body', 'ADDED a 2'],
  },
  {
    what: 'a change before one of another uid',
    events: [
      { type: 'MODIFIED', name: 'a', uid: 'one', version: 1 },
      { type: 'MODIFIED', name: 'a', uid: 'two', version: 2 },
    ],
    taken: ['MODIFIED a 1', 'MODIFIED a 2'],
  },
  {
    what: 'every bookmark',
    events: [
      { type: 'BOOKMARK', name: 'a', version: 1 },
      { type: 'MODIFIED', name: 'a', version: 2 },
      { type: 'BOOKMARK', name: 'a', version: 3 },
      { type: 'BOOKMARK', name: 'a', version: 4 },
    ],
    taken: ['BOOKMARK a 1', 'MODIFIED a 2', 'BOOKMARK a 3', 'BOOKMARK a 4'],
  },
  {
    what: 'every event, and deleted objects whole, where that is needed',
    events: [
      { type: 'MODIFIED', name: 'a', version: 1 },
      { type: 'MODIFIED', name: 'a', version: 2 },
      { type: 'DELETED', name: 'a', version: 3 },
    ],
    options: { everyEvent: true },
    taken: ['MODIFIED a 1', 'MODIFIED a 2', 'DELETED a 3'],
  },
  {
    what: 'no body of objects that are not accepted',
    events: [
      { type: 'ADDED', name: 'a', version: 1 },
      { type: 'ADDED', name: 'b', version: 2 },
      { type: 'DELETED', name: 'a', version: 3 },
    ],
    options: { accepts: ({ name }) => name === 'b', everyEvent: true },
    taken: ['ADDED a 1 dropped', 'ADDED b 2', 'DELETED a 3 dropped'],
  },
];

describe('a watch decoder gives of what a tick brings', () => {
  for (const { what, events, options, taken: expected } of rows) {
    it(what, () => expect(taken(events.map(lineOf), options)).to.deep.equal(expected));
  }

  const change = (version: number): string => lineOf({ type: 'MODIFIED', name: 'a', version });

  it('an event whose head cannot be read, before and behind others of its object', () => {
    const odd = change(2).replace('"name":"a"', '"name":"\\u0061"');
    expect(taken([change(1), odd, change(3)])).to.deep.equal([
      'MODIFIED a 1 dropped',
      'MODIFIED a 2',
      'MODIFIED a 3',
    ]);
  });

  it('a report of what cannot be read, unless a later event supersedes it', () => {
    const reported: string[] = [];
    const broken = change(2).replace('"status":{', '"status":');
    const onMalformed = (key: string): void => void reported.push(key);
    expect(taken([change(1), broken], { onMalformed })).to.deep.equal(['MODIFIED a 1 dropped']);
    expect(reported).to.deep.equal(['x/a']);
    expect(taken([broken, change(3)], { onMalformed })).to.deep.equal([
      'MODIFIED a 2 dropped',
      'MODIFIED a 3',
    ]);
    expect(reported).to.deep.equal(['x/a']);
  });

  it('a report of a deletion that is cut short', () => {
    const reported: string[] = [];
    const line = `${lineOf({ type: 'DELETED', name: 'a', version: 2 }).slice(0, -4)}\n`;
    const onMalformed = (key: string): void => void reported.push(key);
    expect(taken([line], { onMalformed })).to.deep.equal([]);
    expect(reported).to.deep.equal(['x/a']);
  });

  it('whole events where the metadata is not that of the object', () => {
    const deleted = lineOf({ type: 'DELETED', name: 'a', version: 2 });
    expect(taken([change(1), deleted], { whole: true })).to.deep.equal([
      'MODIFIED a 1',
      'DELETED a 2',
    ]);
  });

  it('nothing else, for a store that applies it, than what all events would leave', () => {
    const event = fc.record({
      type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'),
      name: fc.constantFrom('a', 'b', 'c'),
      uid: fc.constantFrom('one', 'two'),
      odd: fc.boolean(),
    });
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.array(event), { maxLength: 6 }), cuts, (ticks, where) => {
        const decoder = new WatchDecoder({ onMalformed: fail });
        const store = new Map<string, string>();
        const plain = new Map<string, string>();
        let version = 0;
        for (const events of ticks) {
          const lines = events.map(({ odd, ...one }) => {
            // No server changes what it has not added.
            const known = plain.get(one.name)?.startsWith(`${one.uid} `);
            const type = one.type === 'MODIFIED' && !known ? 'ADDED' : one.type;
            const line = lineOf({ ...one, type, version: ++version });
            applyTo(plain, JSON.parse(line));
            return odd ? line.replace('"type":', ' "type":') : line;
          });
          const body = Buffer.from(lines.join(''));
          const ends = where.map((at) => Math.floor(at * body.length)).sort((a, b) => a - b);
          for (const [i, start] of [0, ...ends].entries()) {
            decoder.add(body.subarray(start, ends[i]));
          }
          let last = 0;
          for (const one of decoder.take({ latest: true })) {
            const { metadata } = one.object as { metadata: ObjectHead };
            expect(Number(metadata.resourceVersion)).to.equal(version - events.length + ++last);
            if (!one.dropped) applyTo(store, one);
          }
          expect([...store].sort()).to.deep.equal([...plain].sort());
        }
      }),
    );
  });
});

/** As stores do: a deletion of another uid than the one that is there is ignored. */
function applyTo(store: Map<string, string>, { type, object }: WatchEvent): void {
  const { name, uid, resourceVersion } = (object as { metadata: ObjectHead }).metadata;
  if (type === 'DELETED') {
    if (store.get(name)?.startsWith(`${uid} `)) store.delete(name);
  } else if (type !== 'BOOKMARK') {
    store.set(name, `${uid} ${resourceVersion}`);
  }
}
