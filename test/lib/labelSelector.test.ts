// Label selectors: what each matches, and where one is wrong.
import { expect } from 'chai';
import fc from 'fast-check';
import { matchesLabels, parseLabelSelector, SelectorError } from '../../src/lib/labelSelector.ts';

/** Sets of labels by a name. */
const objects: Readonly<Record<string, Record<string, string> | undefined>> = {
  none: undefined,
  a: { team: 'a' },
  b: { team: 'b' },
  empty: { team: '' },
  web: { team: 'a', tier: 'web' },
  sized: { size: '10', 'example.com/team': 'a' },
};

const rows: readonly (readonly [selector: string, matched: string])[] = [
  ['', 'none a b empty web sized'],
  ['team=a', 'a web'],
  ['team==a', 'a web'],
  [' team = a ', 'a web'],
  ['team!=a', 'none b empty sized'],
  ['team=', 'empty'],
  ['team=,tier!=x', 'empty'],
  ['team!=', 'none a b web sized'],
  ['team', 'a b empty web'],
  ['!team', 'none sized'],
  ['! team', 'none sized'],
  ['team in (a,b)', 'a b web'],
  ['team in ( a , b )', 'a b web'],
  ['team in (a,)', 'a empty web'],
  ['team in (,)', 'empty'],
  ['team notin (a,b)', 'none empty sized'],
  ['team notin (a),team', 'b empty'],
  ['team=a,!tier', 'a'],
  ['team,team!=b,tier notin (web)', 'a empty'],
  ['example.com/team=a', 'sized'],
  ['size>9', 'sized'],
  ['size > 10', ''],
  ['size<11', 'sized'],
  ['team>1', ''],
  ['in', ''],
  ['in in (in,notin)', ''],
  ['toString', ''],
];

/** What each is refused for: what was expected, and what stands there. */
const refused: readonly (readonly [selector: string, expected: string, got: string])[] = [
  [',', 'the key of a label', '"," at character 1'],
  ['team=a,', 'the key of a label', 'the end'],
  ['team=a,,tier', 'the key of a label', '"," at character 8'],
  ['=a', 'the key of a label', '"=" at character 1'],
  ['team=a=b', 'a comma, or the end of the selector', '"=" at character 7'],
  ['team===a', 'the value of a label', '"=" at character 7'],
  ['team a', 'one of =, ==, !=, in, notin, < and > after team', '"a" at character 6'],
  ['team in a', '( after in', '"a" at character 9'],
  ['team in ()', 'the value of a label', '")" at character 10'],
  ['team in (a', 'a comma or )', 'the end'],
  ['team in (a b)', 'a comma or )', '"b" at character 12'],
  ['team in (a))', 'a comma, or the end of the selector', '")" at character 12'],
  ['!team=a', 'a comma, or the end of the selector', '"=" at character 6'],
  ['!!team', 'the key of a label', '"!" at character 2'],
  ['size>many', 'a whole number', '"many" at character 6'],
  ['size>9223372036854775808', 'a whole number', '"9223372036854775808" at character 6'],
  ['team=-a', 'the value of a label', '"-a" at character 6'],
  ['team=a*', 'the value of a label', '"a*" at character 6'],
  [`team=${'a'.repeat(64)}`, 'the value of a label', `"${'a'.repeat(64)}" at character 6`],
  ['-team', 'the key of a label, such as team or example.com/team', '"-team" at character 1'],
  ['a/b/c', 'the key of a label, such as team or example.com/team', '"a/b/c" at character 1'],
  ['A.com/b', 'the key of a label, such as team or example.com/team', '"A.com/b" at character 1'],
  ['/b', 'the key of a label, such as team or example.com/team', '"/b" at character 1'],
  ['team:a', 'the key of a label, such as team or example.com/team', '"team:a" at character 1'],
  [`a${' '.repeat(8_192)}`, 'a selector of at most 8192 characters', '8193'],
];

describe('A label selector', () => {
  for (const [selector, matched] of rows) {
    it(`${JSON.stringify(selector)} matches ${matched || 'none of them'}`, () => {
      const requirements = parseLabelSelector(selector);
      const names = Object.keys(objects).filter((name) =>
        matchesLabels(requirements, objects[name]),
      );
      expect(names.join(' ')).to.equal(matched);
    });
  }

  for (const [selector, expected, got] of refused) {
    it(`is refused: ${selector.slice(0, 30)}`, () => {
      expect(() => parseLabelSelector(selector))
        .to.throw(SelectorError)
        .that.includes({ expected, got });
    });
  }

  it('is refused with a place, or read, whatever it is', () => {
    const pieces = fc.constantFrom('a', 'in', 'notin', '=', '!', '(', ')', ',', '<', '>', ' ', '/');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (words) => {
        try {
          matchesLabels(parseLabelSelector(words.join('')), { a: 'in' });
        } catch (error) {
          expect(error).to.be.instanceOf(SelectorError);
        }
      }),
    );
  });
});
