// Objects whose spec is parsed later are what JSON.parse makes of them, however they are written.
import { expect } from 'chai';
import fc from 'fast-check';
import { ListDecoder } from '../../src/kube/decode.ts';
import { ExactIntegers } from '../../src/kube/json.ts';
import { parseUnmanaged } from '../../src/kube/managedFields.ts';
import { WatchDecoder } from '../../src/kube/watchDecoder.ts';
import { deferredSpecOf } from '../../src/lib/deferredSpec.ts';

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ maxLength: 4 })),
    fc.constantFrom('"spec":{', '},"status":{', '{', '}', '\\', '"', ',"spec":{"a":1},"status":{'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b\\"', 'spec', 'status', 'metadata'), tie('tree'), {
      noNullPrototype: true,
    }),
  ),
}));
const section = fc.dictionary(fc.constantFrom('a', 'b', 'spec', 'status'), tree, {
  noNullPrototype: true,
});
/** The fields of an object in any order; any may be missing, or something odd. */
const object = fc
  .tuple(
    fc.option(section, { nil: undefined }),
    fc.option(fc.oneof({ weight: 4, arbitrary: section }, tree), { nil: undefined }),
    fc.option(fc.oneof({ weight: 4, arbitrary: section }, tree), { nil: undefined }),
    fc.boolean(),
  )
  .chain(([metadata, spec, status, inOrder]) => {
    const fields = Object.entries({ metadata, spec, status });
    const ordered = fc.constant(fields);
    return inOrder ? ordered : fc.shuffledSubarray(fields, { minLength: fields.length });
  })
  .map((fields) => Object.fromEntries(fields));

const read = (json: string, exact?: ExactIntegers): unknown => {
  const parsed = parseUnmanaged(json, { deferSpec: true, exact });
  // Reads the spec.
  return JSON.parse(JSON.stringify(parsed));
};

interface Event {
  readonly object: { readonly spec?: unknown };
}

const parseEvent = (json: string): Event => parseUnmanaged(json, { deferSpec: true }) as Event;

const plain = '{"kind":"Pod","metadata":{"name":"a"},"spec":{"a":[{}]},"status":{"b":1}}';

