// Numbers, counts and amounts with commas, as Intl writes them.
import { expect } from 'chai';
import { counted, grouped, moneyText } from '../../src/lib/grouped.ts';

describe('A number for people', () => {
  const intl = new Intl.NumberFormat('en');
  for (const number of [0, 7, 999, 1_000, 20_000, 123_456, 1_234_567, 12_345_678_901]) {
    it(`is written as Intl does: ${intl.format(number)}`, () => {
      expect(grouped(number)).to.equal(intl.format(number));
    });
  }

  for (const [text, expected] of [
    [counted(1, 'family', 'families'), '1 family'],
    [counted(1_234, 'family', 'families'), '1,234 families'],
    [counted(0, 'value'), '0 values'],
    [moneyText(1_234.5), '1,234.50'],
    [moneyText(0.005), '0.01'],
    [moneyText(999.999), '1,000.00'],
  ] as const) {
    it(`is written with what it counts: ${expected}`, () => expect(text).to.equal(expected));
  }
});
