// grouped: numbers with commas, as Intl writes them.
import { expect } from 'chai';
import { grouped } from '../../src/lib/grouped.ts';

describe('A number for people', () => {
  const intl = new Intl.NumberFormat('en');
  for (const number of [0, 7, 999, 1_000, 20_000, 123_456, 1_234_567, 12_345_678_901]) {
    it(`is written as Intl does: ${intl.format(number)}`, () => {
      expect(grouped(number)).to.equal(intl.format(number));
    });
  }
});
