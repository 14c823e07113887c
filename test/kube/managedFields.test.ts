// Parsing without managedFields gives what JSON.parse gives, but for them.
import { expect } from 'chai';
import fc from 'fast-check';
import { parseUnmanaged } from '../../src/kube/managedFields.ts';

/** What a server may write for a field: trees of objects, whose keys may hold anything. */
const fields = fc.letrec<{ tree: object }>((tie) => ({
  tree: fc.dictionary(
    fc.oneof(fc.constantFrom('.', 'f:spec', 'k:{"name":"a]"}', 'v:"x\\"'), fc.string()),
    fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('tree')),
    { maxKeys: 3 },
  ),
})).tree;
const managed = fc.array(
  fc.record({ manager: fc.string(), operation: fc.constant('Update'), fieldsV1: fields }),
  { minLength: 1, maxLength: 3 },
);
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"managedFields":[', '\\"managedFields\\":[{}]', ']', '\\', '"'),
);

const pod = (managedFields: unknown, label: string, after: object) => ({
  metadata: { name: 'a', labels: { [label]: label }, managedFields, ...after },
  spec: { containers: [{ name: label }] },
});

describe('Parsing without managedFields', () => {
  it('leaves them out and nothing else, whatever their strings and the others hold', () => {
    const after = fc.dictionary(text, fc.array(text), { maxKeys: 2 });
    fc.assert(
      fc.property(managed, text, after, (managedFields, label, rest) => {
        const parsed = parseUnmanaged(JSON.stringify(pod(managedFields, label, rest)));
        // Not what JSON.parse makes of it, which knows no escaped names: test/kube/json.test.ts.
        expect(parsed).to.deep.equal(pod([], label, rest));
      }),
    );
  });

  const rows: [what: string, json: string, parsed: unknown][] = [
    ['an object without them', '{"a":[1]}', { a: [1] }],
    [
      'text that only looks like them',
      '{"a":"\\"managedFields\\":[1"}',
      { a: '"managedFields":[1' },
    ],
    [
      'them in another form',
      '{"managedFields":[[1],[2]],"b":1}',
      { managedFields: [[1], [2]], b: 1 },
    ],
    ['them with white space', '{"managedFields": [{"a":[]}]}', { managedFields: [{ a: [] }] }],
    ['no object', '"managedFields"', 'managedFields'],
  ];
  for (const [what, json, parsed] of rows) {
    it(`reads ${what} as JSON.parse does`, () => {
      expect(parseUnmanaged(json)).to.deep.equal(parsed);
    });
  }

  for (const json of ['{"managedFields":[', '{"managedFields":["a', '{"managedFields":[{}]', '']) {
    it(`throws as JSON.parse does on ${json || 'nothing'}`, () => {
      expect(() => parseUnmanaged(json)).to.throw(SyntaxError);
    });
  }
});
