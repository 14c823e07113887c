// shortened: what is shown of a long text.
import { expect } from 'chai';
import { shortened } from '../../src/lib/shortened.ts';

describe('a text that is shown', () => {
  for (const [text, shown] of [
    ['', ''],
    ['abcd', 'abcd'],
    ['abcde', 'abcd…'],
    ['abc🙂', 'abc\ufffd…'],
    ['ab🙂', 'ab🙂'],
  ] as const) {
    it(`is ${JSON.stringify(shown)} of ${JSON.stringify(text)}`, () => {
      expect(shortened(text, 4)).to.equal(shown);
    });
  }
});