describe('An object with a deferred spec', () => {
  it('is what JSON.parse makes of it, alone and in an event', () => {
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1), (value, space) => {
        const json = JSON.stringify(value, null, space);
        expect(read(json)).to.deep.equal(JSON.parse(json));
        const event = `{"type":"MODIFIED","object":${json}}`;
        expect(read(event)).to.deep.equal(JSON.parse(event));
      }),
      { numRuns: 2000 },
    );
  });

  it('is deferred as an API server writes it, and is read like any other', () => {
    const item = parseUnmanaged(plain, { deferSpec: true }) as Event['object'];
    const { object: changed } = parseEvent(`{"type":"MODIFIED","object":${plain}}`);
    for (const one of [item, changed]) {
      expect(deferredSpecOf(one)).to.not.equal(undefined);
      expect(one.spec).to.deep.equal({ a: [{}] });
      expect(one.spec).to.equal(one.spec);
    }
    expect(deferredSpecOf(JSON.parse(plain))).to.equal(undefined);
    expect(deferredSpecOf(parseUnmanaged(plain) as object)).to.equal(undefined);
  });

  it('is deferred beside managedFields, and where its claims have specs and statuses', () => {
    const managed = '"managedFields":[{"fieldsV1":{"f:spec":{"f:a":{}},"f:status":{}}}]';
    const claims = '"claims":[{"spec":{"c":"}"},"status":{"phase":"Pending"}}]';
    const json = `{"metadata":{${managed}},"spec":{${claims}},"status":{"n":1}}`;
    const item = parseUnmanaged(json, { deferSpec: true }) as object;
    expect(deferredSpecOf(item)).to.not.equal(undefined);
    const whole = JSON.parse(json);
    expect(JSON.parse(JSON.stringify(item))).to.deep.equal({
      ...whole,
      metadata: { managedFields: [] },
    });
  });

  it('comes from lists and watches that are to defer it', () => {
    for (const deferSpec of [true, false]) {
      const options = { deferSpec, onMalformed: () => expect.fail('malformed') };
      const list = new ListDecoder(options).push(Buffer.from(`{"items":[${plain},${plain}]}`));
      const watch = new WatchDecoder(options);
      const events = watch.push(Buffer.from(`{"type":"ADDED","object":${plain}}\n`));
      const objects = [...list, ...[...events].map((event) => event.object)];
      const deferred = objects.map((one) => deferredSpecOf(one as object) !== undefined);
      expect(deferred).to.deep.equal([deferSpec, deferSpec, deferSpec]);
    }
  });

  const odd: readonly string[] = [
    '{"spec":{"a":1},"metadata":{},"status":{}}',
    '{"status":{},"metadata":{},"spec":{"a":1}}',
    '{"metadata":{},"spec":null,"status":{}}',
    '{"metadata":{},"status":{}}',
    '{"metadata":{},"spec":{},"status":null}',
    '{"metadata":{},"spec":{}}',
    '{"metadata":{},"spec":{"a":1},"spec":{"a":2},"status":{}}',
    '{"metadata":{},"spec":{"a":1},"status":{},"spec":{"a":2}}',
    '{"metadata":{},"spec":{"a":1},"status":{},"spec":null}',
    '{"metadata":{},"spec":{"a":1},"status":{"b":1},"status":{"b":2}}',
    '{"metadata":{},"spec":{"a":1},"status":{},"sp\\u0065c":{"a":2}}',
    '{"metadata":{},"sp\\u0065c":{"a":1},"status":{}}',
    '{"metadata":{},"spec":{"a\\n":1,"\\\\":2},"status":{"\\n":1}}',
    '{ "metadata" : {} , "spec" : {"a":1} , "status" : {} }',
    '{"metadata":{},"spec":{"a":1}, "status":{}}',
    '{"metadata":{"spec":{"a":1},"status":{}}}',
    '{"metadata":{"a":{"spec":{"a":1},"status":{}}},"spec":{"b":1},"status":{}}',
    '{"metadata":{},"spec":{"a":1},"x":{"y":2},"status":{}}',
    '{"metadata":{"a\\"spec":{"a":1}},"spec":{"b":1},"status":{}}',
    '{"\u007fspec":0,"metadata":{},"spec":{"b":1},"status":{}}',
    '[{"spec":{"a":1},"status":{}}]',
    '"\\"spec\\":{},\\"status\\":{"',
  ];
  for (const json of odd) {
    it(`is what JSON.parse makes of ${json}`, () => {
      const { x: _, ...got } = Object(read(json));
      const { x: __, ...expected } = Object(JSON.parse(json));
      expect(got).to.deep.equal(expected);
    });
  }

  it('has bigints where the whole object has them', () => {
    const exact = new ExactIntegers(['seconds']);
    const json = '{"metadata":{},"spec":{"seconds":9223372036854775807},"status":{"seconds":1}}';
    const item = parseUnmanaged(json, { deferSpec: true, exact }) as Event['object'];
    expect(deferredSpecOf(item)).to.not.equal(undefined);
    expect(item.spec).to.deep.equal({ seconds: 2n ** 63n - 1n });
  });

  it('throws where it is no JSON: at once, or when the spec is read', () => {
    for (let end = 0; end < plain.length; end++) {
      expect(() => read(plain.slice(0, end)), plain.slice(0, end)).to.throw(SyntaxError);
    }
    for (const json of [plain.replace('[{}]', ''), plain.replace('[{}]', '[{]')]) {
      const item = parseUnmanaged(json, { deferSpec: true }) as Event['object'];
      expect(() => item.spec).to.throw(SyntaxError);
      expect(() => item.spec).to.throw(SyntaxError);
    }
  });

  it('has the hash of its text', () => {
    const hashOf = (spec: string): unknown =>
      deferredSpecOf(
        parseUnmanaged(`{"metadata":{},"spec":${spec},"status":{}}`, {
          deferSpec: true,
        }) as object,
      )?.hash();
    const specs = ['{}', '{"a":1}', '{"a":2}', '{"a":12}', '{"a":"ü"}', '{"a":"日"}', '{"a":"å"}'];
    const long = specs.map((spec) => spec.replace('}', `,"b":"${'x'.repeat(60_000)}"}`));
    const hashes = [...specs, ...long.slice(1)].map((spec) => JSON.stringify(hashOf(spec)));
    expect(new Set(hashes).size).to.equal(hashes.length);
    expect(hashOf('{"a":"日"}')).to.deep.equal(hashOf('{"a":"日"}'));
    // A spec that is longer yet is parsed at once.
    expect(hashOf(`{"b":"${'x'.repeat(70_000)}"}`)).to.equal(undefined);
  });
});
