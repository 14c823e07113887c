// Where a text stops being JSON.
import { expect } from 'chai';
import fc from 'fast-check';
import { jsonProblem } from '../../src/explorer/jsonProblem.ts';

describe('jsonProblem', () => {
  const rows: [text: string, told: string][] = [
    ['{"a":1,}', '1:8 expected a key in double quotes, got "}"'],
    ['{"a" 1}', '1:6 expected a colon, got "1}"'],
    ['{\n  "a": [1, 2\n}', '3:1 expected a comma or "]", got "}"'],
    ['{"a": x}', '1:7 expected a value, got "x}"'],
    ['[1,]', '1:4 expected a value, got "]"'],
    ['{"a": 1', '1:8 expected a comma or "}", got the end of the text'],
    ['{"a": 1} b', '1:10 expected the end of the text, got "b"'],
    ["{'a': 1}", `1:2 expected a key in double quotes, got "'a': 1}"`],
    ['{"a": 01}', '1:7 expected a value, got "01}"'],
    ['', '1:1 expected a value, got the end of the text'],
  ];
  for (const [text, told] of rows) {
    it(`says of ${JSON.stringify(text)}: ${told}`, () => {
      const { line, column, expected, got } = jsonProblem(text) ?? expect.fail('no problem');
      expect(`${line}:${column} expected ${expected}, got ${got}`).to.equal(told);
    });
  }

  it('finds a problem exactly where JSON.parse does', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', 'x', '1', ':', '\n'))
      .map(([json, at, text]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + text + json.slice(place + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken), (text) => {
        expect(jsonProblem(text) === undefined, text).to.equal(isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
