// JSON of the API server as values: names with backslashes, and numbers of 64 bits.
import { expect } from 'chai';
import fc from 'fast-check';
import { ListDecoder } from '../../src/kube/decode.ts';
import { ExactIntegers, parseJson } from '../../src/kube/json.ts';
import { WatchDecoder } from '../../src/kube/watchDecoder.ts';

const fail = (key: string, error: unknown): never => {
  throw new Error(`malformed ${key}`, { cause: error });
};

/** Names in which escapes are as frequent as letters. */
const name = fc.string({ unit: fc.constantFrom(...'a\\"\n\t/ü\u{e000}', '\u0001'), maxLength: 3 });
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.integer(), fc.boolean(), name, fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(name, tree, { maxKeys: 5, noNullPrototype: true });

describe('V8, as the pinned Node has it', () => {
  it('still takes one escaped name for another: when it does not, src/kube/json.ts can go', () => {
    JSON.parse('{"v8":1,"\\\\":2}');
    expect(Object.keys(JSON.parse('{"v8":1,"\\n":2}'))).to.deep.equal(['v8', '\\']);
  });
});

describe('JSON', () => {
  it('keeps every name as it is written, whatever was parsed before', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2), (value, space) => {
        const json = JSON.stringify(value, null, space);
        const parsed = parseJson(json);
        expect(parsed).to.deep.equal(value);
        expect(JSON.stringify(parsed, null, space)).to.equal(json);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps them in lists and in watches', () => {
    const names = ['\\', '\n', '\\', '"', '\t', 'n', '\\n'];
    const objects = names.map((last) => ({ first: 1, [last]: 2 }));
    const list = new ListDecoder({ onMalformed: fail });
    expect(list.push(Buffer.from(JSON.stringify({ items: objects })))).to.deep.equal(objects);
    const events = objects.map((o) => ({ type: 'ADDED', object: o }));
    const watch = new WatchDecoder({ onMalformed: fail });
    const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    expect([...watch.push(Buffer.from(lines))]).to.deep.equal(events);
  });

  const rows: [what: string, json: string, value: unknown][] = [
    ['a letter that is escaped for no reason', '{"\\u0061":1,"b":2}', { a: 1, b: 2 }],
    ['one name written in two ways, of which the last counts', '{"\\u0061":1,"a":2}', { a: 2 }],
    ['a line feed written in two ways', '{"\\n":1,"\\u000a":2}', { '\n': 2 }],
    ['white space before the colon', '{"\\"" \r\n\t: 1}', { '"': 1 }],
    [
      'a value that looks like a name',
      '{"a":"\\":","b":["\\\\",":"]}',
      { a: '":', b: ['\\', ':'] },
    ],
    ['no object', '"\\n"', '\n'],
    ['a name that the language knows', '{"__proto__\\n":1}', { '__proto__\n': 1 }],
  ];
  for (const [what, json, value] of rows) {
    it(`is read with ${what}`, () => expect(parseJson(json)).to.deep.equal(value));
  }

  it('is refused where it is none, escaped names or not', () => {
    const broken = ['{"a', '{"\\n', '{"\\x":1}', '{"\\n":}', '{"\\n":1', '{"\\u12":1}', '\\', ''];
    for (const json of broken) expect(() => parseJson(json), json).to.throw(SyntaxError);
    expect(() => parseJson('{"a\n\\n":1}')).to.throw(SyntaxError);
  });
});

describe('a number of 64 bits', () => {
  const exact = new ExactIntegers(['seconds', 'count']);
  const rows: [json: string, value: unknown][] = [
    ['{"seconds":9223372036854775807}', { seconds: 2n ** 63n - 1n }],
    ['{"seconds" : -9223372036854775808}', { seconds: -(2n ** 63n) }],
    ['{"a":[{"count":9007199254740993}]}', { a: [{ count: 9007199254740993n }] }],
    ['{"count":9007199254740991}', { count: 9007199254740991 }],
    ['{"seconds":300}', { seconds: 300 }],
    ['{"other":9223372036854775807}', { other: 2 ** 63 }],
    ['{"other":"seconds\\":9223372036854775807"}', { other: 'seconds":9223372036854775807' }],
    ['{"seconds":1234567890123456.5}', { seconds: 1234567890123456.5 }],
    ['{"seconds":9223372036854775807,"\\\\":1}', { seconds: 2n ** 63n - 1n, '\\': 1 }],
  ];
  for (const [json, value] of rows) {
    it(`is exact where it must be: ${json}`, () => {
      expect(parseJson(json, exact)).to.deep.equal(value);
    });
  }

  it('is exact in every field, and in lists, where all are asked for', () => {
    const all = new ExactIntegers('all');
    const json = '{"a":9007199254740993,"b":["1234567890123456",-9007199254740993],"c":1}';
    expect(parseJson(json, all)).to.deep.equal({
      a: 9007199254740993n,
      b: ['1234567890123456', -9007199254740993n],
      c: 1,
    });
  });

  it('is a plain number where nobody asks for more', () => {
    expect(parseJson('{"seconds":9223372036854775807}')).to.deep.equal({ seconds: 2 ** 63 });
  });
});
